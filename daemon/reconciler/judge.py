"""Judges the dirty families of a practice, clients before the documents that need them."""

from __future__ import annotations

from collections.abc import Sequence, Set

from daemon.core.assess import Assessment, assess
from daemon.core.family import Family, client_family, payment_info, payment_reference
from daemon.core.model import Kind, Link
from daemon.core.rules import Rules
from daemon.practice import Practice
from daemon.reconciler import foreign
from daemon.store import assessments, families, journal
from daemon.store.tx import Tx

_WINDOW = 200
CLIENTS = client_family("")


async def judge_dirty(practice: Practice, rules: Rules) -> int:
    """Judge until no family is dirty; returns how many were judged. Memory holds one window of families at a time.

    A window of clients holds nothing else: a document that is loaded before its client is judged would not see that
    the client waits for a person.
    """
    judged = 0
    while True:
        dirty = await practice.db.read(lambda tx: families.dirty(tx, practice.id, _WINDOW))
        if not dirty:
            return judged
        window = [each for each in dirty if each[0].startswith(CLIENTS)] or dirty
        await _judge(practice, rules, dict(window))
        judged += len(window)
        practice.pulse.beat(practice.id)


async def _judge(practice: Practice, rules: Rules, seen: dict[str, int]) -> None:
    loaded = await practice.db.read(lambda tx: families.load_many(tx, practice.id, list(seen)))
    found = await practice.offload(lambda: [(family, assess(family, rules)) for family in loaded])
    await practice.db.write(lambda tx: _save(tx, practice, found, seen))


def _save(tx: Tx, practice: Practice, batch: list[tuple[Family, Assessment]], seen: dict[str, int]) -> None:
    foreign.note(tx, practice, (assessment for _, assessment in batch))
    doubted = in_doubt(tx, practice)
    for family, assessment in batch:
        save(tx, practice, family.id, assessment, seen[family.id], doubted)
    gone = seen.keys() - {family.id for family, _ in batch}
    for family_id in gone:
        save(tx, practice, family_id, Assessment(), seen[family_id], doubted)


def in_doubt(tx: Tx, practice: Practice) -> set[str]:
    """The marks of writes that are not settled."""
    return {intent.mark for intent, _ in journal.unsettled(tx, practice.id)}


def _certain(links: Sequence[Link], doubted: Set[str]) -> list[Link]:
    """Without links of payments that are in doubt: what is linked counts as made by an earlier step (``Settler``)."""
    return [link for link in links if link.kind is not Kind.PAYMENT or not doubted & _marks(link)]


def _marks(link: Link) -> set[str]:
    return {payment_reference(link.provet_id), payment_info(link.xero_id)}


def save(tx: Tx, practice: Practice, family_id: str, assessment: Assessment, seen_seq: int, doubted: Set[str]) -> None:
    """Store one judgement in place of the family's last; ``doubted`` is what ``in_doubt`` gives."""
    assessments.save(
        tx,
        practice.id,
        family_id,
        findings=assessment.findings,
        causes=assessment.causes,
        exclusions=assessment.exclusions,
        links=_certain(assessment.links, doubted),
        books=assessment.books,
        now=practice.clock.utc(),
        seen_seq=seen_seq,
    )
