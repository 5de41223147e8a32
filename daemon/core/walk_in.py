"""Anonymous sales booked to one configured Xero contact: the stand-in client that they get, and who that is in Xero.

Xero needs a named contact (docs/reference/provet.md P-7). The stand-in is a client like any other to whatever posts,
pairs and undoes documents; of its contact nothing is ever written but its creation with the first document. Its id
follows from the configured name, so that another name is another stand-in: what was booked stays where it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

import msgspec

from daemon.core.family import WALK_IN, Family, fold, linked
from daemon.core.model import Contact, Document, Kind, System
from daemon.core.rules import Rules

_ALWAYS = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_CHAIN_MAX = 20


def walk_in_id(name: str) -> str:
    """The id of the stand-in client for a contact of that name; "" without a name."""
    return f"{WALK_IN}{hashlib.blake2b(fold(name).encode(), digest_size=4).hexdigest()}" if name else ""


def walk_ins(name: str) -> tuple[Contact, ...]:
    """The stand-in client as if Provet had it; none without a name."""
    stand_in = walk_in_id(name)
    client = Contact(system=System.PROVET, id=stand_in, updated_at=_ALWAYS, name=name, number=stand_in)
    return (client,) if name else ()


def is_walk_in(client_id: str) -> bool:
    """Whether a client's id is that of a stand-in, which Provet does not have."""
    return client_id.startswith(WALK_IN)


def at_the_till(family: Family, rules: Rules) -> Family:
    """The family with its anonymous documents in the name of the stand-in; those that the settings leave out stay.

    One that was booked keeps the stand-in it was booked to, its credits follow it: only new sales follow the settings.
    """
    stored = {document.id: document for document in family.of(System.PROVET)}
    if all(document.contact_id for document in stored.values()):
        return family
    named = (_named(d, family, stored, rules) if d.system is System.PROVET else d for d in family.documents)
    return msgspec.structs.replace(family, documents=tuple(named))


def _named(document: Document, family: Family, stored: Mapping[str, Document], rules: Rules) -> Document:
    if document.contact_id:
        return document
    current: Document | None = document
    for _ in range(_CHAIN_MAX):
        if current is None or current.contact_id:
            break
        if booked := _booked_to(current, family):
            return msgspec.structs.replace(document, contact_id=booked)
        current = stored.get(current.credits)
    return msgspec.structs.replace(document, contact_id=walk_in_id(rules.anonymous_contact))


def _booked_to(document: Document, family: Family) -> str:
    """The stand-in that a document agreed on with Xero, or ""."""
    link = linked(family.links, Kind.DOCUMENT, provet_id=document.id)
    agreed = (link.baseline or {}).get("contact", "") if link is not None else ""
    client_id = agreed.removeprefix("client ")
    return client_id if is_walk_in(client_id) else ""
