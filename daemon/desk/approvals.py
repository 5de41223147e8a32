"""Approvals of options and of undos: bound to what was seen, checked against what stands now. Each one transaction."""

from __future__ import annotations

import msgspec

from daemon.core.choices import BY_HAND
from daemon.core.correction import Correction, CorrectionStatus, Option
from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.core.family import Family
from daemon.core.model import Contact, Document, Kind, Ref, System
from daemon.core.rules import Mode
from daemon.core.undo import plan_undo
from daemon.desk import switches
from daemon.desk.agreement import Agreement, Wish, at_stake
from daemon.desk.notes import note, of_option
from daemon.errors import Invalid
from daemon.practice import Practice
from daemon.protocol import Approval, ApproveRequest, Operator, Outcome
from daemon.reconciler import notices
from daemon.reconciler.reference import build_rules
from daemon.store import corrections, discrepancies, families, records, state
from daemon.store.tx import Tx

_LEFT_TO_PEOPLE = (
    "nothing is written: it waits for what people do in the systems, and closes by itself once that is seen done;"
    " both are read again now"
)


class Approvals:
    """Approvals in one practice."""

    def __init__(self, practice: Practice, agreement: Agreement) -> None:
        self._practice = practice
        self._agreement = agreement

    def approve(self, tx: Tx, discrepancy: Discrepancy, asked: ApproveRequest, operator: Operator) -> Approval:
        """Choose an option; the first of two people leaves it proposed."""
        option = self.option(discrepancy, asked.option)
        guard = discrepancy.finding.family == notices.GUARD
        if refused := _moved_on(discrepancy, option, asked.expect) or (not guard and self._refusal(tx, discrepancy)):
            return refused
        if guard:
            return self._lift_guard(tx, discrepancy, operator)
        wish = self._wish(discrepancy, option, operator)
        agreed = self._agreement.approve(tx, wish)
        if agreed.status is CorrectionStatus.PROPOSED:
            return self._waits(discrepancy)
        approved = msgspec.structs.replace(
            discrepancy, status=Status.APPROVED, snoozed_until=None, waiver=None, rejected_facts=""
        )
        discrepancies.put(tx, approved)
        detail = {**of_option(option), "fingerprint": option.fingerprint, "correction": agreed.id}
        note(tx, self._practice, operator, "approved", discrepancy.id, **detail, recommended=option.recommended)
        message = _LEFT_TO_PEOPLE if option.id == BY_HAND else ""
        return Approval(discrepancy=discrepancy.id, outcome=Outcome.ACCEPTED, message=message)

    def undo(self, tx: Tx, discrepancy: Discrepancy, expect: str, operator: Operator) -> Approval:
        """Decide to take back what was applied last; what that re-opens waits for a person."""
        applied, option = self.undo_option(tx, discrepancy)
        if refused := _moved_on(discrepancy, option, expect) or self._refusal(tx, discrepancy):
            return refused
        wish = self._wish(discrepancy, option, operator, undoes=applied.id)
        agreed = self._agreement.approve(tx, wish)
        if agreed.status is CorrectionStatus.PROPOSED:
            return self._waits(discrepancy)
        discrepancies.put(tx, msgspec.structs.replace(discrepancy, by_hand=True))
        detail = {"option": applied.option, "title": applied.title, "correction": agreed.id}
        note(tx, self._practice, operator, "undone", discrepancy.id, **detail)
        return Approval(discrepancy=discrepancy.id, outcome=Outcome.ACCEPTED)

    def undo_option(self, tx: Tx, discrepancy: Discrepancy) -> tuple[Correction, Option]:
        """What was applied last and the way to take it back; raises ``Invalid`` where there is none."""
        done = corrections.of_discrepancy(tx, discrepancy.id)
        applied = next((c for c in done if c.status is CorrectionStatus.APPLIED and c.steps), None)
        if applied is None:
            raise Invalid(f"nothing was applied for {discrepancy.id}", hint="there is nothing to undo")
        if applied.undoes:
            raise Invalid(f"what was applied for {discrepancy.id} is undone already")
        references = self._practice.references
        if references is None:
            raise Invalid("the practice is not connected yet", hint="try again after its first cycle")
        rules = build_rules(self._practice.id, self._practice.settings, references)
        family = families.load(tx, self._practice.id, applied.family)
        planned = plan_undo(applied, _with_former_contacts(tx, family, applied), rules)
        if planned.option is None:
            reasons = "; ".join(planned.obstacles)
            what = f"“{applied.title}”" if applied.title else applied.option
            raise Invalid(f"{what} cannot be undone: {reasons}", hint="correct it by hand in that system")
        title = f"Undo ‘{applied.title}’" if applied.title else planned.option.title
        return applied, msgspec.structs.replace(planned.option, title=title)

    def _refusal(self, tx: Tx, discrepancy: Discrepancy) -> Approval | None:
        known = state.practice_state(tx, self._practice.id)
        if self._practice.settings.mode is Mode.OBSERVE:
            why = "the practice is in observe mode, which never writes: set mode in the settings"
            return Approval(discrepancy=discrepancy.id, outcome=Outcome.REFUSED, message=why)
        if known.released_at is None:
            why = f"the first comparison is not released: reconcile release {self._practice.id}"
            return Approval(discrepancy=discrepancy.id, outcome=Outcome.REFUSED, message=why)
        return None

    def refusal(self, tx: Tx, discrepancy: Discrepancy) -> str:
        """Why no option can be approved now, "" if nothing forbids it."""
        try:
            self.option(discrepancy, "")
        except Invalid as error:
            return f"{error}: {error.hint}"
        refused = None if discrepancy.finding.family == notices.GUARD else self._refusal(tx, discrepancy)
        return refused.message if refused is not None else ""

    def undo_refusal(self, tx: Tx, discrepancy: Discrepancy) -> str:
        """Why nothing can be taken back now, "" if something can."""
        try:
            self.undo_option(tx, discrepancy)
        except Invalid as error:
            return f"{error}: {error.hint}".rstrip(": ").replace(discrepancy.id, "it")
        refused = self._refusal(tx, discrepancy)
        return refused.message if refused is not None else ""

    def option(self, discrepancy: Discrepancy, option_id: str) -> Option:
        """The option of that id, the recommended one for ""; raises ``Invalid`` where it cannot be approved."""
        finding = discrepancy.finding
        if discrepancy.status is Status.CLOSED:
            raise Invalid(f"{discrepancy.id} is closed", hint="its difference is gone; nothing is left to approve")
        if finding.policy is Policy.HOLD and finding.options:
            cause = finding.cause
            hint = f"mend its cause first: reconcile show {cause}" if cause else "its kind is on hold in the settings"
            raise Invalid(f"{discrepancy.id} is on hold", hint=hint)
        option = finding.option(option_id)
        if option is not None:
            return option
        names = ", ".join(o.id for o in finding.options)
        hint = f"it has: {names}" if names else "mend its cause first, or do it by hand in the systems"
        raise Invalid(f"{discrepancy.id} has no option {option_id or 'that is recommended'}", hint=hint)

    def _wish(self, discrepancy: Discrepancy, option: Option, operator: Operator, *, undoes: str = "") -> Wish:
        stake = at_stake(discrepancy.finding, option)
        return Wish(discrepancy=discrepancy, option=option, operator=operator, at_stake=stake, undoes=undoes)

    def _waits(self, discrepancy: Discrepancy) -> Approval:
        message = self._agreement.second_wanted
        return Approval(discrepancy=discrepancy.id, outcome=Outcome.WAITING_SECOND_PERSON, message=message)

    def _lift_guard(self, tx: Tx, discrepancy: Discrepancy, operator: Operator) -> Approval:
        """The approval of a tripped guard: nothing is written by it, so that it is applied at once."""
        switches.lift_guard(tx, self._practice)
        note(tx, self._practice, operator, "approved", discrepancy.id, option="resume", recommended=True)
        return Approval(discrepancy=discrepancy.id, outcome=Outcome.APPLIED, message="automatic writes go on")


def _with_former_contacts(tx: Tx, family: Family, applied: Correction) -> Family:
    """The family with the Xero contacts that its documents had before: an undo may need them again."""
    before = applied.before.records if applied.before is not None else ()
    ids = {document.contact_id for document in before if isinstance(document, Document)} - {
        c.id for c in family.contacts
    }
    refs = (Ref(system=System.XERO, kind=Kind.CONTACT, id=each) for each in sorted(ids))
    found = (records.get(tx, family.practice, ref) for ref in refs)
    contacts = tuple(contact for contact in found if isinstance(contact, Contact))
    return msgspec.structs.replace(family, contacts=(*family.contacts, *contacts))


def _moved_on(discrepancy: Discrepancy, option: Option, expect: str) -> Approval | None:
    if not expect or expect == option.fingerprint:
        return None
    why = "what this option relies on has changed since it was shown; look at it again"
    return Approval(discrepancy=discrepancy.id, outcome=Outcome.STALE, message=why)
