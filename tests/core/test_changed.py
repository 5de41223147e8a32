"""What assessments say of documents that stand on both sides and differ."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from daemon.core.assess import assess
from daemon.core.correction import Allocate, CreateDocument, CreatePayment, SetLink, UpdateDocument
from daemon.core.discrepancy import Policy, finding_id
from daemon.core.family import Family
from daemon.core.model import Line, Link, Origin
from daemon.core.rules import Rules
from tests.core.builders import (
    ADA,
    ADA_CONTACT,
    DAY,
    RULES,
    booked,
    credit_note,
    document_link,
    family,
    invoice,
    learned,
    only,
    paid,
    payment_link,
    row,
    rules,
    steps,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import APRIL, CLOSED, in_step, moved, resized

LATER = DAY + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("seen", "kind", "policy", "option", "names"),
    [
        pytest.param(
            moved(in_step(), "1", "240"),
            "invoice.changed_in_provet",
            Policy.AUTOMATIC,
            "update",
            ["gross", "tax 20"],
            id="amount in Provet",
        ),
        pytest.param(
            with_changed(in_step(), "1", date=LATER),
            "invoice.changed_in_provet",
            Policy.AUTOMATIC,
            "update",
            ["date"],
            id="date in Provet",
        ),
        pytest.param(
            moved(in_step(), "x-1", "240"),
            "invoice.changed_in_xero",
            Policy.PERSON,
            "restore-from-provet",
            ["gross", "tax 20"],
            id="amount in Xero",
        ),
        pytest.param(
            with_changed(in_step(), "x-1", date=LATER),
            "invoice.changed_in_xero",
            Policy.PERSON,
            "restore-from-provet",
            ["date"],
            id="date in Xero",
        ),
        pytest.param(
            with_changed(in_step(), "x-1", contact_id="other"),
            "invoice.changed_in_xero",
            Policy.PERSON,
            "restore-from-provet",
            ["contact"],
            id="contact in Xero",
        ),
        pytest.param(
            with_changed(with_changed(in_step(), "1", date=LATER), "x-1", date=DAY + dt.timedelta(days=2)),
            "invoice.conflict",
            Policy.PERSON,
            "use-provet",
            ["date"],
            id="the same field on both sides",
        ),
        pytest.param(
            with_changed(moved(in_step(), "x-1", "240"), "1", date=LATER),
            "invoice.conflict",
            Policy.PERSON,
            "use-provet",
            ["date", "gross", "tax 20"],
            id="different fields on both sides",
        ),
        pytest.param(
            family(invoice(), booked(invoice(), **resized(booked(invoice()), "240"))),
            "invoice.total_differs",
            Policy.PERSON,
            "restore-from-provet",
            ["gross", "tax 20"],
            id="amount that never agreed",
        ),
        pytest.param(
            family(invoice(), booked(invoice(), date=LATER)),
            "invoice.conflict",
            Policy.PERSON,
            "use-provet",
            ["date"],
            id="date that never agreed",
        ),
        pytest.param(
            family(invoice(), booked(invoice(), contact_id="other")),
            "invoice.conflict",
            Policy.PERSON,
            "use-provet",
            ["contact"],
            id="contact that never agreed",
        ),
    ],
)
def test_kinds_of_change(seen: Family, kind: str, policy: Policy, option: str, names: list[str]) -> None:
    finding = only(seen)
    recommended = finding.option()
    assert recommended is not None
    assert (finding.kind, finding.policy, recommended.id) == (kind, policy, option)
    assert [field.name for field in finding.fields] == names
    (step,) = recommended.steps
    assert isinstance(step, UpdateDocument)
    assert list(step.fields) == names
    assert step.posting.number == "INV-1"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"due_date": dt.date(2026, 9, 1)}, id="due date"),
        pytest.param({"reference": "PO 7"}, id="reference"),
        pytest.param({"number": "INV-1-renamed"}, id="number"),
        pytest.param({"currency": "GBP"}, id="currency text"),
        pytest.param({"contact_name": "Ada Q."}, id="contact's name"),
        pytest.param(
            {
                "lines": (
                    Line(
                        description="Recoded",
                        gross=Decimal(120),
                        tax=Decimal(20),
                        tax_rate=Decimal(20),
                        tax_code="OUTPUT2",
                        account="999",
                    ),
                )
            },
            id="accounts and texts",
        ),
        pytest.param(
            {
                "lines": tuple(
                    Line(
                        description="Split",
                        gross=Decimal(60),
                        tax=Decimal(10),
                        tax_rate=Decimal(20),
                        tax_code="OUTPUT2",
                    )
                    for _ in "ab"
                )
            },
            id="lines split",
        ),
    ],
)
def test_what_bookkeepers_change_in_xero_is_no_drift(change: dict[str, Any]) -> None:
    assert assess(with_changed(in_step(), "x-1", **change), RULES).findings == ()


def test_effect_is_signed_by_the_side() -> None:
    more = moved(in_step(), "x-1", "240")
    assert (only(more).amount, only(more).effect) == (120, -120)
    note = learned(family(credit_note("1", "-50", credits=""), booked(credit_note("1", "-50")), document_link()))
    less = with_changed(note, "x-1", **{**resized(booked(invoice()), "30"), "credit": True})
    assert only(less).effect == -20


def test_tax_moved_between_rates_is_a_change() -> None:
    document = invoice("1", "240", row("120"), row("120", "5"))
    seen = learned(family(document, booked(document), document_link()))
    lines = tuple(booked(invoice("1", "240", row("240"))).lines)
    finding = only(with_changed(seen, "x-1", lines=lines))
    assert [(f.name, f.provet, f.baseline, f.xero) for f in finding.fields] == [
        ("tax 20", "20.00", "20.00", "40.00"),
        ("tax 5", "5.71", "5.71", None),
    ]


@pytest.mark.parametrize("link", [document_link(), document_link(origin=Origin.ADOPTED)], ids=["posted", "adopted"])
@pytest.mark.parametrize("all_of_it", [True, False], ids=["the whole", "a line"])
def test_a_line_moved_in_xero_to_a_rate_that_the_document_never_had_is_a_change_in_xero(
    link: Link, all_of_it: bool
) -> None:
    document = invoice("1", "120.00", row("80.00"), row("40.00", description="Pills"))
    seen = learned(family(document, booked(document), link))
    first = booked(document).lines[0]
    moved = row("40.00", "5", tax_code="RROUTPUT", account="200", description="Pills")
    whole = row("80.00", "5", tax_code="RROUTPUT", account="200") if all_of_it else first
    finding = only(with_changed(seen, "x-1", lines=(whole, moved)))
    assert (finding.kind, finding.policy) == ("invoice.changed_in_xero", Policy.PERSON)
    assert [option.id for option in finding.options] == ["restore-from-provet"]
    assert {field.name for field in finding.fields} == {"tax 20", "tax 5"}


def test_an_untaxed_line_that_xero_taxes_is_a_change_in_xero_where_it_was_posted_from_here() -> None:
    document = invoice("1", "120.00", row("120.00", "0"))
    taxed = (row("120.00", "20", tax_code="OUTPUT2", account="200"),)
    posted = learned(family(document, booked(document), document_link()))
    assert only(with_changed(posted, "x-1", lines=taxed)).kind == "invoice.changed_in_xero"
    adopted = learned(family(document, booked(document), document_link(origin=Origin.ADOPTED)))
    assert only(with_changed(adopted, "x-1", lines=taxed)).kind == "invoice.total_differs"


@pytest.mark.parametrize("link", [document_link(), document_link(origin=Origin.ADOPTED)], ids=["posted", "adopted"])
@pytest.mark.parametrize("all_of_it", [True, False], ids=["the whole", "a line"])
def test_a_line_moved_in_provet_to_a_rate_that_the_document_never_had_is_a_change_in_provet_for_a_person(
    link: Link, all_of_it: bool
) -> None:
    document = invoice("1", "120.00", row("80.00"), row("40.00", description="Pills"))
    seen = learned(family(document, booked(document), link))
    whole = row("80.00", "5" if all_of_it else "20")
    lines = (whole, row("40.00", "5", description="Pills"))
    moved = with_changed(seen, "1", lines=lines, tax=round(sum(line.tax for line in lines), 2))
    for each in (moved, learned(moved)):
        finding = only(each)
        assert (finding.kind, finding.policy) == ("invoice.changed_in_provet", Policy.PERSON)
        assert [option.id for option in finding.options] == ["update"]
        assert {field.name for field in finding.fields} == {"tax 20", "tax 5"}


def test_a_difference_that_was_there_before_provet_moved_a_rate_is_never_written_over_by_itself() -> None:
    """Somebody typed the invoice into Xero with its second line untaxed; a person is asked, and still is afterwards."""
    document = invoice("1", "120.00", row("80.00"), row("40.00", "5"))
    typed = (row("80.00", "20", tax_code="OUTPUT2"), row("40.00", "0", tax_code="ZERORATEDOUTPUT"))
    seen = learned(family(document, booked(document, lines=typed), document_link(origin=Origin.ADOPTED)))
    assert (only(seen).kind, only(seen).policy) == ("invoice.total_differs", Policy.PERSON)
    lines = (row("70.00"), row("50.00", "5"))
    assert only(with_changed(seen, "1", lines=lines, tax=round(sum(line.tax for line in lines), 2))).policy is (
        Policy.PERSON
    )


def test_tax_that_both_sides_moved_is_a_conflict() -> None:
    document = invoice("1", "120.00", row("80.00"), row("40.00", "5"))
    seen = learned(family(document, booked(document), document_link()))
    theirs = (row("80.00", "20", tax_code="OUTPUT2"), row("40.00", "0", tax_code="ZERORATEDOUTPUT"))
    both = with_changed(with_changed(seen, "x-1", lines=theirs), "1", lines=(row("80.00", "0"), row("40.00", "5")))
    assert only(both).kind == "invoice.conflict"


def test_a_tax_type_that_settings_do_not_name_is_read_by_its_own_rate() -> None:
    lines = tuple(msgspec.structs.replace(line, tax_code="OUTPUT9") for line in booked(invoice()).lines)
    drifted = with_changed(in_step(), "x-1", lines=lines)
    assert assess(drifted, rules(tax_rates={"OUTPUT9": Decimal(20)})).findings == ()
    assert [field.name for field in only(drifted, rules(tax_rates={"OUTPUT9": Decimal(17)})).fields] == [
        "tax 17",
        "tax 20",
    ]
    assert assess(drifted, rules(tax_rates={})).findings == ()


def test_a_tax_type_of_two_percentages_is_read_by_its_own_rate() -> None:
    practice = rules(tax={"20": "OUTPUT2", "17.5": "OUTPUT2"})
    assert assess(in_step(), practice).findings == ()


def test_a_rate_that_changed_in_xero_changes_no_old_document() -> None:
    practice = rules(tax_rates={"OUTPUT2": Decimal(21)})
    assert assess(in_step(), practice).findings == ()


def test_accepted_differences_stay_accepted_until_a_side_moves() -> None:
    drifted = with_changed(in_step(), "x-1", date=LATER)
    option = only(drifted).option("accept-xero")
    assert option is not None
    (step,) = option.steps
    assert isinstance(step, SetLink)
    links = tuple(step.link if link.provet_id == "1" else link for link in drifted.links)
    accepted = family(*drifted.documents, *drifted.contacts, links=links)
    assert assess(accepted, RULES).findings == ()
    assert learned(accepted).links == links
    again = only(with_changed(accepted, "x-1", date=DAY + dt.timedelta(days=9)))
    assert again.kind == "invoice.changed_in_xero"
    provet = only(with_changed(accepted, "1", date=DAY + dt.timedelta(days=9)))
    assert provet.kind == "invoice.changed_in_provet"
    assert assess(with_changed(accepted, "x-1", date=DAY), RULES).findings == ()


@pytest.mark.parametrize("gross", ["240", "60"])
def test_amounts_are_never_accepted(gross: str) -> None:
    for seen in (moved(in_step(), "x-1", gross), moved(in_step(), "1", gross)):
        assert all(not isinstance(step, SetLink) for option in only(seen).options for step in option.steps)


def test_exactly_one_option_is_recommended() -> None:
    finding = only(with_changed(in_step(), "x-1", date=LATER))
    assert [(o.id, o.recommended) for o in finding.options] == [("restore-from-provet", True), ("accept-xero", False)]
    closed = only(with_changed(in_step(), "x-1", date=LATER), CLOSED)
    assert [(o.id, o.recommended) for o in closed.options] == [("accept-xero", True)]


PAID = learned(in_step(paid("5", "20"), xero_paid("a", "20", note="Provet payment 5")))


@pytest.mark.parametrize(
    ("seen", "practice", "does"),
    [
        pytest.param(
            moved(PAID, "1", "240"),
            RULES,
            ["DeletePayment", "VoidDocument", "CreateDocument", "CreatePayment"],
            id="amount",
        ),
        pytest.param(
            with_changed(PAID, "1", date=LATER),
            RULES,
            ["DeletePayment", "VoidDocument", "CreateDocument", "CreatePayment"],
            id="date of issue",
        ),
        pytest.param(
            moved(with_changed(PAID, "a", reconciled=True), "1", "240"), RULES, ["CreateDocument"], id="reconciled"
        ),
        pytest.param(
            moved(with_changed(PAID, "a", batch_id="b"), "1", "240"), RULES, ["CreateDocument"], id="in a batch"
        ),
        pytest.param(
            moved(with_changed(PAID, "a", reconciled=True), "1", "60"),
            RULES,
            ["CreateDocument", "Allocate"],
            id="reconciled, and less than before",
        ),
        pytest.param(
            with_changed(PAID, "1", date=dt.date(2026, 3, 1)),
            rules(locked_through=dt.date(2026, 3, 5)),
            ["SetLink"],
            id="moved into a closed period",
        ),
        pytest.param(
            moved(PAID, "1", "15"), RULES, ["CreateDocument", "Allocate"], id="the payments would not fit again"
        ),
    ],
)
def test_a_paid_document_changes_only_by_a_person(seen: Family, practice: Rules, does: list[str] | None) -> None:
    finding = next(f for f in assess(seen, practice).findings if f.kind == "invoice.changed_in_provet")
    assert finding.policy is Policy.PERSON
    assert (steps(finding) if finding.options else None) == does


def test_less_of_a_closed_period_is_credited_in_an_open_one() -> None:
    found = only(moved(PAID, "1", "60"), CLOSED)
    assert (found.kind, found.policy, found.effect) == ("period.locked", Policy.PERSON, -60)
    assert [(o.id, o.recommended) for o in found.options] == [("credit-in-open-period", True), ("done-by-hand", False)]
    create, allocate = found.options[0].steps
    assert isinstance(create, CreateDocument)
    assert isinstance(allocate, Allocate)
    assert (create.posting.gross, create.posting.tax_by_rate, create.posting.date) == (60, {"20": 10}, APRIL)
    assert (create.posting.number, create.posting.reference) == ("INV-1-C1", "Correction of Provet invoice 1")
    assert (allocate.amount, allocate.date, allocate.invoice_id) == (60, APRIL, "1")
    told = " ".join(found.options[0].consequences)
    assert "its closed period stays as it was reported" in told
    assert "the VAT return of that period by GBP 10.00" in told


def test_more_of_a_closed_period_is_invoiced_in_an_open_one() -> None:
    found = only(moved(PAID, "1", "240"), CLOSED)
    assert (found.kind, found.policy, found.effect) == ("period.locked", Policy.PERSON, 120)
    assert [(o.id, o.recommended) for o in found.options] == [("supplement", True), ("done-by-hand", False)]
    (create,) = found.options[0].steps
    assert isinstance(create, CreateDocument)
    assert (create.posting.gross, create.posting.tax_by_rate, create.posting.date) == (120, {"20": 20}, APRIL)
    assert (create.posting.number, create.posting.reference) == ("INV-1-S1", "Correction of Provet invoice 1")
    assert "whoever closed its period decides" in found.options[1].consequences[0]


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(with_changed(moved(PAID, "1", "240"), "x-1", contact_id="other"), id="of another contact"),
        pytest.param(
            with_changed(PAID, "1", gross=Decimal(130), tax=Decimal("9.76"), lines=(row("30"), row("100", "5"))),
            id="less of one rate",
        ),
        pytest.param(
            with_changed(PAID, "1", gross=Decimal(130), lines=(row("30"), row("100", "5"))), id="wrong in Provet itself"
        ),
    ],
)
def test_what_cannot_be_invoiced_apart_is_left_to_people(seen: Family) -> None:
    found = next(f for f in assess(seen, CLOSED).findings if f.kind == "period.locked")
    assert [o.id for o in found.options] == ["done-by-hand"]


@pytest.mark.parametrize("gross", ["60", "240"])
def test_nothing_is_posted_apart_for_a_contact_that_is_archived_on_both_sides(gross: str) -> None:
    seen = with_changed(with_changed(moved(PAID, "1", gross), ADA_CONTACT, archived=True), ADA, archived=True)
    found = next(f for f in assess(seen, CLOSED).findings if f.kind == "period.locked")
    (hand,) = found.options
    assert (hand.id, hand.consequences[0].split(":")[0]) == ("done-by-hand", "Ada Quinn is archived in Xero")


def test_what_is_posted_anew_keeps_mark_and_payments() -> None:
    option = only(moved(PAID, "1", "240")).option("repost")
    assert option is not None
    posted = next(step.posting for step in option.steps if isinstance(step, CreateDocument))
    assert (posted.number, posted.reference, posted.gross) == ("INV-1-2", "Provet invoice 1", 240)
    again = next(step for step in option.steps if isinstance(step, CreatePayment))
    assert (again.payment_id, again.amount, again.account, again.reference) == ("5", 20, "091", "Provet payment 5")


@pytest.mark.parametrize(
    "more",
    [
        pytest.param((xero_paid("b", "30"),), id="a payment that Provet has yet to get"),
        pytest.param((xero_paid("b", "30"), payment_link("99", "b")), id="a payment removed in Provet"),
    ],
)
def test_money_without_a_partner_is_never_thrown_away(more: tuple[Any, ...]) -> None:
    finding = next(
        f
        for f in assess(with_records(moved(PAID, "1", "240"), *more), RULES).findings
        if f.kind == "invoice.changed_in_provet"
    )
    assert [option.id for option in finding.options] == ["supplement"]
    assert steps(finding) == ["CreateDocument"]


def test_foreign_credit_forbids_posting_anew() -> None:
    seen = moved(in_step(), "1", "240")
    finding = next(
        f
        for f in assess(with_changed(seen, "x-1", credited=Decimal(5)), RULES).findings
        if f.kind == "invoice.changed_in_provet"
    )
    assert (finding.policy, [option.id for option in finding.options]) == (Policy.PERSON, ["supplement"])


def test_gaps_hold_the_change() -> None:
    document = invoice("1", "240", row("240", account="9"))
    finding = only(
        with_changed(in_step(), "1", gross=document.gross, tax=document.tax, lines=document.lines),
        rules(accounts_known=("200",)),
    )
    assert (finding.kind, finding.policy, finding.options) == ("invoice.changed_in_provet", Policy.HOLD, ())
    assert finding.cause == finding_id("riverside", "mapping.missing", "account:9")


def test_rows_that_miss_the_total_are_not_copied() -> None:
    finding = only(with_changed(in_step(), "1", gross=Decimal(130)))
    assert (finding.policy, finding.option().id) == (Policy.PERSON, "done-by-hand")  # type: ignore[union-attr]
    assert [option.id for option in finding.options] == ["done-by-hand", "update"]
    cents = only(with_changed(in_step(), "1", gross=Decimal("120.02")))
    assert cents.policy is Policy.AUTOMATIC
    (step,) = cents.options[0].steps
    assert isinstance(step, UpdateDocument)
    assert [line.gross for line in step.posting.lines] == [120, Decimal("0.02")]


def test_the_fingerprint_follows_both_sides_and_nothing_else() -> None:
    drifted = with_changed(in_step(), "x-1", date=LATER)

    def fingerprint(seen: Family) -> str:
        option = only(seen).option()
        assert option is not None
        return option.fingerprint

    unrelated = with_changed(drifted, "x-1", reference="PO 7", updated_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert fingerprint(unrelated) == fingerprint(drifted)
    assert fingerprint(moved(drifted, "x-1", "240")) != fingerprint(drifted)
    assert fingerprint(with_changed(drifted, "x-1", date=DAY + dt.timedelta(days=3))) != fingerprint(drifted)
    assert fingerprint(moved(drifted, "1", "240")) != fingerprint(drifted)
