"""The journal: what is sent stands there first, and only outcomes end it."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from daemon.core.model import System
from daemon.errors import Invalid
from daemon.store import families, journal
from daemon.store.database import Database, raise_epoch
from daemon.store.journal import Intent, IntentStatus, Sent
from tests.store.made import CLINIC, at

S = IntentStatus


def sent(id_: str = "r1", **more: Any) -> Sent:
    facts = {
        "practice": CLINIC,
        "system": System.XERO,
        "method": "PUT",
        "url": "https://localhost/Invoices?summarizeErrors=false",
        "body": b'{"\xff": 1}',
        "key": "k",
        "at": at(0),
        "epoch": 1,
    }
    return Sent(**{"id": id_, **facts, **more})


def intent(id_: str, request_id: str = "r1", **more: Any) -> Intent:
    facts = {
        "practice": CLINIC,
        "correction_id": "c",
        "step_index": 0,
        "element": 0,
        "attempt": 1,
        "family": "invoice:1",
        "mark": "Provet invoice 1",
        "amount_cents": 12_345,
    }
    return Intent(**{"id": id_, "request_id": request_id, **facts, **more})


async def begin(db: Database, request: Sent, *intents: Intent) -> None:
    await db.write(lambda tx: journal.begin(tx, request, intents))


async def settle(db: Database, id_: str, status: IntentStatus, detail: str = "") -> None:
    await db.write(lambda tx: journal.settle(tx, id_, status, detail, at=at(1)))


async def unsettled(db: Database) -> list[tuple[Intent, Sent]]:
    return await db.read(lambda tx: journal.unsettled(tx, CLINIC))


async def test_what_was_sent_comes_back_to_the_byte_until_it_is_settled(db: Database) -> None:
    first, second = sent(), sent("r2", at=at(-5), practice=CLINIC)
    one, two, three = intent("i1", element=1), intent("i2"), intent("i3", "r2", family="invoice:2")
    await begin(db, first, one, two)
    await begin(db, second, three)
    await begin(db, sent("r3", practice="elsewhere"), intent("i4", "r3", practice="elsewhere"))
    assert await unsettled(db) == [(three, second), (two, first), (one, first)]
    await settle(db, "i2", S.DONE, "x-1")
    await settle(db, "i3", S.IN_DOUBT, "no answer")
    doubtful = intent("i3", "r2", family="invoice:2", status=S.IN_DOUBT, detail="no answer")
    assert await unsettled(db) == [(doubtful, second), (one, first)]


@pytest.mark.parametrize("status", [S.DONE, S.REFUSED, S.ABSENT, S.NOT_EXECUTED])
async def test_an_outcome_is_final(db: Database, status: IntentStatus) -> None:
    await begin(db, sent(), intent("i1"))
    await settle(db, "i1", S.IN_DOUBT)
    await settle(db, "i1", status)
    assert await unsettled(db) == []
    with pytest.raises(AssertionError, match="settled already"):
        await settle(db, "i1", S.DONE)
    with pytest.raises(AssertionError, match="unknown"):
        await settle(db, "i9", S.DONE)


async def test_a_request_of_a_process_that_was_replaced_is_refused(db: Database) -> None:
    await begin(db, sent("r1", epoch=1), intent("i1"))
    await db.write(raise_epoch)
    with pytest.raises(Invalid, match="taken over"):
        await begin(db, sent("r2", epoch=1), intent("i2", "r2"))
    await begin(db, sent("r2", epoch=2), intent("i2", "r2"))
    assert [each.id for each, _ in await unsettled(db)] == ["i1", "i2"]


async def test_an_intent_needs_its_request(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await begin(db, sent("r1"), intent("i1", "r9"))
    assert await unsettled(db) == []


async def test_attempts_count_every_sending_of_a_step_that_was_not_turned_away(db: Database) -> None:
    await begin(db, sent(), intent("i1"), intent("i2", step_index=1))
    await settle(db, "i1", S.ABSENT)
    await begin(db, sent("r2"), intent("i3", "r2", attempt=2), intent("i4", "r2", correction_id="other"))
    assert await db.read(lambda tx: journal.attempts(tx, "c", 0)) == 2
    assert await db.read(lambda tx: journal.attempts(tx, "c", 1)) == 1
    assert await db.read(lambda tx: journal.attempts(tx, "c", 2)) == 0
    await settle(db, "i3", S.NOT_EXECUTED)
    assert await db.read(lambda tx: journal.attempts(tx, "c", 0)) == 1


async def test_spent_is_what_may_have_taken_effect_since_a_time(db: Database) -> None:
    await begin(db, sent("r1", at=at(0)), *(intent(f"a{n}", amount_cents=10**n) for n in range(5)))
    await begin(db, sent("r2", at=at(10)), intent("late", "r2", amount_cents=10**6))
    for id_, status in (("a0", S.DONE), ("a1", S.REFUSED), ("a2", S.ABSENT), ("a3", S.IN_DOUBT)):
        await settle(db, id_, status)
    assert await db.read(lambda tx: journal.spent(tx, CLINIC, at(0))) == (4, 1_011_001)
    assert await db.read(lambda tx: journal.spent(tx, CLINIC, at(0.001))) == (1, 1_000_000)
    assert await db.read(lambda tx: journal.spent(tx, CLINIC, at(11))) == (0, 0)
    assert await db.read(lambda tx: journal.spent(tx, "elsewhere", at(0))) == (0, 0)


async def test_doubts_are_counted_by_practice(db: Database) -> None:
    await begin(db, sent("r1"), intent("i1"), intent("i2"), intent("i3"))
    await begin(db, sent("r2", practice="b"), intent("i4", "r2", practice="b"))
    for id_ in ("i1", "i2"):
        await settle(db, id_, S.IN_DOUBT)
    assert await db.read(journal.doubts) == {CLINIC: 2}
    await settle(db, "i4", S.IN_DOUBT)
    assert await db.read(journal.doubts) == {"b": 1, CLINIC: 2}


async def test_a_family_is_busy_until_its_last_intent_is_settled(db: Database) -> None:
    async def busy() -> list[bool]:
        ids = ["invoice:1", "invoice:2"]
        return [family.busy for family in await db.read(lambda tx: families.load_many(tx, CLINIC, ids))]

    await begin(db, sent(), intent("i1"))
    assert await busy() == [True, False]
    await settle(db, "i1", S.IN_DOUBT)
    assert await busy() == [True, False]
    await settle(db, "i1", S.DONE)
    assert await busy() == [False, False]
