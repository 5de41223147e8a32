"""Whom and what the story is about: documents and people on which both systems agree before anybody changes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from daemon.demo.books import Entry
from daemon.demo.records import Client, Contact, XeroPayment
from daemon.demo.story import Story
from daemon.errors import ReconError

T = TypeVar("T")
LEAST = Decimal(10)
DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Cast:
    """What people will change: four unpaid invoices, a payment of another, and two clients with their contacts."""

    paid: Entry
    part_paid: Entry
    raised: Entry
    credited: Entry
    deleted: XeroPayment
    moved: Client
    called: Contact


async def choose(story: Story) -> Cast:
    """People and documents that both systems agree on. Raises ``ReconError`` if the clinic has too few."""
    books = await story.books()
    unpaid = [entry for entry in books.plain if entry.due == entry.total > LEAST]
    paid, part_paid, raised, credited = _first(unpaid, 4)
    fully_paid = {entry.number for entry in books.plain if not entry.due and entry.total > 0}
    clients = {str(client.id): client for client in await story.provet.clients()}
    contacts = [c for c in await story.xero.contacts() if c.client in clients and c.email and c.phone]
    moved, called = _first(contacts, 2)
    return Cast(
        paid=paid,
        part_paid=part_paid,
        raised=raised,
        credited=credited,
        deleted=_first(_payments(await story.xero.payments(), fully_paid), 1)[0],
        moved=clients[moved.client],
        called=called,
    )


def _payments(payments: Iterable[XeroPayment], documents: set[str]) -> Iterator[XeroPayment]:
    """Living payments of these documents that this program booked."""
    for payment in payments:
        if (
            payment.status != DELETED
            and payment.invoice.number in documents
            and payment.reference.startswith("Provet ")
        ):
            yield payment


def _first(candidates: Iterable[T], count: int) -> list[T]:
    found = list(islice(candidates, count))
    if len(found) < count:
        raise ReconError("this clinic is too small for the story", hint="try another --seed")
    return found
