"""Reads anew what an approval relied on, before anything of it is written: it is stale if that has moved."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from daemon.core.assess import Assessment, assess
from daemon.core.correction import (
    REMOVING,
    Correction,
    CorrectionStatus,
    CreatePayment,
    Option,
    SetLink,
    essence,
    is_money,
    moved,
)
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from daemon.core.model import Kind, Record, System
from daemon.core.rules import Mode, Rules
from daemon.core.sources import sources
from daemon.core.staleness import moved_between, moved_since
from daemon.core.undo import plan_undo
from daemon.core.walk_in import is_walk_in
from daemon.practice import Practice
from daemon.reconciler.judge import in_doubt, save
from daemon.store import audit, corrections, discrepancies, families, records, state
from daemon.store.tx import Tx
from daemon.transport.answers import Batch
from daemon.transport.call import Priority

POLICY = "policy"


class Rechecker:
    """Holds approved corrections against what both systems say now."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice

    async def still_fit(self, batch: Sequence[Correction], rules: Rules) -> list[Correction]:
        """Those that may be applied.

        What a person approved goes on once a step of it took effect, but pays nothing that was typed in by hand since.
        Automatic ones were put off or in doubt since an earlier cycle: what is left of them must be what policy would
        do now as well. Else the rest is judged anew, as everything is.
        """
        late = [correction for correction in batch if correction.approved_by == POLICY]
        kept = await self._practice.db.write(lambda tx: {c.id for c in late if self._still_wanted(tx, c, rules)})
        fit = [c for c in batch if c.id in kept or (c.approved_by != POLICY and await self._agreed(c, rules))]
        return await self.look_first(fit, rules)

    async def look_first(self, batch: Sequence[Correction], rules: Rules) -> list[Correction]:
        """Those that may be applied, whatever was read in this cycle: what policy makes anew after it was given up may
        have landed after all, so that its records are read again as those of an approval are."""
        fresh = [c.discrepancy_id for c in batch if c.approved_by == POLICY and not c.cursor]
        anew = await self._practice.db.read(lambda tx: corrections.given_up(tx, self._practice.id, fresh))
        return [c for c in batch if c.discrepancy_id not in anew or await self._holds(c, rules)]

    async def going_on(self, batch: Sequence[Correction]) -> list[Correction]:
        """Those whose next step may be sent in the cycle in which the one before it took effect: what a person approved
        is held against both systems once more, unless it only adds contacts and documents."""
        return [c for c in batch if not _weighty(c) or await self._still_stands(c)]

    async def _agreed(self, correction: Correction, rules: Rules) -> bool:
        return await (self._still_stands(correction) if correction.cursor else self._holds(correction, rules))

    async def _still_stands(self, correction: Correction) -> bool:
        """Whether the rest of a begun correction is made of what it was made of when it began, as read now."""
        practice = self._practice
        family = await practice.db.read(lambda tx: families.load(tx, practice.id, correction.family))
        await self._read_again(family)
        return await practice.db.write(lambda tx: self._unmoved(tx, correction) and self._still_lacking(tx, correction))

    def _unmoved(self, tx: Tx, correction: Correction) -> bool:
        family = families.load(tx, self._practice.id, correction.family)
        why = moved_between(correction, sources(correction.steps[correction.cursor :], family))
        if why:
            self._outdate(tx, correction, why)
            families.mark(tx, self._practice.id, [correction.family])
        return not why

    def _still_lacking(self, tx: Tx, correction: Correction) -> bool:
        """Whether nobody typed in meanwhile what a begun correction is about to pay: the two are then to be linked."""
        standing = discrepancies.open_in(tx, self._practice.id, correction.family)
        steps = [step for row in standing for option in row.finding.options for step in option.steps]
        links = (step.link for step in steps if isinstance(step, SetLink))
        typed = {link.provet_id for link in links if link.kind is Kind.PAYMENT}
        rest = correction.steps[correction.cursor :]
        if not any(isinstance(step, CreatePayment) and step.payment_id in typed for step in rest):
            return True
        self._outdate(tx, correction, "a payment that it was to enter was typed in by hand meanwhile")
        families.mark(tx, self._practice.id, [correction.family])
        return False

    def _still_wanted(self, tx: Tx, correction: Correction, rules: Rules) -> bool:
        practice = self._practice.id
        stopped = rules.mode is not Mode.AUTO or state.practice_state(tx, practice).guard
        standing = discrepancies.open_in(tx, practice, correction.family)
        options = [row.finding.option() for row in standing if row.finding.policy is Policy.AUTOMATIC]
        wanted = [essence(step) for option in options if option is not None for step in option.steps]
        if not stopped and all(essence(step) in wanted for step in correction.steps[correction.cursor :]):
            return True
        why = "automatic writes were stopped before it went" if stopped else moved_since({}, None)
        self._outdate(tx, correction, why)
        families.mark(tx, practice, [correction.family])
        return False

    async def _holds(self, correction: Correction, rules: Rules) -> bool:
        practice = self._practice
        family = await practice.db.read(lambda tx: families.load(tx, practice.id, correction.family))
        await self._read_again(family)
        return await practice.db.write(lambda tx: self._compare(tx, correction, rules))

    async def _read_again(self, family: Family) -> None:
        """Read the records of a family from both systems, by id."""
        practice, priority = self._practice, Priority.CORRECTION
        provet = [d.id for d in family.of(System.PROVET)]
        xero = [d.id for d in family.of(System.XERO)]
        batches: list[Batch[Record]] = [
            await practice.provet.documents_by_id(provet, priority=priority),
            await practice.provet.payments_of(provet, priority=priority),
            await practice.xero.documents_by_id(xero, priority=priority),
            await practice.xero.payments_of(xero, priority=priority),
        ]
        if family.id.startswith("client:"):
            contacts = {s: [c.id for c in family.contacts if c.system is s and not is_walk_in(c.id)] for s in System}
            batches += [
                await practice.provet.contacts_by_id(contacts[System.PROVET], priority=priority),
                await practice.xero.contacts_by_id(contacts[System.XERO], priority=priority),
            ]
        read = [record for batch in batches for record in batch.records]
        await practice.db.write(lambda tx: records.upsert(tx, practice.id, read))

    def _compare(self, tx: Tx, correction: Correction, rules: Rules) -> bool:
        """Judge the family as it is now; the same option must still say the same."""
        practice = self._practice
        seen = families.seq(tx, practice.id, correction.family)
        family = families.load(tx, practice.id, correction.family)
        assessment = assess(family, rules)
        option = _undo(tx, correction, family, rules) if correction.undoes else _option(tx, correction, assessment)
        if option is not None and option.fingerprint == correction.fingerprint:
            current = _standing(tx, correction)
            if current is not None:
                made_of = sources(correction.steps, family)
                corrections.put(tx, msgspec.structs.replace(current, sources=made_of))
            return current is not None
        self._outdate(tx, correction, moved_since(correction.relies_on, option))
        save(tx, practice, correction.family, assessment, seen, in_doubt(tx, practice))
        return False

    def _outdate(self, tx: Tx, correction: Correction, why: str) -> None:
        current = _standing(tx, correction)
        if current is None:
            return
        corrections.put(tx, moved(current, CorrectionStatus.STALE, error=why))
        audit.append(
            tx,
            at=self._practice.clock.utc(),
            practice=self._practice.id,
            actor="daemon",
            action="stale",
            subject=correction.discrepancy_id,
            detail={"option": correction.option, "title": correction.title, "error": why},
        )


def _standing(tx: Tx, correction: Correction) -> Correction | None:
    """The correction as it is stored, unless it was withdrawn while its records were being read."""
    current = corrections.get(tx, correction.id)
    may_go = (CorrectionStatus.APPROVED, CorrectionStatus.APPLYING)
    return current if current is not None and current.status in may_go else None


def _weighty(correction: Correction) -> bool:
    """Whether a person approved it, and it moves money or takes something away."""
    return correction.approved_by != POLICY and any(is_money(s) or isinstance(s, REMOVING) for s in correction.steps)


def _option(tx: Tx, correction: Correction, assessment: Assessment) -> Option | None:
    """The option of a correction as it is judged now."""
    now = next((f for f in assessment.findings if f.id == correction.discrepancy_id), None)
    if now is None:
        stored = discrepancies.get(tx, correction.discrepancy_id)
        now = stored.finding if stored is not None and stored.finding.family != correction.family else None
    return now.option(correction.option) if now is not None else None


def _undo(tx: Tx, correction: Correction, family: Family, rules: Rules) -> Option | None:
    """What the undo of a correction would be now."""
    undone = corrections.get(tx, correction.undoes)
    return plan_undo(undone, family, rules).option if undone is not None else None
