"""What judges look at: each Provet document beside its posting, its partner in Xero and both payments."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.consolidation import Consolidation
from daemon.core.family import Family
from daemon.core.late_credit import Supplement
from daemon.core.matching import DocumentMatch
from daemon.core.model import ZERO, Document, DocumentStatus, Payment, Value
from daemon.core.pairing import PaymentMatch, PaymentPair
from daemon.core.posting import Posted
from daemon.core.rules import Consolidated, Rules


class View(Value, frozen=True, kw_only=True):
    """One Provet document with everything that bears on it.

    ``standing`` are Provet's payments that still stand, credit applied aside, ``unmatched`` opposite rows that cancel
    none of them; ``taken`` the living Xero payments of its partner. ``payments`` pairs money, ``inner`` the payments of
    type 6 by which a consolidated invoice closed it. ``excluded`` is the reason it has no counterpart, or "".
    ``paid_on`` is the Provet document that takes its money, ``provet_due`` what Provet still takes there of it;
    ``set_aside`` is what payments of type 6 that are not sent took off it. ``applied`` is credit that Provet applied
    to it or of it, ``elsewhere`` the part whose other end is no kin of it. ``allocated`` is credit set between the
    partner and others as far as Provet knows of it, ``foreign`` any other, ``unset`` what of ``elsewhere`` Xero lacks;
    ``unseen`` is what Xero counts as settled of the partner beyond all of that. ``refunds`` are those of the notes that
    correct the partner, ``strayed`` what of these is set against other documents, ``supplements`` the invoices that are
    part of it.
    """

    document: Document
    credit: bool
    posted: Posted
    match: DocumentMatch
    standing: tuple[Payment, ...]
    unmatched: tuple[Payment, ...]
    taken: tuple[Payment, ...]
    payments: PaymentMatch
    inner: PaymentMatch
    excluded: str
    provet_balance: Decimal
    provet_due: Decimal
    paid_on: str
    set_aside: Decimal = ZERO
    applied: Decimal = ZERO
    elsewhere: Decimal = ZERO
    allocated: Decimal = ZERO
    foreign: Decimal = ZERO
    unset: Decimal = ZERO
    unseen: Decimal = ZERO
    refunds: tuple[Payment, ...] = ()
    strayed: Decimal = ZERO
    supplements: tuple[Supplement, ...] = ()

    @property
    def void(self) -> bool:
        return self.document.status is DocumentStatus.VOID

    @property
    def xero(self) -> Document | None:
        return self.match.document

    @property
    def booked(self) -> Document | None:
        """The partner while it lives in Xero's ledger."""
        return self.xero if self.xero is not None and self.xero.status is not DocumentStatus.VOID else None

    @property
    def pairs(self) -> tuple[PaymentPair, ...]:
        """All its payments that stand on both sides."""
        return (*self.payments.pairs, *self.inner.pairs)

    @property
    def sign(self) -> int:
        """+1 on the invoice side, -1 on the credit side: what a cent of its balance means to the receivable."""
        return -1 if self.credit else 1

    @property
    def xero_left(self) -> Decimal:
        """What is still open on the partner in Xero: amount due, or remaining credit."""
        if self.booked is None:
            return ZERO
        known = sum((p.amount for p in self.taken), ZERO) + self.allocated + self.foreign
        spent = sum((p.amount for p in self.refunds), ZERO) + self.strayed
        return self.booked.gross - known - self.unseen + spent

    @property
    def xero_room(self) -> Decimal:
        """What may be set against the partner now: no more than is open in Xero, nor once it has Provet's total."""
        return self.places[0].left + min(self.posted.posting.gross - self.booked.gross, ZERO) if self.booked else ZERO

    @property
    def places(self) -> tuple[Supplement, ...]:
        """Where money can be set against it, first the partner itself while anything is due on it."""
        more = tuple(each for each in self.supplements if each.left > 0)
        number = self.booked.number if self.booked is not None else ""
        itself = Supplement(key=self.document.id, number=number, left=self.own_left)
        return (itself, *more) if itself.left > 0 or not more else more

    @property
    def own_left(self) -> Decimal:
        """What of ``xero_left`` is open on the partner itself, without the invoices that are part of it."""
        return self.xero_left - sum((each.left for each in self.supplements), ZERO)

    @property
    def own_room(self) -> Decimal:
        """What of ``xero_room`` is due on the partner itself, where credit is set against it."""
        return self.xero_room if self.places[0].key == self.document.id else ZERO

    @property
    def xero_balance(self) -> Decimal:
        """What the partner adds to the receivable: credit that moves within the family changes none of it."""
        return self.sign * (self.xero_left + self.allocated)

    @property
    def duplicate_balance(self) -> Decimal:
        """What further documents of the same mark add to the receivable."""
        return self.sign * sum((duplicate.balance for duplicate in self.match.duplicates), ZERO)

    @property
    def turned_balance(self) -> Decimal:
        """What the document that stands for it on the other side of the books adds to the receivable."""
        return -self.sign * self.match.turned.balance if self.match.turned is not None else ZERO

    @property
    def in_xero(self) -> Decimal:
        """What all that stands for it in Xero adds to the receivable."""
        return self.xero_balance + self.duplicate_balance + self.turned_balance

    @property
    def lost(self) -> bool:
        """Whether it was in Xero and is void there, or gone."""
        return not self.void and self.booked is None and self.match.link is not None

    @property
    def absent(self) -> bool:
        """Whether it should be in Xero and never was."""
        return not self.excluded and not self.void and self.match.link is None

    @property
    def touched(self) -> bool:
        """Whether anything is paid on the partner or set against it."""
        return bool(self.taken or self.allocated or self.foreign or self.unseen)

    @property
    def open_share(self) -> Decimal:
        """What credit may still settle of it: what Provet's money leaves open, less what is allocated already."""
        return max(self.sign * self.provet_balance - self.allocated, ZERO)


class Scene(Value, frozen=True, kw_only=True):
    """What every judge of an invoice family looks at: the family, the rules, and its views by Provet id.

    ``wholes`` are the consolidated invoices that stand in Provet, by id, ``write_offs`` the credit notes in Xero that
    are shown as payments; ``late`` maps Xero documents to the credit notes that are shown as part of them.
    """

    family: Family
    rules: Rules
    views: dict[str, View]
    wholes: dict[str, Consolidation]
    write_offs: dict[str, Document]
    late: dict[str, tuple[Document, ...]]

    def original(self, view: View) -> View | None:
        """The view of the document that a credit note credits.

        Where a consolidated invoice is booked on its originals, so is the credit of it: on the oldest that is open.
        """
        whole = self.wholes.get(view.document.credits)
        if whole is None or whole.scheme is not Consolidated.ORIGINALS:
            return self.views.get(view.document.credits) if view.document.credits else None
        inside = [self.views[id_] for id_ in whole.closing if not self.views[id_].excluded]
        return next((original for original in inside if original.open_share > 0), inside[0] if inside else None)
