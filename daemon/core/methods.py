"""Provet's payment types by the names that people know (docs/reference/provet.md 2.10)."""

from __future__ import annotations

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


def method_name(method: str) -> str:
    """A payment type for people: "card"; one that a clinic made itself has its number: "own method 17"."""
    own = method.isdecimal() and int(method) >= _OWN_FROM
    return _NAMES.get(method) or (f"own method {method}" if own else f"type {method}")
