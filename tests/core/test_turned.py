"""What assessments say of documents that changed sides: from a credit to an invoice, or the other way round."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from daemon.core.model import DocumentStatus
from daemon.core.rules import Rules
from tests.core.builders import RULES, booked, document_link, family, invoice, only, steps, xero_paid
from tests.core.situations import CLOSED

OLD = booked(invoice(gross="-17.50"))


def turned(gross: str = "6.49", *more: Any, old: dict[str, Any] | None = None, **fields: Any) -> Family:
    """Document 1, once a credit of 17.50 and in Xero as such."""
    before = booked(invoice(gross="-17.50"), **(old or {}))
    return family(invoice("1", gross, **fields), before, document_link(), *more)


def test_a_credit_that_became_an_invoice_is_voided_and_posted_anew() -> None:
    finding = only(turned())
    assert (finding.kind, finding.policy) == ("invoice.changed_in_provet", Policy.PERSON)
    assert (finding.effect, finding.amount) == (Decimal("23.99"), Decimal("17.50"))
    assert steps(finding) == ["VoidDocument", "CreateDocument"]
    assert [(f.provet, f.xero) for f in finding.fields] == [("6.49", "-17.50")]


def test_an_invoice_that_became_a_credit_is_voided_and_posted_anew() -> None:
    seen = family(invoice(gross="-6.49"), booked(invoice(gross="17.50")), document_link())
    finding = only(seen)
    assert (finding.kind, finding.effect) == ("invoice.changed_in_provet", Decimal("-23.99"))
    assert steps(finding) == ["VoidDocument", "CreateDocument"]


def test_it_is_known_by_its_mark_without_a_link() -> None:
    finding = only(family(invoice(gross="6.49"), OLD))
    assert steps(finding) == ["VoidDocument", "CreateDocument"]


def test_one_over_nothing_stays_and_is_posted_anew() -> None:
    seen = family(invoice(gross="-6.49"), booked(invoice(gross="0.00")), document_link())
    finding = only(seen)
    assert (finding.effect, steps(finding)) == (Decimal("-6.49"), ["CreateDocument"])


def test_one_that_was_voided_in_provet_is_voided() -> None:
    finding = only(turned(status=DocumentStatus.VOID))
    assert (finding.kind, finding.effect, steps(finding)) == (
        "invoice.voided_in_provet",
        Decimal("17.50"),
        ["VoidDocument"],
    )


@pytest.mark.parametrize(
    ("more", "old", "practice"),
    [
        pytest.param([xero_paid("x-p", "17.50")], {"balance": Decimal(0)}, RULES, id="paid out"),
        pytest.param([], {}, CLOSED, id="in a closed period"),
    ],
)
def test_what_is_settled_or_closed_is_left_to_people(more: list[Any], old: dict[str, Any], practice: Rules) -> None:
    findings = assess(turned("6.49", *more, old=old), practice).findings
    finding = next(f for f in findings if f.kind == "invoice.changed_in_provet")
    assert [option.id for option in finding.options] == ["done-by-hand"]


def test_once_the_old_one_is_void_nothing_is_said_of_it() -> None:
    mine = invoice(gross="6.49")
    old = booked(invoice(gross="-17.50"), status=DocumentStatus.VOID, balance=Decimal(0))
    assert assess(family(mine, old, booked(mine, "x-new"), document_link("1", "x-new")), RULES).findings == ()
