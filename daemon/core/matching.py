"""Which Xero document is which Provet document: by link, by mark, by all its facts; never by a number alone."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from daemon.core.correction import Posting
from daemon.core.family import Family, copy_key, derived, fold, linked, marked_document
from daemon.core.model import Document, DocumentStatus, Kind, Link, Origin, System, Value


class DocumentMatch(Value, frozen=True, kw_only=True):
    """What stands in Xero for one posting.

    ``document`` is its partner, ``link`` the pair (new if ``adopted``); a link without a document means that Xero no
    longer shows it. ``duplicates`` are further living documents that carry its mark, or its contact, total and date
    under a number derived from its own; ``collision`` is a foreign document that holds its number, or may be it.
    ``turned`` is what stands for it on the other side of the books: a credit note where it became an invoice, or the
    other way round.
    """

    document: Document | None = None
    link: Link | None = None
    adopted: bool = False
    duplicates: tuple[Document, ...] = ()
    collision: Document | None = None
    turned: Document | None = None


def match_document(posting: Posting, family: Family) -> DocumentMatch:
    """Find the partner of a posting: the linked document, else a living one with its mark or with all its facts.

    A link holds though its document is void: that a living one with the mark takes its place is a person's word.
    """
    return msgspec.structs.replace(_match(posting, family), turned=_turned(posting, family))


def _turned(posting: Posting, family: Family) -> Document | None:
    """The living document of the other side that is linked to a posting, or bears its mark and is over something."""
    links = {e.xero_id for e in family.links if e.kind is Kind.DOCUMENT and e.provet_id == posting.provet_id}
    living = (d for d in family.of(System.XERO) if d.credit != posting.credit and d.status is DocumentStatus.FINAL)
    return next((d for d in living if d.id in links or (d.gross and d.reference == posting.reference)), None)


def _match(posting: Posting, family: Family) -> DocumentMatch:
    mine = [document for document in family.of(System.XERO) if document.credit == posting.credit]
    tied = [e for e in family.links if e.kind is Kind.DOCUMENT and e.provet_id == posting.provet_id]
    links = [e for e in tied if e.origin is not Origin.UNDONE]
    held = {document.id: document for document in mine}
    living = [e for e in links if e.xero_id in held and held[e.xero_id].status is not DocumentStatus.VOID]
    marked = _marked(posting, mine)
    if living:
        partner = held[living[0].xero_id]
        duplicates = _others([*marked, *_alike(posting, mine, family, partner)], partner)
        return DocumentMatch(document=partner, link=living[0], duplicates=duplicates)
    if links:
        gone = held.get(links[0].xero_id)
        duplicates = _others([*marked, *_alike(posting, mine, family, gone)], gone)
        return DocumentMatch(document=gone, link=links[0], duplicates=duplicates)
    found = marked[0] if marked else _same_facts(posting, mine, family)
    if found is not None:
        link = adopted_link(Kind.DOCUMENT, posting.provet_id, found.id)
        duplicates = _others([*marked, *_alike(posting, mine, family, found)], found)
        return DocumentMatch(document=found, link=link, adopted=True, duplicates=duplicates)
    undone = {e.xero_id for e in tied if e.origin is Origin.UNDONE}
    copies = [d for d in _alike(posting, mine, family) if d.id in _copies(posting, family)]
    others = [d for d in mine if d.id not in undone and d not in copies]
    alike = next(iter(_alike(posting, others, family)), None)
    return DocumentMatch(collision=_holder(posting.number, others) or alike, duplicates=_others(copies, None))


def _marked(posting: Posting, documents: Sequence[Document]) -> list[Document]:
    """The living documents that carry a posting's mark, the one with its number first and what is over nothing last."""
    living = [d for d in documents if d.reference == posting.reference and d.status is DocumentStatus.FINAL]
    return sorted(living, key=lambda d: (not d.gross, fold(d.number) != fold(posting.number), d.number, d.id))


def adopted_link(kind: Kind, provet_id: str, xero_id: str) -> Link:
    return Link(kind=kind, provet_id=provet_id, xero_id=xero_id, origin=Origin.ADOPTED)


