"""Judges the books that a history leaves behind: what still differs must be what somebody decided on, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from daemon.core.discrepancy import Discrepancy, FieldDiff, Finding, Status
from daemon.core.model import Kind, Ref, System
from tests.support import books
from tests.support.consolidated import Scheme, left_on_clearing
from tests.support.pairing import Books, Difference, is_ours
from tests.support.settled import sharing

CONSOLIDATIONS = ("consolidated.", "consolidation.", "clearing.")
MOVES = ("payment.", "credit.", "period.", "invoice.", *CONSOLIDATIONS)
GONE = ("invoice.voided_in_provet", "invoice.duplicate_in_xero", "period.", *CONSOLIDATIONS)
OWN: Mapping[str, tuple[str, ...]] = {
    "missing": (
        "invoice.missing",
        "credit.missing",
        "invoice.voided_in_xero",
        "invoice.number_collision",
        "invoice.rounding",
        "period.",
        *CONSOLIDATIONS,
    ),
    "doubled": ("invoice.duplicate_in_xero",),
    "does not belong": GONE,
    "on a document that is not ours": GONE,
    "kind": ("invoice.",),
    "status": ("invoice.",),
    "number": ("invoice.number_collision",),
}
"""What may differ of a document while something of these kinds stands of the document itself."""
FIELDS = {"gross": "gross", "date": "date", "contact": "contact", "VAT": "tax", "accounts": "gross"}
"""What may differ of a document while something names that field of it."""
KINDS = {"payment": Kind.PAYMENT}
OF_MONEY = (
    "payments of",
    "times recorded",
    "account",
    "amount",
    "date",
    "echo",
    "doubled",
    "allocat",
    "refunded share",
    "credit of others",
    "balance",
)
"""What may differ in a family while anything that moves money stands of it; how much is held by its receivables."""


OF_COPY = ("VAT", "gross", "date", "accounts")
"""What may differ of a document while a copy is all that stands of it."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What people left different. ``decided`` are the discrepancies that stand; ``excluded`` what is left out, by
    Provet's id; ``accepted`` the family and what of it an approved option leaves; ``recoded`` the marks of documents
    whose accounts the bookkeeper chose, ``dated`` those of credit notes that they set off on a day of their own;
    ``applied`` the notes that Provet set off, as differences name them.
    """

    decided: Sequence[Discrepancy]
    excluded: Mapping[str, Decimal] = field(default_factory=dict)
    accepted: frozenset[tuple[str, str]] = frozenset()
    recoded: frozenset[str] = frozenset()
    dated: frozenset[str] = frozenset()
    applied: frozenset[str] = frozenset()


class Judge:
    """Holds both ledgers against what was agreed on."""

    def __init__(self, laid_out: Books, scheme: Scheme, agreed: Agreed) -> None:
        self._books, self._scheme, self._agreed = laid_out, scheme, agreed
        self._groups = _groups(laid_out)
        self._of_xero = {match.xero.id: match.provet.id for match in laid_out.matches.values()}

    def wrong(self) -> list[str]:
        """Everything that nobody decided on, in words."""
        found = (each for each in books.differences(self._books) if each.what != "contact that nobody needs")
        unnamed = [str(each) for each in found if not self._is_agreed(each)]
        return [*unnamed, *self._beyond_waivers(), *self._receivables(), *self._clearing()]

    def _is_agreed(self, found: Difference) -> bool:
        agreed = self._agreed
        mark = f"Provet {found.about}"
        if found.what == "accounts" and mark in agreed.recoded:
            return True
        if found.what == "date of the allocation" and mark in agreed.dated:
            return True
        if found.what == "allocated outside its family" and found.about in agreed.applied:
            return True
        if found.about.startswith("client "):
            return self._is_agreed_of_client(found, found.about.removeprefix("client "))
        group = self._group(books.family_of(found.about, self._books))
        if any(self._group(family) == group and found.what.startswith(what) for family, what in agreed.accepted):
            return True
        return any(self._names(each.finding, found, group) for each in agreed.decided)

    def _is_agreed_of_client(self, found: Difference, client: str) -> bool:
        """Fields differ while something of their contact stands; the balance, while something stands of a family of
        theirs or of whoever shares their contact: how much is held by the receivables of each family."""
        if found.what != "balance":
            theirs = (each.finding for each in self._agreed.decided if each.finding.client == client)
            return any(finding.kind.startswith("contact.") for finding in theirs)
        shared = sharing(self._books)
        documents = self._books.provet.documents.values()
        groups = {self._groups[d.id] for d in documents if shared.get(d.client or "", d.client) == client}
        families = [*(each.finding.family for each in self._agreed.decided), *(of for of, _ in self._agreed.accepted)]
        return any(self._group(family) in groups for family in families)

    def _names(self, finding: Finding, found: Difference, group: str) -> bool:
        """Whether a discrepancy that stands is about a difference."""
        if not group or not self._are_one(self._group(finding.family), group, found):
            return False
        of_document = found.about.startswith("invoice ")
        moved = found.what.startswith(OF_MONEY) and not (of_document and found.what == "date")
        if moved and finding.kind.startswith(MOVES):
            return True
        if self._document(finding) != self._about(found):
            return False
        if finding.kind.startswith(OWN.get(found.what, ("none",))):
            return True
        if finding.kind == "invoice.duplicate_in_xero" and found.what.startswith(OF_COPY) and self._is_copy(found):
            return True
        name = FIELDS.get(found.what.removesuffix(" by rate"))
        fields = [each for each in finding.fields if name and each.name.startswith(name)]
        return of_document and bool(fields) and _shows(fields, found)

    def _are_one(self, of: str, group: str, found: Difference) -> bool:
        """Whether what is decided of one group may be about another: what is open, where credit is set across them."""
        return of == group or (found.what == "balance" and any(of in lot and group in lot for lot in self._across()))

    def _is_copy(self, found: Difference) -> bool:
        """Whether what stands in Xero of a document is what somebody else typed in."""
        match = next((each for each in self._books.matches.values() if each.provet.id == self._about(found)), None)
        return match is not None and not is_ours(match.xero)

    def _about(self, found: Difference) -> str:
        """The id of Provet's document that a difference is about."""
        what, _, number = found.about.rpartition(" ")
        return self._document_of(Ref(system=System.PROVET, kind=KINDS.get(what, Kind.DOCUMENT), id=number))

    def _document(self, finding: Finding) -> str:
        """The id of Provet's document that a discrepancy is about."""
        subject = finding.subject
        for ref in (subject.provet, subject.xero):
            if ref is not None and (found := self._document_of(ref)):
                return found
        return ""

    def _document_of(self, ref: Ref) -> str:
        if ref.system is System.PROVET:
            rows = {p.id: d.id for d in self._books.provet.documents.values() for p in d.payments}
            return rows.get(ref.id, "") if ref.kind is Kind.PAYMENT else ref.id
        paid = {payment.id: payment.document for payment in self._books.xero.payments}
        place = paid.get(ref.id, "") if ref.kind is Kind.PAYMENT else ref.id
        return self._of_xero.get(place, "")

    def _beyond_waivers(self) -> Iterator[str]:
        """A waiver covers what it was given for."""
        for each in self._agreed.decided:
            ceiling = each.waiver.ceiling if each.waiver is not None else None
            if each.status is Status.WAIVED and (ceiling is None or each.finding.difference > ceiling):
                yield f"{each.finding.kind} of {each.finding.difference} is waived up to {ceiling}"

    def _receivables(self) -> Iterator[str]:
        """What each family owes differs by what is named of it, to the cent."""
        apart: dict[str, Decimal] = defaultdict(Decimal)
        for number, (provet, xero) in books.receivable_by_document(self._books).items():
            apart[self._groups.get(number, number)] += provet - xero
        named: dict[str, Decimal] = defaultdict(Decimal)
        for each in self._agreed.decided:
            named[self._group(each.finding.family)] += each.finding.effect
        for number, amount in self._agreed.excluded.items():
            named[self._groups.get(number, number)] += amount
        across = self._across()
        for lot in across:
            of_lot, named_of_lot = (sum((by[group] for group in lot), Decimal(0)) for by in (apart, named))
            if of_lot != named_of_lot:
                yield f"family {', '.join(lot)}: receivables are {of_lot} apart, {named_of_lot} of it is named"

    def _across(self) -> list[list[str]]:
        """The groups, together where credit of one is set against another."""
        of = {group: group for group in self._groups.values()}

        def top(group: str) -> str:
            while of[group] != group:
                group = of[group]
            return group

        for match in self._books.matches.values():
            for each in match.xero.allocations:
                if each.invoice in self._of_xero:
                    of[top(self._groups[match.provet.id])] = top(self._groups[self._of_xero[each.invoice]])
        lots: dict[str, list[str]] = defaultdict(list)
        for group in of:
            lots[top(group)].append(group)
        return list(lots.values())

    def _clearing(self) -> Iterator[str]:
        """The clearing account comes to nothing for every consolidation, but for what is named of it."""
        if self._scheme.name not in {"clearing", "hold"}:
            return
        left: dict[str, Decimal] = defaultdict(Decimal)
        for number, amount in left_on_clearing(self._books, self._scheme).items():
            left[self._groups.get(number, number)] += amount
        named: dict[str, Decimal] = defaultdict(Decimal)
        for each in self._agreed.decided:
            named[self._group(each.finding.family)] += each.finding.amount
        for group, amount in left.items():
            if abs(amount) > named[group]:
                yield f"family {group}: {amount} is left on the clearing account, {named[group]} of it is named"

    def _group(self, family: str) -> str:
        number = family.removeprefix("invoice:")
        return self._groups.get(number, number)


