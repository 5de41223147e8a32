"""A whole daemon with people around it: those who work in both systems, and those who decide at its desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.core.discrepancy import Status
from daemon.desk.desk import Desk
from daemon.protocol import Approval, Detail, DiscrepancyView, ListQuery, Operator, Role
from daemon.sandbox.hands import act
from tests.support.workshop import Workshop, workshop

ANN = Operator(uid=1001, login="ann", role=Role.APPROVER)
BOB = Operator(uid=1002, login="bob", role=Role.APPROVER)
VISIT = [{"name": "Visit", "price": "40.00"}]
ALL = tuple(Status)


@dataclass(frozen=True, slots=True)
class Office:
    """A clinic that is in step, its daemon, and shortcuts to what people do."""

    shop: Workshop

    @property
    def desk(self) -> Desk:
        return self.shop.app.desk

    def act(self, system: str, name: str, **arguments: Any) -> Any:
        """Do something in one of the systems."""
        world = self.shop.world
        done = act(world.hands[system], {"do": name, **arguments}, world.clock.utc(), world.rng)
        world.collect()
        return done

    async def later(self, seconds: float) -> None:
        """Let time pass while nothing happens."""
        await self.shop.clock.drive(self.shop.clock.sleep(seconds))

    async def cycle(self) -> None:
        await self.shop.settle_down()

    async def listed(self, *status: Status, **query: Any) -> list[DiscrepancyView]:
        found = await self.desk.page(ListQuery(status=status or (Status.OPEN, Status.APPROVED), limit=500, **query))
        return list(found.discrepancies)

    async def only(self, *status: Status, **query: Any) -> DiscrepancyView:
        found = await self.listed(*status, **query)
        assert len(found) == 1, [(each.kind, each.status, each.summary) for each in found]
        return found[0]

    async def of(self, provet_kind: str, provet_id: int | str, kind: str) -> DiscrepancyView:
        """The discrepancy of that kind about a Provet record, in whatever status."""
        found = await self.listed(*ALL, kind=kind)
        about = [d for d in found if d.subject.provet and d.subject.provet.id == str(provet_id)]
        assert len(about) == 1, [(each.kind, each.subject.label) for each in found][:20]
        assert about[0].subject.provet
        assert about[0].subject.provet.kind == provet_kind
        return about[0]

    async def show(self, discrepancy_id: str) -> Detail:
        return await self.desk.show(discrepancy_id)

    async def approve(self, discrepancy_id: str, option: str = "", by: Operator = ANN) -> Approval:
        """Approve and let the daemon do what follows."""
        approval = await self.desk.approve(discrepancy_id, option, "", by)
        await self.cycle()
        return approval

    async def undo(self, discrepancy_id: str, by: Operator = ANN) -> Approval:
        approval = await self.desk.undo(discrepancy_id, "", by)
        await self.cycle()
        return approval

    @property
    def xero(self) -> Any:
        """Xero's books as they are."""
        return self.shop.world.hosts["xero"].system.ledger

    def booked(self, provet_id: int) -> list[Any]:
        """The documents in Xero that bear the mark of a Provet document, voided ones too."""
        every = [*self.xero.invoices.ordered(), *self.xero.credit_notes.ordered()]
        return [document for document in every if document.reference == f"Provet invoice {provet_id}"]

    def living(self, provet_id: int) -> Any:
        """The one living document in Xero of a Provet document."""
        found = [document for document in self.booked(provet_id) if document.status in {"AUTHORISED", "PAID"}]
        assert len(found) == 1, found
        return found[0]

    def paid(self, provet_id: int) -> list[Any]:
        """The living Xero payments on a Provet document's partner."""
        return [
            payment
            for payment in self.xero.payments.ordered()
            if payment.document_id == self.living(provet_id).id and payment.status == "AUTHORISED"
        ]

    @property
    def provet(self) -> Any:
        """Provet's records, as people there see them."""
        return self.shop.world.hosts["provet"].system.hands

    def contact(self, client: int) -> Any:
        """The Xero contact of a Provet client."""
        return next(contact for contact in self.xero.contacts.ordered() if contact.number == str(client))


@asynccontextmanager
async def office(folder: Path, *changes: tuple[str, str]) -> AsyncIterator[Office]:
    """A small clinic in step; ``changes`` replace texts of the settings file."""

    def changed(text: str) -> str:
        for old, new in changes:
            assert old in text, f"{old!r} is not in the settings"
            text = text.replace(old, new)
        return text

    async with workshop(folder, clients=6, invoices=8, change=changed) as shop:
        await shop.settle_down(full=True)
        yield Office(shop)