def _others(marked: Sequence[Document], partner: Document | None) -> tuple[Document, ...]:
    """All but the partner, and but what is over nothing: nobody can void that (docs/reference/xero.md 8.4)."""
    return tuple(document for document in marked if document != partner and document.gross)


def _same_facts(posting: Posting, documents: Sequence[Document], family: Family) -> Document | None:
    candidates = [
        d
        for d in documents
        if d.status is DocumentStatus.FINAL
        and fold(d.number) == fold(posting.number)
        and d.gross == posting.gross
        and d.date == posting.date
        and _same_contact(posting, d, family)
        and marked_document(d) in ("", posting.provet_id)
        and linked(family.links, Kind.DOCUMENT, xero_id=d.id) is None
    ]
    return candidates[0] if len(candidates) == 1 else None


def _same_contact(posting: Posting, document: Document, family: Family) -> bool:
    link = linked(family.links, Kind.CONTACT, provet_id=posting.client_id)
    if link is not None:
        return link.xero_id == document.contact_id
    names = {c.name for c in family.contacts if c.system is System.PROVET and c.id == posting.client_id}
    return any(fold(name) == fold(document.contact_name) for name in names)


def _alike(
    posting: Posting, documents: Sequence[Document], family: Family, partner: Document | None = None
) -> list[Document]:
    """Living documents without a mark or a link that say the same as a posting, as both sides agreed on, or as what
    stood or stands for it in Xero, under a number derived from its own; and those that once did."""
    ours = [d for d in documents if d.reference == posting.reference or d is partner]
    facts = {(posting.gross, posting.date), *((each.gross, each.date) for each in ours), *_agreed(posting, family)}
    facts |= {(family.on_paper[each.id], each.date) for each in ours if each.id in family.on_paper}
    payers = {each.contact_id for each in ours}
    once = _copies(posting, family)
    return [
        document
        for document in documents
        if document.status is DocumentStatus.FINAL
        and not marked_document(document)
        and (
            document.id in once
            or (
                derived(posting.number, document)
                and (document.gross, document.date) in facts
                and (document.contact_id in payers or _same_contact(posting, document, family))
                and linked(family.links, Kind.DOCUMENT, xero_id=document.id) is None
            )
        )
    ]


def _copies(posting: Posting, family: Family) -> set[str]:
    """The Xero documents that were once taken for copies of it."""
    return {e.xero_id for e in family.links if e.provet_id == copy_key(posting.provet_id)}


def _agreed(posting: Posting, family: Family) -> list[tuple[Decimal, dt.date]]:
    """Total and date that both sides agreed on."""
    tied = (e.baseline for e in family.links if e.kind is Kind.DOCUMENT and e.provet_id == posting.provet_id)
    return [
        (Decimal(b["gross"]), dt.date.fromisoformat(b["date"])) for b in tied if b and {"gross", "date"} <= b.keys()
    ]


def _holder(number: str, documents: Sequence[Document]) -> Document | None:
    return next((d for d in documents if fold(d.number) == fold(number)), None)


def free_number(posting: Posting, family: Family) -> str:
    """The number a posting can have: its own, or where that is taken ``number-<id>`` (by a foreign document) or
    ``number-2``, ``-3`` ... (by our own, which keeps it even when void: docs/reference/xero.md 8.4)."""
    mine = [document for document in family.of(System.XERO) if document.credit == posting.credit]
    taken = {fold(document.number) for document in mine}
    holder = _holder(posting.number, mine)
    if holder is None:
        return posting.number
    suffixes = itertools.chain([] if _ours(holder, posting, family) else [posting.provet_id], itertools.count(2))
    numbers = (f"{posting.number}-{suffix}" for suffix in suffixes)
    return next(number for number in numbers if fold(number) not in taken)


def _ours(document: Document, posting: Posting, family: Family) -> bool:
    link = linked(family.links, Kind.DOCUMENT, xero_id=document.id)
    return document.reference == posting.reference or (link is not None and link.provet_id == posting.provet_id)
