"""Provet's reference data: departments, payment methods, VAT groups, the period lock, and what items tell of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

import msgspec

from daemon.core.model import ZERO
from daemon.errors import Rejected
from daemon.provet import wire
from daemon.provet.lists import Lists
from daemon.provet.mapping import Catalogue
from daemon.provet.wire import id_of
from daemon.transport.call import Priority
from daemon.transport.decoding import UNDECODABLE, exact
from daemon.transport.status import Forbidden

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Department:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class VatGroup:
    id: str
    name: str
    percentage: Decimal
    archived: bool


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """``code`` is what payments carry as their type."""

    code: str
    name: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvetReference:
    """Reference data as read at one time; None where the integration may not read it.

    ``first_open`` is the earliest date open in every department for which a lock is set. ``forbidden`` names what the
    integration may not read, of what the program can do without.
    """

    departments: tuple[Department, ...]
    vat_groups: tuple[VatGroup, ...]
    payment_methods: tuple[PaymentMethod, ...] | None
    first_open: dt.date | None
    locks_readable: bool
    forbidden: tuple[str, ...] = ()

    @property
    def method_codes(self) -> tuple[str, ...] | None:
        """The payment types on offer; None where the integration may not read them."""
        if self.payment_methods is None:
            return None
        return tuple(method.code for method in self.payment_methods if not method.archived)

    @property
    def method_names(self) -> dict[str, str]:
        """What the clinic calls its payment types, by their codes."""
        return {method.code: method.name for method in self.payment_methods or ()}


async def read_reference(lists: Lists, priority: Priority) -> ProvetReference:
    """Read it all; a missing permission leaves its part out."""
    methods = await _optional(lists, "paymentmethod", wire.METHOD.decode, priority)
    locks = await _optional(lists, "settings/department", wire.DEPARTMENT_SETTINGS.decode, priority)
    return ProvetReference(
        departments=tuple(
            Department(str(found.id), found.name or "")
            for found in await _required(lists, "department", wire.DEPARTMENT.decode, priority)
        ),
        vat_groups=tuple(
            VatGroup(str(found.id), found.name or "", exact(found.vat_percentage or ZERO), bool(found.archived))
            for found in await _required(lists, "vatgroup", wire.VAT_GROUP.decode, priority)
        ),
        payment_methods=None if methods is None else tuple(_method(found) for found in methods),
        first_open=max((_day(found.period_lock) for found in locks or () if found.period_lock), default=None),
        locks_readable=locks is not None,
        forbidden=tuple(
            name for name, found in (("paymentmethod", methods), ("settings/department", locks)) if found is None
        ),
    )


async def read_catalogue(lists: Lists, priority: Priority) -> Catalogue:
    """Read items, account numbers and VAT groups; empty parts where the integration may not."""
    numbers = {
        str(found.id): str(found.number or "")
        for found in await _optional(lists, "accountnumber", wire.ACCOUNT_NUMBER.decode, priority) or ()
    }
    percentages = {
        str(found.id): exact(found.vat_percentage or ZERO)
        for found in await _optional(lists, "vatgroup", wire.VAT_GROUP.decode, priority) or ()
    }
    items = await _optional(lists, "item", wire.ITEM.decode, priority)
    empty = Catalogue(percentages=percentages, account_numbers=numbers, items_readable=items is not None)
    return with_items(empty, items or [])


def with_items(catalogue: Catalogue, items: list[wire.Item]) -> Catalogue:
    """The catalogue with more items in it."""
    accounts = {str(item.id): catalogue.account(item.account) for item in items}
    groups = {str(item.id): id_of(item.vat_group) for item in items}
    return replace(catalogue, accounts={**catalogue.accounts, **accounts}, groups={**catalogue.groups, **groups})


@dataclass(slots=True)
class Items:
    """The catalogue as far as it has been read; items that it lacks are read one by one, once."""

    lists: Lists
    catalogue: Catalogue | None = None
    _absent: set[str] = field(default_factory=set)

    async def refresh(self, priority: Priority) -> None:
        """Read everything anew: account numbers of items change."""
        self.catalogue = await read_catalogue(self.lists, priority)
        self._absent.clear()

    async def covering(self, item_ids: set[str], priority: Priority) -> Catalogue:
        """The catalogue with at least these items, as far as they can be read."""
        if self.catalogue is None:
            await self.refresh(priority)
        catalogue = self.catalogue or Catalogue()
        if not catalogue.accounts:
            return catalogue
        for item_id in sorted(item_ids - catalogue.accounts.keys() - self._absent - {""}):
            raw = await self.lists.one("item", item_id, priority=priority)
            if raw is None:
                self._absent.add(item_id)
            else:
                catalogue = with_items(catalogue, _good([raw], wire.ITEM.decode))
        self.catalogue = catalogue
        return catalogue


def _method(found: wire.Method) -> PaymentMethod:
    code = found.id if found.code is None else found.code
    return PaymentMethod(str(code), found.name or "", bool(found.archived))


def _day(text: str | None) -> dt.date:
    return dt.date.fromisoformat((text or "")[:10])


async def _required(lists: Lists, resource: str, read: Callable[[msgspec.Raw], T], priority: Priority) -> list[T]:
    return _good(await lists.all(resource, priority=priority), read)


async def _optional(
    lists: Lists, resource: str, read: Callable[[msgspec.Raw], T], priority: Priority
) -> list[T] | None:
    try:
        return await _required(lists, resource, read, priority)
    except Forbidden:
        return None
    except Rejected as error:
        if error.status == 404:
            return None
        raise


def _good(raws: list[msgspec.Raw], read: Callable[[msgspec.Raw], T]) -> list[T]:
    found: list[T] = []
    for raw in raws:
        try:
            found.append(read(raw))
        except UNDECODABLE:
            continue
    return found
