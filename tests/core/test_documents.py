"""What assessments say of documents that are missing, held, void or doubled."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import VoidDocument
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from daemon.core.model import DocumentStatus, Payment
from daemon.core.rules import Mode, Rules
from tests.core.builders import (
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
    rules,
    steps,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import APRIL, CLOSED, in_step

VOID = DocumentStatus.VOID


@pytest.mark.parametrize(
    ("document", "reason", "amount"),
    [
        pytest.param(invoice(contact_id=""), "anonymous sale", 120, id="anonymous"),
        pytest.param(invoice(status=DocumentStatus.DRAFT), "draft", 120, id="draft"),
        pytest.param(invoice(status=DocumentStatus.PENDING), "not finalised", 120, id="not finalised"),
        pytest.param(invoice(date=dt.date(2025, 12, 31)), "before start date", 120, id="before the start date"),
        pytest.param(credit_note("1", contact_id="", credits=""), "anonymous sale", -50, id="anonymous credit note"),
    ],
)
def test_excluded_documents_have_a_reason_and_an_amount(document: Any, reason: str, amount: int) -> None:
    assessment = assess(family(document, paid("1", "20", "other")), RULES)
    assert kinds(assessment) == []
    assert [(e.reason, e.amount, e.provet_id) for e in assessment.exclusions] == [(reason, amount, "1")]
    assert (assessment.books.provet, assessment.books.xero) == (amount, 0)
    assert assessment.links == ()


@pytest.mark.parametrize("status", [DocumentStatus.PENDING, DocumentStatus.DRAFT], ids=str)
def test_a_synced_document_stays_in_scope_when_its_status_moves(status: DocumentStatus) -> None:
    seen = family(invoice(status=status), booked(invoice()), document_link())
    assert assess(seen, RULES).exclusions == ()


def test_documents_of_other_departments_do_not_exist() -> None:
    assessment = assess(family(invoice()), rules(departments=("2",)))
    assert (assessment.findings, assessment.exclusions, assessment.books.provet) == ((), (), 0)


@pytest.mark.parametrize(
    ("mode", "policy", "expected"),
    [
        pytest.param(Mode.AUTO, {}, Policy.AUTOMATIC, id="auto"),
        pytest.param(Mode.APPROVE, {}, Policy.PERSON, id="approve"),
        pytest.param(Mode.OBSERVE, {}, Policy.PERSON, id="observe"),
        pytest.param(Mode.AUTO, {"invoice.missing": Policy.PERSON}, Policy.PERSON, id="settings: a person"),
        pytest.param(Mode.AUTO, {"invoice.missing": Policy.HOLD}, Policy.HOLD, id="settings: hold"),
        pytest.param(
            Mode.APPROVE, {"invoice.missing": Policy.AUTOMATIC}, Policy.PERSON, id="the mode outranks settings"
        ),
    ],
)
def test_who_corrects_it(mode: Mode, policy: dict[str, Policy], expected: Policy) -> None:
    assert only(family(invoice()), rules(mode=mode, policy=policy)).policy is expected


@pytest.mark.parametrize(
    ("seen", "practice", "policy", "does"),
    [
        pytest.param(in_step(), RULES, Policy.AUTOMATIC, ["VoidDocument"], id="unpaid"),
        pytest.param(
            in_step(xero_paid("a", "20")), RULES, Policy.PERSON, ["DeletePayment", "VoidDocument"], id="paid in Xero"
        ),
        pytest.param(in_step(xero_paid("a", "20", reconciled=True)), RULES, Policy.PERSON, [], id="reconciled"),
        pytest.param(in_step(xero_paid("a", "20", batch_id="b")), RULES, Policy.PERSON, [], id="in a batch"),
        pytest.param(in_step(credited=Decimal(5)), RULES, Policy.PERSON, [], id="foreign credit"),
        pytest.param(
            with_changed(in_step(xero_paid("a", "20")), "x-1", date=APRIL),
            CLOSED,
            Policy.PERSON,
            [],
            id="paid in a closed period",
        ),
        pytest.param(in_step(), CLOSED, Policy.PERSON, ["CreateDocument", "Allocate"], id="closed period"),
        pytest.param(
            in_step(xero_paid("a", "20")),
            CLOSED,
            Policy.PERSON,
            ["CreateDocument", "Allocate"],
            id="paid, and itself in a closed period",
        ),
    ],
)
def test_voided_in_provet(seen: Family, practice: Rules, policy: Policy, does: list[str] | None) -> None:
    finding = next(
        f
        for f in assess(with_changed(seen, "1", status=VOID), practice).findings
        if f.kind in ("invoice.voided_in_provet", "period.locked")
    )
    assert finding.policy is policy
    assert (steps(finding) if finding.options else None) == does


def test_credit_of_no_kin_that_is_set_against_it_keeps_it_from_being_voided() -> None:
    """Provet applied credit of another document as well, so that it is no foreign one; no step can take it off."""
    seen = with_records(in_step(balance=Decimal(70), credited=Decimal(50)), paid("5", "50", method="12"))
    voided = only(with_changed(seen, "1", status=DocumentStatus.VOID))
    assert (voided.kind, voided.policy, steps(voided)) == ("invoice.voided_in_provet", Policy.PERSON, [])


def test_a_voided_credit_note_gives_its_credit_back_first() -> None:
    note = booked(credit_note(), allocations=(allocation("50"),), balance=Decimal(0))
    seen = learned(
        family(
            invoice(), booked(invoice(), credited=Decimal(50)), credit_note(), note, document_link(), document_link("2")
        )
    )
    finding = only(with_changed(seen, "2", status=VOID))
    assert (finding.kind, finding.policy, finding.effect) == ("invoice.voided_in_provet", Policy.PERSON, 50)
    assert steps(finding) == ["Deallocate", "VoidDocument"]
    assert "credit taken off in Xero first: GBP 50.00" in finding.options[0].consequences


def test_void_and_never_sent_is_nothing() -> None:
    assert assess(family(invoice(status=VOID), paid("1", "20")), RULES).findings == ()


def test_a_document_that_vanished_from_provet_is_voided_only_by_a_person() -> None:
    gone = in_step()
    assert only(with_changed(gone, "1", status=VOID)).policy is Policy.AUTOMATIC
    vanished = family(*gone.documents, *gone.links, vanished=("document/1",))
    finding = only(vanished)
    assert (finding.kind, finding.policy) == ("invoice.voided_in_provet", Policy.PERSON)
    assert "is gone from Provet" in finding.summary


def test_duplicates_are_one_discrepancy_that_counts_in_the_balance() -> None:
    copies = [booked(invoice(), identifier, number=f"INV-9{identifier}") for identifier in "ab"]
    seen = with_records(in_step(), *copies)
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "invoice.duplicate_in_xero",
        Policy.PERSON,
        240,
        -240,
    )
    option = finding.option()
    assert option is not None
    assert [step.xero_id for step in option.steps if isinstance(step, VoidDocument)] == ["a", "b"]
    assert assess(seen, RULES).books.xero == 360


@pytest.mark.parametrize(
    ("payments", "practice"),
    [
        pytest.param((xero_paid("p", "20", "a"),), RULES, id="paid"),
        pytest.param((), CLOSED, id="in a closed period"),
    ],
)
def test_a_duplicate_that_may_not_be_voided_offers_nothing(payments: tuple[Payment, ...], practice: Rules) -> None:
    finding = only(with_records(in_step(), booked(invoice(), "a", number="INV-9"), *payments), practice)
    assert (finding.kind, finding.options) == ("invoice.duplicate_in_xero", ())


def test_a_duplicate_of_a_credit_note_counts_on_its_side() -> None:
    seen = family(credit_note("1", credits=""), booked(credit_note("1")), booked(credit_note("1"), "a", number="CN-9"))
    finding = only(seen)
    assert (finding.effect, assess(seen, RULES).books.xero) == (50, -100)
