"""What consolidated invoices count once more, as the warning of a practice that books both tells it."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.model import DocumentStatus, Kind
from daemon.store import links, records
from daemon.store.database import Database
from daemon.store.doubled import doubled
from tests.store.made import CLINIC, document, link


async def test_standing_consolidated_invoices_that_are_in_xero_count_once_each(db: Database) -> None:
    wholes = [
        document("3", consolidates=("1", "2"), gross=Decimal("100.10")),
        document("4", consolidates=("5",), gross=Decimal("7.05")),
        document("6", consolidates=("5",), status=DocumentStatus.VOID),
        document("7", consolidates=("8",)),
        document("1"),
    ]
    await db.write(lambda tx: records.upsert(tx, CLINIC, wholes))
    for identifier in ("1", "3", "4", "6"):
        await db.write(lambda tx, id_=identifier: links.put(tx, CLINIC, link(Kind.DOCUMENT, id_, f"x{id_}")))
    assert await db.read(lambda tx: doubled(tx, CLINIC)) == Decimal("107.15")
    assert await db.read(lambda tx: doubled(tx, "elsewhere")) == 0
