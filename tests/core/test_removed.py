"""What assessments say of payments that were removed on one side."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import (
    CancelPayment,
    DeletePayment,
    SetLink,
)
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from daemon.core.model import System
from daemon.core.rules import Rules
from tests.core.builders import (
    DAY,
    RULES,
    family,
    kinds,
    only,
    paid,
    payment_link,
    rules,
    with_changed,
    with_records,
    xero_paid,
)
from tests.core.situations import APRIL, CLOSED, PROVET_CLOSED, step_of, with_payments

PAIR = (paid("5", "50"), xero_paid("a", "50"), payment_link("5", "a"))


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(with_payments(paid("5", "50", cancelled=True), *PAIR[1:]), id="status"),
        pytest.param(with_payments(paid("5", "50"), paid("6", "-50"), *PAIR[1:]), id="row"),
        pytest.param(with_payments(xero_paid("a", "50", note="Provet payment 5")), id="by its mark"),
        pytest.param(with_payments(*PAIR[1:]), id="not known at all"),
    ],
)
def test_removed_in_provet(seen: Family) -> None:
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.effect) == ("payment.removed_in_provet", Policy.PERSON, 50)
    assert [option.id for option in finding.options] == ["delete-payment", "done-by-hand"]
    step = step_of(finding)
    assert isinstance(step, DeletePayment)
    assert step.xero_id == "a"


def test_a_provet_payment_that_vanished_is_removed() -> None:
    seen = with_payments(*PAIR)
    vanished = family(*seen.documents, *seen.payments, links=seen.links, vanished=("payment/5",))
    assert only(vanished).kind == "payment.removed_in_provet"


@pytest.mark.parametrize(
    ("fields", "practice", "words", "how"),
    [
        pytest.param({"reconciled": True}, RULES, "bank-reconciled or in a batch", "Unreconcile", id="reconciled"),
        pytest.param({"batch_id": "b"}, RULES, "bank-reconciled or in a batch", "open the batch", id="in a batch"),
        pytest.param({}, CLOSED, "in a closed period", "The books are closed on 2026-03-10", id="closed period"),
    ],
)
@pytest.mark.parametrize("marked", [True, False], ids=["by mark", "by link"])
def test_a_payment_that_may_not_be_removed_is_hand_work(
    fields: dict[str, Any], practice: Rules, words: str, how: str, marked: bool
) -> None:
    payment = xero_paid("a", "50", **fields, note="Provet payment 5" if marked else "")
    seen = with_payments(payment, *(() if marked else PAIR[2:]))
    finding = only(seen, practice)
    assert (finding.kind, finding.policy) == ("payment.reconciled_locked", Policy.HAND_WORK)
    assert finding.summary.endswith(words)
    (option,) = finding.options
    assert (option.id, option.steps, option.recommended) == ("done-by-hand", (), True)
    told = " ".join(option.consequences)
    assert how in told
    assert "INV-1" in told
    assert "prepayment clearing, account 815" in told
    automatic = rules(policy={"payment.reconciled_locked": Policy.AUTOMATIC}, locked_through=practice.locked_through)
    assert only(seen, automatic).policy is Policy.HAND_WORK


@pytest.mark.parametrize(
    ("more", "options"),
    [
        pytest.param(
            (paid("5", "50"), payment_link("5", "a")), ["recreate-payment", "done-by-hand"], id="entered in Provet"
        ),
        pytest.param(
            (paid("5", "50", method="17"), payment_link("5", "a", created_in=System.PROVET)),
            ["cancel-payment", "recreate-payment", "done-by-hand"],
            id="recorded by this program",
        ),
        pytest.param(
            (paid("5", "50", method="17"), payment_link("5", "a", created_in=None)),
            ["recreate-payment", "done-by-hand"],
            id="typed by hand",
        ),
        pytest.param((paid("5", "50", method="5"), payment_link("5", "a")), ["done-by-hand"], id="method not mapped"),
    ],
)
def test_removed_in_xero(more: tuple[Any, ...], options: list[str]) -> None:
    finding = only(with_payments(*more))
    assert (finding.kind, finding.policy, finding.effect) == ("payment.removed_in_xero", Policy.PERSON, -50)
    assert [option.id for option in finding.options] == options
    assert [option.recommended for option in finding.options] == [True, False, False][: len(options)]
    if "cancel-payment" in options:
        step = step_of(finding)
        assert isinstance(step, CancelPayment)
        assert (step.payment_id, step.amount) == ("5", 50)


def test_a_removed_payment_is_not_paid_again_above_what_is_due_or_in_a_closed_period() -> None:
    closed = only(with_payments(paid("5", "50"), payment_link("5", "a")), CLOSED)
    assert [option.id for option in closed.options] == ["first-open-day", "done-by-hand"]
    assert step_of(closed).date == APRIL  # type: ignore[union-attr]
    more = (paid("5", "100"), payment_link("5", "a"), xero_paid("b", "30", date=APRIL))
    finding = next(f for f in assess(with_payments(*more), RULES).findings if f.kind == "payment.removed_in_xero")
    assert [option.id for option in finding.options] == ["done-by-hand"]


@pytest.mark.parametrize(
    ("invoiced", "taken"),
    [pytest.param(DAY, APRIL, id="its invoice"), pytest.param(DAY, DAY, id="both")],
)
def test_nothing_is_cancelled_in_a_closed_period_of_provet(invoiced: dt.date, taken: dt.date) -> None:
    """The cancelling entry is dated like the invoice."""
    recorded = paid("5", "50", method="17", date=taken), payment_link("5", "a", created_in=System.PROVET)
    seen = with_changed(with_payments(*recorded), "1", date=invoiced)
    finding = next(f for f in assess(seen, PROVET_CLOSED).findings if f.kind == "payment.removed_in_xero")
    assert "cancel-payment" not in [option.id for option in finding.options]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param((paid("5", "50", cancelled=True), paid("7", "50"), *PAIR[1:]), id="by status"),
        pytest.param((paid("5", "50"), paid("6", "-50"), paid("7", "50"), *PAIR[1:]), id="by opposite row"),
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
