"""Corrections: found by id, discrepancy and status, in the order of their making."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.correction import CancelPayment, CorrectionStatus, SetLink, moved
from daemon.core.model import Kind
from daemon.store import corrections
from daemon.store.database import Database
from tests.store.made import CLINIC, correction, link

S = CorrectionStatus


async def test_a_correction_comes_back_with_its_steps(db: Database) -> None:
    steps = (
        CancelPayment(payment_id="p", document_id="1", amount=Decimal("-1.10"), label="Cancel"),
        SetLink(link=link(Kind.DOCUMENT, "1", "x", baseline={"gross": "1"}), label="Link"),
    )
    whole = correction("c", "d", steps=steps, cursor=1, error="why")
    await db.write(lambda tx: corrections.put(tx, whole))
    assert await db.read(lambda tx: corrections.get(tx, "c")) == whole
    assert await db.read(lambda tx: corrections.get(tx, "other")) is None


async def test_of_one_discrepancy_the_newest_comes_first_even_in_one_instant(db: Database) -> None:
    made = [correction(id_, "d") for id_ in ("b", "c", "a")]
    for each in (*made, correction("z", "other")):
        await db.write(lambda tx, e=each: corrections.put(tx, e))
    applying = moved(made[0], S.APPLYING)
    await db.write(lambda tx: corrections.put(tx, applying))
    assert await db.read(lambda tx: corrections.of_discrepancy(tx, "d")) == [made[2], made[1], applying]


async def test_by_status_the_oldest_come_first_within_a_limit(db: Database) -> None:
    made = [
        correction("3", "d", S.APPROVED),
        correction("2", "d", S.APPLYING),
        correction("1", "d", S.APPROVED),
        correction("0", "d", S.APPLIED),
        correction("9", "d", S.APPROVED, practice="elsewhere"),
    ]
    for each in made:
        await db.write(lambda tx, e=each: corrections.put(tx, e))
    both = (S.APPROVED, S.APPLYING)
    assert await db.read(lambda tx: corrections.with_status(tx, CLINIC, both, 10)) == made[:3]
    assert await db.read(lambda tx: corrections.with_status(tx, CLINIC, both, 2)) == made[:2]
    assert await db.read(lambda tx: corrections.with_status(tx, CLINIC, [S.STALE], 10)) == []


async def test_the_last_failure_is_the_newest_that_failed(db: Database) -> None:
    assert await db.read(lambda tx: corrections.last_failure(tx, "d")) is None
    made = [
        correction("a", "d", S.FAILED),
        correction("b", "d", S.FAILED, error="latest"),
        correction("c", "d", S.STALE),
    ]
    for each in made:
        await db.write(lambda tx, e=each: corrections.put(tx, e))
    assert await db.read(lambda tx: corrections.last_failure(tx, "d")) == made[1]
