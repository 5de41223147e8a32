"""A quiet clinic, its bookkeeper and the daemon between them; the independent checker judges what they leave behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from daemon.core.discrepancy import Discrepancy
from daemon.protocol import Operator, PracticeStatus, Role
from daemon.sandbox.provet.hands import Hands
from daemon.sandbox.provet.records import RowSpec
from daemon.sandbox.xero import XeroSystem
from daemon.sandbox.xero.records import Document, Payment
from daemon.settings import load
from tests.support import books, wire
from tests.support.consolidated import as_booked, scheme_of
from tests.support.pairing import Books, lay_out, terms_of
from tests.support.workshop import Workshop, workshop

PERSON = Operator(uid=1000, login="mary", role=Role.APPROVER)
CARD, CASH, ROUNDING, WRITE_OFF = 0, 1, 3, 21
VISIT = RowSpec(name="Consultation", price=Decimal("42.50"))
FOOD = RowSpec(name="Food", price=Decimal("33.33"), vat_percentage=Decimal(5))
BOOK = RowSpec(name="Book", price=Decimal("9.99"), vat_percentage=Decimal(0))


def with_settings(changes: Mapping[str, str]) -> Callable[[str], str]:
    """An edit of the settings file that replaces each text by another; every text must be there."""

    def change(text: str) -> str:
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new, 1)
        return text

    return change


@dataclass(frozen=True, slots=True)
class Clinic:
    """One client, both systems, and what people do and see."""

    shop: Workshop
    folder: Path
    client: int

    @property
    def provet(self) -> Hands:
        return self.shop.world.hosts["provet"].system.hands

    @property
    def xero(self) -> XeroSystem:
        return self.shop.world.hosts["xero"].system

    @property
    def today(self) -> dt.date:
        return self.shop.world.clock.utc().date()

    def do(self, act: Callable[..., object], *arguments: object, **named: object) -> object:
        """Let somebody do something now."""
        self.shop.clock.now += 60
        done = act(*arguments, now=self.shop.world.clock.utc(), **named)
        self.shop.world.collect()
        return done

    def make(self, act: Callable[..., object], *arguments: object, **named: object) -> int:
        """Let somebody make a record in Provet; returns its id."""
        made = self.do(act, *arguments, **named)
        assert isinstance(made, int)
        return made

    def keep(self, act: Callable[..., object], *arguments: object, **named: object) -> object:
        """Let the bookkeeper do something in Xero."""
        return self.do(act, *arguments, rng=Random(self.shop.clock.now), **named)

    async def sync(self) -> None:
        """A whole comparison, and what policy allows."""
        self.shop.clock.now += 120
        await self.shop.settle_down(full=True)

    async def found(self) -> list[Discrepancy]:
        return await self.shop.found()

    async def kinds(self) -> list[str]:
        return sorted(row.finding.kind for row in await self.found())

    async def only(self) -> Discrepancy:
        """The only open discrepancy."""
        (found,) = await self.found()
        return found

    async def approve(self, found: Discrepancy, option: str = "") -> None:
        """A person approves an option, the recommended one if none is named; then it is carried out."""
        chosen = found.finding.option(option)
        assert chosen is not None, [each.id for each in found.finding.options]
        await self.shop.app.desk.approve(found.id, chosen.id, chosen.fingerprint, PERSON)
        await self.sync()

    async def undo(self, discrepancy_id: str) -> None:
        option = await self.shop.app.desk.undo_option(discrepancy_id)
        await self.shop.app.desk.undo(discrepancy_id, option.fingerprint, PERSON)
        await self.sync()

    async def status(self) -> PracticeStatus:
        return (await self.shop.app.desk.status()).practices[0]

    def set(self, changes: Mapping[str, str]) -> None:
        """The operator edits the settings; the daemon takes them over as on SIGHUP."""
        file = self.folder / "settings.toml"
        file.write_text(with_settings(changes)(file.read_text()))
        self.shop.engine.practice.settings = load(file, {}).practices["riverside"]

    def documents(self) -> dict[str, Document]:
        """Our living documents in Xero by Provet id."""
        ledger = self.xero.ledger
        living = [d for d in (*ledger.invoices.ordered(), *ledger.credit_notes.ordered()) if d.status != "VOIDED"]
        return {d.reference.rsplit(" ", 1)[1]: d for d in living if d.reference.startswith("Provet invoice ")}

    def payments(self, document: Document) -> list[Payment]:
        """The living payments of a document in Xero."""
        ordered = self.xero.ledger.payments.ordered()
        return [p for p in ordered if p.document_id == document.id and p.status == "AUTHORISED"]

    def account(self, code: str) -> str:
        """The id of an account in Xero."""
        return next(account.id for account in self.xero.ledger.accounts.ordered() if account.code == code)

    def books(self) -> Books:
        """Both ledgers as the independent checker reads them over the wire."""
        file, now = self.folder / "settings.toml", self.shop.world.clock.utc()
        access = wire.accesses(file)
        provet, xero = (
            wire.in_process(self.shop.world.hosts[name].system, now, Random(1)) for name in ("provet", "xero")
        )
        theirs = wire.read_xero(access["xero"], xero)
        ours, terms = as_booked(wire.read_provet(access["provet"], provet), theirs, terms_of(file), scheme_of(file))
        return lay_out(ours, theirs, terms)

    def differences(self) -> list[str]:
        return [str(each) for each in books.differences(self.books())]


@asynccontextmanager
async def clinic(folder: Path, changes: Mapping[str, str] | None = None) -> AsyncIterator[Clinic]:
    """A clinic of one client. At the end the residual is nothing and another comparison writes nothing."""
    async with workshop(folder, change=with_settings(changes or {}), clients=1, invoices=0) as shop:
        hands, now = shop.world.hosts["provet"].system.hands, shop.world.clock.utc()
        client = hands.create_client({"firstname": "Ada", "lastname": "Quinn", "email": "ada@example.test"}, now)
        found = Clinic(shop, folder, client)
        yield found
        assert (await found.status()).residual == "0.00"
        before = shop.writes("xero"), shop.writes("provet")
        await found.sync()
        assert (shop.writes("xero"), shop.writes("provet")) == before, "a second comparison wrote"
