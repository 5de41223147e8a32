"""An operator who works through everything open: approves what is recommended, does by hand what is to be done by hand,
and waives what nobody can do anything about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from daemon.core.correction import Option
from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.errors import ReconError
from daemon.protocol import Waive
from daemon.sandbox.xero.records import Payment
from tests.scenarios.clinic import PERSON, Clinic
from tests.scenarios.histories.stage import REFUSALS, Stage

ROUNDS = 14
PATIENCE = 6
"""So often the same is approved or done by hand before it is waived; that nothing came of it is told."""

TRIES = 3
"""So often what cannot be done by hand is tried before it is waived: other work may make room for it."""


class Stuck(AssertionError):
    """What was approved or done as it was asked led nowhere."""


class Operator:
    """Works until nothing is open. ``say`` takes each act in words.

    ``accepted`` names what an approval leaves different: the family, and what of it.
    """

    def __init__(self, stage: Stage, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._it: Clinic = stage.it
        self._say = say
        self._tried: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self.accepted: set[tuple[str, str]] = set()

    async def work_through(self) -> None:
        """Raises ``Stuck`` if something is open after so many rounds."""
        for _ in range(ROUNDS):
            await self._it.sync()
            found = await self._it.found()
            if not found:
                return
            free = [each for each in found if each.finding.cause is None]
            for each in self._in_turn(free or found):
                await self._settle(each)
        found = [f"{each.finding.kind}: {each.finding.summary}" for each in await self._it.found()]
        raise Stuck(f"still open after {ROUNDS} rounds: {found}")

    async def take_back(self) -> None:
        """Settle what was rejected after all."""
        for each in await self._it.shop.found(statuses=(Status.REJECTED,)):
            await self._settle(each)

    def _in_turn(self, found: list[Discrepancy]) -> list[Discrepancy]:
        """What is to be done now: work by hand in a family waits for what is approved of it."""
        approvable = {each.finding.family for each in found if _approvable(each)}
        return [each for each in found if _approvable(each) or each.finding.family not in approvable]

    async def _settle(self, found: Discrepancy) -> None:
        option = found.finding.option()
        self._tried[found.id] += 1
        if self._tried[found.id] > PATIENCE:
            raise Stuck(f"{found.finding.kind} comes back after {option.id if option else 'waiver'}: {found.finding}")
        if option is not None and _approvable(found):
            self._say(f"approves {option.id} of {found.finding.kind}: {found.finding.summary}")
            await self._approve(found, option.fingerprint)
        elif option is None or not self._done_or_later(found):
            self._say(f"waives {found.finding.kind}: {found.finding.summary} ({found.finding.effect})")
            await self._it.shop.app.desk.decide(found.id, Waive(reason="accepted"), PERSON)

    async def _approve(self, found: Discrepancy, fingerprint: str) -> None:
        try:
            await self._it.shop.app.desk.approve(found.id, "", fingerprint, PERSON)
            self.accept(found, found.finding.option())
        except ReconError as error:
            self._say(f"was told: {error}")

    def accept(self, found: Discrepancy, option: Option | None) -> None:
        """Note what an approved option leaves different."""
        self.accepted |= {(found.finding.family, what) for what in _left_different(found, option)}

    def _done_or_later(self, found: Discrepancy) -> bool:
        """Whether it is done by hand, or may be once other work has made room for it."""
        if self._do_by_hand(found):
            return True
        self._failed[found.id] += 1
        return self._failed[found.id] < TRIES

    def _do_by_hand(self, found: Discrepancy) -> bool:
        """Do what the recommended option says; False where that cannot be done."""
        act = HANDS.get(found.finding.kind)
        option = found.finding.option()
        assert option is not None
        self._say(f"does by hand {found.finding.kind}: {option.title}: {found.finding.summary}")
        try:
            return act is not None and act(self._stage, found)
        except REFUSALS as error:
            self._say(f"is refused: {error}")
            return False


def _approvable(found: Discrepancy) -> bool:
    """Whether its recommended option is more than work by hand, and may be approved."""
    option = found.finding.option()
    return option is not None and option.id != "done-by-hand" and found.finding.policy is not Policy.HOLD


def _left_different(found: Discrepancy, option: Option | None) -> list[str]:
    """What still differs once an option is applied, in the words of the checker."""
    names = [field.name for field in found.finding.fields]
    if option is not None and option.id in CORRECTS:
        return [*MONEY, *WHOLE]
    if option is None or option.id not in LEAVES:
        return []
    if found.finding.kind.startswith("payment."):
        return MONEY
    return ["date", *(f"VAT{' by rate' * two}" for two in (0, 1) for name in names if "tax" in name), *names]


def _remove_in_xero(stage: Stage, found: Discrepancy) -> bool:
    """The payment, with the batch that it is in; the others of a batch are entered anew."""
    assert found.finding.subject.xero is not None
    it, ledger = stage.it, stage.it.xero.ledger
    if found.finding.subject.xero.id not in {payment.id for payment in ledger.payments.ordered()}:
        return False
    payment = ledger.payments[found.finding.subject.xero.id]
    if not payment.batch_id:
        it.keep(it.xero.remove_payment, payment.id)
        return True
    batch = ledger.batches[payment.batch_id]
    others = [ledger.payments[each] for each in batch.payment_ids if each != payment.id]
    for each in batch.payment_ids:
        it.keep(it.xero.reconcile_payment, each, reconciled=False)
    it.keep(it.xero.remove_batch, batch.id)
    for each in others:
        it.keep(
            it.xero.take_payment, Payment("", each.document_id, each.account_id, each.day, each.amount, each.updated)
        )
    return True


def _settle_excess(stage: Stage, found: Discrepancy) -> bool:
    """Move the excess to the client's prepayments, on the side that has it."""
    it, finding = stage.it, found.finding
    if finding.subject.provet is not None:
        row = it.provet.payment(int(finding.subject.provet.id))
        invoice = it.provet.invoice(row.invoice)
        it.do(it.provet.cancel_payment, row.id)
        left = min(
            (d.outstanding for d in stage.booked(lambda d: d.reference.endswith(f" {row.invoice}"))), default=Decimal(0)
        )
        left += sum((p.amount for p in stage.paid_in_xero(lambda p: p.reference.endswith(f" {row.id}"))), Decimal(0))
        if min(left, invoice.due_sum) > 0:
            it.do(it.provet.pay, invoice.id, min(left, invoice.due_sum), row.payment_type, date=row.payment_date)
        return True
    return _remove_in_xero(stage, found)


