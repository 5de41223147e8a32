"""The undo of applied corrections, step by step: the way back, or why there is none."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from daemon.core.correction import (
    Allocate,
    Before,
    CancelPayment,
    Correction,
    CorrectionStatus,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    RecordPayment,
    RemoveLink,
    SetLink,
    Step,
    UpdateClient,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
)
from daemon.core.family import Family
from daemon.core.matching import adopted_link
from daemon.core.model import DocumentStatus, Kind, Link, Origin
from daemon.core.rules import Rules
from daemon.core.undo import plan_undo
from tests.core.builders import (
    ADA,
    ADA_CONTACT,
    DAY,
    RULES,
    T0,
    allocation,
    assess,
    booked,
    client,
    client_family,
    contact,
    contact_link,
    credit_note,
    document_link,
    family,
    invoice,
    kinds,
    paid,
    payment_link,
    posting_of,
    rules,
    with_changed,
    with_records,
    xero_paid,
)

INVOICE = invoice()
POSTED = family(INVOICE, booked(INVOICE), document_link())
LOCKED = rules(locked_through=DAY)
TEN = Decimal(10)


def applied(*steps: Step, before: Before | None = None) -> Correction:
    return Correction(
        id="c",
        practice="riverside",
        discrepancy_id="d",
        family="invoice:1",
        option="create",
        fingerprint="f",
        steps=steps,
        status=CorrectionStatus.APPLIED,
        approved_by="policy",
        created_at=T0,
        before=before,
    )


def way_back(seen: Family, *steps: Step, before: Before | None = None) -> tuple[Step, ...]:
    planned = plan_undo(applied(*steps, before=before), seen, RULES)
    assert planned.obstacles == ()
    assert planned.option
    return planned.option.steps


def obstacle(seen: Family, *steps: Step, before: Before | None = None, practice: Rules = RULES) -> str:
    planned = plan_undo(applied(*steps, before=before), seen, practice)
    assert planned.option is None
    return "; ".join(planned.obstacles)


CREATE = CreateDocument(posting=posting_of(INVOICE))
VOID = VoidDocument(xero_id="x-1", provet_id="1", credit=False, label="INV-1")


def pay(identifier: str = "7", amount: Decimal = TEN) -> CreatePayment:
    return CreatePayment(
        payment_id=identifier,
        document_id="1",
        credit=False,
        amount=amount,
        date=DAY,
        account="091",
        reference=f"Provet payment {identifier}",
        label="Invoice INV-1",
    )


def part_paid(**fields: Any) -> Family:
    """The invoice with one payment of ten that stands on both sides."""
    return family(
        invoice(balance=Decimal(110)),
        booked(INVOICE, balance=Decimal(110), paid=TEN),
        document_link(),
        paid("7", "10.00"),
        xero_paid("x-7", "10.00", **fields),
        payment_link("7", "x-7"),
    )


def taken_apart(cancelled: str, apart: Step) -> Family:
    """The part-paid invoice after one of the two payments is cancelled and their link is taken apart."""
    assert isinstance(apart, SetLink)
    assert apart.link.origin is Origin.UNDONE
    seen = with_changed(part_paid(), cancelled, cancelled=True)
    seen = with_changed(seen, "x-1", balance=Decimal(120), paid=Decimal(0)) if cancelled == "x-7" else seen
    return msgspec.structs.replace(seen, links=(contact_link(), document_link(), apart.link))


class TestDocuments:
    def test_it_is_voided_and_counts_as_missing_again(self) -> None:
        link, void = way_back(POSTED, CREATE)
        assert void == VOID
        assert isinstance(link, SetLink)
        assert (link.link.origin, link.link.xero_id) == (Origin.UNDONE, "x-1")
        undone = msgspec.structs.replace(
            with_changed(POSTED, "x-1", status=DocumentStatus.VOID, balance=Decimal(0)),
            links=(contact_link(), link.link),
        )
        assessment = assess(undone, RULES)
        assert kinds(assessment) == ["invoice.missing"]
        create = assessment.findings[0].options[0].steps[0]
        assert isinstance(create, CreateDocument)
        assert create.posting.number == "INV-1-2"

    def test_a_posting_in_place_of_a_void_one_leaves_the_void_one(self) -> None:
        stood = document_link(xero_id="x-0")
        link, void = way_back(POSTED, CREATE, before=Before(links=(stood,)))
        assert (link, void) == (SetLink(link=stood, label="Invoice INV-1"), VOID)

    def test_its_own_payments_go_first_and_links_before_all(self) -> None:
        steps = way_back(part_paid(), CREATE, pay())
        assert [type(step) for step in steps] == [SetLink, SetLink, DeletePayment, VoidDocument]

    def test_the_contact_created_for_it_stays(self) -> None:
        made = CreateContact(client_id=ADA, contact=contact())
        planned = plan_undo(applied(made, CREATE), POSTED, RULES)
        assert planned.option
        assert "Ada Quinn stays in Xero" in " ".join(planned.option.consequences)
        assert "stays in Xero" in obstacle(POSTED, made)

    @pytest.mark.parametrize(
        ("seen", "practice", "why"),
        [
            (part_paid(), RULES, "by something else"),
            (with_changed(POSTED, "x-1", status=DocumentStatus.VOID), RULES, "no longer in Xero"),
            (POSTED, LOCKED, "in a closed period"),
            (with_changed(POSTED, "x-1", gross=Decimal(0), balance=Decimal(0)), RULES, "over nothing"),
        ],
    )
    def test_why_not(self, seen: Family, practice: Rules, why: str) -> None:
        assert why in obstacle(seen, CREATE, practice=practice)

    def test_a_void_is_for_ever_and_holds_the_rest_back(self) -> None:
        assert "never takes that back" in obstacle(part_paid(), VOID, pay())


class TestPayments:
    def test_a_booked_one_is_deleted(self) -> None:
        apart, delete = way_back(part_paid(), pay())
        assert delete == DeletePayment(xero_id="x-7", payment_id="7", amount=TEN, label="Invoice INV-1")
        assert kinds(assess(taken_apart("x-7", apart), RULES)) == ["payment.missing_in_xero"]

    @pytest.mark.parametrize(
        ("seen", "practice", "why"),
        [
            (part_paid(reconciled=True), RULES, "bank-reconciled or in a batch"),
            (part_paid(batch_id="b"), RULES, "bank-reconciled or in a batch"),
            (part_paid(cancelled=True), RULES, "no longer in Xero"),
            (part_paid(), LOCKED, "in a closed period"),
        ],
    )
    def test_why_not(self, seen: Family, practice: Rules, why: str) -> None:
        assert why in obstacle(seen, pay(), practice=practice)

    def test_a_recorded_one_is_cancelled(self) -> None:
        step = RecordPayment(
            xero_id="x-7", document_id="1", amount=TEN, date=DAY, method="17", info="Xero payment x-7", label="L"
        )
        apart, cancel = way_back(part_paid(), step)
        assert kinds(assess(taken_apart("7", apart), RULES)) == ["payment.missing_in_provet"]
        assert cancel == CancelPayment(payment_id="7", document_id="1", amount=TEN, label="L")
        gone = with_changed(part_paid(), "7", cancelled=True)
        assert "no longer stands in Provet" in obstacle(gone, step)
        opposite = with_records(part_paid(), paid("8", "-10"))
        assert "no longer stands in Provet" in obstacle(opposite, step), "an opposite row cancels it"
        later = rules(provet_open_from=DAY + dt.timedelta(days=1))
        assert "closed in Provet" in obstacle(part_paid(), step, practice=later)
        younger = with_changed(part_paid(), "7", date=DAY + dt.timedelta(days=1))
        assert "closed in Provet" in obstacle(younger, step, practice=later), "the entry takes its invoice's date"

    @pytest.mark.parametrize(
        "step",
        [
            DeletePayment(xero_id="x-7", payment_id="7", amount=TEN, label="L"),
            CancelPayment(payment_id="7", document_id="1", amount=TEN, label="L"),
        ],
    )
    def test_what_is_gone_is_entered_anew_by_hand(self, step: Step) -> None:
        assert "enter it there anew" in obstacle(part_paid(), step)


NOTE = credit_note("2", "-50.00")


def credited(*allocations: Any, note_left: int = 0, left: int = 70) -> Family:
    return family(
        INVOICE,
        NOTE,
        booked(INVOICE, balance=Decimal(left), credited=Decimal(120 - left)),
        booked(NOTE, balance=Decimal(note_left), allocations=allocations),
        document_link(),
        document_link("2"),
    )


SET_OFF = Allocate(credit_id="2", invoice_id="1", amount=Decimal(50), date=DAY, already=Decimal(0), label="L")
TAKEN_OFF = Deallocate(xero_credit_id="x-2", allocation_id="alloc-x-1", amount=Decimal(50), label="L")


class TestAllocations:
    def test_what_was_set_off_is_taken_off(self) -> None:
        assert way_back(credited(allocation("50.00")), SET_OFF) == (TAKEN_OFF,)
        assert "not read yet" in obstacle(credited(allocation("50.00", id="")), SET_OFF)
        assert "no longer set against it" in obstacle(credited(allocation("20.00")), SET_OFF)
        assert "closed period" in obstacle(credited(allocation("50.00")), SET_OFF, practice=LOCKED)

    def test_what_was_taken_off_is_set_off_again(self) -> None:
        stood = booked(NOTE, balance=Decimal(0), allocations=(allocation("50.00"),))
        free = credited(note_left=50, left=120)
        assert way_back(free, TAKEN_OFF, before=Before(records=(stood,))) == (SET_OFF,)
        assert "not known well enough" in obstacle(free, TAKEN_OFF)
        used = credited(allocation("30.00", "x-9"), note_left=20, left=120)
        assert "no longer takes" in obstacle(used, TAKEN_OFF, before=Before(records=(stood,)))


class TestContacts:
    old = contact(email="old@example.test")
    new = contact(email="new@example.test")
    step = UpdateContact(client_id=ADA, contact_id=ADA_CONTACT, contact=new, fields=("email",))
    link = contact_link(baseline={"email": "old@example.test", "phone": "1"})
    before = Before(records=(old,), links=(link,))

    def seen(self, now: Any = None, **baseline: str) -> Family:
        agreed = {"email": "new@example.test", "phone": "2", **baseline}
        return client_family(client(email="new@example.test"), now or self.new, contact_link(baseline=agreed))

    def test_the_old_values_and_their_baseline_come_back(self) -> None:
        link, update = way_back(self.seen(), self.step, before=self.before)
        assert update == msgspec.structs.replace(self.step, contact=self.old, was={"email": "new@example.test"})
        assert isinstance(link, SetLink)
        assert link.link.baseline == {"email": "old@example.test", "phone": "2"}, "other fields keep theirs"
        undone = client_family(client(email="new@example.test"), self.old, link.link)
        assert kinds(assess(undone, RULES)) == ["contact.changed_in_provet"]

    @pytest.mark.parametrize(
        ("seen", "before", "fields", "why"),
        [
            (contact(email="third@example.test"), before, ("email",), "has changed since in email"),
            (None, None, ("email",), "is not known"),
            (None, before, ("archived",), "only a person can restore"),
            (contact(email="new@example.test", archived=True), before, ("email",), "archived in Xero"),
        ],
    )
    def test_why_not(self, seen: Any, before: Before | None, fields: tuple[str, ...], why: str) -> None:
        step = msgspec.structs.replace(self.step, fields=fields)
        assert why in obstacle(self.seen(seen), step, before=before)

    def test_a_name_comes_back_with_the_baseline_of_all_its_parts(self) -> None:
        new = client(name="Zoe New", first_name="Zoe", last_name="New")
        step = UpdateClient(client_id=ADA, contact=new, fields=("first_name", "last_name"))
        agreed = contact_link(baseline={"name": "Zoe New", "first_name": "Zoe", "last_name": "New"})
        stood = contact_link(baseline={"name": "Ada Quinn", "first_name": "Ada", "last_name": "Quinn"})
        theirs = contact(name="Zoe New", first_name="Zoe", last_name="New")
        seen = client_family(new, theirs, agreed)
        link, update = way_back(seen, step, before=Before(records=(client(),), links=(stood,)))
        assert isinstance(update, UpdateClient)
        assert update.contact.name == "Ada Quinn"
        assert isinstance(link, SetLink)
        assert kinds(assess(client_family(client(), theirs, link.link), RULES)) == ["contact.changed_in_xero"]

    def test_provet_lets_no_phone_number_be_emptied(self) -> None:
        step = UpdateClient(client_id=ADA, contact=client(phone="123"), fields=("phone",))
        seen = client_family(client(phone="123"), contact(phone="123"), contact_link())
        assert "emptied" in obstacle(seen, step, before=Before(records=(client(),)))


class TestChangedDocuments:
    stood = booked(INVOICE, date=DAY - dt.timedelta(days=3), number="INV-1")
    step = UpdateDocument(xero_id="x-1", posting=posting_of(INVOICE), fields=("date",))
    before = Before(records=(stood,), links=(document_link(baseline={"date": "2026-03-07"}),))
    seen = family(INVOICE, booked(INVOICE), document_link(baseline={"date": "2026-03-10", "gross": "120.00"}))

    def test_the_old_values_come_back(self) -> None:
        link, update = way_back(self.seen, self.step, before=self.before)
        assert isinstance(update, UpdateDocument)
        assert (update.posting.date, update.fields) == (self.stood.date, ("date",))
        assert isinstance(link, SetLink)
        assert link.link.baseline == {"date": "2026-03-07", "gross": "120.00"}

    def test_the_old_contact_is_named_by_its_client(self) -> None:
        stood = booked(INVOICE, contact_id="contact-99")
        step = msgspec.structs.replace(self.step, fields=("contact",))
        other = contact_link("99", "contact-99")
        _, update = way_back(self.seen, step, before=Before(records=(stood,), links=(document_link(), other)))
        assert isinstance(update, UpdateDocument)
        assert update.posting.client_id == "99"
        assert "belongs to no client" in obstacle(self.seen, step, before=Before(records=(stood,)))

    @pytest.mark.parametrize(
        ("change", "practice", "why"),
        [
            ({"gross": Decimal(99)}, RULES, "has changed since"),
            ({"balance": Decimal(20)}, RULES, "undo that first"),
            ({"status": DocumentStatus.VOID}, RULES, "is not known"),
            ({}, LOCKED, "in a closed period"),
        ],
    )
    def test_why_not(self, change: dict[str, Any], practice: Rules, why: str) -> None:
        seen = with_changed(self.seen, "x-1", **change)
        assert why in obstacle(seen, self.step, before=self.before, practice=practice)


class TestLinks:
    made = adopted_link(Kind.CONTACT, ADA, "contact-2")

    def test_a_pair_made_by_hand_is_taken_apart(self) -> None:
        away = RemoveLink(kind=Kind.CONTACT, provet_id=ADA, xero_id="contact-2", label="Ada")
        assert way_back(client_family(client()), SetLink(link=self.made, label="Ada")) == (away,)

    def test_an_accepted_difference_is_one_again(self) -> None:
        stood = document_link(baseline={"date": "2026-03-07"})
        accepted = SetLink(link=document_link(baseline={"date": "2026-03-10"}), label="L")
        assert way_back(POSTED, accepted, before=Before(links=(stood,))) == (SetLink(link=stood, label="L"),)

    def test_a_followed_merge_goes_back_to_the_old_contact(self) -> None:
        stood: Link = contact_link()
        steps = (
            RemoveLink(kind=Kind.CONTACT, provet_id=ADA, xero_id=ADA_CONTACT, label="Ada"),
            SetLink(link=self.made, label="Ada"),
        )
        away = RemoveLink(kind=Kind.CONTACT, provet_id=ADA, xero_id="contact-2", label="Ada")
        back = way_back(client_family(client()), *steps, before=Before(links=(stood,)))
        assert back == (away, SetLink(link=stood, label="Ada"))


def test_what_wrote_nothing_cannot_be_undone() -> None:
    assert obstacle(POSTED) == "it wrote nothing"


def test_the_same_ground_gives_the_same_fingerprint_and_another_another() -> None:
    first, again = (plan_undo(applied(CREATE, pay()), part_paid(), RULES).option for _ in range(2))
    assert first
    assert again
    assert first.fingerprint == again.fingerprint
    other = plan_undo(applied(CREATE), POSTED, RULES).option
    assert other
    assert other.fingerprint != first.fingerprint
