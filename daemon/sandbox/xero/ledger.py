"""The organisation's tables with their indexes, undone as a whole when a request is refused. No rules of business."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from daemon.sandbox.xero.records import (
    LIVING,
    Account,
    Allocation,
    Batch,
    Contact,
    Document,
    Note,
    Payment,
    TaxRate,
    TrackingCategory,
)


class Record(Protocol):
    """What every row has."""

    @property
    def id(self) -> str: ...

    @property
    def updated(self) -> datetime: ...


R = TypeVar("R", bound=Record)
Keys = Callable[[R], Iterable[Hashable]]
Undo = tuple["Table[Any]", str, Any]


class Event(Struct, frozen=True):
    """Something that a webhook tells."""

    category: str
    type: str
    resource: str
    id: str
    at: datetime
    data: dict[str, str] | None = None


class Table(Generic[R]):
    """Rows by id, found by named indexes, listed by ``UpdatedDateUTC`` then id."""

    def __init__(self, journal: list[Undo], **indexes: Keys[R]) -> None:
        self._journal = journal
        self._keys = indexes
        self._found: dict[str, dict[Hashable, dict[str, None]]] = {name: {} for name in indexes}
        self._rows: dict[str, R] = {}
        self._ordered: list[R] | None = None

    def get(self, row_id: str) -> R | None:
        """The row with this id in any case, or None."""
        return self._rows.get(row_id) or self._rows.get(row_id.lower())

    def __getitem__(self, row_id: str) -> R:
        return self._rows[row_id]

    def put(self, row: R) -> R:
        """Store ``row`` in place of the one with its id."""
        self._journal.append((self, row.id, self._rows.get(row.id)))
        self._store(row.id, row)
        return row

    def remove(self, row_id: str) -> None:
        """Take a row away altogether."""
        self._journal.append((self, row_id, self._rows[row_id]))
        self._store(row_id, None)

    def restore(self, row_id: str, row: R | None) -> None:
        """Set a row back without recording it."""
        self._store(row_id, row)

    def find(self, index: str, key: Hashable) -> list[R]:
        """The rows under ``key``, in the order in which they came there."""
        return [self._rows[row_id] for row_id in self._found[index].get(key, ())]

    def ordered(self) -> list[R]:
        """Every row by (updated, id); the caller must not change the list."""
        if self._ordered is None:
            self._ordered = sorted(self._rows.values(), key=lambda row: (row.updated, row.id))
        return self._ordered

    def __len__(self) -> int:
        return len(self._rows)

    def _store(self, row_id: str, row: R | None) -> None:
        old = self._rows.pop(row_id, None)
        for name, keys in self._keys.items():
            found = self._found[name]
            before = set(keys(old)) if old is not None else set()
            after = set(keys(row)) if row is not None else set()
            for key in before - after:
                del found[key][row_id]
            for key in after - before:
                found.setdefault(key, {})[row_id] = None
        if row is not None:
            self._rows[row_id] = row
        self._ordered = None


class LedgerState(Struct):
    """Everything that a ledger holds, as it is dumped."""

    contacts: list[Contact]
    invoices: list[Document]
    credit_notes: list[Document]
    prepayments: list[Document]
    overpayments: list[Document]
    payments: list[Payment]
    batches: list[Batch]
    allocations: list[Allocation]
    accounts: list[Account]
    tax_rates: list[TaxRate]
    tracking: list[TrackingCategory]
    notes: list[Note]
    counters: dict[str, int]
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None


TABLES = tuple(name for name in LedgerState.__struct_fields__ if name not in ("counters",) and "lock" not in name)


class Ledger:
    """The books of one organisation."""

    def __init__(self) -> None:
        self._journal: list[Undo] = []
        self.events: list[Event] = []
        self.counters: dict[str, int] = {}
        self.period_lock_date: date | None = None
        self.end_of_year_lock_date: date | None = None
        journal = self._journal
        self.contacts: Table[Contact] = Table(
            journal,
            name=lambda row: [row.name.casefold()] if row.status == "ACTIVE" else [],
            number=lambda row: [row.number] if row.number else [],
        )
        self.invoices = _documents(journal)
        self.credit_notes = _documents(journal)
        self.prepayments = _documents(journal)
        self.overpayments = _documents(journal)
        self.payments: Table[Payment] = Table(
            journal, document=lambda row: [row.document_id] if row.status == "AUTHORISED" else []
        )
        self.batches: Table[Batch] = Table(journal)
        self.allocations: Table[Allocation] = Table(
            journal, credit=lambda row: [row.credit_id], invoice=lambda row: [row.invoice_id]
        )
        self.accounts: Table[Account] = Table(journal, code=lambda row: [row.code] if row.code else [])
        self.tax_rates: Table[TaxRate] = Table(journal)
        self.tracking: Table[TrackingCategory] = Table(journal)
        self.notes: Table[Note] = Table(journal, subject=lambda row: [row.subject_id])

    def savepoint(self) -> tuple[int, int]:
        """Where ``rollback`` can return to."""
        return len(self._journal), len(self.events)

    def rollback(self, point: tuple[int, int]) -> None:
        """Undo every change since ``point``."""
        for table, row_id, row in reversed(self._journal[point[0] :]):
            table.restore(row_id, row)
        del self._journal[point[0] :]
        del self.events[point[1] :]

    def commit(self) -> list[Event]:
        """Make the changes final and hand over the events that they caused."""
        events = list(self.events)
        self.events.clear()
        self._journal.clear()
        return events

    def document(self, document_id: str) -> Document | None:
        """The document of any kind with this id."""
        for table in (self.invoices, self.credit_notes, self.prepayments, self.overpayments):
            if found := table.get(document_id):
                return found
        return None

    def document_of(self, payment: Payment) -> Document:
        """The document that a payment is against; KeyError when it names none."""
        found = self.document(payment.document_id)
        if found is None:
            raise KeyError(payment.document_id)
        return found

    def next_number(self, series: str) -> int:
        """The next of a series of numbers, from 1."""
        self.counters[series] = self.counters.get(series, 0) + 1
        return self.counters[series]

    def state(self) -> LedgerState:
        """Everything, as values."""
        rows = {name: list(getattr(self, name).ordered()) for name in TABLES}
        return LedgerState(
            **rows,
            counters=dict(self.counters),
            period_lock_date=self.period_lock_date,
            end_of_year_lock_date=self.end_of_year_lock_date,
        )

    @classmethod
    def from_state(cls, state: LedgerState) -> Ledger:
        """The ledger that ``state`` describes."""
        ledger = cls()
        for name in TABLES:
            for row in getattr(state, name):
                getattr(ledger, name).restore(row.id, row)
        ledger.counters = dict(state.counters)
        ledger.period_lock_date = state.period_lock_date
        ledger.end_of_year_lock_date = state.end_of_year_lock_date
        return ledger


def _documents(journal: list[Undo]) -> Table[Document]:
    return Table(
        journal,
        number=lambda row: [row.number.casefold()] if row.number and row.status != "DELETED" else [],
        contact=lambda row: [row.contact_id] if row.status in LIVING else [],
    )
