"""Seeded lives of several contacts, edited on both sides at once: after what policy and people decide, all is equal."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from daemon.core.contact_form import canonical_phone
from tests.desk.office import ANN
from tests.scenarios.counter import Counter, counter

CLIENTS, DAYS, EDITS = 5, 12, 6
PHONES = ("+44 131 496 0000", "0131 496 0001", "(0131) 496-0002 ext. 4", "00 44 131 496 0003", "+358 40 123 4567")
STREETS = ("4 Mill Lane", "Flat 2, 1 Old Row", "The Barn,  Hill  Farm", "12 High Street")
FIRSTS, LASTS = ("Ada", "Adah", "Bea", "Zoë"), ("Quinn", "Lund", "Berg", "O'Neil")


def edit_provet(desk: Counter, client: int, rng: Random) -> None:
    match rng.randrange(7):
        case 0:
            desk.provet(client, firstname=rng.choice(FIRSTS))
        case 1:
            desk.provet(client, lastname=rng.choice(LASTS))
        case 2:
            desk.provet(client, email=f"p{rng.randrange(9)}@example.test")
        case 3:
            desk.provet(client, phone=rng.choice(PHONES))
        case 4:
            desk.provet(client, vat_number=rng.choice(("", "GB 123", "gb123", "GB 999")))
        case 5:
            desk.provet(client, street_address=rng.choice(STREETS), city=rng.choice(("Aberlow", "Elgin", "")))
        case 6:
            desk.provet(client, organization_name=rng.choice(("", "", "Quinn Farms Ltd", "Mill & Sons")))


def edit_xero(desk: Counter, client: int, rng: Random) -> None:
    own = f" ({client})" if desk.office.contact(client).name.endswith(f" ({client})") else f" {client}"
    fields: dict[str, Any]
    match rng.randrange(7):
        case 0:
            fields = {"Name": f"{rng.choice(FIRSTS)} {rng.choice(LASTS)}{own}"}
        case 1:
            fields = {"FirstName": rng.choice(FIRSTS)}
        case 2:
            fields = {"LastName": rng.choice(LASTS)}
        case 3:
            fields = {"EmailAddress": rng.choice(("", f"x{rng.randrange(9)}@example.test"))}
        case 4:
            parts = rng.choice(
                (("44", "0131", "496 0005"), ("", "", ""), ("", "0131", "496 0001"), ("+44", "20", "7946"))
            )
            slot = dict(zip(("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber"), parts, strict=True))
            fields = {"Phones": [{"PhoneType": "DEFAULT", **slot}]}
        case 5:
            fields = {"TaxNumber": rng.choice(("", "GB555", "GB 123"))}
        case _:
            lines = {
                "AddressLine1": rng.choice(("Flat 2", "9 New Road")),
                "AddressLine2": rng.choice(("", "1 Old Row")),
            }
            fields = {"Addresses": [{"AddressType": "POBOX", **lines, "City": rng.choice(("Aberlow", "Forres"))}]}
    desk.xero(client, **fields)


async def decide(desk: Counter, rng: Random) -> None:
    """People decide on everything that is open, in whatever way it offers, until nothing is."""
    for _ in range(12):
        found = await desk.office.listed()
        if not found:
            return
        for each in found:
            assert each.options, (each.kind, each.summary)
            assert sum(option.recommended for option in each.options) == 1
            option = rng.choice(each.options)
            await desk.office.desk.approve(each.id, option.id, option.fingerprint, ANN)
        await desk.sync()
    raise AssertionError([(each.kind, each.summary, each.fields) for each in await desk.office.listed()])


def canonical(facts: dict[str, str], client: int) -> dict[str, str]:
    """What must be equal, judged without the program's own idea of an address or a name."""
    address = sorted(part for chunk in facts["address"].split(",") if (part := " ".join(chunk.split())))
    return facts | {
        "name": facts["name"].removesuffix(f" ({client})"),
        "phone": canonical_phone(facts["phone"]),
        "vat": facts["vat"].replace(" ", "").upper(),
        "email": facts["email"].casefold(),
        "address": ",".join(address),
    }


@pytest.mark.parametrize("seed", range(6))
async def test_contacts_end_equal_whatever_people_do_on_both_sides(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    async with counter(tmp_path) as desk:
        clients = [
            await desk.client(firstname=f"Ada{place}", email=f"a{place}@example.test") for place in range(CLIENTS)
        ]
        for _ in range(DAYS):
            for _ in range(EDITS):
                edit = rng.choice((edit_provet, edit_xero))
                edit(desk, rng.choice(clients), rng)
            await desk.sync()
            await decide(desk, rng)
        for client in clients:
            provet, xero = (canonical(side, client) for side in desk.both(client))
            assert provet == xero, f"seed {seed}, client {client}"
