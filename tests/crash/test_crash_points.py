"""A process killed at every point of a small import, and of payments, credit and an approval after it."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.provet.records import PaymentType, RowSpec
from daemon.sandbox.xero.records import Payment
from daemon.settings import Settings
from tests.crash.points import SURVIVED, Case, first_death, outcome
from tests.crash.remote import FastClock
from tests.simulation.clinic import PRACTICE, Variant, provet_of, rng_of, settings_of, world_of, xero_of

STRIDE = int(os.environ.get("STRIDE", "15"))
"""CI tries every so-manieth point; ``make crash`` tries them all."""
PLAIN = Variant(rotating=False, by_status=False)
LOST = Rule(Kind.DROP_AFTER, method="PUT", times=2)


async def _nobody(_: object) -> int | None:
    return None


def _settings(folder: Path) -> Settings:
    settings = settings_of(PLAIN)
    practice = settings.practices[PRACTICE].model_copy(update={"settle_s": 5})
    daemon = settings.daemon.model_copy(update={"state_dir": folder})
    return settings.model_copy(update={"practices": {PRACTICE: practice}, "daemon": daemon})


@pytest.fixture
def fresh(tmp_path: Path) -> Case:
    """Nothing of the clinic is in Xero yet."""
    clock = FastClock()
    return Case(world_of(PLAIN, 1, clock, _nobody), _settings(tmp_path), clock, approves=False)


@pytest.fixture
def busy(fresh: Case) -> Case:
    """All is in Xero, and since then: money on both sides, a credit, and a total that a person must decide on."""
    assert fresh.run(0) == SURVIVED
    provet, xero = provet_of(fresh.world), xero_of(fresh.world)
    now, rng = fresh.clock.utc(), rng_of("busy")
    hands, rows = provet.hands, [RowSpec(name="Visit", price=Decimal(50))]
    paid, received, credited, edited = (hands.invoice_visit(1, rows, now) for _ in range(4))
    assert fresh.run(0) == SURVIVED
    now = fresh.clock.utc()
    hands.pay_in_full(paid, PaymentType.CARD, now)
    documents = {each.reference: each for each in xero.ledger.invoices.ordered()}
    theirs = documents[f"Provet invoice {received}"]
    account = xero.ledger.accounts.find("code", "090")[0].id
    xero.take_payment(Payment("", theirs.id, account, theirs.day, Decimal(20), now), now, rng)
    note = hands.credit(credited, now)
    hands.apply_credit(note, credited, Decimal(60), now)
    edit = documents[f"Provet invoice {edited}"]
    line = {"Description": "Visit", "Quantity": 1, "UnitAmount": 70, "TaxType": "OUTPUT2", "AccountCode": "200"}
    xero.edit_document(edit.id, {"LineItems": [line]}, now, rng)
    return dataclasses.replace(fresh, approves=True)


def _points() -> Iterator[int]:
    return itertools.count(1, STRIDE)


def test_an_import_killed_anywhere_ends_as_one_that_was_not(fresh: Case) -> None:
    survived, wanted = outcome(fresh, 0)
    assert survived
    assert first_death(fresh, wanted, _points()) > 20 / STRIDE


def test_money_credit_and_an_approval_killed_anywhere_end_as_undisturbed(busy: Case) -> None:
    survived, wanted = outcome(busy, 0)
    assert survived
    assert any("xero allocation" in line for line in wanted)
    assert any(" 17 20.00" in line for line in wanted)
    assert first_death(busy, wanted, _points()) > 40 / STRIDE


def test_lost_answers_and_a_kill_anywhere_end_as_undisturbed(busy: Case) -> None:
    _, wanted = outcome(busy, 0)
    for point in itertools.islice(_points(), 60 // STRIDE):
        busy.world.faults.plan = FaultPlan((LOST,))
        _, books = outcome(busy, point)
        assert books == wanted, f"point {point}"