def _take_off_foreign(stage: Stage, found: Discrepancy) -> bool:
    """Take off what others set against our invoice."""
    it, ledger = stage.it, stage.it.xero.ledger
    ours = {note.id for note in stage.booked()}
    subject = found.finding.subject.xero
    off = [
        a for a in ledger.allocations.ordered() if subject and a.invoice_id == subject.id and a.credit_id not in ours
    ]
    for each in off:
        it.keep(it.xero.remove_allocation, each.id)
    return bool(off)


def _take_off_credit(stage: Stage, found: Discrepancy) -> bool:
    """Take off everything that is set against the document, or that is used of it."""
    it, ledger = stage.it, stage.it.xero.ledger
    subject = found.finding.subject.xero
    off = [a for a in ledger.allocations.ordered() if subject and subject.id in (a.invoice_id, a.credit_id)]
    for each in off:
        it.keep(it.xero.remove_allocation, each.id)
    return bool(off)


def _allocate_elsewhere(stage: Stage, found: Discrepancy) -> bool:
    """Set a credit against the other invoice that it was applied to in Provet."""
    it, done = stage.it, False
    if found.finding.option() and "one client" in found.finding.option().title:
        note = it.provet.invoice(int(found.finding.subject.provet.id))
        it.do(it.provet.change_payer, note.id, it.provet.invoice(note.credits).client)
        return True
    assert found.finding.subject.provet is not None
    if "which corrects" in found.finding.summary:
        return _set_off_correction(stage, found)
    documents = {d.reference.rsplit(" ", 1)[1]: d for d in stage.booked()}
    for note, invoice, amount in stage.applied:
        mine = (str(note), str(invoice), *_alike(stage, note))
        theirs, target = documents.get(str(note)), documents.get(str(invoice))
        if found.finding.subject.provet.id not in mine or theirs is None or target is None:
            continue
        theirs = theirs if theirs.outstanding else documents.get(found.finding.subject.provet.id, theirs)
        sum_ = min(amount, theirs.outstanding, target.outstanding)
        if sum_ > 0 and it.provet.invoice(note).credits != invoice:
            it.keep(it.xero.allocate_credit, theirs.id, target.id, sum_, max(theirs.day, target.day))
            done = True
    return done


