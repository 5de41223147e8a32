"""Xero's settings objects: accounts, tax rates, the organisation with its lock dates, tracking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import msgspec

from daemon.core.model import ZERO
from daemon.errors import BadMessage
from daemon.transport.call import Priority
from daemon.transport.decoding import UNDECODABLE, exact
from daemon.xero import wire
from daemon.xero.reads import Reader, elements_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A ledger account; bank accounts often have no ``code`` (docs/reference/xero.md 13.2)."""

    id: str
    code: str
    name: str
    type: str
    active: bool
    takes_payments: bool
    tax_type: str
    system_account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """A tax rate; ``percentage`` is the effective one."""

    tax_type: str
    name: str
    percentage: Decimal
    active: bool
    on_revenue: bool


_CASH_BASIS = frozenset({"CASH", "PAYMENTS", "FLATRATECASH"})
"""``SalesTaxBasis`` of organisations that report VAT when money comes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The organisation; nothing dated on or before ``locked_through`` can be written (docs/reference/xero.md 15).

    ``timezone`` is Xero's spelling. ``short_code`` is for links into Xero.
    """

    id: str
    name: str
    short_code: str
    currency: str
    timezone: str
    sales_tax_basis: str
    period_lock: dt.date | None
    year_lock: dt.date | None

    @property
    def cash_basis(self) -> bool:
        """Whether VAT is reported when money comes in."""
        return self.sales_tax_basis in _CASH_BASIS

    @property
    def locked_through(self) -> dt.date | None:
        return max(filter(None, (self.period_lock, self.year_lock)), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class XeroReference:
    """Settings as read at one time. ``tracking`` maps names of active categories to those of their active options."""

    organisation: Organisation
    accounts: tuple[Account, ...]
    tax_rates: tuple[TaxRate, ...]
    tracking: dict[str, tuple[str, ...]]

    @property
    def rates(self) -> dict[str, Decimal]:
        """Percentages by TaxType."""
        return {rate.tax_type: rate.percentage for rate in self.tax_rates}

    @property
    def accounts_known(self) -> tuple[str, ...]:
        """Codes and ids of active accounts."""
        return _names(account for account in self.accounts if account.active)

    @property
    def accounts_paying(self) -> tuple[str, ...]:
        """Codes and ids of active accounts that take payments."""
        return _names(account for account in self.accounts if account.active and account.takes_payments)

    @property
    def accounts_archived(self) -> tuple[str, ...]:
        """Codes and ids of accounts that are no longer active."""
        return _names(account for account in self.accounts if not account.active)

    @property
    def retired_rates(self) -> tuple[str, ...]:
        """TaxTypes that sales may not use: archived, or not meant for income."""
        return tuple(rate.tax_type for rate in self.tax_rates if not (rate.active and rate.on_revenue))


def _names(accounts: Iterable[Account]) -> tuple[str, ...]:
    return tuple(name for account in accounts for name in (account.code, account.id) if name)


async def read_reference(reader: Reader, priority: Priority) -> XeroReference:
    """Read it all: four calls."""
    categories = await _list(reader, "TrackingCategories", wire.TRACKING_CATEGORY.decode, priority)
    return XeroReference(
        organisation=await _organisation(reader, priority),
        accounts=tuple(_account(each) for each in await _list(reader, "Accounts", wire.ACCOUNT.decode, priority)),
        tax_rates=await read_tax_rates(reader, priority),
        tracking={each.name or "": _options(each) for each in categories if _active(each.status)},
    )


async def read_tax_rates(reader: Reader, priority: Priority) -> tuple[TaxRate, ...]:
    """Every tax rate, archived ones included."""
    return tuple(_tax_rate(each) for each in await _list(reader, "TaxRates", wire.TAX_RATE.decode, priority))


async def _list(reader: Reader, resource: str, read: Callable[[msgspec.Raw], T], priority: Priority) -> list[T]:
    envelope = await reader.get(resource, {}, priority)
    try:
        return [read(raw) for raw in elements_of(envelope, resource)]
    except UNDECODABLE as error:
        raise BadMessage(f"xero {resource}: {error}") from None


async def _organisation(reader: Reader, priority: Priority) -> Organisation:
    found = await _list(reader, "Organisation", wire.ORGANISATION.decode, priority)
    if not found:
        raise BadMessage("xero Organisation: the answer holds none")
    own = found[0]
    return Organisation(
        id=(own.organisation_id or "").lower(),
        name=own.name or "",
        short_code=own.short_code or "",
        currency=own.base_currency or "",
        timezone=own.timezone or "",
        sales_tax_basis=own.sales_tax_basis or "",
        period_lock=wire.day(own.period_lock_date),
        year_lock=wire.day(own.end_of_year_lock_date),
    )


def _account(found: wire.Account) -> Account:
    return Account(
        id=found.account_id.lower(),
        code=found.code or "",
        name=found.name or "",
        type=found.type or "",
        active=_active(found.status),
        takes_payments=found.type == "BANK" or bool(found.enable_payments_to_account),
        tax_type=found.tax_type or "",
        system_account=found.system_account or "",
    )


def _tax_rate(found: wire.TaxRate) -> TaxRate:
    return TaxRate(
        tax_type=found.tax_type,
        name=found.name or "",
        percentage=exact(found.effective_rate or ZERO),
        active=_active(found.status),
        on_revenue=found.can_apply_to_revenue is not False,
    )


def _options(category: wire.TrackingCategory) -> tuple[str, ...]:
    return tuple(option.name or "" for option in category.options or () if _active(option.status))


def _active(status: str | None) -> bool:
    return status in (None, "ACTIVE")
