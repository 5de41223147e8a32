"""Provet's payment types by the names that people know (docs/reference/provet.md 2.10)."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = {
    "0": "card",
    "1": "cash",
    "2": "bank transfer",
    "3": "rounding",
    "4": "cheque",
    "5": "voucher",
    "6": "consolidated invoice",
    "7": "mobile payment",
    "8": "prepayment",
    "9": "gift card",
    "10": "financing",
    "11": "other",
    "12": "credit invoice",
    "15": "insurance claim",
}
_OWN_FROM = 16
_NAME_MAX = 60


def method_name(method: str, own: Mapping[str, str]) -> str:
    """A payment type for people: "card"; one that a clinic made itself by the name that it has there, which ``own``
    holds by its number, else by that: "own method 17"."""
    if method in _NAMES or not method.isdecimal() or int(method) < _OWN_FROM:
        return _NAMES.get(method, f"type {method}")
    return own.get(method, "")[:_NAME_MAX] or f"own method {method}"
