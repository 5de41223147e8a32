"""Which collections the tenant offers: their table, rendering, right, declared filters and exposable relations."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from daemon.sandbox.provet.config import Permission
from daemon.sandbox.provet.query import Filter, filters
from daemon.sandbox.provet.state import State
from daemon.sandbox.provet.wire import Json, Wire

Row = Any


@dataclass(frozen=True, slots=True)
class Resource:
    """``parent`` narrows a list quickly: filter name and the ids of each parent's children.

    ``exposes`` maps a relation that ``expose_<name>`` embeds to the resource and the attribute holding its id.
    """

    path: str
    table: Callable[[State], Mapping[int, Row]]
    render: Callable[[Wire, Row], Json]
    permission: Permission | None
    filters: Mapping[str, Filter]
    parent: tuple[str, Callable[[State, int], list[int]]] | None = None
    exposes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    archives: bool = False


def _rows_of(state: State, invoice: int) -> list[int]:
    return state.invoices[invoice].rows if invoice in state.invoices else []


def _payments_of(state: State, invoice: int) -> list[int]:
    return state.invoices[invoice].payments if invoice in state.invoices else []


def _relation(name: str) -> dict[str, Filter]:
    """A foreign key, filtered by id under its own name or as ``<name>.id``."""
    by_id = Filter(operator.attrgetter(name), int)
    return {name: by_id, f"{name}.id": by_id}


STAMPED = filters(numbers="id", times="created modified")

CLIENT_FILTERS = {
    **STAMPED,
    **filters(numbers="customer_type", texts="firstname lastname organization_name email", flags="archived"),
    **filters(texts="id_number vat_number"),
}
INVOICE_FILTERS = {
    **STAMPED,
    **_relation("client"),
    **_relation("department"),
    **_relation("consultation"),
    **filters(numbers="status invoice_number", flags="credit_note countersale", dates="invoice_date date_paid"),
    "_status": Filter(operator.attrgetter("status"), int),
}
ROW_FILTERS = {**STAMPED, **_relation("invoice"), **_relation("item")}
PAYMENT_FILTERS = {**STAMPED, **_relation("invoice"), **filters(numbers="payment_type status")}
PREPAYMENT_FILTERS = {**STAMPED, **_relation("client"), **filters(numbers="payment_type status")}
NAMED = {**filters(numbers="id", texts="name", flags="archived")}


def _archivable(path: str, table: str, render: Callable[[Wire, Row], Json], right: Permission | None) -> Resource:
    return Resource(path, operator.attrgetter(table), render, right, NAMED)


ALL = (
    Resource(
        "client",
        operator.attrgetter("clients"),
        Wire.client,
        Permission.CLIENTS,
        CLIENT_FILTERS,
        archives=True,
    ),
    Resource(
        "phonenumber",
        operator.attrgetter("phone_numbers"),
        Wire.phone_number,
        Permission.CLIENTS,
        {**STAMPED, **_relation("client"), **filters(texts="phone_number")},
        exposes={"client": ("client", "client")},
    ),
    Resource(
        "invoice",
        operator.attrgetter("invoices"),
        Wire.invoice,
        Permission.INVOICES,
        INVOICE_FILTERS,
        exposes={"client": ("client", "client"), "department": ("department", "department")},
    ),
    Resource(
        "invoicerow",
        operator.attrgetter("rows"),
        Wire.invoice_row,
        Permission.INVOICES,
        ROW_FILTERS,
        parent=("invoice", _rows_of),
        exposes={"invoice": ("invoice", "invoice"), "item": ("item", "item")},
    ),
    Resource(
        "invoicepayment",
        operator.attrgetter("payments"),
        Wire.invoice_payment,
        Permission.INVOICES,
        PAYMENT_FILTERS,
        parent=("invoice", _payments_of),
        exposes={"invoice": ("invoice", "invoice")},
    ),
    Resource(
        "unallocatedpayment",
        operator.attrgetter("prepayments"),
        Wire.unallocated_payment,
        Permission.INVOICES,
        PREPAYMENT_FILTERS,
        exposes={"client": ("client", "client")},
    ),
    Resource(
        "countersale",
        operator.attrgetter("counter_sales"),
        Wire.counter_sale,
        Permission.INVOICES,
        {**STAMPED, **_relation("client")},
    ),
    Resource(
        "accountnumber",
        operator.attrgetter("account_numbers"),
        Wire.account_number,
        Permission.INVOICES,
        filters(numbers="id", texts="number description"),
    ),
    Resource(
        "hook/webhook",
        operator.attrgetter("hooks"),
        Wire.hook,
        Permission.INTEGRATIONS,
        filters(numbers="id trigger", flags="active"),
    ),
    Resource(
        "settings/department",
        operator.attrgetter("departments"),
        Wire.department_settings,
        Permission.DEPARTMENT_SETTINGS,
        {},
    ),
    _archivable("item", "items", Wire.item, Permission.ITEMS),
    _archivable("paymentmethod", "payment_methods", Wire.payment_method, Permission.SETTINGS),
    _archivable("vatgroup", "vat_groups", Wire.vat_group, None),
    Resource(
        "department", operator.attrgetter("departments"), Wire.department, None, filters(numbers="id", texts="name")
    ),
)
BY_PATH = {resource.path: resource for resource in ALL}
