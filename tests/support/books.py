"""The independent checker: compares two ledgers record by record and says what does not agree.

It shares no code with the program. ``wire.py`` reads the ledgers, ``pairing.py`` says what belongs where,
``settled.py`` compares money. Consolidated invoices are counted as excluded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from tests.support import settled, wire
from tests.support.ledgers import ZERO, Client, ProvetDocument, XeroDocument
from tests.support.pairing import (
    CENT,
    CORRECTION,
    MARK,
    VOIDED,
    Books,
    Difference,
    Match,
    Terms,
    as_text,
    grouped,
    is_credit,
    is_ours,
    lay_out,
    terms_of,
    unlettered,
)

Amounts = Mapping[str, Decimal]
"""By VAT percentage or account."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What one side adds up to over the documents that stand in both; credit notes count against invoices."""

    gross: Decimal
    receivable: Decimal
    vat: Amounts


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and totals. ``foreign`` documents are left alone; the dead are ours, voided or deleted."""

    documents: int
    matched: int
    foreign: int
    dead_documents: int
    dead_payments: int
    payments: int
    contacts: int
    excluded: Mapping[str, int]
    provet: Totals
    xero: Totals


def read(settings: Path, practice: str = "riverside") -> Books:
    """Both ledgers of a running sandbox, over HTTP, by its settings file."""
    access = wire.accesses(settings, practice)
    return lay_out(wire.read_provet(access["provet"]), wire.read_xero(access["xero"]), terms_of(settings, practice))


def differences(books: Books) -> list[Difference]:
    """Everything on which the ledgers disagree; nothing at all when they are in step."""
    found = [Difference(f"invoice {d.id}", "missing", f"{d.number} {d.gross}", "") for d in books.missing]
    for number, copies in books.doubled.items():
        found.append(Difference(f"invoice {number}", "doubled", "1", " ".join(each.number for each in copies)))
    for stray in (each for each in books.strays if each.total):
        number = stray.reference.removeprefix(MARK)
        found.append(
            Difference(f"invoice {number}", "does not belong", books.excluded.get(number, "unknown"), stray.number)
        )
    for match in books.matches.values():
        found += _document(match, books)
    return [*found, *_contacts(books), *settled.differences(books)]


def receivables(books: Books) -> tuple[Decimal, Decimal]:
    """What clients owe by all of Provet's documents, and by all that stands in Xero for them, twice where it does."""
    owed = receivable_by_document(books).values()
    return sum((provet for provet, _ in owed), ZERO), sum((xero for _, xero in owed), ZERO)


def receivable_by_document(books: Books) -> dict[str, tuple[Decimal, Decimal]]:
    """What is owed by each of Provet's documents, by id, and by all that stands in Xero for it.

    Credit set off moves nothing between the two: on Provet's side it is left out, on Xero's it cancels out.
    """
    places = {m.xero.id: (m.provet.id, m.xero) for m in books.matches.values()}
    places |= {each.id: (number, each) for number, found in books.doubled.items() for each in found}
    places |= {each.id: (each.reference.removeprefix(MARK), each) for each in books.strays}
    for each in books.foreign:
        if of := _stands_for(each, books):
            places[each.id] = (of, each)
    found = {document.id: (_owed(document, books), ZERO) for document in books.provet.documents.values()}
    for number, each in places.values():
        provet, xero = found.get(number, (ZERO, ZERO))
        found[number] = (provet, xero + (-each.left if each.credit else each.left))
    return found


def _owed(document: ProvetDocument, books: Books) -> Decimal:
    if document.status == VOIDED:
        return ZERO
    paid = (each.paid for each in document.payments if each.done and each.type != settled.CREDITED)
    owed = (document.gross - sum(paid, ZERO)) * (-1 if document.gross < 0 else 1)
    return -owed if is_credit(document, books.provet) else owed


