"""Whole assessments: books, exclusions, what is unexplained, what waits, and what a second look says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from daemon.core.assess import assess
from daemon.core.correction import CreatePayment
from daemon.core.discrepancy import Policy
from daemon.core.model import DocumentStatus
from tests.core.builders import (
    RULES,
    booked,
    client_family,
    credit_note,
    document_link,
    family,
    invoice,
    kinds,
    learned,
    only,
    paid,
    payment_link,
    row,
    rules,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import in_step, moved, step_of


def test_books_that_agree_bring_links_with_baselines_and_nothing_else() -> None:
    mine = invoice("1", "145.50", row("120.00"), row("25.50", "5"))
    assessment = assess(
        family(mine, booked(mine), paid("5", "50"), xero_paid("a", "50", note="Provet payment 5")), RULES
    )
    assert (assessment.findings, assessment.causes, assessment.exclusions) == ((), (), ())
    assert (assessment.books.provet, assessment.books.xero) == (Decimal("95.50"), Decimal("95.50"))
    document, payment = assessment.links
    assert (document.provet_id, document.xero_id, document.baseline) == (
        "1",
        "x-1",
        {
            "contact": "client 12",
            "contact/xero": "contact contact-12",
            "date": "2026-03-10",
            "gross": "145.50",
            "tax 20": "20.00",
            "tax 5": "1.21",
        },
    )
    assert (payment.provet_id, payment.xero_id, payment.baseline) == (
        "5",
        "a",
        {"amount": "50.00", "date": "2026-03-10", "method": "1", "method/xero": "091"},
    )


def test_a_second_look_has_nothing_to_note() -> None:
    seen = learned(family(invoice(), booked(invoice()), paid("5", "50"), xero_paid("a", "50", note="Provet payment 5")))
    assert assess(seen, RULES).links == ()


def test_an_assessment_is_a_function_of_its_arguments() -> None:
    seen = with_records(moved(in_step(), "1", "240"), paid("5", "50"), credit_note("2"))
    assert assess(seen, RULES) == assess(seen, RULES)
    assert {f.id for f in assess(seen, RULES).findings} == {
        f.id for f in assess(seen, rules(today=rules().start_date)).findings
    }


def test_a_family_without_documents_is_empty() -> None:
    assert assess(family(), RULES) == assess(client_family(), RULES)
    assert assess(family(), RULES).books.provet == 0


def test_exclusions_carry_their_balance_and_stay_out_of_the_difference() -> None:
    draft = invoice("7", "30", status=DocumentStatus.DRAFT)
    assessment = assess(
        with_records(in_step(), draft, paid("5", "20"), xero_paid("a", "20", note="Provet payment 5")), RULES
    )
    assert (assessment.books.provet, assessment.books.xero) == (130, 100)
    assert [(e.label, e.reason, e.amount) for e in assessment.exclusions] == [("Invoice INV-7", "draft", 30)]
    assert assessment.findings == ()


def test_what_nothing_explains_is_said_and_has_no_effect_of_its_own() -> None:
    seen = in_step(paid("5", "50"), xero_paid("a", "50"), payment_link("5", "a"))
    finding = only(with_changed(seen, "a", amount=Decimal("50.004")))
    assert (finding.kind, finding.policy, finding.amount, finding.effect, finding.options) == (
        "balance.unexplained",
        Policy.PERSON,
        Decimal("0.004"),
        0,
        (),
    )


def test_money_waits_for_a_document_that_is_about_to_be_edited() -> None:
    seen = with_records(moved(in_step(), "1", "240"), paid("5", "50"), xero_paid("a", "10"))
    edited, waits, recorded = assess(seen, RULES).findings
    assert (edited.kind, edited.policy) == ("invoice.changed_in_provet", Policy.PERSON)
    assert (waits.policy, recorded.policy) == (Policy.AUTOMATIC, Policy.AUTOMATIC)
    untouched = with_records(moved(in_step(), "1", "240"), paid("5", "50"))
    edited, waits = assess(untouched, RULES).findings
    assert (edited.kind, edited.policy) == ("invoice.changed_in_provet", Policy.AUTOMATIC)
    assert (waits.kind, waits.policy, waits.cause) == ("payment.missing_in_xero", Policy.HOLD, edited.id)


def test_credit_waits_for_an_invoice_that_is_about_to_be_edited() -> None:
    edited, waits = assess(with_records(moved(in_step(), "1", "240"), credit_note("2")), RULES).findings
    assert (waits.kind, waits.policy, waits.cause) == ("credit.missing", Policy.HOLD, edited.id)


@pytest.mark.parametrize(
    ("in_xero", "paid_in_provet", "booked_now"),
    [
        pytest.param("100", "120", ("payment.overpaid", 100), id="Xero's is smaller"),
        pytest.param("240", "150", ("payment.overpaid", 120), id="Provet's is smaller"),
        pytest.param("240", "120", ("payment.missing_in_xero", 120), id="within both"),
    ],
)
def test_money_never_exceeds_the_smaller_total_while_two_totals_differ(
    in_xero: str, paid_in_provet: str, booked_now: tuple[str, int]
) -> None:
    seen = with_records(moved(in_step(), "x-1", in_xero), paid("5", paid_in_provet))
    _, finding = assess(seen, RULES).findings
    step = step_of(finding)
    assert isinstance(step, CreatePayment)
    assert (finding.kind, step.amount) == booked_now


def test_a_document_that_vanished_from_xero_takes_its_payments_along() -> None:
    seen = in_step(paid("5", "50"), xero_paid("a", "50"), payment_link("5", "a"), document_link())
    gone = family(*seen.documents, *seen.payments, links=seen.links, vanished=("document/x-1", "payment/a"))
    assert kinds(assess(gone, RULES)) == ["invoice.voided_in_xero"]
    assert only(gone).effect == 70
