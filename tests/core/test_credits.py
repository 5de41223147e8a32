"""What assessments say of credit between credit notes and invoices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from daemon.core.assess import assess
from daemon.core.correction import Allocate, CreateDocument, Deallocate
from daemon.core.discrepancy import Finding, Policy
from daemon.core.family import Beside, Family
from daemon.core.model import DocumentStatus
from daemon.core.rules import Rules
from tests.core.builders import (
    DAY,
    RULES,
    allocation,
    booked,
    credit_note,
    document_link,
    family,
    invoice,
    kinds,
    learned,
    only,
    paid,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import APRIL, CLOSED


def credited(*more: Any, allocated: str = "", **note_fields: Any) -> Family:
    """Invoice 1 of 120 and credit note 2 of 50 in both systems, ``allocated`` of it set against the invoice."""
    mine, note = invoice(), credit_note(**note_fields)
    set_against = (allocation(allocated),) if allocated else ()
    theirs = booked(mine, credited=Decimal(allocated or 0))
    seen = family(mine, theirs, note, booked(note, allocations=set_against), document_link(), document_link("2"))
    return with_records(learned(seen), *more)


def allocates(finding: Finding) -> Allocate:
    option = finding.option()
    assert option is not None
    step = option.steps[-1]
    assert isinstance(step, Allocate)
    return step


def test_credit_is_set_against_its_invoice() -> None:
    finding = only(credited())
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "credit.allocation_missing",
        Policy.AUTOMATIC,
        50,
        0,
    )
    step = allocates(finding)
    assert (step.credit_id, step.invoice_id, step.amount, step.date, step.already) == ("2", "1", 50, DAY, 0)


@pytest.mark.parametrize(
    ("seen", "amount"),
    [
        pytest.param(
            credited(paid("5", "-20", "2"), xero_paid("a", "20", "x-2", note="Provet payment 5")),
            30,
            id="part refunded",
        ),
        pytest.param(credited(paid("5", "-20", "2", method="5")), 30, id="a refund that Xero has yet to get"),
        pytest.param(credited(paid("5", "-50", "2", method="5")), 0, id="all refunded"),
        pytest.param(
            credited(paid("5", "100"), xero_paid("a", "100", note="Provet payment 5")),
            20,
            id="part of the invoice paid",
        ),
        pytest.param(credited(paid("5", "100", method="5")), 20, id="a payment that Xero has yet to get"),
        pytest.param(credited(paid("5", "120", method="5")), 0, id="the invoice is paid with money"),
        pytest.param(credited(xero_paid("a", "100")), 20, id="a payment that Provet has yet to get"),
        pytest.param(credited(xero_paid("a", "50"), paid("5", "40", date=APRIL)), 30, id="money from both sides first"),
        pytest.param(credited(allocated="50"), 0, id="all set already"),
        pytest.param(credited(allocated="20"), 30, id="part set already"),
        pytest.param(
            credited(paid("5", "-30", "2", method="5"), allocated="20"), 0, id="set already what is not refunded"
        ),
        pytest.param(
            credited(paid("5", "50", method="12"), paid("6", "-50", "2", method="12")),
            50,
            id="credit applied in Provet",
        ),
    ],
)
def test_allocations_take_what_money_leaves_on_both_sides(seen: Family, amount: int) -> None:
    found = [f for f in assess(seen, RULES).findings if f.kind == "credit.allocation_missing"]
    assert [finding.amount for finding in found] == ([amount] if amount else [])
    assert [allocates(finding).amount for finding in found] == ([amount] if amount else [])


def test_a_part_set_already_is_told_to_the_step() -> None:
    assert allocates(only(credited(allocated="20"))).already == 20


def test_notes_of_one_invoice_share_what_is_due_on_it() -> None:
    notes = [credit_note(identifier, "-80.00") for identifier in ("2", "3")]
    seen = family(invoice(), booked(invoice()), *notes, *map(booked, notes))
    assert [allocates(finding).amount for finding in assess(seen, RULES).findings] == [80, 40]
    fresh = family(invoice(), booked(invoice()), *notes)
    assert [allocates(finding).amount for finding in assess(fresh, RULES).findings] == [80, 40]
    booked_first = family(invoice(), booked(invoice()), *notes, booked(notes[1]))
    assert sorted(allocates(finding).amount for finding in assess(booked_first, RULES).findings) == [40, 80]


def test_a_new_note_is_set_against_its_invoice_at_once() -> None:
    seen = family(invoice(), booked(invoice()), credit_note("2", "-50", date=APRIL), paid("5", "-20", "2"))
    finding = only(seen)
    option = finding.option()
    assert option is not None
    assert [type(step).__name__ for step in option.steps] == ["CreateDocument", "CreatePayment", "Allocate"]
    step = allocates(finding)
    assert (step.amount, step.date) == (30, APRIL)
    assert "nothing stays open on it" in option.consequences


@pytest.mark.parametrize(
    ("practice", "invoice_date", "note_date"),
    [
        pytest.param(RULES, DAY, APRIL, id="the note is later"),
        pytest.param(RULES, APRIL, DAY, id="the invoice is later"),
        pytest.param(CLOSED, DAY, DAY, id="re-dated to the first open day"),
    ],
)
def test_an_allocation_is_dated_the_later_of_both(practice: Rules, invoice_date: dt.date, note_date: dt.date) -> None:
    mine = invoice(date=invoice_date)
    finding = only(family(mine, booked(mine), credit_note(date=note_date)), practice)
    assert allocates(finding).date == APRIL


def test_credit_whose_day_is_closed_waits_with_the_first_open_day() -> None:
    finding = only(credited(), CLOSED)
    assert (finding.kind, finding.policy, finding.options[0].id) == ("period.locked", Policy.PERSON, "first-open-day")
    assert allocates(finding).date == APRIL


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(with_changed(credited(), "x-2", contact_id="other"), id="contacts differ"),
        pytest.param(with_changed(credited(), "x-1", status=DocumentStatus.VOID), id="the invoice is void in Xero"),
        pytest.param(with_changed(credited(), "1", status=DocumentStatus.VOID), id="the invoice is void in Provet"),
        pytest.param(with_changed(credited(), "2", status=DocumentStatus.VOID), id="the note is void in Provet"),
        pytest.param(with_changed(credited(), "2", credits=""), id="it credits nothing known"),
        pytest.param(with_changed(credited(), "x-1", credited=Decimal(7)), id="foreign credit on the invoice"),
    ],
)
def test_credit_that_is_left_alone(seen: Family) -> None:
    assert "credit.allocation_missing" not in kinds(assess(seen, RULES))


def test_a_new_note_for_an_invoice_of_another_contact_goes_alone() -> None:
    finding = next(
        f
        for f in assess(family(invoice(), booked(invoice(), contact_id="other"), credit_note()), RULES).findings
        if f.kind == "credit.missing"
    )
    assert [type(step) for step in finding.options[0].steps] == [CreateDocument]


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        pytest.param({"credited": Decimal(30)}, 30, id="credit of somebody else"),
        pytest.param({"credited": Decimal(30), "prepaid": Decimal(30)}, 30, id="a prepayment"),
    ],
)
def test_foreign_credit_is_shown_and_explains_the_balance(fields: dict[str, Any], amount: int) -> None:
    seen = with_changed(learned(family(invoice(), booked(invoice()), document_link())), "x-1", **fields)
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "credit.foreign_in_xero",
        Policy.PERSON,
        amount,
        amount,
    )
    (option,) = finding.options
    assert (option.id, option.steps, option.recommended) == ("done-by-hand", (), True)
    assert any("In Xero open INV-1" in text for text in option.consequences)
    applied = with_records(seen, paid("5", str(amount), method="12"))
    assert kinds(assess(applied, RULES)) == ["credit.foreign_in_xero"]
    before_start = Beside(
        document=credit_note("9", date=RULES.start_date - dt.timedelta(days=1)), applied=Decimal(amount)
    )
    assert kinds(assess(msgspec.structs.replace(applied, beside=(before_start,)), RULES)) == []
    posted = Beside(document=credit_note("9"), applied=Decimal(amount))
    assert kinds(assess(msgspec.structs.replace(applied, beside=(posted,)), RULES)) == ["credit.foreign_in_xero"]


def test_foreign_credit_beside_our_own() -> None:
    seen = with_changed(credited(allocated="50"), "x-1", credited=Decimal(80))
    assert (only(seen).kind, only(seen).effect) == ("credit.foreign_in_xero", 30)


def test_a_note_that_no_provet_document_explains_is_foreign_even_when_it_is_known() -> None:
    stranger = booked(credit_note("99"), reference="", number="CN-99", allocations=(allocation("30"),))
    seen = with_records(learned(family(invoice(), booked(invoice()), document_link())), stranger)
    finding = only(with_changed(seen, "x-1", credited=Decimal(30)))
    assert (finding.kind, finding.effect) == ("credit.foreign_in_xero", 30)


def test_credit_spent_on_a_stranger_is_shown_and_explains_the_balance() -> None:
    stray = allocation("30", "stranger")
    finding = only(with_changed(credited(), "x-2", allocations=(stray,)))
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "credit.allocation_extra",
        Policy.PERSON,
        30,
        -30,
    )
    option = finding.option("deallocate")
    assert option is not None
    (step,) = option.steps
    assert isinstance(step, Deallocate)
    assert (step.xero_credit_id, step.allocation_id, step.amount) == ("x-2", "alloc-stranger", 30)


@pytest.mark.parametrize(
    ("stray", "practice"),
    [
        pytest.param(allocation("30", "stranger"), CLOSED, id="in a closed period"),
        pytest.param(allocation("30", "stranger", id=""), RULES, id="without an id"),
    ],
)
def test_credit_that_may_not_be_taken_off(stray: Any, practice: Rules) -> None:
    finding = only(with_changed(credited(), "x-2", allocations=(stray,)), practice)
    assert [option.id for option in finding.options] == ["done-by-hand"]


def test_credit_that_provet_applied_elsewhere_is_neither_foreign_nor_set_against_its_invoice() -> None:
    """Type 12 on the note alone: its other end is an invoice of another family."""
    applied = paid("5", "-30", "2", method="12")
    open_there = assess(credited(applied), RULES).findings
    assert [(f.kind, f.policy, f.amount, f.effect) for f in open_there] == [
        ("credit.allocation_missing", Policy.AUTOMATIC, 20, 0)
    ]
    stray = allocation("30", "another")
    done = with_changed(credited(applied, allocated="20"), "x-2", allocations=(allocation("20"), stray))
    assert kinds(assess(done, RULES)) == ["credit.allocation_extra"]
    assert kinds(assess(with_records(done, document_link("9", "another")), RULES)) == []
    by_hand = only(credited(applied, allocated="20"))
    assert (by_hand.kind, by_hand.policy, by_hand.amount, by_hand.effect) == (
        "credit.allocation_missing",
        Policy.PERSON,
        30,
        0,
    )
    assert [option.id for option in by_hand.options] == ["done-by-hand"]


def test_of_two_notes_of_one_invoice_both_are_named_where_provet_applied_credit_elsewhere() -> None:
    second = credit_note("3", "-30.00")
    more = (second, booked(second), document_link("3"), paid("5", "-30", "2", method="12"))
    seen = with_records(credited(*more, allocated="20"), paid("6", "-10", "3", method="12"))
    words = [
        text
        for finding in assess(seen, RULES).findings
        for option in finding.options
        for text in option.consequences
        if option.id == "done-by-hand"
    ]
    assert any("of Credit note CN-2, or of Credit note CN-3, was applied to" in text for text in words), words


@pytest.mark.parametrize(
    ("paid_instead", "rest", "effect"),
    [
        pytest.param(paid("5", "-50", "2"), None, 50, id="all of it refunded"),
        pytest.param(paid("5", "-20", "2"), 30, 20, id="some of it refunded"),
        pytest.param(paid("5", "120"), None, -120, id="the invoice paid in full"),
        pytest.param(paid("5", "80"), 40, -80, id="the invoice paid in part"),
    ],
)
def test_credit_that_provet_settles_with_money_comes_off_before_the_money_goes_on(
    paid_instead: Any, rest: int | None, effect: int
) -> None:
    seen = credited(paid_instead, allocated="50")
    found = {finding.kind: finding for finding in assess(seen, RULES).findings}
    assert sorted(found) == ["credit.allocation_extra", "payment.missing_in_xero"]
    extra, money = found["credit.allocation_extra"], found["payment.missing_in_xero"]
    assert (extra.policy, extra.amount, extra.effect) == (Policy.PERSON, 50 - (rest or 0), 0)
    assert (money.policy, money.cause, money.effect, money.options) == (Policy.HOLD, extra.id, effect, ())
    option = extra.option("deallocate")
    assert option is not None
    off, *again = option.steps
    assert isinstance(off, Deallocate)
    assert [(step.amount, step.already) for step in again] == ([] if rest is None else [(rest, 0)])  # type: ignore[union-attr]


def test_a_credit_of_a_credit_note_stands_on_the_invoice_side() -> None:
    first, second = credit_note("2", "-50"), credit_note("3", "50", credits="2")
    seen = family(
        invoice(),
        booked(invoice(), credited=Decimal(50)),
        first,
        booked(first, allocations=(allocation("50"),)),
        second,
    )
    finding = only(seen)
    assert (finding.kind, finding.effect) == ("invoice.missing", 50)
    option = finding.option()
    assert option is not None
    (step,) = option.steps
    assert isinstance(step, CreateDocument)
    assert (step.posting.credit, step.posting.gross, step.posting.label) == (False, 50, "Invoice CN-3")


def test_credit_that_provet_applied_elsewhere_comes_off_its_own_invoice_first() -> None:
    seen = credited(paid("5", "-30", "2", method="12"), allocated="50")
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "credit.allocation_extra",
        Policy.PERSON,
        30,
        0,
    )


def test_rounding_is_no_money_that_credit_must_make_room_for() -> None:
    """Rounded down by 0.02 and the payment gone: the invoice is over 119.98, and all of that may be credited."""
    rounded = paid("5", "0.02", method="3")
    mine, note = invoice(), credit_note("2", "-120.00")
    theirs = booked(mine, gross=Decimal("119.98"), credited=Decimal("119.98"), balance=Decimal(0))
    seen = family(
        mine,
        theirs,
        note,
        booked(note, allocations=(allocation("119.98"),), balance=Decimal("0.02")),
        rounded,
        document_link(),
        document_link("2"),
    )
    assert "credit.allocation_extra" not in kinds(assess(seen, RULES))