def _stands_for(document: XeroDocument, books: Books) -> str:
    """The Provet document that one without our mark stands for as well: what corrects it, what writes it off, or a copy
    that somebody typed in, under its number with a letter behind it; "" if there is none."""
    if document.reference.startswith(CORRECTION):
        return document.reference.removeprefix(CORRECTION)
    if document.reference.startswith(settled.SENT_MARK):
        row = document.reference.removeprefix(settled.SENT_MARK)
        owners = (d.id for d in books.provet.documents.values() if any(each.id == row for each in d.payments))
        return next(owners, "")
    ours = (each for each in books.xero.documents.values() if is_ours(each) and each.number)
    marks = (each.reference.removeprefix(MARK) for each in ours if each.number == unlettered(document.number))
    return next(marks, "")


def family_of(about: str, books: Books) -> str:
    """The family that a difference is about, by the first document of its chain; "" if it is about none."""
    what, _, number = about.rpartition(" ")
    if what == "payment":
        found = (d.id for d in books.provet.documents.values() if any(row.id == number for row in d.payments))
        number = next(found, "")
    if what == "Xero payment":
        place = next((each.document for each in books.xero.payments if each.id == number), "")
        number = next((m.provet.id for m in books.matches.values() if m.xero.id == place), "")
    document = books.provet.documents.get(number) if what != "client" else None
    return f"invoice:{settled.root_of(document, books)}" if document else ""


def summary(books: Books) -> Summary:
    """Counts of everything, and what the matched documents add up to on either side."""
    ours = [payment for payment in books.xero.payments if payment.reference.startswith(settled.SENT_MARK)]
    signed = [(-1 if match.credit else 1, match) for match in books.matches.values()]
    provet = [(side * (m.sign * m.provet.gross + m.rounded), side * m.sign * m.provet.due) for side, m in signed]
    xero = [(side * m.xero.total, side * m.xero.left) for side, m in signed]
    return Summary(
        documents=len(books.matches) + len(books.missing),
        matched=len(books.matches),
        foreign=len(books.foreign),
        dead_documents=len(books.dead),
        dead_payments=sum(not payment.living for payment in ours),
        payments=sum(payment.living for payment in ours),
        contacts=sum(contact.living and bool(contact.number) for contact in books.xero.contacts.values()),
        excluded=Counter(books.excluded.values()),
        provet=_totals(provet, ((side, provet_vat(m)) for side, m in signed)),
        xero=_totals(xero, ((side, xero_vat(m.xero, books.xero.rates)) for side, m in signed)),
    )


def provet_vat(match: Match) -> dict[str, Decimal]:
    """VAT by percentage of Provet's rows, rounded once for each rate (docs/reference/provet.md P-31)."""
    exact: dict[str, Decimal] = defaultdict(Decimal)
    for row in match.provet.rows:
        exact[_percentage(row.rate)] += match.sign * row.vat
    return _filled({rate: vat.quantize(CENT, ROUND_HALF_EVEN) for rate, vat in exact.items()})


