"""What assessments say of documents that are not in Xero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from daemon.core.assess import assess
from daemon.core.correction import CreateContact, CreateDocument, CreatePayment, SetLink
from daemon.core.discrepancy import Finding, Policy, finding_id
from daemon.core.family import Family
from daemon.core.model import Contact, DocumentStatus
from daemon.core.rules import Rules
from tests.core.builders import (
    ADA,
    DAY,
    RULES,
    booked,
    client,
    contact,
    contact_link,
    credit_note,
    document_link,
    family,
    invoice,
    learned,
    only,
    paid,
    row,
    rules,
    steps,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import APRIL, CLOSED, in_step, step_of

VOID = DocumentStatus.VOID


def created(finding: Finding) -> Any:
    option = finding.option()
    assert option is not None
    return next(step.posting for step in option.steps if isinstance(step, CreateDocument))


def test_a_missing_invoice_is_created_with_its_payments() -> None:
    finding = only(family(invoice(), paid("5", "20"), paid("6", "30", date=DAY + dt.timedelta(days=3))))
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "invoice.missing",
        Policy.AUTOMATIC,
        120,
        70,
    )
    assert steps(finding) == ["CreateDocument", "CreatePayment", "CreatePayment"]
    option = finding.option()
    assert option is not None
    payments = [step for step in option.steps if isinstance(step, CreatePayment)]
    assert [(step.amount, step.account, step.reference) for step in payments] == [
        (20, "091", "Provet payment 5"),
        (30, "091", "Provet payment 6"),
    ]
    assert "GBP 70.00 stays open on it" in option.consequences


def test_a_client_without_a_contact_gets_one_first() -> None:
    seen = family(invoice(), contacts=(client(),), links=(), taken_names=("ada quinn",))
    option = only(seen).option()
    assert option is not None
    first, second = option.steps
    assert isinstance(first, CreateContact)
    assert isinstance(second, CreateDocument)
    assert (first.contact.name, first.contact.number) == ("Ada Quinn (12)", ADA)


@pytest.mark.parametrize(
    ("payments", "booked_amounts"),
    [
        pytest.param([("1", "150", "1")], [], id="more than is due"),
        pytest.param([("1", "100", "1"), ("2", "30", "1"), ("3", "20", "1")], [100, 20], id="what fits goes first"),
        pytest.param([("1", "20", "5")], [], id="method not mapped"),
        pytest.param([("1", "20", "17")], [], id="the method of payments from Xero"),
        pytest.param([("1", "20", "8")], [20], id="prepayment used"),
        pytest.param([("1", "20", "12")], [], id="credit applied"),
    ],
)
def test_payments_that_a_creation_books(payments: list[tuple[str, str, str]], booked_amounts: list[int]) -> None:
    rows = [paid(identifier, value, method=method) for identifier, value, method in payments]
    findings = assess(family(invoice(), *rows), RULES).findings
    assert [finding.kind for finding in findings] == ["invoice.missing"]
    option = findings[0].option()
    assert option is not None
    assert [step.amount for step in option.steps if isinstance(step, CreatePayment)] == booked_amounts


def test_payments_in_a_closed_period_are_not_booked_with_their_document() -> None:
    seen = family(invoice(date=APRIL), paid("1", "20"), paid("2", "30", date=APRIL))
    option = only(seen, CLOSED).option()
    assert option is not None
    assert [step.amount for step in option.steps if isinstance(step, CreatePayment)] == [30]


def test_an_own_prepayment_is_booked_from_its_clearing_account() -> None:
    option = only(family(invoice(), paid("1", "20", method="8"))).option()
    assert option is not None
    assert [step.account for step in option.steps if isinstance(step, CreatePayment)] == ["815"]


def test_a_missing_mapping_holds_the_document_and_is_a_cause_of_its_own() -> None:
    document = invoice("1", "30.00", row("10.00", "12.5"), row("10.00", "7"), row("10.00", account="9"))
    assessment = assess(family(document, paid("1", "5", method="5")), rules(accounts_known=("200", "091")))
    (finding,) = assessment.findings
    assert (finding.kind, finding.policy, finding.options) == ("invoice.missing", Policy.HOLD, ())
    assert finding.cause == finding_id("riverside", "mapping.missing", "tax:12.5")
    assert [cause.subject.label for cause in assessment.causes] == ["tax:12.5", "tax:7", "account:9", "payment:5"]
    assert {cause.policy for cause in assessment.causes} == {Policy.HOLD}
    assert finding.cause == assessment.causes[0].id


def test_a_mapping_that_nothing_waits_for_is_no_discrepancy() -> None:
    document = invoice("1", "10.00", row("10.00", account="9"))
    theirs = booked(document)
    assert assess(family(document, theirs), rules(accounts_known=("200",))).causes == ()
    gone = invoice("1", "10.00", row("10.00", account="9"), status=VOID)
    assert assess(family(gone, paid("1", "5", method="5")), rules(accounts_known=("200",))).causes == ()


@pytest.mark.parametrize(
    ("contacts", "links", "held", "cause"),
    [
        pytest.param((client(),), (), {ADA: "ambiguous-id"}, "ambiguous-id", id="which contact is not decided"),
        pytest.param(
            (client(), contact(archived=True)),
            (contact_link(),),
            {},
            finding_id("riverside", "contact.archived", "provet/contact/12"),
            id="archived contact",
        ),
        pytest.param(
            (client(), contact(archived=True, merged_into="other")),
            (contact_link(),),
            {},
            finding_id("riverside", "contact.merged", "provet/contact/12"),
            id="merged contact",
        ),
        pytest.param((client(), contact()), (contact_link(),), {ADA: "ambiguous-id"}, None, id="decided meanwhile"),
    ],
)
def test_documents_wait_for_their_contact(
    contacts: tuple[Contact, ...], links: tuple[Any, ...], held: dict[str, str], cause: str | None
) -> None:
    finding = only(family(invoice(), contacts=contacts, links=links, held_contacts=held))
    assert (finding.kind, finding.cause) == ("invoice.missing", cause)
    assert (finding.policy is Policy.HOLD) is (cause is not None)


@pytest.mark.parametrize(
    ("contacts", "links", "words"),
    [
        pytest.param((), (), "its client 12 cannot be read in Provet", id="no client"),
        pytest.param(
            (client(archived=True), contact(archived=True)),
            (contact_link(),),
            "its contact Ada Quinn is archived in Xero, where only a person can restore it",
            id="archived on both sides",
        ),
    ],
)
def test_documents_that_only_a_person_can_bring_on(
    contacts: tuple[Contact, ...], links: tuple[Any, ...], words: str
) -> None:
    finding = only(family(invoice(), contacts=contacts, links=links))
    assert (finding.kind, finding.policy, finding.options) == ("invoice.missing", Policy.PERSON, ())
    assert finding.summary.endswith(words)


def foreign(**fields: Any) -> Any:
    return booked(invoice(), "foreign", **{"reference": "", "gross": Decimal(75), "contact_name": "Typed", **fields})


@pytest.mark.parametrize(
    ("seen", "practice", "kind", "option", "policy"),
    [
        pytest.param(family(invoice()), RULES, "invoice.missing", "create", Policy.AUTOMATIC, id="nothing special"),
        pytest.param(
            family(invoice(), foreign()), RULES, "invoice.number_collision", "create", Policy.PERSON, id="number taken"
        ),
        pytest.param(family(invoice()), CLOSED, "period.locked", "first-open-day", Policy.PERSON, id="closed period"),
        pytest.param(
            family(invoice(), foreign()),
            CLOSED,
            "period.locked",
            "first-open-day",
            Policy.PERSON,
            id="closed and taken",
        ),
        pytest.param(
            family(invoice("1", "120.03", row("120.00"))),
            RULES,
            "invoice.rounding",
            "rounding-line",
            Policy.AUTOMATIC,
            id="cents off",
        ),
        pytest.param(
            family(invoice("1", "120.03", row("120.00"))),
            CLOSED,
            "period.locked",
            "first-open-day",
            Policy.PERSON,
            id="cents off in a closed period",
        ),
        pytest.param(
            family(invoice("1", "120.03", row("120.00")), foreign()),
            RULES,
            "invoice.number_collision",
            "create",
            Policy.PERSON,
            id="cents off and number taken",
        ),
        pytest.param(
            family(invoice("1", "123.70", row("120.00"))),
            RULES,
            "invoice.total_differs",
            "done-by-hand",
            Policy.PERSON,
            id="far off",
        ),
        pytest.param(
            family(invoice("1", "123.70", row("120.00"))),
            CLOSED,
            "invoice.total_differs",
            "done-by-hand",
            Policy.PERSON,
            id="far off, closed",
        ),
        pytest.param(
            family(credit_note("1", credits="")), RULES, "credit.missing", "create", Policy.AUTOMATIC, id="credit note"
        ),
        pytest.param(
            family(invoice("1", "-20.00")), RULES, "credit.missing", "create", Policy.AUTOMATIC, id="negative invoice"
        ),
    ],
)
def test_the_most_specific_kind_and_its_way_out(
    seen: Family, practice: Rules, kind: str, option: str | None, policy: Policy
) -> None:
    finding = only(seen, practice)
    recommended = finding.option()
    assert (finding.kind, recommended.id if recommended else None, finding.policy) == (kind, option, policy)
    if recommended is None or not recommended.steps:
        return
    posting = created(finding)
    assert posting.gross == sum(line.gross for line in posting.lines)
    assert not practice.closed(posting.date)
    assert posting.date == (APRIL if practice is CLOSED else DAY)
    assert posting.due_date >= posting.date
    assert (posting.number == "INV-1") is (len(seen.documents) == 1 and not posting.credit) or posting.credit


def test_what_is_far_off_may_be_posted_with_a_line_outside_vat_by_a_person_alone() -> None:
    always = rules(policy={"invoice.total_differs": Policy.AUTOMATIC})
    finding = only(family(invoice("1", "123.70", row("120.00"))), always)
    assert (finding.policy, [o.id for o in finding.options]) == (Policy.PERSON, ["done-by-hand", "rounding-line"])
    hand, line = finding.options
    assert (hand.recommended, hand.steps, line.recommended) == (True, (), False)
    assert "GBP 3.70 of it stands on account 861, outside VAT" in line.consequences
    assert [(each.gross, each.tax_code) for each in line.steps[-1].posting.lines] == [
        (120, "OUTPUT2"),
        (Decimal("3.70"), "NONE"),
    ]


def test_rows_that_miss_the_vat_can_only_be_mended_in_provet() -> None:
    finding = only(family(msgspec.structs.replace(invoice("1", "120.00", row("120.00")), tax=Decimal(5))))
    assert (finding.kind, finding.policy) == ("invoice.total_differs", Policy.PERSON)
    assert [option.id for option in finding.options] == ["done-by-hand"]
    assert "its rows miss its VAT" in finding.summary


def test_a_collision_shows_both_documents_and_posts_under_the_id() -> None:
    finding = only(family(invoice(), foreign()))
    assert created(finding).number == "INV-1-1"
    assert [(f.name, f.provet, f.xero) for f in finding.fields] == [
        ("gross", "120.00", "75.00"),
        ("date", "2026-03-10", "2026-03-10"),
        ("contact", "Ada Quinn", "Typed"),
    ]


def test_no_mapping_for_the_rounding_account_holds_what_needs_it() -> None:
    document = invoice("1", "120.03", row("120.00"))
    finding = only(family(document), rules(accounts_known=("200", "091")))
    assert (finding.kind, finding.policy) == ("invoice.missing", Policy.HOLD)
    assert finding.cause == finding_id("riverside", "mapping.missing", "account:861")


@pytest.mark.parametrize(
    ("practice", "document", "kind"),
    [
        pytest.param(RULES, invoice(), "invoice.missing", id="missing"),
        pytest.param(CLOSED, invoice(), "period.locked", id="in a closed period"),
        pytest.param(RULES, invoice("1", "123.70", row("120.00")), "invoice.total_differs", id="inconsistent"),
        pytest.param(RULES, invoice(consolidates=("8",)), "consolidated.held", id="held"),
    ],
)
def test_a_credit_note_waits_for_its_original(practice: Rules, document: Any, kind: str) -> None:
    note = credit_note("2", date=APRIL)
    original, waiting = assess(family(document, note), practice).findings
    assert (original.kind, waiting.kind, waiting.policy) == (kind, "credit.missing", Policy.HOLD)
    assert waiting.cause == original.id


@pytest.mark.parametrize(
    "original",
    [
        pytest.param(invoice(status=VOID), id="void and never sent"),
        pytest.param(invoice(date=dt.date(2025, 12, 1)), id="before the start date"),
    ],
)
def test_a_credit_note_of_what_stays_out_goes_alone(original: Any) -> None:
    finding = only(family(original, credit_note("2", credits="1")))
    assert (finding.kind, finding.cause, steps(finding)) == ("credit.missing", None, ["CreateDocument"])


def test_a_credit_note_of_a_document_void_in_xero_goes_alone() -> None:
    seen = family(invoice(), booked(invoice(), status=VOID), document_link(), credit_note("2"))
    void, credit = assess(seen, RULES).findings
    assert (void.kind, credit.kind, credit.cause) == ("invoice.voided_in_xero", "credit.missing", None)


@pytest.mark.parametrize("how", ["void", "vanished", "unread"])
def test_voided_in_xero_is_posted_anew_only_by_a_person(how: str) -> None:
    seen = in_step()
    if how == "void":
        seen = with_changed(seen, "x-1", status=VOID)
    elif how == "vanished":
        seen = family(*seen.documents, *seen.links, vanished=("document/x-1",))
    else:
        seen = family(invoice(), *seen.links)
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == ("invoice.voided_in_xero", Policy.PERSON, 120)
    recommended = finding.option()
    assert recommended is not None
    assert recommended.id == "repost"
    assert created(finding).number == ("INV-1" if how == "unread" else "INV-1-2")


def test_what_is_posted_anew_brings_the_payments_that_its_predecessor_had() -> None:
    seen = learned(in_step(paid("5", "20"), xero_paid("a", "20", note="Provet payment 5")))
    gone = with_changed(with_changed(seen, "a", cancelled=True), "x-1", status=VOID)
    assert steps(only(gone)) == ["CreateDocument", "CreatePayment"]


def test_voided_in_xero_in_a_closed_period_goes_to_the_first_open_day() -> None:
    finding = only(with_changed(in_step(), "x-1", status=VOID), CLOSED)
    assert [option.id for option in finding.options] == ["first-open-day"]
    assert (created(finding).date, created(finding).number) == (APRIL, "INV-1-2")


def test_a_living_document_with_the_mark_of_a_void_one_is_taken_for_it_only_by_a_person() -> None:
    seen = with_records(with_changed(in_step(), "x-1", status=VOID), booked(invoice(), "copy", number="INV-99"))
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == ("invoice.voided_in_xero", Policy.PERSON, 0)
    step = step_of(finding, "link")
    assert isinstance(step, SetLink)
    assert step.link.xero_id == "copy"
    links = tuple(link for link in seen.links if link.provet_id != "1")
    assert assess(family(*seen.documents, links=(*links, step.link)), RULES).findings == ()