def _shows(named: Sequence[FieldDiff], found: Difference) -> bool:
    """Whether fields of a discrepancy have the values of a difference. What each system calls a client differs, and
    what VAT comes to is held by rate."""
    if found.what == "VAT by rate":
        ours, theirs = _by_rate(found.provet), _by_rate(found.xero)
        apart = {rate for rate in ours.keys() | theirs.keys() if ours.get(rate) != theirs.get(rate)}
        told = {f.name: (_number(f.provet), _number(f.xero)) for f in named}
        return all(told.get(f"tax {rate}") == (_number(ours.get(rate)), _number(theirs.get(rate))) for rate in apart)
    if found.what == "gross":
        return any((_number(f.provet), _number(f.xero)) == (_number(found.provet), _number(found.xero)) for f in named)
    if found.what == "date":
        return any((f.provet, f.xero) == (found.provet, found.xero) for f in named)
    return bool(named)


def _by_rate(text: str) -> dict[str, str]:
    return {rate: tax for rate, _, tax in (part.partition(": ") for part in text.split(", ") if part)}


def _number(text: str | None) -> Decimal:
    return abs(Decimal(text or 0))


def _groups(laid_out: Books) -> dict[str, str]:
    """For each of Provet's documents the first of all that credit or consolidate each other."""
    documents = laid_out.provet.documents
    first = {number: number for number in documents}

    def top(number: str) -> str:
        while first[number] != number:
            number = first[number]
        return number

    for document in documents.values():
        for other in (document.credits, *document.originals):
            if other in documents:
                one, two = sorted((top(document.id), top(other)), key=int)
                first[two] = one
    return {number: top(number) for number in documents}