def _set_off_correction(stage: Stage, found: Discrepancy) -> bool:
    """Set the notes that correct an invoice against it again."""
    mark, ledger = found.finding.subject.provet.id if found.finding.subject.provet else "", stage.it.xero.ledger
    notes = [n for n in ledger.credit_notes.ordered() if n.reference == f"Correction of Provet invoice {mark}"]
    done = False
    for note in notes:
        for invoice in ledger.invoices.ordered():
            note, invoice = ledger.document(note.id) or note, ledger.document(invoice.id) or invoice
            sum_ = min(note.outstanding, invoice.outstanding)
            if invoice.reference == f"Provet invoice {mark}" and sum_ > 0:
                stage.it.keep(stage.it.xero.allocate_credit, note.id, invoice.id, sum_, stage.it.today)
                done = True
    return done


def _alike(stage: Stage, note: int) -> list[str]:
    """The other notes of the same invoice: which of them Provet applied where, only Provet's screen tells."""
    credits_ = stage.it.provet.invoice(note).credits
    alike = (other for other, _, _ in stage.applied if stage.it.provet.invoice(other).credits == credits_)
    return [str(other) for other in alike if credits_ is not None]


def _cancel_in_provet(stage: Stage, found: Discrepancy) -> bool:
    assert found.finding.subject.provet is not None
    stage.it.do(stage.it.provet.cancel_payment, int(found.finding.subject.provet.id))
    return True


def _make_room(stage: Stage, found: Discrepancy) -> bool:
    """Take everything off a document that is to be voided because it changed sides."""
    option = found.finding.option()
    if option is None or option.title != "Make room in Xero":
        return False
    subject = found.finding.subject.xero
    paid = stage.paid_in_xero(lambda p: subject is not None and p.document_id == subject.id)
    for each in paid:
        stage.it.keep(stage.it.xero.remove_payment, each.id)
    return _take_off_credit(stage, found) or bool(paid)


def _restore(stage: Stage, found: Discrepancy) -> bool:
    """Bring a contact back that is archived in Xero alone."""
    subject, option = found.finding.subject.xero, found.finding.option()
    if subject is None or option is None or "Restore" not in option.title:
        return False
    stage.it.keep(stage.it.xero.edit_contact, subject.id, {"ContactStatus": "ACTIVE"})
    return True


HANDS: dict[str, Callable[[Stage, Discrepancy], bool]] = {
    "contact.archived": _restore,
    "invoice.changed_in_provet": _make_room,
    "payment.reconciled_locked": _remove_in_xero,
    "payment.differs": _remove_in_xero,
    "payment.overpaid": _settle_excess,
    "payment.removed_in_xero": _cancel_in_provet,
    "credit.foreign_in_xero": _take_off_foreign,
    "credit.allocation_extra": _take_off_credit,
    "credit.allocation_missing": _allocate_elsewhere,
}
MONEY = ["payments of", "account", "echo", "date", "amount", "times recorded in Provet"]
WHOLE = ["gross", "VAT", "missing", "does not belong", "on a document", "allocat", "refunded share", "credit of others"]
LEAVES = ("accept-xero", "link", "first-open-day", "book-up-to-due", "recreate-payment", "use-xero")
CORRECTS = ("supplement", "credit-in-open-period")
"""What leaves a document as it is and puts another beside it, which the checker does not follow."""
NAMED = (Status.OPEN, Status.APPROVED, Status.SNOOZED, Status.WAIVED)
