"""What Xero counts as settled although no payment or credit that was read does so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.core.assess import assess
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from tests.core.builders import (
    RULES,
    T0,
    allocation,
    booked,
    credit_note,
    document_link,
    kinds,
    only,
    paid,
    payment_link,
    steps,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import in_step
from tests.core.world import VOID

EARLIER = T0 - dt.timedelta(minutes=1)
LATER = T0 + dt.timedelta(minutes=1)


def due(seen: Family, left: str) -> Family:
    """The family with what Xero says is due on the invoice."""
    return with_changed(seen, "x-1", balance=Decimal(left))


def paired() -> Family:
    return in_step(paid("5", "50"), xero_paid("a", "50", updated_at=EARLIER), payment_link("5", "a"))


def test_what_nobody_read_is_told_with_its_amount_and_what_to_do() -> None:
    finding = only(due(paired(), "40"))
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "balance.unexplained",
        Policy.PERSON,
        30,
        0,
    )
    assert "40.00" in finding.summary
    assert "70.00" in finding.summary
    assert steps(finding, "done-by-hand") == []
    books = assess(due(paired(), "40"), RULES).books
    assert (books.provet, books.xero) == (70, 40)


def test_what_xero_no_longer_counts_is_told_as_well() -> None:
    finding = only(due(paired(), "120"))
    assert (finding.kind, finding.amount) == ("balance.unexplained", 50)


def test_a_refund_that_nobody_read_is_told() -> None:
    note = credit_note("2", "-50.00")
    seen = with_records(in_step(), note, booked(note), document_link("2"))
    seen = with_changed(seen, "x-2", allocations=(allocation("20"),))
    spent = with_changed(seen, "x-2", balance=Decimal(0))
    assert "balance.unexplained" not in kinds(assess(seen, RULES))
    assert "balance.unexplained" in kinds(assess(spent, RULES))


def test_a_payment_that_is_newer_than_its_document_may_be_in_what_is_due_or_not() -> None:
    newer = in_step(paid("5", "50"), xero_paid("a", "50", updated_at=LATER), payment_link("5", "a"))
    assert assess(due(newer, "120"), RULES).findings == ()
    assert assess(due(newer, "70"), RULES).findings == ()
    assert kinds(assess(due(newer, "40"), RULES)) == ["balance.unexplained"]
    gone = in_step(xero_paid("a", "50", updated_at=LATER, cancelled=True))
    assert assess(due(gone, "70"), RULES).findings == ()
    assert kinds(assess(due(gone, "60"), RULES)) == ["balance.unexplained"]


def test_credit_whose_invoice_was_read_before_is_not_unseen() -> None:
    note = credit_note("2", "-50.00")
    seen = with_records(in_step(), note, booked(note), document_link("2"))
    set_off = with_changed(seen, "x-2", allocations=(allocation("50"),))
    assert assess(due(set_off, "120"), RULES).findings == ()


def test_money_of_provet_waits_for_a_person_beside_what_nobody_read() -> None:
    seen = due(with_records(in_step(), paid("5", "50")), "70")
    findings = {finding.kind: finding for finding in assess(seen, RULES).findings}
    assert findings["payment.missing_in_xero"].policy is Policy.PERSON
    assert "cannot be read" in findings["payment.missing_in_xero"].summary


def test_no_credit_is_set_against_it_and_it_is_not_voided() -> None:
    note = credit_note("2", "-50.00")
    seen = with_records(in_step(), note, booked(note), document_link("2"))
    assert "credit.allocation_missing" in kinds(assess(seen, RULES))
    assert "credit.allocation_missing" not in kinds(assess(due(seen, "90"), RULES))
    voided = only(due(with_changed(in_step(), "1", status=VOID), "90"))
    assert (voided.kind, voided.effect) == ("invoice.voided_in_provet", -90)
    assert steps(voided) == []


def test_money_of_provet_that_meets_what_nobody_read_is_one_discrepancy_with_its_reason() -> None:
    seen = due(with_records(in_step(), paid("5", "120")), "70")
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == ("payment.overpaid", Policy.PERSON, -70)
    assert "only GBP 70.00 is still due there" in finding.summary
    assert "70.00 of INV-1 is open in Xero, where its payments and credit would leave GBP 120.00" in finding.summary
    first, *others = finding.options
    assert (first.id, first.recommended, first.steps) == ("done-by-hand", True, ())
    assert "GBP 50.00 is more than this program reads" in first.consequences[0]
    assert [(way.id, way.recommended) for way in others] == [("book-up-to-due", False)]


def test_a_payment_that_was_booked_up_to_what_nobody_read_is_one_discrepancy_with_its_reason() -> None:
    link = payment_link("5", "a")
    seen = due(in_step(paid("5", "120"), xero_paid("a", "70", updated_at=EARLIER), link), "0")
    finding = only(seen)
    assert (finding.kind, finding.effect) == ("payment.overpaid", 0)
    assert "0.00 of INV-1 is open in Xero, where its payments and credit would leave GBP 50.00" in finding.summary


def test_more_money_than_a_document_is_over_stays_beside_what_nobody_read_elsewhere() -> None:
    note = credit_note("2", "-50.00")
    seen = with_records(in_step(paid("5", "150")), note, booked(note), document_link("2"))
    odd = with_changed(seen, "x-2", balance=Decimal("20"))
    assert {"payment.overpaid", "balance.unexplained"} <= set(kinds(assess(odd, RULES)))
