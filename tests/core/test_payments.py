"""What assessments say of payments on documents that stand in both systems."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from daemon.core.assess import assess
from daemon.core.correction import (
    CreatePayment,
    RecordPayment,
    SetLink,
)
from daemon.core.discrepancy import Policy, finding_id
from daemon.core.model import DocumentStatus, Payment
from daemon.core.rules import Rules
from tests.core.builders import (
    DAY,
    RULES,
    booked,
    family,
    invoice,
    kinds,
    learned,
    only,
    paid,
    payment_link,
    rules,
    steps,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import APRIL, CLOSED, PROVET_CLOSED, refunds, step_of, with_payments

PAIR = (paid("5", "50"), xero_paid("a", "50"), payment_link("5", "a"))


def test_a_payment_of_provet_is_booked_in_xero() -> None:
    seen = with_payments(paid("5", "50", method="0"))
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "payment.missing_in_xero",
        Policy.AUTOMATIC,
        50,
        -50,
    )
    step = step_of(finding)
    assert isinstance(step, CreatePayment)
    assert (step.payment_id, step.document_id, step.credit, step.amount, step.date, step.account, step.reference) == (
        "5",
        "1",
        False,
        50,
        DAY,
        "090",
        "Provet payment 5",
    )


def test_a_payment_of_xero_is_recorded_in_provet() -> None:
    finding = only(with_payments(xero_paid("a", "50")))
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == (
        "payment.missing_in_provet",
        Policy.AUTOMATIC,
        50,
        50,
    )
    step = step_of(finding)
    assert isinstance(step, RecordPayment)
    assert (step.xero_id, step.document_id, step.amount, step.date, step.method, step.info) == (
        "a",
        "1",
        50,
        DAY,
        "17",
        "Xero payment a",
    )


def test_refunds_go_both_ways_under_their_own_sign() -> None:
    to_xero = only(refunds(paid("5", "-20")))
    assert (to_xero.kind, to_xero.effect) == ("payment.missing_in_xero", 20)
    created = step_of(to_xero)
    assert isinstance(created, CreatePayment)
    assert (created.amount, created.credit) == (20, True)
    to_provet = only(refunds(xero_paid("a", "20")))
    assert (to_provet.kind, to_provet.effect) == ("payment.missing_in_provet", -20)
    recorded = step_of(to_provet)
    assert isinstance(recorded, RecordPayment)
    assert recorded.amount == -20


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(PAIR, id="linked"),
        pytest.param((paid("5", "50"), xero_paid("a", "50", note="Provet payment 5")), id="marked in Xero"),
        pytest.param(
            (paid("5", "50", note="Xero payment a", method="17"), xero_paid("a", "50")), id="marked in Provet"
        ),
        pytest.param((paid("5", "50", cancelled=True), xero_paid("a", "50", cancelled=True)), id="gone on both sides"),
        pytest.param(
            (paid("5", "50"), paid("6", "-50"), xero_paid("a", "50", cancelled=True), payment_link("5", "a")),
            id="cancelled by an opposite row and deleted",
        ),
        pytest.param((*PAIR, paid("6", "40", method="12")), id="credit applied is no payment"),
    ],
)
def test_nothing_to_say(more: tuple[Any, ...]) -> None:
    assert kinds(assess(with_payments(*more), RULES)) == []


@pytest.mark.parametrize(
    ("echo", "kind", "option"),
    [
        pytest.param(
            paid("5", "50", note="Xero payment gone", method="17"),
            "payment.removed_in_xero",
            "cancel-payment",
            id="by mark",
        ),
        pytest.param(paid("5", "50", method="17"), "payment.missing_in_xero", None, id="by method"),
        pytest.param(
            paid("5", "50", note="Xero payment gone"),
            "payment.removed_in_xero",
            "cancel-payment",
            id="by mark, method changed",
        ),
    ],
)
def test_what_came_from_xero_is_never_sent_back_by_itself(echo: Payment, kind: str, option: str | None) -> None:
    practice = rules(policy={"payment.missing_in_xero": Policy.AUTOMATIC})
    finding = only(with_payments(echo), practice)
    recommended = finding.option()
    assert (finding.kind, recommended.id if recommended else None, finding.policy) == (kind, option, Policy.PERSON)
    assert only(family(invoice(), echo)).option().steps[1:] == ()  # type: ignore[union-attr]


@pytest.mark.parametrize("booked_in_both", [True, False], ids=["booked", "not in Xero yet"])
def test_a_method_without_an_account_holds_the_payment(booked_in_both: bool) -> None:
    payment = paid("5", "50", method="5")
    assessment = assess(with_payments(payment) if booked_in_both else family(invoice(), payment), RULES)
    assert [cause.subject.label for cause in assessment.causes] == ["payment:5"]
    (finding,) = assessment.findings
    if booked_in_both:
        assert (finding.kind, finding.policy, finding.options) == ("payment.missing_in_xero", Policy.HOLD, ())
        assert finding.cause == finding_id("riverside", "mapping.missing", "payment:5")


def test_a_probable_twin_is_linked_first_or_found_to_be_two() -> None:
    seen = with_payments(paid("5", "50"), xero_paid("a", "50", date=DAY + dt.timedelta(days=2)))
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == ("payment.probable_twin", Policy.PERSON, 0)
    assert [(option.id, option.recommended) for option in finding.options] == [("link", True), ("create-new", False)]
    assert steps(finding, "create-new") == ["CreatePayment", "RecordPayment"]
    step = step_of(finding)
    assert isinstance(step, SetLink)
    assert kinds(assess(with_records(seen, step.link), RULES)) == []


def test_one_sum_on_both_sides_is_a_persons_word_however_far_apart() -> None:
    finding = only(with_payments(paid("5", "50"), xero_paid("a", "50", date=DAY + dt.timedelta(days=40))))
    assert (finding.kind, finding.policy) == ("payment.probable_twin", Policy.PERSON)
    assert "40 days apart" in finding.summary
    assert [option.id for option in finding.options] == ["link", "create-new"]


@pytest.mark.parametrize(
    ("more", "practice"),
    [
        pytest.param((paid("5", "70"), xero_paid("a", "70")), RULES, id="both would not fit"),
        pytest.param((paid("5", "50", method="17"), xero_paid("a", "50")), RULES, id="typed with the method of Xero"),
        pytest.param((paid("5", "50", method="5"), xero_paid("a", "50")), RULES, id="method not mapped"),
        pytest.param((paid("5", "50"), xero_paid("a", "50")), CLOSED, id="closed in Xero"),
        pytest.param((paid("5", "50"), xero_paid("a", "50")), PROVET_CLOSED, id="closed in Provet"),
    ],
)
def test_a_twin_that_cannot_be_two(more: tuple[Any, ...], practice: Rules) -> None:
    assert [option.id for option in only(with_payments(*more), practice).options] == ["link"]


def test_adoption_links_equal_payments_silently() -> None:
    seen = family(invoice(), booked(invoice()), paid("5", "50"), xero_paid("a", "50", method="099"))
    assessment = assess(seen, rules(adopting=True))
    assert kinds(assessment) == []
    link = next(link for link in assessment.links if link.provet_id == "5")
    assert link.baseline == {"amount": "50.00", "date": "2026-03-10", "method": "1", "method/xero": "099"}
    assert kinds(assess(with_records(seen, *assessment.links), RULES)) == []


@pytest.mark.parametrize(
    ("change", "names", "effect"),
    [
        pytest.param(("5", {"amount": Decimal(30)}), ["amount"], 20, id="amount in Provet"),
        pytest.param(("5", {"date": APRIL}), ["date"], 0, id="date in Provet"),
        pytest.param(("5", {"method": "0"}), ["method"], 0, id="method in Provet"),
        pytest.param(("a", {"method": "099"}), ["method"], 0, id="account in Xero"),
    ],
)
def test_a_payment_that_differs_is_entered_anew_by_a_person(
    change: tuple[str, dict[str, Any]], names: list[str], effect: int
) -> None:
    seen = with_changed(learned(with_payments(*PAIR)), change[0], **change[1])
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == ("payment.differs", Policy.PERSON, effect)
    assert [field.name for field in finding.fields] == names
    assert steps(finding, "recreate-payment") == ["DeletePayment", "CreatePayment"]
    kept = [] if names == ["amount"] else ["accept-xero"]
    assert [option.id for option in finding.options if option.id != "recreate-payment"] == kept
    assert finding.option().id == ("accept-xero" if change[0] == "a" else "recreate-payment")  # type: ignore[union-attr]
    for locked in (with_changed(seen, "a", reconciled=True), with_changed(seen, "a", batch_id="b")):
        by_hand = only(locked)
        assert by_hand.kind == ("payment.differs" if kept else "payment.reconciled_locked")
        assert [option.id for option in by_hand.options] == [*kept, "done-by-hand"]
        assert by_hand.effect == effect


@pytest.mark.parametrize(("field", "value"), [("date", APRIL), ("method", "0")])
def test_a_difference_that_was_accepted_is_no_more(field: str, value: Any) -> None:
    seen = with_changed(learned(with_payments(*PAIR)), "5", **{field: value})
    step = step_of(only(seen), "accept-xero")
    assert isinstance(step, SetLink)
    links = [link for link in seen.links if link.kind != "payment"]
    after = msgspec.structs.replace(seen, links=(*links, step.link))
    assert kinds(assess(after, RULES)) == []
    assert only(with_changed(after, "5", amount=Decimal(30))).kind == "payment.differs"


def test_methods_on_one_account_are_no_difference() -> None:
    practice = rules(payments={"1": "091", "4": "091"})
    seen = with_changed(learned(with_payments(*PAIR), practice), "5", method="4")
    assert kinds(assess(seen, practice)) == []


def test_a_payment_moved_into_a_closed_period_is_not_moved_there() -> None:
    closed = rules(locked_through=DAY - dt.timedelta(days=5))
    seen = with_changed(learned(with_payments(*PAIR)), "5", date=DAY - dt.timedelta(days=6))
    finding = only(seen, closed)
    assert (finding.kind, finding.policy) == ("period.locked", Policy.PERSON)
    assert [option.id for option in finding.options] == ["accept-xero", "first-open-day"]
    smaller = only(with_changed(seen, "5", amount=Decimal(30)), closed)
    assert (smaller.kind, [option.id for option in smaller.options]) == ("period.locked", ["first-open-day"])
    assert smaller.options[0].steps[1].date == closed.first_open_day  # type: ignore[union-attr]


def test_a_payment_entered_anew_on_a_closed_day_is_linked_as_it_is_or_moved_to_an_open_one() -> None:
    closed = rules(locked_through=DAY - dt.timedelta(days=5))
    anew = paid("7", "50", date=DAY - dt.timedelta(days=6))
    seen = with_payments(paid("5", "50", cancelled=True), anew, *PAIR[1:])
    finding = only(seen, closed)
    assert (finding.kind, finding.policy, finding.effect) == ("period.locked", Policy.PERSON, 0)
    assert [(o.id, o.recommended) for o in finding.options] == [("link", True), ("first-open-day", False)]
    step = step_of(finding, "link")
    assert isinstance(step, SetLink)
    assert (step.link.provet_id, step.link.xero_id) == ("7", "a")
    assert kinds(assess(with_records(seen, step.link), closed)) == []
    assert steps(finding, "first-open-day") == ["DeletePayment", "CreatePayment"]
    again = finding.options[1].steps[1]
    assert isinstance(again, CreatePayment)
    assert (again.payment_id, again.amount, again.date) == ("7", 50, closed.first_open_day)


@pytest.mark.parametrize(
    ("anew", "names"),
    [
        pytest.param(paid("7", "50", method="0"), ["method"], id="another method"),
        pytest.param(paid("7", "50", date=APRIL), ["date"], id="another day"),
        pytest.param(paid("7", "40"), ["amount"], id="another sum"),
        pytest.param(paid("7", "40", method="0"), ["amount", "method"], id="another sum and method"),
    ],
)
@pytest.mark.parametrize("by_row", [True, False], ids=["opposite row", "status"])
def test_a_payment_that_was_entered_otherwise_is_one_correction(anew: Payment, names: list[str], by_row: bool) -> None:
    old = (paid("5", "50"), paid("6", "-50")) if by_row else (paid("5", "50", cancelled=True),)
    finding = only(with_payments(*old, anew, *PAIR[1:]))
    assert (finding.kind, finding.policy) == ("payment.differs", Policy.PERSON)
    assert [field.name for field in finding.fields] == names
    assert finding.effect == 50 - anew.amount
    assert steps(finding) == ["DeletePayment", "CreatePayment"]
    assert [o.id for o in finding.options] == ["recreate-payment", *(["link"] if "amount" not in names else [])]
    locked = only(with_payments(*old, anew, xero_paid("a", "50", reconciled=True), PAIR[2]))
    assert locked.kind == ("payment.reconciled_locked" if "amount" in names else "payment.differs")


def test_a_pair_found_by_its_mark_shows_at_once_that_it_differs() -> None:
    finding = only(with_payments(paid("5", "50"), xero_paid("a", "40", note="Provet payment 5")))
    assert (finding.kind, finding.effect) == ("payment.differs", -10)


def test_a_changed_payment_that_came_from_xero_keeps_its_account() -> None:
    more = (paid("5", "50", method="17", note="Xero payment a"), xero_paid("a", "50", method="099"))
    option = only(with_changed(learned(with_payments(*more)), "5", amount=Decimal(40))).option()
    assert option is not None
    assert [step.account for step in option.steps if isinstance(step, CreatePayment)] == ["099"]


def test_what_provet_took_in_part_is_entered_anew_there_once_the_rest_is_due() -> None:
    more = (paid("5", "40", method="17", note="Xero payment a"), xero_paid("a", "50", method="099"))
    finding = only(with_payments(*more))
    assert (finding.kind, finding.effect) == ("payment.differs", 10)
    assert steps(finding) == ["CancelPayment", "RecordPayment"]


def test_provet_takes_payments_only_on_final_documents() -> None:
    seen = with_changed(with_payments(xero_paid("a", "50")), "1", status=DocumentStatus.PENDING)
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.options) == ("payment.missing_in_provet", Policy.PERSON, ())


def test_every_payment_is_a_discrepancy_of_its_own() -> None:
    findings = assess(with_payments(paid("5", "20"), paid("6", "20")), RULES).findings
    assert len({finding.id for finding in findings}) == 2


def test_the_fingerprint_of_a_payment_follows_the_payment_alone() -> None:
    one = only(with_payments(paid("5", "20"))).options[0].fingerprint
    beside = assess(with_payments(paid("5", "20"), paid("6", "30")), RULES).findings
    assert beside[0].options[0].fingerprint == one
    assert only(with_payments(paid("5", "21"))).options[0].fingerprint != one
    assert only(with_payments(paid("5", "20", date=APRIL))).options[0].fingerprint != one
