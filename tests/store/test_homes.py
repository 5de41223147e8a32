"""A consolidated invoice and its originals are one family, and what was under way of them stays known."""

from __future__ import annotations

from itertools import permutations

import pytest

from daemon.core.correction import CorrectionStatus
from daemon.core.discrepancy import Status, Waiver
from daemon.core.model import DocumentStatus, Record
from daemon.store import corrections, discrepancies, families, records
from daemon.store.database import Database, Tx, open_inline
from tests.store.made import CLINIC, START, correction, decide, dirty_ids, document, finding, later, payment, saving

WHOLE = document("3", consolidates=("1", "2"))
WAIVER = Waiver(by="mary", reason="known", at=START)
EVERYTHING: list[Record] = [
    document("1"),
    document("2"),
    WHOLE,
    document("4", credits="3"),
    payment("p", "2", method="6"),
]


async def upsert(db: Database, *news: Record) -> None:
    await db.write(lambda tx: records.upsert(tx, CLINIC, news))


async def seen_by(db: Database, family: str) -> list[str]:
    loaded = await db.read(lambda tx: families.load(tx, CLINIC, family))
    return sorted([*(each.id for each in loaded.documents), *(each.id for each in loaded.payments)])


@pytest.mark.parametrize("order", list(permutations(range(len(EVERYTHING))))[::7])
async def test_originals_and_credits_share_the_family_of_the_oldest_in_any_order(order: tuple[int, ...]) -> None:
    db = open_inline()
    for place in order:
        await upsert(db, EVERYTHING[place])
    assert await seen_by(db, "invoice:1") == ["1", "2", "3", "4", "p"]
    for other in ("invoice:2", "invoice:3", "invoice:4"):
        assert await seen_by(db, other) == []
    await db.close()


async def test_a_revoked_consolidation_stays_together(db: Database) -> None:
    await upsert(db, *EVERYTHING)
    await upsert(db, later(WHOLE, 5, status=DocumentStatus.VOID))
    assert await seen_by(db, "invoice:1") == ["1", "2", "3", "4", "p"]


async def test_two_consolidations_of_one_original_are_one_family(db: Database) -> None:
    await upsert(db, document("2"), document("1"), document("5", consolidates=("2",)), WHOLE)
    assert await seen_by(db, "invoice:1") == ["1", "2", "3", "5"]


async def test_an_original_that_is_taken_out_goes_back_home(db: Database) -> None:
    await upsert(db, *EVERYTHING)
    await upsert(db, later(WHOLE, 5, consolidates=("2",)))
    assert await seen_by(db, "invoice:1") == ["1"]
    assert await seen_by(db, "invoice:2") == ["2", "3", "4", "p"]


async def test_a_write_under_way_keeps_the_joined_family_busy(db: Database) -> None:
    await upsert(db, document("1"), document("2"))
    await db.write(saving(finding("2")))
    under_way = correction("c", finding("2").id, CorrectionStatus.IN_DOUBT, family="invoice:2")
    waiting = correction("w", finding("2").id, CorrectionStatus.PROPOSED, family="invoice:2")
    for each in (under_way, waiting):
        await db.write(lambda tx, c=each: corrections.put(tx, c))
    await upsert(db, WHOLE)

    def work(tx: Tx) -> tuple[bool, list[str]]:
        stored = [corrections.get(tx, id_) for id_ in ("c", "w")]
        return families.busy(tx, CLINIC, "invoice:1"), [each.family for each in stored if each]

    assert await db.read(work) == (True, ["invoice:1", "invoice:1"])
    assert await dirty_ids(db) == ["invoice:1", "invoice:2"]


async def test_what_a_person_decided_stays_decided_in_the_joined_family(db: Database) -> None:
    await upsert(db, document("1"), document("2"))
    await db.write(saving(finding("2")))
    await decide(db, finding("2").id, status=Status.WAIVED, waiver=WAIVER)
    await upsert(db, WHOLE)
    await db.write(saving(family="invoice:2"))
    await db.write(saving(finding("2", family="invoice:1"), family="invoice:1"))
    kept = await db.read(lambda tx: discrepancies.get(tx, finding("2").id))
    assert kept is not None
    assert (kept.status, kept.finding.family) == (Status.WAIVED, "invoice:1")
