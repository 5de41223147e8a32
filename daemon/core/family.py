"""A family: everything that must be looked at together to judge one document or one client.

``invoice:<root>`` holds a Provet document with its credits, payments and the Xero records paired or pairable with
them, and a consolidated invoice together with its originals; ``client:<id>`` a Provet client with the Xero contacts
that may be it. No two families share a Provet record.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from daemon.core.model import Contact, Document, Kind, Link, Payment, Record, System, Value


class Beside(Value, frozen=True, kw_only=True):
    """A Provet document of another family without a partner, and the credit applied to it, or of it, in Provet."""

    document: Document
    applied: Decimal


class Family(Value, frozen=True, kw_only=True):
    """The input of one assessment.

    ``documents`` and ``payments`` of both systems, voided and cancelled ones included. ``contacts`` are the Provet
    clients of the documents and their linked Xero contacts (or, in a client's family, all candidates). ``busy`` says
    that a write of this family is under way or in doubt, so nothing new may be started. ``vanished`` names records
    ("contact/12") that a full comparison no longer found. ``held_contacts`` maps a client's id to the discrepancy that
    must be decided before it can have a contact. ``owing`` maps Xero contacts to the sum of what is open on their
    documents, invoices and credits alike; those with nothing open are left out. ``taken_names`` are the folded names
    that other clients or Xero contacts bear. A client's family holds as ``documents`` those of its Provet documents
    that have no partner yet. ``beside`` is filled where Provet applied credit to a document of the family, or of it:
    what else of its clients it applied, as far as that has no partner. ``on_paper`` is what documents of Xero come to
    by themselves that are shown with what corrects them.
    """

    practice: str
    id: str
    documents: tuple[Document, ...] = ()
    payments: tuple[Payment, ...] = ()
    contacts: tuple[Contact, ...] = ()
    links: tuple[Link, ...] = ()
    vanished: tuple[str, ...] = ()
    busy: bool = False
    owing: dict[str, Decimal] = msgspec.field(default_factory=dict)
    held_contacts: dict[str, str] = msgspec.field(default_factory=dict)
    taken_names: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()
    on_paper: dict[str, Decimal] = msgspec.field(default_factory=dict)

    def of(self, system: System) -> tuple[Document, ...]:
        """The documents of one system."""
        return tuple(document for document in self.documents if document.system is system)

    def payments_of(self, system: System) -> tuple[Payment, ...]:
        """The payments of one system, cancelled ones included."""
        return tuple(payment for payment in self.payments if payment.system is system)


def invoice_family(root_id: str) -> str:
    return f"invoice:{root_id}"


def client_family(client_id: str) -> str:
    return f"client:{client_id}"


_MARK = "Provet invoice "
_CORRECTION_MARK = "Correction of Provet invoice "
_OWN_SUFFIX = re.compile(r"(.+)-[WCS][0-9]+(?:-[0-9]+)?")
_BEHIND = re.compile(r"(.+[0-9])[A-Za-z]|(.+?)[-\s/._#(]+[0-9A-Za-z]{1,2}\)?")
CLIENT_KEY = "client:"
WALK_IN = "walk-in:"
"""How the ids of stand-in clients begin, in whose name anonymous sales are booked (``daemon.core.walk_in``)."""
_WHOLE = "whole:"
_COPY = "copy:"


def whole_key(original_id: str) -> str:
    """The lookup key of the consolidated invoices that have this document inside."""
    return f"{_WHOLE}{original_id}"


def copy_key(provet_id: str) -> str:
    """The name, where a Provet document's id is expected, of what was once taken for a copy of that document."""
    return f"{_COPY}{provet_id}"


def document_reference(provet_id: str) -> str:
    """The mark of a document: Xero's Reference."""
    return f"{_MARK}{provet_id}"


def correction_reference(provet_id: str) -> str:
    """The mark of what corrects a document of a closed period in an open one."""
    return f"{_CORRECTION_MARK}{provet_id}"


def payment_reference(provet_id: str) -> str:
    """The mark of a payment that came from Provet: Xero's payment Reference."""
    return f"Provet payment {provet_id}"


def payment_info(xero_id: str) -> str:
    """The mark of a payment that came from Xero: Provet's ``info``."""
    return f"Xero payment {xero_id}"


def marked_id(text: str, prefix: str) -> str:
    """The id behind a mark's prefix in ``text``, or "" if there is none."""
    if not text.startswith(prefix):
        return ""
    rest = text[len(prefix) :].strip()
    return rest if rest and " " not in rest else ""


def lookup_keys(record: Record) -> tuple[str, ...]:
    """Under which keys a record can be found by its possible partner in the other system.

    Two records of different systems that share a key belong into one family's view. Keys: ``contact:<number>``,
    ``name:<folded>``, ``email:<folded>``, ``doc:<provet id>``, ``number:<folded>``, ``pay:<provet id>``,
    ``xpay:<xero id>`` and, for Provet documents alone, ``client:<client id>`` and ``whole:<id of an original>``.
    """
    match record:
        case Contact():
            return _contact_keys(record)
        case Document():
            return _document_keys(record)
        case Payment():
            return _payment_keys(record)


def _contact_keys(contact: Contact) -> tuple[str, ...]:
    keys = [f"contact:{contact.number}"] if contact.number else []
    keys += [f"name:{fold(contact.name)}"] if contact.name else []
    keys += [f"email:{fold(contact.email)}"] if contact.email else []
    return tuple(keys)


def _document_keys(document: Document) -> tuple[str, ...]:
    numbers = (document.number, *_roots(document)) if document.number else ()
    keys = [f"number:{fold(number)}" for number in numbers]
    if document.system is System.PROVET:
        client = (f"{CLIENT_KEY}{document.contact_id}",) if document.contact_id else ()
        return (f"doc:{document.id}", *keys, *client, *map(whole_key, document.consolidates))
    marked = marked_document(document) or corrected_document(document)
    return (f"doc:{marked}", *keys) if marked else tuple(keys)


def _roots(document: Document) -> tuple[str, ...]:
    """What the other system may call the same document: Provet's number without its prefix, Xero's without what was
    put behind it ("INV-7-2", "INV-7 (2)", "INV-7A": at most two characters, so that no year is taken for a number;
    "INV-7-W12" is a credit note of the program itself), twice where that was done twice ("INV-7-2A")."""
    if document.system is System.PROVET:
        prefix, dash, bare = document.number.rpartition("-")
        return (bare,) if prefix and dash and bare.isdecimal() else ()
    first = _root(document.number)
    second = _root(first)
    return tuple(root for root in (first, second) if root)


def _root(number: str) -> str:
    """A number without what was put behind it, "" if that is nothing."""
    found = _OWN_SUFFIX.fullmatch(number) or _BEHIND.fullmatch(number.strip())
    root = (found[1] or found[2]) if found else ""
    return root if any(each.isdecimal() for each in root) else ""


def derived(number: str, document: Document) -> bool:
    """Whether a Xero document may bear a Provet document's number in another form."""
    prefix, _, bare = number.rpartition("-")
    own, roots = fold(document.number), [fold(root) for root in _roots(document)]
    return fold(number) in roots or (bool(prefix) and bare.isdecimal() and bare in (own, *roots))


def marked_document(document: Document) -> str:
    """The id of the Provet document that a Xero document's mark names, or ""."""
    return marked_id(document.reference, _MARK)


def corrected_document(document: Document) -> str:
    """The id of the Provet document that a correction in an open period names, or ""."""
    return marked_id(document.reference, _CORRECTION_MARK)


def marked_partner(payment: Payment) -> str:
    """The id of the other system's payment that a payment says it came from, or ""."""
    return marked_id(payment.note, "Xero payment " if payment.system is System.PROVET else "Provet payment ")


def _payment_keys(payment: Payment) -> tuple[str, ...]:
    own, other = ("pay", "xpay") if payment.system is System.PROVET else ("xpay", "pay")
    marked = marked_partner(payment)
    return (f"{own}:{payment.id}", f"{other}:{marked}") if marked else (f"{own}:{payment.id}",)


def fold(text: str) -> str:
    """Text as names and numbers are compared: case-folded, single spaces."""
    return " ".join(text.split()).casefold()


def linked(links: tuple[Link, ...], kind: Kind, *, provet_id: str = "", xero_id: str = "") -> Link | None:
    """The first link of a kind with that id on either side."""
    for link in links:
        if link.kind is kind and (link.provet_id == provet_id if provet_id else link.xero_id == xero_id):
            return link
    return None


def standing_for_provet(links: tuple[Link, ...]) -> frozenset[str]:
    """The Xero ids of the documents that stand for one of Provet; those of mere copies are not among them."""
    return frozenset(e.xero_id for e in links if e.kind is Kind.DOCUMENT and not e.provet_id.startswith(_COPY))
