"""Discrepancies under review, made up for the pure tests of what the review shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from daemon.protocol import CorrectionView, Detail, FieldView, OptionView, RecordView, StepView, SubjectView, WriteView
from tui.drawing import Piece

NOW = dt.datetime(2026, 7, 2, 12, 0, tzinfo=dt.UTC)


def option(option_id: str = "update", **changes: Any) -> OptionView:
    known: dict[str, Any] = {
        "id": option_id,
        "title": "Update it in Xero",
        "recommended": True,
        "fingerprint": "f1",
        "consequences": (),
        "writes": (WriteView(system="xero", action="update-invoice", summary="Change gross of invoice INV-1"),),
    }
    return OptionView(**known | changes)


def detail(**changes: Any) -> Detail:
    """An invoice changed in Xero, 100.00 GBP."""
    known: dict[str, Any] = {
        "id": "d1",
        "practice": "riverside",
        "kind": "invoice.changed_in_xero",
        "status": "open",
        "policy": "person",
        "subject": SubjectView(
            label="Invoice INV-1", provet=RecordView(kind="document", id="1", url="https://p.example/1"), xero=None
        ),
        "amount": "100.00",
        "effect": "20.00",
        "currency": "GBP",
        "summary": "it differs",
        "fields": (FieldView(name="gross", provet="100.00", baseline="100.00", xero="80.00"),),
        "options": (option(),),
        "correction": None,
        "cause": None,
        "first_seen": NOW,
        "last_seen": NOW,
        "assignee": None,
        "waiver": None,
        "timezone": "Europe/London",
        "settle_s": 120,
    }
    return Detail(**known | changes)


def correction(status: str, *steps: StepView, by: str = "ann", error: str | None = None) -> CorrectionView:
    return CorrectionView(
        option="update",
        title="Update it in Xero",
        status=status,
        approved_by=by,
        error=error,
        id="c1",
        steps=len(steps),
        at=NOW - dt.timedelta(minutes=5),
        progress=steps,
    )


def text(pieces: list[Piece]) -> str:
    """Pieces of which each ends its own line where it must."""
    return "".join(piece for piece, _ in pieces)


def listed(pieces: list[Piece]) -> str:
    """Pieces of which each is a line."""
    return "\n".join(piece for piece, _ in pieces)
