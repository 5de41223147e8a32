"""What a practice has decided, and what both systems' reference data say: the second argument of every assessment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

import msgspec

from daemon.core.discrepancy import Policy
from daemon.core.model import Value


class Mode(StrEnum):
    OBSERVE = "observe"
    APPROVE = "approve"
    AUTO = "auto"


class Consolidated(StrEnum):
    """How consolidated invoices are booked: with the debt moved through a clearing account (``HOLD``: after a person
    agreed), with their revenue once more, or not at all."""

    CLEARING = "clearing"
    BOTH = "both"
    ORIGINALS = "originals"
    HOLD = "hold"


class Rules(Value, frozen=True, kw_only=True):
    """One practice's rules for one cycle.

    ``tax`` maps a VAT percentage ("20") or "group:<id>" to Xero's TaxType; ``tax_rates`` maps TaxTypes to Xero's
    effective rates, ``tax_retired`` are those that sales may not use. ``payments`` maps Provet payment types to Xero
    accounts. ``accounts_known`` are the account codes and ids that exist and are active in Xero, ``accounts_paying``
    those that take payments, ``accounts_archived`` those that once were; ``tracking_known`` maps Xero's active tracking
    categories to their active options, ``payment_methods`` are the types that Provet offers; None while they could not
    be read; ``method_names`` is what the clinic calls them. ``books_currency`` is the organisation's, "" while that is
    unknown. ``held_by`` is the id of the discrepancy that every new document waits for, "" if none. ``locked_through``
    is the last closed day in Xero or the practice's own books, ``provet_open_from`` the first open day in Provet.
    ``write_off_types`` are the Provet payment types that write off; ``cash_basis`` says that VAT is reported when money
    comes in, where a payment to a write-off account would declare it.
    ``adopting`` holds until the first comparison is released.
    """

    practice: str
    currency: str
    start_date: dt.date
    today: dt.date
    mode: Mode = Mode.APPROVE
    adopting: bool = False
    due_days: int = 14
    rounding_max: Decimal = Decimal("0.05")
    anonymous_contact: str = ""
    consolidated: Consolidated = Consolidated.CLEARING
    xero_payment_type: str = ""
    departments: tuple[str, ...] = ()
    tax: dict[str, str] = msgspec.field(default_factory=dict)
    tax_rates: dict[str, Decimal] = msgspec.field(default_factory=dict)
    tax_retired: tuple[str, ...] = ()
    no_tax_type: str = "NONE"
    account_default: str = ""
    account_rounding: str = ""
    account_prepayments: str = ""
    account_consolidation: str = ""
    accounts_by_number: dict[str, str] = msgspec.field(default_factory=dict)
    accounts_known: tuple[str, ...] | None = None
    accounts_paying: tuple[str, ...] | None = None
    accounts_archived: tuple[str, ...] = ()
    payments: dict[str, str] = msgspec.field(default_factory=dict)
    write_off_types: tuple[str, ...] = ()
    cash_basis: bool = False
    tracking_category: str = ""
    tracking: dict[str, str] = msgspec.field(default_factory=dict)
    tracking_known: dict[str, tuple[str, ...]] | None = None
    payment_methods: tuple[str, ...] | None = None
    method_names: dict[str, str] = msgspec.field(default_factory=dict)
    books_currency: str = ""
    held_by: str = ""
    policy: dict[str, Policy] = msgspec.field(default_factory=dict)
    locked_through: dt.date | None = None
    provet_open_from: dt.date | None = None

    def closed(self, day: dt.date) -> bool:
        """Whether Xero's books are closed on that day (docs/reference/xero.md 15)."""
        return self.locked_through is not None and day <= self.locked_through

    @property
    def first_open_day(self) -> dt.date:
        """The earliest day on which both systems still take entries; today when nothing is closed."""
        days = [] if self.locked_through is None else [self.locked_through + dt.timedelta(days=1)]
        if self.provet_open_from is not None:
            days.append(self.provet_open_from)
        return max(days, default=self.today)
