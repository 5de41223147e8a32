"""Paid documents that differ by what somebody did in Xero: posted anew with their payments, or corrected apart."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import Allocate, CreateDocument, CreatePayment
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from tests.core.builders import (
    DAY,
    RULES,
    booked,
    document_link,
    family,
    invoice,
    learned,
    only,
    paid,
    payment_link,
    row,
    steps,
    with_changed,
    xero_paid,
)
from tests.core.situations import in_step, moved, resized
from tests.core.world import World

MONEY = (paid("5", "20"), xero_paid("a", "20", note="Provet payment 5"))
PAID = learned(in_step(*MONEY))


def adopted(theirs: str) -> Family:
    """Invoice 1 of 120 and a document of another total that bears its mark, both paid with 20."""
    document = booked(invoice(), **resized(booked(invoice()), theirs))
    return learned(family(invoice(), document, *MONEY, payment_link("5", "a")))


CASES = [
    pytest.param("invoice.changed_in_xero", moved(PAID, "x-1", "240"), "-120", id="raised in Xero"),
    pytest.param("invoice.changed_in_xero", moved(PAID, "x-1", "60"), "60", id="lowered in Xero"),
    pytest.param("invoice.conflict", moved(moved(PAID, "x-1", "240"), "1", "60"), "-180", id="less in Provet"),
    pytest.param("invoice.conflict", moved(moved(PAID, "x-1", "60"), "1", "240"), "180", id="more in Provet"),
    pytest.param("invoice.total_differs", adopted("240"), "-120", id="adopted with more"),
    pytest.param("invoice.total_differs", adopted("60"), "60", id="adopted with less"),
]


TWO_RATES = invoice("1", "240", row("120"), row("120", "5"))
RECODED = booked(invoice("1", "240", row("240")))


@pytest.mark.parametrize(
    ("kind", "mine"),
    [
        pytest.param("invoice.changed_in_xero", {}, id="in Xero alone"),
        pytest.param("invoice.conflict", {"date": DAY + dt.timedelta(days=1)}, id="in both"),
    ],
)
def test_vat_that_moved_under_a_reconciled_payment_is_left_to_people(kind: str, mine: dict[str, Any]) -> None:
    money = (MONEY[0], xero_paid("a", "20", note="Provet payment 5", reconciled=True))
    agreed = learned(family(TWO_RATES, booked(TWO_RATES), document_link(), *money))
    seen = with_changed(with_changed(agreed, "x-1", lines=RECODED.lines, tax=RECODED.tax), "1", **mine)
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == (kind, Policy.PERSON, 0)
    assert [(o.id, o.steps, o.recommended) for o in finding.options] == [("done-by-hand", (), True)]
    assert (
        finding.options[0].consequences[0].startswith("What is set against INV-1 in Xero, money or credit, must come")
    )
    freed = with_changed(seen, "a", reconciled=False)
    assert [o.id for o in only(freed).options] == ["repost"]
    settled(freed, "repost")


@pytest.mark.parametrize(("kind", "seen", "effect"), CASES)
def test_a_person_chooses_between_posting_anew_and_correcting_apart(kind: str, seen: Family, effect: str) -> None:
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == (kind, Policy.PERSON, Decimal(effect))
    assert [(o.id, o.recommended) for o in finding.options] == [("repost", True), ("supplement", False)]


@pytest.mark.parametrize(("kind", "seen", "effect"), CASES)
def test_posted_anew_it_has_the_total_of_provet_and_the_same_payment(kind: str, seen: Family, effect: str) -> None:
    option = only(seen).option("repost")
    assert option is not None
    assert steps(only(seen), "repost") == ["DeletePayment", "VoidDocument", "CreateDocument", "CreatePayment"]
    create, pay = option.steps[2:]
    assert isinstance(create, CreateDocument)
    assert isinstance(pay, CreatePayment)
    wanted = next(document.gross for document in seen.documents if document.id == "1")
    assert (create.posting.gross, create.posting.number) == (wanted, "INV-1-2")
    assert (pay.payment_id, pay.amount, pay.account) == ("5", 20, "091")
    settled(seen, "repost")


@pytest.mark.parametrize(("kind", "seen", "effect"), CASES)
def test_what_corrects_it_apart_is_the_difference_with_its_vat(kind: str, seen: Family, effect: str) -> None:
    option = only(seen).option("supplement")
    assert option is not None
    create, *allocated = option.steps
    assert isinstance(create, CreateDocument)
    by = abs(Decimal(effect))
    assert (create.posting.gross, create.posting.tax_by_rate) == (by, {"20": by / 6})
    assert create.posting.reference == "Correction of Provet invoice 1"
    assert create.posting.credit is bool(allocated) is (Decimal(effect) < 0)
    for step in allocated:
        assert isinstance(step, Allocate)
        assert (step.amount, step.invoice_id, step.credit_id) == (by, "1", create.posting.provet_id)
    settled(seen, "supplement")


def settled(seen: Family, option_id: str) -> None:
    """Carried out, the option leaves nothing to tell, and both sides with the same due."""
    world = World(seen, RULES)
    option = only(seen).option(option_id)
    assert option is not None
    world.apply(option.steps)
    for _ in range(2):
        found = assess(world.family(), RULES)
        world.note(found.links)
    assert found.findings == ()
    assert found.books.provet == found.books.xero
