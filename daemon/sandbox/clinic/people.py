"""Clients as a clinic in the north of England has them: namesakes, companies, some without e-mail or address."""

from __future__ import annotations

import datetime as dt
import unicodedata
from random import Random
from typing import Any

from daemon.sandbox.provet.hands import Hands

FIRST_NAMES = (
    "Ada Aisha Alan Amelia Anna Bartosz Beatrice Callum Chloé Daniel Divya Edith Emrys Farah Fergus Freya George Grace "
    "Hamish Harriet Imogen Isaac Jacek Jemima Joan Kieran Leila Lucas Maeve Marek Mohammed Nadia Niamh Oliver Oona "
    "Patrick Priya Rhys Rosa Samuel Siân Sofia Tariq Theo Una Victor Wanda Xavier Yusuf Zoë"
)
LAST_NAMES = (
    "Abbott Ahmed Armstrong Bailey Banerjee Barlow Bell Brennan Carr Chapman Clarke Cooper D'Arcy Dixon Dobson Ellis "
    "Evans Fenwick Fletcher Foster Gallagher Gibson Graham Hall Harker Hughes Iqbal Jackson Johansson Kaur Kowalski "
    "Lambert Lindqvist MacLeod Marsh Metcalfe Müller Nicholson Norris O'Brien O'Connor Oldroyd Parker Patel Pickering "
    "Quinn Ramsden Robson Rowntree Sanderson Shaw Smith Sutcliffe Taylor Thwaite Turner Underwood Vaughan Walker "
    "Whitaker Wójcik Young"
)
FIRST, LAST = FIRST_NAMES.split(), LAST_NAMES.split()
STREETS = ("Beck Side", "Church Street", "High Street", "Mill Lane", "Moor View", "Orchard Close", "Station Road")
TOWNS = (("Aberlow", "AB1"), ("Kirkdale", "KD4"), ("Netherby", "NB7"), ("Otterburn", "OB2"), ("Thornwick", "TW9"))
TRADES = ("Farm", "Stables", "Kennels", "Cattery", "Equine Centre", "Dairy", "Rescue Centre", "Riding School")
ENDINGS = ("Ltd", "& Sons", "Partnership", "CIC")
PHONE_SHARE, EMAIL_SHARE, ADDRESS_SHARE = 0.85, 0.88, 0.94
COMPANY_SHARE, NAMESAKE_SHARE = 0.08, 0.03
CHARITY_SHARE = 0.2


def add_clients(hands: Hands, count: int, opened: dt.datetime, rng: Random) -> list[int]:
    """Enter ``count`` clients one after another before ``opened``; returns their ids."""
    clients: list[int] = []
    for index in range(count):
        moment = opened - dt.timedelta(minutes=10 * (count - index))
        twin = hands.client(rng.choice(clients)) if clients and rng.random() < NAMESAKE_SHARE else None
        fields = new_client(len(clients) + 1, rng)
        if twin is not None and not twin.organization_name and "organization_name" not in fields:
            fields |= {"firstname": twin.firstname, "lastname": twin.lastname, "email": None}
        clients.append(hands.create_client(fields, moment, phone=phone_number(rng)))
    return clients


def new_client(serial: int, rng: Random) -> dict[str, Any]:
    """The form of a new client; ``serial`` keeps e-mail addresses apart."""
    first, last = rng.choice(FIRST), rng.choice(LAST)
    fields: dict[str, Any] = {"firstname": first, "lastname": last}
    if rng.random() < COMPANY_SHARE:
        fields |= _company(last, rng)
    if rng.random() < EMAIL_SHARE:
        fields["email"] = email_of(first, last, serial)
    if rng.random() < ADDRESS_SHARE:
        fields |= address(rng)
    return fields


def _company(last: str, rng: Random) -> dict[str, Any]:
    return {
        "organization_name": f"{last} {rng.choice(TRADES)} {rng.choice(ENDINGS)}",
        "customer_type": 3 if rng.random() < CHARITY_SHARE else 1,
        "vat_number": f"GB{rng.randrange(10**8, 10**9)}",
    }


def address(rng: Random) -> dict[str, str]:
    town, area = rng.choice(TOWNS)
    postcode = f"{area} {rng.randint(1, 9)}{rng.choice('ABDEFGHJL')}{rng.choice('NPQRSTUW')}"
    return {"street_address": f"{rng.randint(1, 140)} {rng.choice(STREETS)}", "city": town, "zip_code": postcode}


def email_of(first: str, last: str, serial: int) -> str:
    """An ASCII address of the reserved domain ``example.test``."""
    plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode()
    return f"{plain.lower().replace(chr(39), '')}.{serial}@example.test"


def phone_number(rng: Random) -> str:
    """A number in E.164 form of the range kept for drama, or none."""
    return f"+447700900{rng.randrange(1000):03d}" if rng.random() < PHONE_SHARE else ""
