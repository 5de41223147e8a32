"""What stands in both ledgers, held side by side without a line of the daemon's own comparison. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Entry:
    """One document; what a credit note credits and what is left of it are negative.

    ``original`` is the number of the invoice that a credit note of Provet's credits.
    """

    id: str
    number: str
    total: Decimal
    due: Decimal
    original: str = ""


@dataclass(frozen=True, slots=True)
class Books:
    """Provet's documents in scope by number, and every sales document in Xero.

    ``foreign`` are ids of Xero's that have a number of Provet's and are something else.
    """

    provet: Mapping[str, Entry]
    xero: Sequence[Entry]
    foreign: frozenset[str] = frozenset()

    def in_xero(self, number: str) -> Entry | None:
        """Xero's document of that number of Provet's; None if there is none, or more than one."""
        found = [entry for entry in self.xero if entry.number == number and entry.id not in self.foreign]
        return found[0] if len(found) == 1 else None

    @property
    def equal(self) -> frozenset[str]:
        """Numbers of documents that stand once in Xero with the same total, and whose family owes the same there.

        A family is an invoice with its credit notes: what is allocated between them changes nothing of what it owes.
        """
        gaps: dict[str, Decimal] = defaultdict(Decimal)
        same = set()
        for number, ours in self.provet.items():
            theirs = self.in_xero(number)
            gaps[ours.original or number] += ours.due - (theirs.due if theirs else 0)
            same |= {number} if theirs and theirs.total == ours.total else set()
        return frozenset(number for number in same if not gaps[self.provet[number].original or number])

    @property
    def plain(self) -> Sequence[Entry]:
        """Equal documents that neither credit another nor are credited, by number."""
        credited = {entry.original for entry in self.provet.values()}
        equal = sorted(self.equal - credited)
        return [self.provet[number] for number in equal if not self.provet[number].original]

    @property
    def gap(self) -> Decimal:
        """What clients owe in Provet minus what they owe in Xero, over the documents of Provet's."""
        theirs = [entry for entry in self.xero if entry.number in self.provet and entry.id not in self.foreign]
        return total(entry.due for entry in self.provet.values()) - total(entry.due for entry in theirs)

    @property
    def doubled(self) -> Sequence[str]:
        """Numbers of Provet's that stand more than once in Xero."""
        counts = Counter(e.number for e in self.xero if e.number in self.provet and e.id not in self.foreign)
        return sorted(number for number, count in counts.items() if count > 1)

    def numbers_without(self, ids: Container[str]) -> frozenset[str]:
        """Numbers of Provet's documents but those with these ids."""
        return frozenset(number for number, entry in self.provet.items() if entry.id not in ids)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0)).quantize(CENT)
