"""What people of a history have before them: both systems, the daemon between them, and what they did so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TypeVar

from daemon.sandbox.provet.records import FINALISED, Client, Invoice, InvoicePayment
from daemon.sandbox.xero.errors import Fault, Refused
from daemon.sandbox.xero.records import Contact, Document, Payment
from tests.scenarios.clinic import Clinic

T = TypeVar("T")
CENT = Decimal("0.01")
MARK = "Provet invoice "
BANKS = ("090", "091")
REFUSALS = (ValueError, Refused, Fault)
"""How the two systems say no to people."""


@dataclass(slots=True)
class Stage:
    """The clinic and the source of chance of the act under way.

    ``applied`` are the credits set off in Provet, as (note, invoice, amount): its API does not tell. ``recoded`` are
    the marks of documents whose accounts the bookkeeper chose, which is no difference, ``dated`` those of credit notes
    that the bookkeeper set off on a day of their own.
    """

    it: Clinic
    rng: Random
    applied: list[tuple[int, int, Decimal]] = field(default_factory=list)
    recoded: set[str] = field(default_factory=set)
    dated: set[str] = field(default_factory=set)

    def pick(self, choices: Sequence[T]) -> T | None:
        """One of the latest, or None where there is none."""
        return self.rng.choice(choices[-12:]) if choices else None

    def one_in(self, count: int) -> bool:
        return self.rng.randrange(count) == 0

    def part_of(self, amount: Decimal) -> Decimal:
        """All of it, or a share of at least a cent."""
        if self.one_in(2) or abs(amount) <= CENT:
            return amount
        share = (amount * self.rng.randint(1, 9) / 10).quantize(CENT, ROUND_HALF_UP)
        return share or amount

    def day(self, back: int = 20) -> dt.date:
        """Today, or a day before."""
        return self.it.today - dt.timedelta(days=self.rng.choice((0, 0, 0, 1, 2, self.rng.randint(0, back))))

    def clients(self) -> list[Client]:
        return [client for client in self.it.provet.state.clients.values() if not client.archived]

    def invoices(self, wanted: Callable[[Invoice], bool] = lambda _: True) -> list[Invoice]:
        """Provet's final documents of any kind."""
        found = self.it.provet.state.invoices.values()
        return [invoice for invoice in found if invoice.status == FINALISED and wanted(invoice)]

    def consolidated(self, invoice: Invoice) -> bool:
        """Whether a standing consolidated invoice closes it."""
        state = self.it.provet.state
        wholes = (state.invoices[each] for each in state.consolidated)
        return any(invoice.id in whole.consolidates and whole.status == FINALISED for whole in wholes)

    def paid_rows(self, wanted: Callable[[InvoicePayment], bool] = lambda _: True) -> list[InvoicePayment]:
        """Payments that stand in Provet."""
        rows = self.it.provet.state.payments.values()
        return [row for row in rows if not row.reversed and row.status == 3 and wanted(row)]

    def booked(self, wanted: Callable[[Document], bool] = lambda _: True) -> list[Document]:
        """Approved sales documents in Xero that carry our mark."""
        ledger = self.it.xero.ledger
        every = [*ledger.invoices.ordered(), *ledger.credit_notes.ordered()]
        return [d for d in every if d.status in ("AUTHORISED", "PAID") and d.reference.startswith(MARK) and wanted(d)]

    def paid_in_xero(self, wanted: Callable[[Payment], bool] = lambda _: True) -> list[Payment]:
        """Payments that stand in Xero."""
        return [p for p in self.it.xero.ledger.payments.ordered() if p.status == "AUTHORISED" and wanted(p)]

    def contacts(self) -> list[Contact]:
        """Living contacts of clients."""
        return [c for c in self.it.xero.ledger.contacts.ordered() if c.status == "ACTIVE" and c.number.isdecimal()]
