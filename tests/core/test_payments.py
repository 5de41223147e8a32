"""What assessments say of payments on documents that stand in both systems."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import (
    CancelPayment,
    CreatePayment,
    DeletePayment,
    RecordPayment,
    SetLink,
    Step,
)
from daemon.core.discrepancy import Finding, Policy, finding_id
from daemon.core.family import Family
from daemon.core.model import DocumentStatus, Link, Payment, System
from daemon.core.rules import Rules
from tests.core.builders import (
    DAY,
    RULES,
    booked,
    credit_note,
    document_link,
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

APRIL = dt.date(2026, 4, 1)
XERO_CLOSED = rules(locked_through=dt.date(2026, 3, 31))
PROVET_CLOSED = rules(provet_open_from=APRIL)


def with_payments(*more: Payment | Link, **fields: Any) -> Family:
    """Invoice 1 of 120 agreed on in both systems, and these payments."""
    return with_records(learned(family(invoice(**fields), booked(invoice(**fields)), document_link())), *more)


def refunds(*more: Payment | Link) -> Family:
    """Credit note 1 of 50 agreed on in both systems, and these refunds."""
    note = credit_note("1", "-50", credits="")
    return with_records(learned(family(note, booked(note), document_link())), *more)


def step_of(finding: Finding, option_id: str = "") -> Step:
    option = finding.option(option_id)
    assert option is not None
    (step,) = option.steps
    return step


def effects_explain(seen: Family, practice: Rules = RULES) -> bool:
    found = assess(seen, practice)
    return found.books.provet - found.books.xero == sum(finding.effect for finding in found.findings)


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


@pytest.mark.parametrize(
    ("seen", "links", "option"),
    [
        pytest.param(with_payments(paid("5", "50", cancelled=True), *PAIR[1:]), ["99"], "delete-payment", id="status"),
        pytest.param(with_payments(paid("5", "50"), paid("6", "-50"), *PAIR[1:]), ["99"], "delete-payment", id="row"),
        pytest.param(
            with_payments(xero_paid("a", "50", note="Provet payment 5")), [], "delete-payment", id="by its mark"
        ),
        pytest.param(with_payments(*PAIR[1:]), [], "delete-payment", id="vanished"),
    ],
)
def test_removed_in_provet(seen: Family, links: list[str], option: str) -> None:
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == ("payment.removed_in_provet", Policy.PERSON, 50)
    step = step_of(finding, option)
    assert isinstance(step, DeletePayment)
    assert step.xero_id == "a"


def test_a_provet_payment_that_vanished_is_removed() -> None:
    seen = with_payments(*PAIR)
    vanished = family(*seen.documents, *seen.payments, links=seen.links, vanished=("payment/5",))
    assert only(vanished).kind == "payment.removed_in_provet"


@pytest.mark.parametrize(
    ("fields", "practice", "words"),
    [
        pytest.param({"reconciled": True}, RULES, "bank-reconciled or in a batch", id="reconciled"),
        pytest.param({"batch_id": "b"}, RULES, "bank-reconciled or in a batch", id="in a batch"),
        pytest.param({}, XERO_CLOSED, "in a closed period", id="closed period"),
    ],
)
@pytest.mark.parametrize("marked", [True, False], ids=["by mark", "by link"])
def test_a_payment_that_may_not_be_removed_is_hand_work(
    fields: dict[str, Any], practice: Rules, words: str, marked: bool
) -> None:
    payment = xero_paid("a", "50", **fields, note="Provet payment 5" if marked else "")
    seen = with_payments(payment, *(() if marked else PAIR[2:]))
    finding = only(seen, practice)
    assert (finding.kind, finding.policy, finding.options) == ("payment.reconciled_locked", Policy.HAND_WORK, ())
    assert finding.summary.endswith(words)
    automatic = rules(policy={"payment.reconciled_locked": Policy.AUTOMATIC}, locked_through=practice.locked_through)
    assert only(seen, automatic).policy is Policy.HAND_WORK


@pytest.mark.parametrize(
    ("more", "options"),
    [
        pytest.param((paid("5", "50"), payment_link("5", "a")), ["recreate-payment"], id="entered in Provet"),
        pytest.param(
            (paid("5", "50", method="17"), payment_link("5", "a", created_in=System.PROVET)),
            ["cancel-payment", "recreate-payment"],
            id="recorded by this program",
        ),
        pytest.param(
            (paid("5", "50", method="17"), payment_link("5", "a", created_in=None)),
            ["recreate-payment"],
            id="typed by hand",
        ),
        pytest.param((paid("5", "50", method="5"), payment_link("5", "a")), [], id="method not mapped"),
    ],
)
def test_removed_in_xero(more: tuple[Any, ...], options: list[str]) -> None:
    finding = only(with_payments(*more))
    assert (finding.kind, finding.policy, finding.effect) == ("payment.removed_in_xero", Policy.PERSON, -50)
    assert [option.id for option in finding.options] == options
    assert [option.recommended for option in finding.options] == [True, False][: len(options)]
    if "cancel-payment" in options:
        step = step_of(finding)
        assert isinstance(step, CancelPayment)
        assert (step.payment_id, step.amount) == ("5", 50)


def test_a_removed_payment_is_not_paid_again_above_what_is_due_or_in_a_closed_period() -> None:
    more = (paid("5", "100"), payment_link("5", "a"), xero_paid("b", "30", date=APRIL))
    finding = next(f for f in assess(with_payments(*more), RULES).findings if f.kind == "payment.removed_in_xero")
    assert finding.options == ()
    assert only(with_payments(paid("5", "50"), payment_link("5", "a")), XERO_CLOSED).options == ()


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(
            (paid("5", "50", cancelled=True), paid("7", "50", method="0", date=APRIL), *PAIR[1:]), id="by status"
        ),
        pytest.param((paid("5", "50"), paid("6", "-50"), paid("7", "50", method="0"), *PAIR[1:]), id="by opposite row"),
        pytest.param((paid("7", "50"), xero_paid("b", "50", date=APRIL), payment_link("7", "a")), id="in Xero"),
    ],
)
def test_entered_anew_on_one_side_is_linked_and_nothing_is_written(more: tuple[Any, ...]) -> None:
    finding = only(with_payments(*more))
    assert (finding.kind, finding.policy, finding.effect) == ("payment.replaced", Policy.AUTOMATIC, 0)
    step = step_of(finding)
    assert isinstance(step, SetLink)
    assert step.link.provet_id == "7"
    after = with_records(with_payments(*more), step.link)
    assert kinds(assess(after, RULES)) == []


def test_a_probable_twin_is_linked_first_or_found_to_be_two() -> None:
    seen = with_payments(paid("5", "50"), xero_paid("a", "50", date=DAY + dt.timedelta(days=2)))
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == ("payment.probable_twin", Policy.PERSON, 0)
    assert [(option.id, option.recommended) for option in finding.options] == [("link", True), ("create-new", False)]
    assert steps(finding, "create-new") == ["CreatePayment", "RecordPayment"]
    step = step_of(finding)
    assert isinstance(step, SetLink)
    assert kinds(assess(with_records(seen, step.link), RULES)) == []


@pytest.mark.parametrize(
    ("more", "practice"),
    [
        pytest.param((paid("5", "70"), xero_paid("a", "70")), RULES, id="both would not fit"),
        pytest.param((paid("5", "50", method="17"), xero_paid("a", "50")), RULES, id="typed with the method of Xero"),
        pytest.param((paid("5", "50", method="5"), xero_paid("a", "50")), RULES, id="method not mapped"),
        pytest.param((paid("5", "50"), xero_paid("a", "50")), XERO_CLOSED, id="closed in Xero"),
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
    assert steps(finding) == ["DeletePayment", "CreatePayment"]
    for locked in (with_changed(seen, "a", reconciled=True), with_changed(seen, "a", batch_id="b")):
        assert only(locked).options == ()


def test_a_pair_found_by_its_mark_shows_at_once_that_it_differs() -> None:
    finding = only(with_payments(paid("5", "50"), xero_paid("a", "40", note="Provet payment 5")))
    assert (finding.kind, finding.effect) == ("payment.differs", -10)


def test_a_changed_payment_that_came_from_xero_keeps_its_account() -> None:
    more = (paid("5", "40", method="17", note="Xero payment a"), xero_paid("a", "50", method="099"))
    option = only(with_payments(*more)).option()
    assert option is not None
    assert [step.account for step in option.steps if isinstance(step, CreatePayment)] == ["099"]


@pytest.mark.parametrize(
    ("more", "kind", "options"),
    [
        pytest.param(
            (paid("5", "150"),), "payment.overpaid", ["book-up-to-due"], id="Provet has more than is due in Xero"
        ),
        pytest.param((paid("5", "150", date=APRIL), *PAIR[1:], paid("4", "50")), None, [], id="beside others"),
        pytest.param(
            (xero_paid("a", "120"), paid("5", "1", method="12")),
            "payment.overpaid",
            ["book-up-to-due"],
            id="credit applied in Provet",
        ),
        pytest.param(
            (xero_paid("a", "120"), paid("5", "120", method="12")),
            "payment.overpaid",
            [],
            id="nothing is due in Provet",
        ),
    ],
)
def test_more_than_is_due_waits_for_a_person(more: tuple[Any, ...], kind: str | None, options: list[str]) -> None:
    seen = with_payments(*more)
    if kind is None:
        return
    finding = only(seen)
    assert (finding.kind, finding.policy) == (kind, Policy.PERSON)
    assert [option.id for option in finding.options] == options


def test_up_to_what_is_due_is_booked_and_the_excess_stays_visible() -> None:
    seen = with_payments(paid("5", "150"))
    step = step_of(only(seen))
    assert isinstance(step, CreatePayment)
    assert step.amount == 120
    after = with_records(seen, xero_paid("a", "120", note=step.reference))
    finding = only(after)
    assert (finding.kind, finding.amount, finding.effect, finding.options) == ("payment.overpaid", 30, -30, ())
    assert kinds(assess(learned(after), RULES)) == ["payment.overpaid"]
    credited = with_changed(learned(after), "x-1", gross=Decimal(140))
    assert effects_explain(credited)


def test_up_to_what_is_due_is_recorded_in_provet() -> None:
    seen = with_payments(xero_paid("a", "120"), paid("5", "40", method="12"))
    step = step_of(only(seen))
    assert isinstance(step, RecordPayment)
    assert step.amount == 80
    after = with_records(seen, paid("6", "80", note=step.info, method="17"))
    finding = only(after)
    assert (finding.kind, finding.amount, finding.effect, finding.options) == ("payment.overpaid", 40, 40, ())


def test_an_excess_that_fits_later_is_booked_by_entering_the_payment_anew() -> None:
    more = (paid("5", "150"), xero_paid("a", "100", note="Provet payment 5"))
    option = only(with_payments(*more)).option("book-up-to-due")
    assert option is not None
    assert [step.amount for step in option.steps] == [100, 120]  # type: ignore[union-attr]


def test_payments_that_fit_go_first_and_never_exceed_what_is_due_together() -> None:
    seen = with_payments(paid("5", "130"), paid("6", "70"), paid("7", "60"), paid("8", "50"))
    found = {f.subject.provet.id: f for f in assess(seen, RULES).findings if f.subject.provet}
    assert {identifier: finding.kind for identifier, finding in found.items()} == {
        "5": "payment.overpaid",
        "6": "payment.missing_in_xero",
        "7": "payment.overpaid",
        "8": "payment.missing_in_xero",
    }
    assert [len(found[identifier].options) for identifier in "5678"] == [0, 1, 0, 1]
    assert effects_explain(seen)


def test_xero_payments_together_never_exceed_what_provet_takes() -> None:
    seen = with_payments(xero_paid("a", "70"), xero_paid("b", "50"), paid("5", "20", method="12"))
    assert kinds(assess(seen, RULES)) == ["payment.missing_in_provet", "payment.overpaid"]
    assert effects_explain(seen)


@pytest.mark.parametrize(
    ("seen", "practice", "step_date"),
    [
        pytest.param(with_payments(paid("5", "50")), XERO_CLOSED, APRIL, id="Xero"),
        pytest.param(with_payments(xero_paid("a", "50")), PROVET_CLOSED, APRIL, id="Provet"),
    ],
)
def test_a_payment_in_a_closed_period_waits_with_the_first_open_day(
    seen: Family, practice: Rules, step_date: dt.date
) -> None:
    finding = only(seen, practice)
    assert (finding.kind, finding.policy) == ("period.locked", Policy.PERSON)
    step = step_of(finding, "first-open-day")
    assert isinstance(step, CreatePayment | RecordPayment)
    assert step.date == step_date


def test_what_is_closed_on_one_side_only_is_open_on_the_other() -> None:
    assert only(with_payments(paid("5", "50")), PROVET_CLOSED).kind == "payment.missing_in_xero"
    assert only(with_payments(xero_paid("a", "50")), XERO_CLOSED).kind == "payment.missing_in_provet"


@pytest.mark.parametrize(
    ("more", "practice"),
    [
        pytest.param((paid("5", "150"),), XERO_CLOSED, id="Xero"),
        pytest.param((xero_paid("a", "120"), paid("5", "20", method="12")), PROVET_CLOSED, id="Provet"),
    ],
)
def test_nothing_is_booked_up_to_what_is_due_in_a_closed_period(more: tuple[Any, ...], practice: Rules) -> None:
    finding = only(with_payments(*more), practice)
    assert (finding.kind, finding.options) == ("payment.overpaid", ())


def test_provet_takes_payments_only_on_final_documents() -> None:
    seen = with_changed(with_payments(xero_paid("a", "50")), "1", status=DocumentStatus.PENDING)
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.options) == ("payment.missing_in_provet", Policy.PERSON, ())


def test_money_given_back_on_an_invoice_is_explained() -> None:
    seen = with_payments(*PAIR, paid("6", "-20"))
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.options, finding.effect) == (
        "payment.missing_in_xero",
        Policy.PERSON,
        (),
        20,
    )
    assert effects_explain(seen)


def test_a_payment_rounded_up_in_provet_is_explained() -> None:
    seen = with_payments(paid("5", "120.02"), paid("6", "-0.02", method="3"))
    assert kinds(assess(seen, RULES)) == ["payment.overpaid", "payment.missing_in_xero"]
    assert effects_explain(seen)


def test_every_payment_is_a_discrepancy_of_its_own() -> None:
    findings = assess(with_payments(paid("5", "20"), paid("6", "20")), RULES).findings
    assert len({finding.id for finding in findings}) == 2


def test_the_fingerprint_of_a_payment_follows_the_payment_alone() -> None:
    one = only(with_payments(paid("5", "20"))).options[0].fingerprint
    beside = assess(with_payments(paid("5", "20"), paid("6", "30")), RULES).findings
    assert beside[0].options[0].fingerprint == one
    assert only(with_payments(paid("5", "21"))).options[0].fingerprint != one
    assert only(with_payments(paid("5", "20", date=APRIL))).options[0].fingerprint != one
