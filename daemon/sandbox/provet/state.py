"""Everything a Provet tenant holds, as one value that can be written down and taken up again."""

from __future__ import annotations

import datetime as dt

import msgspec

from daemon.sandbox.provet.records import (
    AccountNumber,
    Client,
    CounterSale,
    Department,
    Hook,
    Invoice,
    InvoicePayment,
    InvoiceRow,
    Item,
    PaymentMethod,
    PhoneNumber,
    UnallocatedPayment,
    VatGroup,
)
from daemon.sandbox.system import Webhook

FIRST_ID = 1


class State(msgspec.Struct, kw_only=True):
    """All tables by id in ascending order, plus tokens with their expiry, recent calls and webhooks not yet delivered.

    ``consolidated`` are the ids of consolidated invoices.
    """

    clients: dict[int, Client] = {}
    phone_numbers: dict[int, PhoneNumber] = {}
    invoices: dict[int, Invoice] = {}
    rows: dict[int, InvoiceRow] = {}
    payments: dict[int, InvoicePayment] = {}
    prepayments: dict[int, UnallocatedPayment] = {}
    counter_sales: dict[int, CounterSale] = {}
    hooks: dict[int, Hook] = {}
    vat_groups: dict[int, VatGroup] = {}
    payment_methods: dict[int, PaymentMethod] = {}
    account_numbers: dict[int, AccountNumber] = {}
    items: dict[int, Item] = {}
    departments: dict[int, Department] = {}
    consolidated: list[int] = []
    last_ids: dict[str, int] = {}
    last_number: int = 0
    period_lock: dt.date | None = None
    tokens: dict[str, dt.datetime] = {}
    calls: dict[str, list[tuple[dt.datetime, int]]] = {}
    outbox: list[Webhook] = []

    def new_id(self, table: str) -> int:
        """The next id of a table; an id is never used twice, not even after a deletion."""
        self.last_ids[table] = self.last_ids.get(table, FIRST_ID - 1) + 1
        return self.last_ids[table]

    def rows_of(self, invoice: Invoice) -> list[InvoiceRow]:
        return [self.rows[row] for row in invoice.rows]

    def payments_of(self, invoice: Invoice) -> list[InvoicePayment]:
        return [self.payments[payment] for payment in invoice.payments]


def dump(state: State) -> bytes:
    return msgspec.json.encode(state)


def load(data: bytes) -> State:
    return msgspec.json.decode(data, type=State)