def xero_vat(document: XeroDocument, rates: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """VAT by percentage of Xero's lines."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        found[_percentage(rates[line.tax_type])] += line.tax
    return _filled(found)


def _document(match: Match, books: Books) -> Iterator[Difference]:
    """Kind, state, number, contact, date, amounts, VAT by rate and accounts of one document."""
    ours, theirs = match.provet, match.xero
    renumbered = theirs.number.startswith(f"{ours.number}-") or unlettered(theirs.number) == ours.number
    pairs = {
        "kind": ("credit note" if match.credit else "invoice", "credit note" if theirs.credit else "invoice"),
        "status": ("approved", "approved" if theirs.status in {"AUTHORISED", "PAID"} else theirs.status),
        "number": (ours.number, ours.number if renumbered else theirs.number),
        "contact": (f"client {ours.client}" if ours.client else books.terms.walk_in, _whose(match, books)),
        "date": (ours.date.isoformat(), theirs.date.isoformat()),
        "currency": (books.terms.currency, theirs.currency),
        "gross": (as_text(match.sign * ours.gross + match.rounded), as_text(theirs.total)),
        "VAT": (as_text(match.sign * ours.vat), as_text(theirs.tax)),
        "VAT by rate": (_shown(provet_vat(match)), _shown(xero_vat(theirs, books.xero.rates))),
    }
    if match.marked:
        pairs["accounts"] = (_shown(_provet_accounts(match, books.terms)), _shown(_xero_accounts(theirs)))
    for what, (provet, xero) in pairs.items():
        if provet != xero:
            yield Difference(match.about, what, provet, xero)


def _whose(match: Match, books: Books) -> str:
    """The client behind a document's contact: by number, or by name where somebody typed it without one, by merges in
    Xero; behind that of an anonymous sale its name."""
    contact = books.xero.contacts.get(match.xero.contact)
    if match.provet.client is None:
        return contact.name if contact else ""
    client = books.provet.clients.get(match.provet.client or "")
    gone = (each for each in books.xero.contacts.values() if client and each.number == client.number)
    if client and any(match.xero.contact in _merged_into(each, books) for each in gone):
        return f"client {client.number}"
    typed_by_hand = contact and client and not contact.number and contact.name == client.name
    return f"client {client.number if typed_by_hand and client else contact.number if contact else ''}"


def _merged_into(contact: Client, books: Books) -> list[str]:
    """The ids of the contacts that one was merged into, one merge after the other."""
    found: list[str] = []
    while contact.merged_into and contact.merged_into not in found:
        found.append(contact.merged_into)
        contact = books.xero.contacts[contact.merged_into]
    return found


def _contacts(books: Books) -> Iterator[Difference]:
    """A contact under a client's number exists once, only where documents need it, and agrees field by field."""
    traded = {document.contact for document in books.xero.documents.values()}
    numbered = grouped((each for each in books.xero.contacts.values() if each.living), lambda contact: contact.number)
    for number, contacts in numbered.items():
        client, about = books.provet.clients.get(number), f"client {number}"
        if len(contacts) > 1 and number:
            yield Difference(about, "doubled", "1", str(len(contacts)))
        if client is None:
            continue
        if not any(contact.id in traded for contact in contacts):
            yield Difference(about, "contact that nobody needs", client.name, contacts[0].name)
        yield from _fields(client, contacts[0])


def _fields(client: Client, contact: Client) -> Iterator[Difference]:
    theirs = contact.shared()
    for field, ours in client.shared().items():
        if ours != theirs[field]:
            yield Difference(f"client {client.number}", field, ours, theirs[field])


def _provet_accounts(match: Match, terms: Terms) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in match.provet.rows:
        found[terms.accounts.get(row.account, row.account) or terms.default_account] += match.sign * row.gross
    total = match.sign * match.provet.gross + match.rounded
    found[terms.rounding_account] += total - sum(found.values(), ZERO)
    return _filled(found)


def _xero_accounts(document: XeroDocument) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        found[line.account] += line.gross
    return _filled(found)


def _totals(amounts: Sequence[tuple[Decimal, Decimal]], taxes: Iterable[tuple[int, Amounts]]) -> Totals:
    vat: dict[str, Decimal] = defaultdict(Decimal)
    for side, by_rate in taxes:
        for rate, tax in by_rate.items():
            vat[rate] += side * tax
    return Totals(sum((gross for gross, _ in amounts), ZERO), sum((left for _, left in amounts), ZERO), _filled(vat))


def _percentage(rate: Decimal) -> str:
    return f"{rate.normalize():f}"


def _filled(amounts: Amounts) -> dict[str, Decimal]:
    return {key: amount for key, amount in amounts.items() if amount}


def _shown(amounts: Amounts) -> str:
    return ", ".join(f"{key}: {as_text(amounts[key])}" for key in sorted(amounts))
