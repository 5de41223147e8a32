"""How much money a decision is about."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from daemon.core.correction import CreatePayment, DeletePayment, Option, Step
from daemon.core.discrepancy import Discrepancy, Status
from daemon.desk.agreement import at_stake
from daemon.protocol import ApproveRequest, Outcome, SomeRequest
from daemon.store import discrepancies
from tests.desk.office import ANN
from tests.desk.test_decisions_cycle import FOUR_EYES
from tests.store.made import START, finding
from tests.support.stocked import stocked

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


async def test_each_option_says_by_what_it_writes_whether_a_second_person_is_needed(tmp_path: Path) -> None:
    """They differ by 10; one option moves 500, the other nothing."""
    many = Option(id="recreate-payment", title="Book it anew", steps=(TAKEN, BOOKED), recommended=True)
    none = Option(id="done-by-hand", title="By hand", steps=())
    found = replace(finding("1"), practice="riverside", amount=Decimal(10), options=(many, none))
    async with stocked(tmp_path, 0, FOUR_EYES) as shop:
        row = Discrepancy(finding=found, status=Status.OPEN, first_seen=START, last_seen=START)
        await shop.app.db.write(lambda tx: discrepancies.put(tx, row))
        desk = shop.app.desk
        shown = (await desk.show(found.id)).options
        assert [(each.id, each.second_over) for each in shown] == [(many.id, "20.00"), (none.id, "")]
        assert (await desk.option(found.id, many.id)).second_over == "20.00"
        asked = SomeRequest(ids=(found.id,), decision=ApproveRequest())
        assert (await desk.rehearse(asked, ANN)).waiting_second_person == 1
        approval = await desk.approve(found.id, many.id, shown[0].fingerprint, ANN)
        assert approval.outcome is Outcome.WAITING_SECOND_PERSON
        assert (await desk.approve(found.id, none.id, "", ANN)).outcome is Outcome.ACCEPTED
