"""Families that many tests start from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from daemon.core.correction import Step
from daemon.core.discrepancy import Finding
from daemon.core.family import Family
from daemon.core.model import Document, Link, Payment
from tests.core.builders import (
    booked,
    credit_note,
    document_link,
    family,
    invoice,
    learned,
    rules,
    with_changed,
    with_records,
)

APRIL = dt.date(2026, 4, 1)
CLOSED = rules(locked_through=dt.date(2026, 3, 31))
PROVET_CLOSED = rules(provet_open_from=APRIL)


def in_step(*more: Document | Payment | Link, **theirs: Any) -> Family:
    """Invoice 1 of 120 agreed on in both systems, with whatever else is agreed on."""
    return learned(family(invoice(), booked(invoice(), **theirs), document_link(), *more))


def with_payments(*more: Payment | Link) -> Family:
    """Invoice 1 of 120 agreed on in both systems, and payments that were not looked at yet."""
    return with_records(in_step(), *more)


def refunds(*more: Payment | Link) -> Family:
    """Credit note 1 of 50 agreed on in both systems, and refunds that were not looked at yet."""
    note = credit_note("1", "-50", credits="")
    return with_records(learned(family(note, booked(note), document_link())), *more)


def resized(document: Document, gross: str) -> dict[str, Any]:
    """The fields of a document whose amounts changed."""
    fresh = invoice("1", gross) if document.id == "1" else booked(invoice("1", gross))
    return {"gross": fresh.gross, "tax": fresh.tax, "balance": fresh.gross, "lines": fresh.lines}


def moved(seen: Family, identifier: str, gross: str) -> Family:
    """The family after the amounts of a document changed."""
    document = next(document for document in seen.documents if document.id == identifier)
    return with_changed(seen, identifier, **resized(document, gross))


def step_of(finding: Finding, option_id: str = "") -> Step:
    """The only step of an option, the recommended one by default."""
    option = finding.option(option_id)
    assert option is not None
    (step,) = option.steps
    return step
