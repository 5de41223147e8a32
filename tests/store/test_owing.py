"""What is open on the contact of an archived client, and who is judged anew when that changes."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from daemon.core.model import Document, DocumentStatus
from daemon.store import families, links, records
from daemon.store.database import Database
from daemon.store.tx import Tx
from tests.core.builders import ADA, ADA_CONTACT, booked, client, contact, contact_link, invoice

P = "riverside"


async def owing(db: Database, *booked_there: Document, archived: bool = True) -> dict[str, Decimal]:
    def store(tx: Tx) -> None:
        records.upsert(tx, P, [client(archived=archived), contact(), *booked_there])
        links.put(tx, P, contact_link())

    await db.write(store)
    return (await db.read(lambda tx: families.load(tx, P, f"client:{ADA}"))).owing


async def test_all_that_is_open_counts_also_what_nobody_linked(db: Database) -> None:
    mine = booked(invoice("1", "120"))
    foreign = booked(invoice("2", "30"), "x-2", reference="", credit=True)
    strangers = booked(invoice("3", "50"), contact_id="other")
    assert await owing(db, mine, foreign, strangers) == {ADA_CONTACT: Decimal(150)}


async def test_what_is_settled_or_void_is_not_open(db: Database) -> None:
    paid = msgspec.structs.replace(booked(invoice("1", "120")), balance=Decimal(0))
    void = msgspec.structs.replace(booked(invoice("2", "30")), balance=Decimal(0), status=DocumentStatus.VOID)
    assert await owing(db, paid, void) == {}


async def test_nobody_asks_for_clients_that_are_active(db: Database) -> None:
    assert await owing(db, booked(invoice("1", "120")), archived=False) == {}
