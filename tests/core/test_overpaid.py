"""What assessments say of more money than is due, and of money in closed periods."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import (
    CreatePayment,
    RecordPayment,
)
from daemon.core.discrepancy import Finding, Policy
from daemon.core.family import Family
from daemon.core.rules import Rules
from tests.core.builders import (
    RULES,
    kinds,
    learned,
    only,
    paid,
    payment_link,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import APRIL, CLOSED, PROVET_CLOSED, step_of, with_payments


def effects_explain(seen: Family, practice: Rules = RULES) -> bool:
    found = assess(seen, practice)
    return found.books.provet - found.books.xero == sum(finding.effect for finding in found.findings)


def writing(finding: Finding) -> list[str]:
    """The options that write anything."""
    return [option.id for option in finding.options if option.steps]


PAIR = (paid("5", "50"), xero_paid("a", "50"), payment_link("5", "a"))


@pytest.mark.parametrize(
    ("more", "options"),
    [
        pytest.param((paid("5", "150"),), ["book-up-to-due"], id="Provet has more than is due in Xero"),
        pytest.param(
            (xero_paid("a", "120"), paid("5", "1", method="12")),
            ["book-up-to-due"],
            id="credit applied in Provet",
        ),
        pytest.param(
            (xero_paid("a", "120"), paid("5", "120", method="12")),
            [],
            id="nothing is due in Provet",
        ),
    ],
)
def test_more_than_is_due_waits_for_a_person(more: tuple[Any, ...], options: list[str]) -> None:
    seen = with_payments(*more)
    finding = only(seen)
    assert (finding.kind, finding.policy) == ("payment.overpaid", Policy.PERSON)
    assert [option.id for option in finding.options] == [*options, "done-by-hand"]
    assert sum(option.recommended for option in finding.options) == 1


def test_up_to_what_is_due_is_booked_and_the_excess_stays_visible() -> None:
    seen = with_payments(paid("5", "150"))
    step = step_of(only(seen))
    assert isinstance(step, CreatePayment)
    assert step.amount == 120
    after = with_records(seen, xero_paid("a", "120", note=step.reference))
    finding = only(after)
    assert (finding.kind, finding.amount, finding.effect, writing(finding)) == ("payment.overpaid", 30, -30, [])
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
    assert (finding.kind, finding.amount, finding.effect, writing(finding)) == ("payment.overpaid", 40, 40, [])


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
    assert [len(writing(found[identifier])) for identifier in "5678"] == [0, 1, 0, 1]
    assert effects_explain(seen)


def test_xero_payments_together_never_exceed_what_provet_takes() -> None:
    seen = with_payments(xero_paid("a", "70"), xero_paid("b", "50"), paid("5", "20", method="12"))
    assert kinds(assess(seen, RULES)) == ["payment.missing_in_provet", "payment.overpaid"]
    assert effects_explain(seen)


@pytest.mark.parametrize(
    ("seen", "practice", "step_date"),
    [
        pytest.param(with_payments(paid("5", "50")), CLOSED, APRIL, id="Xero"),
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
    assert only(with_payments(xero_paid("a", "50")), CLOSED).kind == "payment.missing_in_provet"


@pytest.mark.parametrize(
    ("more", "practice"),
    [
        pytest.param((paid("5", "150"),), CLOSED, id="Xero"),
        pytest.param((xero_paid("a", "120"), paid("5", "20", method="12")), PROVET_CLOSED, id="Provet"),
    ],
)
def test_up_to_what_is_due_goes_to_the_first_open_day(more: tuple[Any, ...], practice: Rules) -> None:
    finding = only(with_payments(*more), practice)
    assert (finding.kind, writing(finding)) == ("payment.overpaid", ["first-open-day"])
    assert step_of(finding).date == APRIL  # type: ignore[union-attr]


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


@pytest.mark.parametrize(
    ("by", "kind", "policy"),
    [("0.02", "invoice.rounding", Policy.AUTOMATIC), ("0.40", "invoice.total_differs", Policy.PERSON)],
)
def test_a_payment_rounded_up_in_provet_waits_for_its_line(by: str, kind: str, policy: Policy) -> None:
    seen = with_payments(paid("5", str(120 + Decimal(by))), paid("6", f"-{by}", method="3"))
    line, payment = assess(seen, RULES).findings
    assert (line.kind, line.policy, payment.kind, payment.policy) == (
        kind,
        policy,
        "payment.missing_in_xero",
        Policy.HOLD,
    )
    assert [option.id for option in line.options] == ["rounding-line"]
    assert payment.cause == line.id
    assert effects_explain(seen)
