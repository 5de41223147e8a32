"""Which documents belong in Xero, and which of Xero's stands for which of Provet's.

Part of the independent checker: it shares no code with the program and decides by its own reading of docs/reference
and of the rules that operators were promised.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from tests.support.ledgers import ProvetDocument, ProvetLedger, XeroDocument, XeroLedger, XeroPayment

T = TypeVar("T")
CENT = Decimal("0.01")
FINALISED, VOIDED = 3, 99
ROUNDING = "3"
MARK = "Provet invoice "
CORRECTION = "Correction of Provet invoice "
"""How the reference of a credit note begins that takes back in an open period what a closed one has too much."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which the ledgers disagree: ``about`` which record, ``what`` of it, and what each side has."""

    about: str
    what: str
    provet: str
    xero: str

    def __str__(self) -> str:
        return f"{self.about}: {self.what}: Provet {self.provet or 'nothing'}, Xero {self.xero or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a practice agreed on: the part of its settings that decides how its books look.

    ``walk_in`` is the name of the contact that anonymous sales go to, empty where they are left out.
    """

    start_date: dt.date
    currency: str
    default_account: str
    accounts: Mapping[str, str]
    payment_accounts: Mapping[str, str]
    xero_payment_type: str
    walk_in: str = ""
    rounding_account: str = ""
    write_off_accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """One Provet document with its living document in Xero."""

    provet: ProvetDocument
    xero: XeroDocument
    credit: bool

    @property
    def about(self) -> str:
        return f"invoice {self.provet.id}"

    @property
    def sign(self) -> int:
        """Makes Provet's amounts positive, as Xero has them on either kind."""
        return -1 if self.provet.gross < 0 else 1

    @property
    def rounded(self) -> Decimal:
        """By how much payments of type 3 rounded up what was due (negative: down); its total in Xero takes that."""
        rows = [payment.paid for payment in self.provet.payments if payment.done and payment.type == ROUNDING]
        return -self.sign * sum(rows, Decimal(0))

    @property
    def marked(self) -> bool:
        """Whether it carries our mark; one that was there before does not, and keeps its own accounts."""
        return is_ours(self.xero)


@dataclass(frozen=True, slots=True)
class Books:
    """Both ledgers side by side: what matches, and everything else by its reason.

    ``excluded`` maps a Provet id to the reason; ``strays`` carry our mark and belong to no document in scope;
    ``foreign`` are the living sales documents of others; ``dead`` are ours that were voided or deleted.
    """

    provet: ProvetLedger
    xero: XeroLedger
    terms: Terms
    matches: Mapping[str, Match]
    excluded: Mapping[str, str]
    missing: tuple[ProvetDocument, ...]
    doubled: Mapping[str, tuple[XeroDocument, ...]]
    strays: tuple[XeroDocument, ...]
    foreign: tuple[XeroDocument, ...]
    dead: tuple[XeroDocument, ...]


def terms_of(settings: Path, practice: str = "riverside") -> Terms:
    """The terms in a settings file."""
    table = tomllib.loads(settings.read_text())["practices"][practice]
    accounts = table["accounts"]
    return Terms(
        start_date=table["start_date"],
        currency=table["currency"],
        default_account=accounts["default"],
        accounts=accounts.get("by_number", {}),
        payment_accounts={"8": accounts["prepayment_clearing"], **table["payments"]},
        xero_payment_type=str(table["provet"]["xero_payment_type"]),
        write_off_accounts=frozenset(
            table["payments"][str(kind)] for kind in table["provet"].get("write_off_types", ())
        ),
        rounding_account=accounts.get("rounding", ""),
        walk_in=table["walk_in_contact"] if table.get("anonymous") == "walk_in" else "",
    )


