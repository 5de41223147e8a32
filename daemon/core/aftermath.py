"""What stands now of what a correction did, and what stood before it: the ground on which an undo is planned."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.core.correction import (
    Before,
    Correction,
    CreateDocument,
    Deallocate,
    LocalStep,
    RemoteStep,
    RemoveLink,
    SetLink,
    Step,
    UpdateClient,
    UpdateContact,
    UpdateDocument,
)
from daemon.core.family import Family
from daemon.core.ledger import settlements
from daemon.core.model import Contact, Document, DocumentStatus, Kind, Link, Payment, Ref, System, Value
from daemon.core.rules import Rules


class Back(Value, frozen=True, kw_only=True):
    """The way back of one step. ``note`` says what stays, ``obstacle`` why there is no way."""

    links: tuple[LocalStep, ...] = ()
    writes: tuple[RemoteStep, ...] = ()
    note: str = ""
    obstacle: str = ""


class Aftermath(Value, frozen=True, kw_only=True):
    """An applied correction, its family as it is now, and the rules of today."""

    applied: Correction
    family: Family
    rules: Rules

    @property
    def before(self) -> Before:
        return self.applied.before or Before()

    def record_before(self, system: System, kind: Kind, record_id: str) -> Contact | Document | Payment | None:
        """A record as it stood when the correction was applied."""
        ref = Ref(system=system, kind=kind, id=record_id)
        return next((record for record in self.before.records if record.ref == ref), None)

    def links_before(self, kind: Kind, provet_id: str) -> tuple[Link, ...]:
        return tuple(link for link in self.before.links if link.kind is kind and link.provet_id == provet_id)

    def links_now(self, kind: Kind, *, provet_id: str = "", xero_id: str = "") -> tuple[Link, ...]:
        """The links of one record, or of one pair when both ids are given."""
        return tuple(
            link
            for link in self.family.links
            if link.kind is kind and provet_id in ("", link.provet_id) and xero_id in ("", link.xero_id)
        )

    def partner(self, provet_id: str) -> Document | None:
        """The living Xero document that a Provet document is linked to."""
        linked = {link.xero_id for link in self.links_now(Kind.DOCUMENT, provet_id=provet_id)}
        return next((d for d in self.family.of(System.XERO) if d.id in linked and _lives(d)), None)

    def document(self, xero_id: str) -> Document | None:
        """A living Xero document."""
        return next((d for d in self.family.of(System.XERO) if d.id == xero_id and _lives(d)), None)

    def contact(self, system: System, contact_id: str) -> Contact | None:
        return next((c for c in self.family.contacts if c.system is system and c.id == contact_id), None)

    def paid(self, link: Link, system: System, document_id: str) -> Payment | None:
        """The standing payment of a pair on that side, if it is on that document."""
        own = link.provet_id if system is System.PROVET else link.xero_id
        return next((p for p in self._standing(system, document_id) if p.id == own), None)

    def _standing(self, system: System, document_id: str) -> tuple[Payment, ...]:
        """The payments of a document that nothing cancels, an opposite row in Provet included."""
        payments = [p for p in self.family.payments_of(system) if p.document_id == document_id]
        document = next((d for d in self.family.of(System.PROVET) if d.id == document_id), None)
        if system is System.PROVET and document is not None:
            return settlements(document, payments).standing
        return tuple(p for p in payments if not p.cancelled)

    def provet_document(self, xero_id: str) -> str:
        """The id of the Provet document that a Xero document is linked to, or ""."""
        return next((link.provet_id for link in self.links_now(Kind.DOCUMENT, xero_id=xero_id)), "")


def _lives(document: Document) -> bool:
    return document.status is not DocumentStatus.VOID


def overwritten(steps: Sequence[Step]) -> tuple[Ref, ...]:
    """The records that steps change or remove: what must be kept of them to find a way back."""
    return tuple(ref for step in steps if (ref := _overwritten(step)) is not None)


def _overwritten(step: Step) -> Ref | None:
    match step:
        case UpdateContact(contact_id=record_id):
            return Ref(system=System.XERO, kind=Kind.CONTACT, id=record_id)
        case UpdateClient(client_id=record_id):
            return Ref(system=System.PROVET, kind=Kind.CONTACT, id=record_id)
        case UpdateDocument(xero_id=record_id) | Deallocate(xero_credit_id=record_id):
            return Ref(system=System.XERO, kind=Kind.DOCUMENT, id=record_id)
        case _:
            return None


def repaired(steps: Sequence[Step]) -> tuple[tuple[Kind, str], ...]:
    """Kind and Provet id of the records whose links steps change."""
    return tuple(key for step in steps if (key := _repaired(step)) is not None)


def _repaired(step: Step) -> tuple[Kind, str] | None:
    match step:
        case UpdateContact(client_id=provet_id) | UpdateClient(client_id=provet_id):
            return Kind.CONTACT, provet_id
        case CreateDocument(posting=posting) | UpdateDocument(posting=posting):
            return Kind.DOCUMENT, posting.provet_id
        case SetLink(link=pair):
            return pair.kind, pair.provet_id
        case RemoveLink(kind=kind, provet_id=provet_id):
            return kind, provet_id
        case _:
            return None
