"""Money that may have been typed in on both sides with another sum: never entered a second time without a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import CreatePayment, DeletePayment, RecordPayment
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from tests.core.builders import DAY, RULES, kinds, only, paid, rules, steps, xero_paid
from tests.core.situations import in_step


def typed(mine: str, theirs: str, days: int = 1, **fields: Any) -> Family:
    """One sum in Provet and another in Xero, neither linked."""
    return in_step(paid("5", mine), xero_paid("a", theirs, date=DAY + dt.timedelta(days=days), **fields))


@pytest.mark.parametrize(("mine", "theirs"), [("50", "50.50"), ("50", "48.75"), ("50", "47.50"), ("120", "117")])
def test_sums_that_are_nearly_one_are_a_question(mine: str, theirs: str) -> None:
    finding = only(typed(mine, theirs))
    assert (finding.kind, finding.policy) == ("payment.probable_twin", Policy.PERSON)
    assert finding.effect == float(theirs) - float(mine)
    assert finding.options[0].id == "recreate-payment"
    assert [(type(step), step.amount) for step in finding.options[0].steps] == [
        (DeletePayment, float(theirs)),
        (CreatePayment, float(mine)),
    ]


@pytest.mark.parametrize(("mine", "theirs", "days"), [("50", "47.40", 1), ("50", "49", 6), ("30", "20", 0)])
def test_sums_or_days_further_apart_are_two_payments(mine: str, theirs: str, days: int) -> None:
    found = assess(typed(mine, theirs, days), RULES)
    assert sorted(kinds(found)) == ["payment.missing_in_provet", "payment.missing_in_xero"]


def test_they_may_be_two_payments() -> None:
    option = only(typed("50", "49")).option("create-new")
    assert option
    assert [(type(step), step.amount) for step in option.steps] == [(CreatePayment, 50), (RecordPayment, 49)]
    assert only(typed("120", "117")).option("create-new") is None


@pytest.mark.parametrize("fields", [{"reconciled": True}, {"batch_id": "b"}])
def test_what_may_not_be_removed_is_settled_by_hand(fields: dict[str, Any]) -> None:
    finding = only(typed("120", "117", **fields))
    assert [option.id for option in finding.options] == ["done-by-hand"]
    assert finding.options[0].recommended
    assert steps(finding) == []


def test_nothing_is_entered_on_a_closed_day() -> None:
    closed = rules(locked_through=DAY)
    assert [o.id for o in only(typed("120", "117"), closed).options] == ["done-by-hand"]


def test_an_equal_sum_goes_first() -> None:
    seen = in_step(paid("5", "50"), xero_paid("a", "49"), xero_paid("b", "50"))
    assert sorted(kinds(assess(seen, RULES))) == ["payment.missing_in_provet", "payment.probable_twin"]
