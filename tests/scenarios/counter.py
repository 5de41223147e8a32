"""A clinic's counter: clients with their Xero contacts, changed by people on either side of a whole daemon."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.protocol import Approval, DiscrepancyView
from tests.desk.office import ANN, VISIT, Office, office

ADA = {"firstname": "Ada", "lastname": "Quinn", "email": "ada@example.test"}


@dataclass(frozen=True, slots=True)
class Counter:
    """Shortcuts for what happens to clients and contacts."""

    office: Office

    async def client(self, phone: str = "", **fields: Any) -> int:
        """A client with an invoice, so that a contact is needed."""
        client = self.office.act("provet", "create_client", fields={**ADA, **fields}, phone=phone)
        self.office.act("provet", "invoice_visit", client=client, rows=VISIT)
        await self.sync()
        return int(client)

    def provet(self, client: int, **changes: Any) -> None:
        if phone := changes.pop("phone", ""):
            self.office.act("provet", "change_phone", client=client, phone=phone)
        if changes:
            self.office.act("provet", "edit_client", client=client, changes=changes)

    def xero(self, client: int, **fields: Any) -> None:
        self.office.act("xero", "edit_contact", contact_id=self.office.contact(client).id, fields=fields)

    async def sync(self) -> None:
        self.office.shop.clock.now += 120
        await self.office.shop.settle_down(full=True)

    async def open(self) -> dict[str, DiscrepancyView]:
        return {found.kind: found for found in await self.office.listed()}

    async def approve(self, kind: str, option: str = "") -> Approval:
        approval = await self.office.desk.approve((await self.open())[kind].id, option, "", ANN)
        await self.sync()
        return approval

    def both(self, client: int) -> tuple[dict[str, str], dict[str, str]]:
        """What the two systems hold of the shared fields, as they spell them."""
        mine, theirs = self.office.provet.client(client), self.office.contact(client)
        phones = [self.office.provet.state.phone_numbers[each].phone_number for each in mine.phones]
        slot, place = theirs.phones.get("DEFAULT", {}), theirs.addresses.get("POBOX", {})
        provet = {
            "name": mine.name,
            "first": mine.firstname,
            "last": mine.lastname,
            "email": mine.email or "",
            "vat": mine.vat_number or "",
            "phone": next(iter(phones), ""),
            "address": ", ".join(filter(None, (mine.street_address, mine.city, mine.state, mine.zip_code))),
        }
        country = slot.get("PhoneCountryCode", "").removeprefix("+")
        numbers = (f"+{country}" * bool(country), slot.get("PhoneAreaCode", ""), slot.get("PhoneNumber", ""))
        lines = (place.get(f"AddressLine{line}", "") for line in (1, 2, 3, 4))
        parts = (*lines, *(place.get(key, "") for key in ("City", "Region", "PostalCode")))
        xero = {
            "name": theirs.name,
            "first": theirs.texts.get("FirstName", ""),
            "last": theirs.texts.get("LastName", ""),
            "email": theirs.texts.get("EmailAddress", ""),
            "vat": theirs.texts.get("TaxNumber", ""),
            "phone": " ".join(filter(None, numbers)),
            "address": ", ".join(filter(None, parts)),
        }
        return provet, xero

    def writes(self) -> list[str]:
        return [*self.office.shop.writes("provet"), *self.office.shop.writes("xero")]

    def sent(self) -> list[dict[str, Any]]:
        """Every contact that was sent to Xero."""
        entries = self.office.shop.world.hosts["xero"].log.entries(writes_only=True)
        bodies = [json.loads(entry.body) for entry in entries if "/Contacts" in entry.path]
        return [contact for body in bodies for contact in body["Contacts"]]


@asynccontextmanager
async def counter(folder: Path) -> AsyncIterator[Counter]:
    """A counter in step; at its end another full comparison writes nothing."""
    async with office(folder) as opened:
        found = Counter(opened)
        yield found
        before = found.writes()
        await found.sync()
        assert found.writes() == before, "another comparison wrote"
