"""What the chapters of the story share: whom to ask, and how both ledgers stand."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

import aiohttp

from daemon.demo.books import Books, Entry, total
from daemon.demo.narrator import Narrator
from daemon.demo.reconcile import Reconcile
from daemon.demo.stage import Stage
from daemon.demo.systems import Provet, Xero, open_provet, open_xero
from daemon.errors import ReconError
from daemon.sandbox.clinic import Planted
from daemon.sandbox.settings_out import PRACTICE

FINALISED = 3
DOCUMENT_KINDS = ("invoice.", "credit.")
LIVING = frozenset({"AUTHORISED", "PAID"})


@dataclass(frozen=True, slots=True)
class Story:
    """The narrator, both systems, the operator, and what is known of the clinic from the beginning.

    ``foreign`` are ids of Xero's that have a number of Provet's and are something else; ``adopted`` are the numbers of
    documents that stood in Xero before.
    """

    narrator: Narrator
    provet: Provet
    xero: Xero
    reconcile: Reconcile
    start_date: dt.date
    today: dt.date
    planted: Sequence[Planted]
    foreign: frozenset[str] = frozenset()
    adopted: frozenset[str] = frozenset()

    async def books(self) -> Books:
        """Both ledgers as their APIs show them now."""
        invoices = await self.provet.invoices()
        numbers = {i.id: i.number for i in invoices}
        provet = [
            Entry(str(i.id), i.number, i.total_with_vat, i.due_sum, numbers.get(i.credits, ""))
            for i in invoices
            if i.status == FINALISED and i.client and i.invoice_date >= self.start_date
        ]
        xero = [
            *(Entry(i.id, i.number, i.total, i.due) for i in await self.xero.invoices() if _sold(i.type, i.status)),
            *(
                Entry(n.id, n.number, -n.total, -n.remaining)
                for n in await self.xero.credit_notes()
                if _sold(n.type, n.status)
            ),
        ]
        return Books({entry.number: entry for entry in provet}, xero, self.foreign)

    async def in_xero(self, ours: Entry) -> Entry:
        """The document of Provet's as it stands in Xero. Raises ``ReconError`` unless it stands there once."""
        found = (await self.books()).in_xero(ours.number)
        if found is None:
            raise ReconError(f"{ours.number} does not stand once in Xero")
        return found

    @property
    def undecidable(self) -> frozenset[str]:
        """Ids of Provet's documents that the clinic planted for a person."""
        return frozenset(case.subject for case in self.planted if case.kind.startswith(DOCUMENT_KINDS))

    async def says_all_is_explained(self, books: Books) -> None:
        """The gap between the ledgers is what the listed discrepancies say, to the cent."""
        listed = total(Decimal(d.effect) for d in await self.reconcile.discrepancies())
        residual = (await self.reconcile.practice()).residual
        self.narrator.says(
            f"What clients owe differs by GBP {books.gap:,.2f} between the two ledgers; the discrepancies on the list "
            f"explain every cent of it: residual {residual}.",
            expected=(books.gap, "0.00"),
            seen=(listed, residual),
        )


def _sold(kind: str, status: str) -> bool:
    return kind.startswith("ACCREC") and status in LIVING


@asynccontextmanager
async def open_story(stage: Stage, narrator: Narrator) -> AsyncIterator[Story]:
    """A story on a stage, signed in to both systems while the block runs."""
    access = stage.sandbox.access
    settings = tomllib.loads(stage.settings.read_text())["practices"][PRACTICE]
    async with aiohttp.ClientSession() as session:
        provet = await open_provet(session, access)
        yield Story(
            narrator=narrator,
            provet=provet,
            xero=await open_xero(session, access),
            reconcile=Reconcile(stage.socket),
            start_date=settings["start_date"],
            today=stage.sandbox.world.clock.utc().date(),
            planted=await provet.planted(),
        )
