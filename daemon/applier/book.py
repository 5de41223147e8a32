"""What the applier writes down: intents before a request leaves, and with each outcome all that follows from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from daemon.applier.implied import implied
from daemon.applier.outcomes import amount_of, backoff, link_of, mark_of
from daemon.applier.prepare import Element, Prepared
from daemon.core.amounts import cents
from daemon.core.correction import (
    UNFINISHED,
    Correction,
    CorrectionStatus,
    CreateDocument,
    LocalStep,
    RemoveLink,
    SetLink,
    moved,
)
from daemon.core.doubt import given_up
from daemon.core.model import Kind, Link, Record
from daemon.core.rules import Mode
from daemon.errors import ReconError
from daemon.practice import Practice
from daemon.store import audit, corrections, families, journal, links, reach, records, state
from daemon.store.journal import Intent, IntentStatus, Sent
from daemon.store.tx import Tx
from daemon.transport.answers import Done, Outcome, Refused, Unknown

_S = CorrectionStatus


class Book:
    """The applier's side of the store for one practice. Each method is one transaction."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice

    async def start(self, batch: Sequence[Correction]) -> list[Correction]:
        """Mark corrections as being applied; one without a step is applied at once.

        Returns those that have any, without what was withdrawn meanwhile.
        """
        started = await self._practice.db.write(lambda tx: [self._start(tx, correction) for correction in batch])
        return [correction for correction in started if correction is not None and correction.steps]

    def _start(self, tx: Tx, chosen: Correction) -> Correction | None:
        correction = corrections.get(tx, chosen.id)
        if correction is None or correction.status is not _S.APPROVED:
            return correction if correction is not None and correction.status is _S.APPLYING else None
        started = moved(correction, _S.APPLYING)
        if not correction.cursor:
            started = msgspec.structs.replace(started, before=corrections.before(tx, correction))
        corrections.put(tx, started)
        if not started.steps:
            self._finish(tx, started, _S.APPLIED, "")
        return started

    async def intend(self, prepared: Prepared) -> bool:
        """Write the request and one intent for each of its elements down, durably, before it leaves.

        False, with all of it put off, if the practice was paused meanwhile or may only observe now.
        """
        return await self._practice.db.write(lambda tx: self._intend(tx, prepared))

    def _intend(self, tx: Tx, prepared: Prepared) -> bool:
        observes = self._practice.settings.mode is Mode.OBSERVE
        if observes or state.practice_state(tx, self._practice.id).paused_by:
            why = "the practice is in observe mode" if observes else "the practice was paused"
            self._put_off(tx, [element.correction for element in prepared.elements], why)
            return False
        sent = Sent(
            id=prepared.id,
            practice=self._practice.id,
            system=prepared.system,
            method=prepared.wire.method,
            url=f"{prepared.wire.path}?{prepared.wire.query}".rstrip("?"),
            body=prepared.wire.body,
            key=prepared.id,
            at=self._practice.clock.utc(),
            epoch=self._practice.epoch,
        )
        journal.begin(tx, sent, [self._intent(tx, prepared, place) for place in range(len(prepared.elements))])
        return True

    def _intent(self, tx: Tx, prepared: Prepared, place: int) -> Intent:
        element = prepared.elements[place]
        return Intent(
            id=f"{prepared.id}:{place}",
            practice=self._practice.id,
            request_id=prepared.id,
            correction_id=element.correction.id,
            step_index=element.correction.cursor,
            element=place,
            attempt=journal.attempts(tx, element.correction.id, element.correction.cursor) + 1,
            family=element.correction.family,
            mark=mark_of(element.step),
            amount_cents=cents(amount_of(element.step)),
        )

    async def settle(self, prepared: Prepared, answer: list[Outcome] | ReconError) -> None:
        """Note what became of every element of an answered request, in one transaction."""
        await self._practice.db.write(lambda tx: self._settle(tx, prepared, answer))
        if isinstance(answer, list):
            done = {outcome.key for outcome in answer if isinstance(outcome, Done)}
            for element in prepared.elements:
                if element.key in done:
                    self._practice.note_write(element.step)

    def _settle(self, tx: Tx, prepared: Prepared, answer: list[Outcome] | ReconError) -> None:
        outcomes = {outcome.key: outcome for outcome in answer} if isinstance(answer, list) else {}
        for place, element in enumerate(prepared.elements):
            intent_id = f"{prepared.id}:{place}"
            outcome = outcomes.get(element.key)
            if isinstance(answer, ReconError):
                self.not_executed(tx, intent_id, element, str(answer))
            else:
                self.note(tx, intent_id, element, outcome or Unknown(key=element.key, why="no answer for this element"))
        self._audit_request(tx, prepared, answer)

    def _audit_request(self, tx: Tx, prepared: Prepared, answer: list[Outcome] | ReconError) -> None:
        counts: dict[str, int] = {}
        for outcome in answer if isinstance(answer, list) else ():
            word = type(outcome).__name__.lower()
            counts[word] = counts.get(word, 0) + 1
        self._audit(
            tx,
            "request",
            prepared.id,
            {
                "system": prepared.system,
                "method": prepared.wire.method,
                "path": prepared.wire.path,
                "sha256": hashlib.sha256(prepared.wire.body).hexdigest(),
                "elements": len(prepared.elements),
                "answer": str(answer) if isinstance(answer, ReconError) else counts,
            },
        )

    def note(self, tx: Tx, intent_id: str, element: Element, outcome: Outcome) -> None:
        """Note the outcome of one element: the next step, a failure, or doubt."""
        now = self._practice.clock.utc()
        match outcome:
            case Done():
                journal.settle(tx, intent_id, IntentStatus.DONE, " ".join(outcome.warnings), at=now)
                self._learn(tx, element, outcome.records)
                self._advance(tx, element)
            case Refused():
                reason = "; ".join(outcome.messages)[:1000]
                self._practice.doubtful = True
                journal.settle(tx, intent_id, IntentStatus.REFUSED, reason, at=now)
                self._finish(tx, element.correction, _S.FAILED, reason)
            case Unknown():
                journal.settle(tx, intent_id, IntentStatus.IN_DOUBT, outcome.why, at=now)
                self._finish(tx, element.correction, _S.IN_DOUBT, outcome.why)

    def not_executed(self, tx: Tx, intent_id: str, element: Element, why: str) -> None:
        """The request certainly did not take effect: the correction waits for the next cycle."""
        journal.settle(tx, intent_id, IntentStatus.NOT_EXECUTED, why, at=self._practice.clock.utc())
        current = corrections.get(tx, element.correction.id)
        if current is not None and current.status is _S.APPLYING:
            corrections.put(tx, moved(current, _S.APPROVED, error=why))

    def _learn(self, tx: Tx, element: Element, answered: tuple[Record, ...]) -> None:
        """Store what the answer shows and the link it makes; judge everything concerned anew."""
        step, practice = element.step, self._practice.id
        known = answered or implied(tx, practice, step)
        if known:
            records.upsert(tx, practice, known)
        link = link_of(step, answered)
        if link is not None:
            if isinstance(step, CreateDocument):
                for old in links.find(tx, practice, Kind.DOCUMENT, provet_id=link.provet_id):
                    links.remove(tx, practice, Kind.DOCUMENT, old.provet_id, old.xero_id)
            links.put(tx, practice, link)
            self._tell_of_client(tx, link.kind, link.provet_id)
        families.mark(tx, practice, [element.correction.family])

    def _tell_of_client(self, tx: Tx, kind: Kind, provet_id: str) -> None:
        if kind is Kind.CONTACT:
            families.mark(tx, self._practice.id, reach.about_client(tx, self._practice.id, provet_id))

    def _advance(self, tx: Tx, element: Element) -> None:
        current = corrections.get(tx, element.correction.id)
        if current is None:
            return
        if current.status is _S.IN_DOUBT:
            current = moved(current, _S.APPLYING)
        current = msgspec.structs.replace(current, cursor=element.correction.cursor + 1)
        corrections.put(tx, current)
        if current.cursor == len(current.steps):
            self._finish(tx, current, _S.APPLIED, "")

    def _finish(self, tx: Tx, correction: Correction, status: CorrectionStatus, error: str) -> None:
        current = corrections.get(tx, correction.id)
        if current is None or current.status not in UNFINISHED or current.status is status:
            return
        corrections.put(tx, moved(current, status, error=error))
        families.mark(tx, self._practice.id, [correction.family])
        self._audit_status(tx, correction, status, error)

    def _audit_status(self, tx: Tx, correction: Correction, status: CorrectionStatus, error: str) -> None:
        self._audit(
            tx,
            status,
            correction.discrepancy_id,
            {
                "correction": correction.id,
                "option": correction.option,
                "title": correction.title,
                "by": correction.approved_by,
                "error": error,
            },
        )

    async def local(self, batch: Sequence[Correction]) -> None:
        """Carry out the next step of corrections whose next step writes to neither system."""
        await self._practice.db.write(lambda tx: self._local(tx, batch))

    def _local(self, tx: Tx, batch: Sequence[Correction]) -> None:
        practice = self._practice.id
        for correction in batch:
            step = correction.steps[correction.cursor]
            if isinstance(step, SetLink):
                self._set_link(tx, step.link)
                self._tell_of_client(tx, step.link.kind, step.link.provet_id)
            elif isinstance(step, RemoveLink):
                links.remove(tx, practice, step.kind, step.provet_id, step.xero_id)
                self._tell_of_client(tx, step.kind, step.provet_id)
            families.mark(tx, practice, [correction.family])
            self._advance(tx, Element(correction=correction, step=step))

    def _set_link(self, tx: Tx, link: Link) -> None:
        if link.kind is not Kind.PAYMENT:
            for old in links.find(tx, self._practice.id, link.kind, provet_id=link.provet_id):
                links.remove(tx, self._practice.id, link.kind, old.provet_id, old.xero_id)
        links.put(tx, self._practice.id, link)

    def doubt_all(self, tx: Tx) -> None:
        """After a start: what was sent by a process that is gone is in doubt."""
        for intent, _ in journal.unsettled(tx, self._practice.id):
            if intent.status is IntentStatus.SENT:
                why = "the process ended before an answer was noted"
                journal.settle(tx, intent.id, IntentStatus.IN_DOUBT, why, at=self._practice.clock.utc())
                stored = corrections.get(tx, intent.correction_id)
                if stored is not None:
                    self._finish(tx, stored, _S.IN_DOUBT, why)

    def send_again(self, tx: Tx, intent_id: str, element: Element) -> None:
        """The step's effect is provably absent: its correction goes on and sends it as a new attempt."""
        journal.settle(tx, intent_id, IntentStatus.ABSENT, "looked for and not found", at=self._practice.clock.utc())
        current = corrections.get(tx, element.correction.id)
        if current is not None and current.status is _S.IN_DOUBT:
            corrections.put(tx, moved(current, _S.APPLYING))

    async def stays_in_doubt(self, intent: Intent, why: str) -> None:
        """Looking has not settled a step: say what was looked for and what a person can do, once."""
        if intent.detail != why:
            await self._practice.db.write(lambda tx: self._stays_in_doubt(tx, intent, why))

    def _stays_in_doubt(self, tx: Tx, intent: Intent, why: str) -> None:
        journal.settle(tx, intent.id, IntentStatus.IN_DOUBT, why, at=self._practice.clock.utc())
        current = corrections.get(tx, intent.correction_id)
        if current is not None and current.status is _S.IN_DOUBT:
            corrections.put(tx, msgspec.structs.replace(current, error=why))
            families.mark(tx, self._practice.id, [current.family])
            self._audit_status(tx, current, _S.IN_DOUBT, why)

    async def give_up(self, intent: Intent, element: Element) -> None:
        """The step's effect is provably absent after its last attempt: its correction fails, to be made anew."""
        await self._practice.db.write(lambda tx: self._give_up(tx, intent, element))

    def _give_up(self, tx: Tx, intent: Intent, element: Element) -> None:
        if isinstance(element.step, LocalStep):
            raise TypeError(f"step {intent.step_index} of {intent.correction_id} is never sent")
        now = self._practice.clock.utc()
        again_at = now + backoff(corrections.of_discrepancy(tx, element.correction.discrepancy_id))
        why = given_up(element.step, self._practice.settings.currency, intent.attempt, again_at)
        journal.settle(tx, intent.id, IntentStatus.ABSENT, why, at=now)
        current = corrections.get(tx, intent.correction_id)
        if current is not None and current.status is _S.IN_DOUBT:
            corrections.put(tx, msgspec.structs.replace(current, again_at=again_at))
            self._finish(tx, current, _S.FAILED, why)

    async def put_off(self, batch: Sequence[Correction], reason: str) -> None:
        """Leave corrections for the next cycle."""
        await self._practice.db.write(lambda tx: self._put_off(tx, batch, reason))

    def _put_off(self, tx: Tx, batch: Sequence[Correction], reason: str) -> None:
        for correction in batch:
            current = corrections.get(tx, correction.id)
            if current is not None and current.status is _S.APPLYING:
                corrections.put(tx, moved(current, _S.APPROVED, error=reason))

    async def skip(self, batch: Sequence[Correction]) -> None:
        """Pass over steps whose effect is there already."""
        await self._practice.db.write(lambda tx: self._skip(tx, batch))

    def _skip(self, tx: Tx, batch: Sequence[Correction]) -> None:
        for correction in batch:
            self._advance(tx, Element(correction=correction, step=correction.steps[correction.cursor]))

    async def fail(self, correction: Correction, reason: str) -> None:
        """End a correction that cannot be sent as it is."""
        await self._practice.db.write(lambda tx: self._finish(tx, correction, _S.FAILED, reason))

    async def reload(self, ids: Sequence[str]) -> list[Correction]:
        """Those of the corrections that still have steps to send."""
        stored = await self._practice.db.read(lambda tx: [corrections.get(tx, correction_id) for correction_id in ids])
        return [c for c in stored if c is not None and c.status is _S.APPLYING and c.cursor < len(c.steps)]

    def _audit(self, tx: Tx, action: str, subject: str, detail: dict[str, object]) -> None:
        audit.append(
            tx,
            at=self._practice.clock.utc(),
            practice=self._practice.id,
            actor="daemon",
            action=action,
            subject=subject,
            detail=detail,
        )
