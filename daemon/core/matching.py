"""Which Xero document is which Provet document: by link, by mark, by all its facts; never by a number alone."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.core.correction import Posting
from daemon.core.family import Family, document_reference, fold, linked
from daemon.core.model import Document, DocumentStatus, Kind, Link, Origin, System, Value


class DocumentMatch(Value, frozen=True, kw_only=True):
    """What stands in Xero for one posting.

    ``document`` is its partner, ``link`` the pair (new if ``adopted``). ``duplicates`` are further living documents
    that carry its mark; ``collision`` is a foreign document that holds its number.
    """

    document: Document | None = None
    link: Link | None = None
    adopted: bool = False
    duplicates: tuple[Document, ...] = ()
    collision: Document | None = None


def match_document(posting: Posting, family: Family) -> DocumentMatch:
    """Find the partner of a posting: the linked document, else a living one with its mark or with all its facts."""
    mine = family.of(System.XERO)
    marked = [d for d in mine if d.reference == posting.reference and d.status is DocumentStatus.FINAL]
    link = linked(family.links, Kind.DOCUMENT, provet_id=posting.provet_id)
    if link is not None:
        partner = next((d for d in mine if d.id == link.xero_id), None)
        return DocumentMatch(document=partner, link=link, duplicates=_others(marked, partner))
    partner = marked[0] if marked else _same_facts(posting, mine, family)
    if partner is not None:
        return DocumentMatch(
            document=partner,
            link=adopted_link(Kind.DOCUMENT, posting.provet_id, partner.id),
            adopted=True,
            duplicates=_others(marked, partner),
        )
    return DocumentMatch(collision=_holder(posting.number, posting.credit, mine))


def adopted_link(kind: Kind, provet_id: str, xero_id: str) -> Link:
    return Link(kind=kind, provet_id=provet_id, xero_id=xero_id, origin=Origin.ADOPTED)


def _others(marked: Sequence[Document], partner: Document | None) -> tuple[Document, ...]:
    return tuple(document for document in marked if partner is None or document.id != partner.id)


def _same_facts(posting: Posting, documents: Sequence[Document], family: Family) -> Document | None:
    candidates = [
        d
        for d in documents
        if d.status is DocumentStatus.FINAL
        and d.credit == posting.credit
        and fold(d.number) == fold(posting.number)
        and d.gross == posting.gross
        and d.date == posting.date
        and _same_contact(posting, d, family)
        and linked(family.links, Kind.DOCUMENT, xero_id=d.id) is None
    ]
    return candidates[0] if len(candidates) == 1 else None


def _same_contact(posting: Posting, document: Document, family: Family) -> bool:
    link = linked(family.links, Kind.CONTACT, provet_id=posting.client_id)
    if link is not None:
        return link.xero_id == document.contact_id
    names = {c.name for c in family.contacts if c.system is System.PROVET and c.id == posting.client_id}
    return any(fold(name) == fold(document.contact_name) for name in names)


def _holder(number: str, credit: bool, documents: Sequence[Document]) -> Document | None:
    taken = [d for d in documents if d.credit == credit and fold(d.number) == fold(number)]
    return taken[0] if taken else None


def free_number(posting: Posting, family: Family) -> str:
    """A number for a posting whose own is taken: ``number-<id>`` after a collision with a foreign document,
    ``number-2``, ``-3`` ... when our own voided document keeps it (docs/reference/xero.md 8.4)."""
    taken = {fold(d.number) for d in family.of(System.XERO) if d.credit == posting.credit}
    if fold(posting.number) not in taken:
        return posting.number
    holder = _holder(posting.number, posting.credit, family.of(System.XERO))
    ours = holder is not None and holder.reference == document_reference(posting.provet_id)
    if not ours and fold(f"{posting.number}-{posting.provet_id}") not in taken:
        return f"{posting.number}-{posting.provet_id}"
    suffix = 2
    while fold(f"{posting.number}-{suffix}") in taken:
        suffix += 1
    return f"{posting.number}-{suffix}"
