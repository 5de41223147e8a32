"""The life of a correction, and what its steps say of themselves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest

from daemon.core import correction
from daemon.core.correction import (
    TRANSITIONS,
    UNFINISHED,
    Allocate,
    Correction,
    CorrectionStatus,
    CreatePayment,
    Option,
    Step,
    is_money,
    moved,
    settled_documents,
    target,
)
from daemon.core.model import System
from tests.core.builders import DAY, T0

S = CorrectionStatus
ENDS = {S.APPLIED, S.REJECTED, S.STALE, S.FAILED}
PROVET = {"UpdateClient", "RecordPayment", "CancelPayment"}
LOCAL = {"SetLink", "RemoveLink"}
MONEY = {"CreatePayment", "DeletePayment", "RecordPayment", "CancelPayment", "Allocate", "Deallocate"}


def payment(**fields: Any) -> CreatePayment:
    usual: dict[str, Any] = {
        "payment_id": "5",
        "document_id": "1",
        "credit": False,
        "amount": Decimal("20"),
        "date": DAY,
        "account": "091",
        "reference": "Provet payment 5",
        "label": "Invoice INV-1",
    }
    return CreatePayment(**{**usual, **fields})


def correction_in(status: CorrectionStatus) -> Correction:
    return Correction(
        id="c",
        practice="riverside",
        discrepancy_id="d",
        family="invoice:1",
        option="create",
        fingerprint="f",
        steps=(payment(),),
        status=status,
        approved_by="policy",
        created_at=T0,
    )


@pytest.mark.parametrize("before", list(S), ids=str)
@pytest.mark.parametrize("after", list(S), ids=str)
def test_only_legal_moves_are_made(before: CorrectionStatus, after: CorrectionStatus) -> None:
    if after in TRANSITIONS[before]:
        assert moved(correction_in(before), after, error="why").status is after
    else:
        with pytest.raises(AssertionError, match=f"{before} -> {after} is not a legal move"):
            moved(correction_in(before), after)


def test_ends_are_final_and_everything_else_can_end() -> None:
    assert {status for status in S if not TRANSITIONS[status]} == ENDS
    assert {*S} - ENDS == UNFINISHED
    reachable = {S.PROPOSED}
    for _ in S:
        reachable |= {after for status in reachable for after in TRANSITIONS[status]}
    assert reachable == {*S}


def test_what_is_in_doubt_is_never_approved_anew_nor_refused() -> None:
    assert TRANSITIONS[S.IN_DOUBT] == {S.APPLYING, S.APPLIED, S.FAILED}


@pytest.mark.parametrize("kind", get_args(Step), ids=lambda kind: kind.__name__)
def test_every_step_knows_where_it_goes_and_whether_it_moves_money(kind: type) -> None:
    step = kind(**dict.fromkeys(kind.__struct_fields__, ""))
    name = kind.__name__
    assert target(step) is (None if name in LOCAL else System.PROVET if name in PROVET else System.XERO)
    assert is_money(step) is (name in MONEY)


def test_steps_name_the_documents_that_they_settle() -> None:
    allocate = Allocate(credit_id="2", invoice_id="1", amount=Decimal(5), date=DAY, already=Decimal(0), label="x")
    assert (settled_documents(payment()), settled_documents(allocate)) == (("1",), ("2", "1"))


def option(*steps: Step, **fields: Any) -> Option:
    return Option(**{"id": "create", "title": "Do it", "steps": steps, **fields})


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(option(payment(), title="Other words", consequences=("x",), recommended=True), True, id="words"),
        pytest.param(option(payment(), relies_on={"left": "9"}), False, id="a value relied on"),
        pytest.param(option(payment(amount=Decimal(21))), False, id="an amount"),
        pytest.param(option(payment(date=DAY + dt.timedelta(days=1))), False, id="a date"),
        pytest.param(option(payment(), payment()), False, id="one more write"),
        pytest.param(option(payment(), id="book-up-to-due"), False, id="another option"),
    ],
)
def test_fingerprints_follow_writes_and_facts(other: Option, same: bool) -> None:
    assert (other.fingerprint == option(payment()).fingerprint) is same


def test_fingerprints_do_not_depend_on_the_order_of_facts() -> None:
    one = option(payment(), relies_on={"a": "1", "b": "2"})
    assert one.fingerprint == option(payment(), relies_on={"b": "2", "a": "1"}).fingerprint


def test_a_correction_survives_storage_exactly() -> None:
    stored = msgspec.json.encode(correction_in(S.APPLYING))
    assert b'"amount":"20"' in stored
    assert msgspec.json.decode(stored, type=correction.Correction) == correction_in(S.APPLYING)
