"""What assessments say of documents that are missing, held, void or doubled."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import CreateContact, CreateDocument, CreatePayment, VoidDocument
from daemon.core.discrepancy import Finding, Policy, finding_id
from daemon.core.family import Family
from daemon.core.model import Contact, DocumentStatus
from daemon.core.rules import Mode, Rules
from tests.core.builders import (
    ADA,
    DAY,
    RULES,
    allocation,
    booked,
    client,
    contact,
    contact_link,
    credit_note,
    document_link,
    family,
    invoice,
    kinds,
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

VOID = DocumentStatus.VOID
CLOSED = rules(locked_through=dt.date(2026, 3, 31))
APRIL = dt.date(2026, 4, 1)


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
            None,
            Policy.PERSON,
            id="far off",
        ),
        pytest.param(
            family(invoice("1", "123.70", row("120.00"))),
            CLOSED,
            "invoice.total_differs",
            None,
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
    if recommended is None:
        return
    posting = created(finding)
    assert posting.gross == sum(line.gross for line in posting.lines)
    assert not practice.closed(posting.date)
    assert posting.date == (APRIL if practice is CLOSED else DAY)
    assert posting.due_date >= posting.date
    assert (posting.number == "INV-1") is (len(seen.documents) == 1 and not posting.credit) or posting.credit


def test_a_collision_shows_both_documents_and_posts_under_the_id() -> None:
    finding = only(family(invoice(), foreign()))
    assert created(finding).number == "INV-1-1"
    assert [(f.name, f.provet, f.xero) for f in finding.fields] == [
        ("gross", "120.00", "75"),
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


def test_documents_of_a_consolidation_are_held_whole() -> None:
    whole = family(invoice(consolidates=("8", "9")), paid("1", "20"))
    inside = family(invoice(), paid("1", "120", method="6"))
    for seen, effect in ((whole, 100), (inside, 0)):
        finding = only(seen)
        assert (finding.kind, finding.policy, finding.effect) == ("consolidated.held", Policy.PERSON, effect)
    revoked = family(invoice(status=VOID, consolidates=("8", "9")))
    assert assess(revoked, RULES).findings == ()


def in_step(*payments: Any, **fields: Any) -> Family:
    """Invoice 1 in both systems, linked, with what its partner has on it."""
    return learned(family(invoice(), booked(invoice(), **fields), document_link(), *payments))


@pytest.mark.parametrize(
    ("seen", "practice", "policy", "does"),
    [
        pytest.param(in_step(), RULES, Policy.AUTOMATIC, ["VoidDocument"], id="unpaid"),
        pytest.param(
            in_step(xero_paid("a", "20")), RULES, Policy.PERSON, ["DeletePayment", "VoidDocument"], id="paid in Xero"
        ),
        pytest.param(in_step(xero_paid("a", "20", reconciled=True)), RULES, Policy.PERSON, None, id="reconciled"),
        pytest.param(in_step(xero_paid("a", "20", batch_id="b")), RULES, Policy.PERSON, None, id="in a batch"),
        pytest.param(in_step(credited=Decimal(5)), RULES, Policy.PERSON, None, id="foreign credit"),
        pytest.param(in_step(), CLOSED, Policy.HAND_WORK, None, id="closed period"),
    ],
)
def test_voided_in_provet(seen: Family, practice: Rules, policy: Policy, does: list[str] | None) -> None:
    finding = next(
        f
        for f in assess(with_changed(seen, "1", status=VOID), practice).findings
        if f.kind == "invoice.voided_in_provet"
    )
    assert finding.policy is policy
    assert (steps(finding) if finding.options else None) == does


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
    ("fields", "practice"),
    [
        pytest.param({"balance": Decimal(20)}, RULES, id="paid"),
        pytest.param({"date": DAY}, CLOSED, id="in a closed period"),
    ],
)
def test_a_duplicate_that_may_not_be_voided_offers_nothing(fields: dict[str, Any], practice: Rules) -> None:
    finding = only(with_records(in_step(), booked(invoice(), "a", number="INV-9", **fields)), practice)
    assert (finding.kind, finding.options) == ("invoice.duplicate_in_xero", ())


def test_a_duplicate_of_a_credit_note_counts_on_its_side() -> None:
    seen = family(credit_note("1", credits=""), booked(credit_note("1")), booked(credit_note("1"), "a", number="CN-9"))
    finding = only(seen)
    assert (finding.effect, assess(seen, RULES).books.xero) == (50, -100)


def test_a_held_document_with_a_duplicate_shows_both() -> None:
    held = invoice(consolidates=("8",))
    assessment = assess(family(held, booked(held), booked(held, "a", number="INV-9")), RULES)
    assert kinds(assessment) == ["invoice.duplicate_in_xero", "consolidated.held"]