def lay_out(provet: ProvetLedger, xero: XeroLedger, terms: Terms) -> Books:
    """Pair the documents of both ledgers by our mark, or by number, total and date where one carries none."""
    xero = _with_write_offs(xero, terms)
    excluded = {d.id: reason for d in provet.documents.values() if (reason := excluded_for(d, terms))}
    wanted = [document for document in provet.documents.values() if document.id not in excluded]
    living = [document for document in xero.documents.values() if document.living]
    marked = grouped(filter(is_ours, living), lambda document: document.reference)
    numbered = grouped((each for each in living if not is_ours(each)), lambda document: document.number)
    lettered = grouped((each for each in living if not is_ours(each)), lambda document: unlettered(document.number))
    copies = {
        d.id: _standing(marked.get(f"{MARK}{d.id}", []))
        or _adopted(d, numbered.get(d.number, []))
        or _adopted(d, lettered.get(d.number, []))[:1]
        for d in wanted
    }
    claimed = {copy.id for found in copies.values() for copy in found}
    others = [document for document in living if document.id not in claimed]
    return Books(
        provet,
        xero,
        terms,
        matches={d.id: Match(d, copies[d.id][0], is_credit(d, provet)) for d in wanted if copies[d.id]},
        excluded=excluded,
        missing=tuple(document for document in wanted if not copies[document.id]),
        doubled={number: tuple(found) for number, found in copies.items() if len(found) > 1},
        strays=tuple(filter(is_ours, others)),
        foreign=tuple(document for document in others if not is_ours(document)),
        dead=tuple(document for document in xero.documents.values() if not document.living and is_ours(document)),
    )


def _standing(copies: list[XeroDocument]) -> list[XeroDocument]:
    """Without those over nothing, which nobody can void, where another one took their place."""
    return [each for each in copies if each.total] or copies


def _with_write_offs(xero: XeroLedger, terms: Terms) -> XeroLedger:
    """The ledger with credit notes that only write off shown as payments of the invoices they are set against, and as
    notes as far as they are set against none."""
    accounts = terms.write_off_accounts
    notes = [
        note
        for note in xero.documents.values()
        if note.credit and note.living and note.lines and all(line.account in accounts for line in note.lines)
    ]
    documents = {key: d for key, d in xero.documents.items() if d not in notes or d.left}
    payments = list(xero.payments)
    for note in notes:
        for each in note.allocations:
            code = frozenset({note.lines[0].account})
            payments.append(
                XeroPayment(note.id, each.invoice, each.amount, each.date, note.reference, True, code, by_note=True)
            )
            invoice = documents[each.invoice]
            documents[each.invoice] = replace(invoice, credited=invoice.credited - each.amount)
    return replace(xero, documents=documents, payments=tuple(payments))


def excluded_for(document: ProvetDocument, terms: Terms) -> str:
    """Why a document has no place in Xero, or an empty text."""
    if document.status == VOIDED:
        return "voided"
    if document.status != FINALISED:
        return "not finalised"
    if document.client is None and not terms.walk_in:
        return "anonymous"
    if document.date < terms.start_date:
        return "before the start"
    return "consolidated" if document.consolidates else ""


def is_credit(document: ProvetDocument, provet: ProvetLedger) -> bool:
    """Whether it is a credit note in Xero: the opposite of what it credits, and a root goes by its sign."""
    if not document.credit_note:
        return document.gross < 0
    original = provet.documents.get(document.credits or "")
    return original is None or not is_credit(original, provet)


def is_ours(document: XeroDocument) -> bool:
    """Whether a document carries our mark."""
    return document.reference.startswith(MARK)


def grouped(records: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Records by a text of theirs, in their order."""
    found: dict[str, list[T]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return found


def unlettered(number: str) -> str:
    """A number without the letter that somebody put behind it; empty if there is none."""
    return number[:-1] if number[-1:].isalpha() else ""


def as_text(amount: Decimal) -> str:
    """An amount as differences show it; minus zero is zero."""
    return str(amount.quantize(CENT) + 0)


def _adopted(document: ProvetDocument, candidates: Iterable[XeroDocument]) -> list[XeroDocument]:
    wanted = (abs(document.gross), document.date)
    return [each for each in candidates if document.number and (each.total, each.date) == wanted]
