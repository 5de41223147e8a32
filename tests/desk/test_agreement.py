"""How much money a decision is about."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from daemon.core.correction import CreatePayment, DeletePayment, Option, Step
from daemon.desk.agreement import at_stake
from tests.store.made import START, finding

TAKEN = DeletePayment(xero_id="x", payment_id="p", amount=Decimal(500), label="")
BOOKED = CreatePayment(
    payment_id="p",
    document_id="d",
    credit=False,
    amount=Decimal(490),
    date=START.date(),
    account="090",
    reference="Provet payment p",
    label="",
)


@pytest.mark.parametrize(
    ("differs", "steps", "expected"), [("10", (TAKEN, BOOKED), "500"), ("600", (BOOKED,), "600"), ("0", (), "0")]
)
def test_the_larger_of_what_differs_and_what_is_written(differs: str, steps: tuple[Step, ...], expected: str) -> None:
    option = Option(id="x", title="", steps=steps, consequences=())
    assert at_stake(replace(finding("1"), amount=Decimal(differs)), option) == Decimal(expected)
