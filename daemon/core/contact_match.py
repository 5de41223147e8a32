"""Which Xero contact is a Provet client: by link, number, or e-mail and name together; else scored candidates."""

from __future__ import annotations

from daemon.core.contact_form import facts
from daemon.core.family import Family, fold, linked
from daemon.core.matching import adopted_link
from daemon.core.model import Contact, Kind, Link, System, Value

SCORES = (("email", 50), ("name", 30), ("phone", 25), ("address", 20))
_CANDIDATE_FROM = 30
LIKELY_FROM = 50
"""More than a name: what may be recommended to a person."""


class ContactMatch(Value, frozen=True, kw_only=True):
    """A client's contact with its link, or the candidates a person must choose from, best first."""

    contact: Contact | None = None
    link: Link | None = None
    candidates: tuple[tuple[int, Contact], ...] = ()


def match_contact(client: Contact, family: Family) -> ContactMatch:
    """Find a client's contact: link, ContactNumber, exact e-mail and name; else score what resembles it.

    A name alone never matches (docs/reference/xero.md 12.3).
    """
    theirs = [contact for contact in family.contacts if contact.system is System.XERO]
    living = [contact for contact in theirs if f"contact/{contact.id}" not in family.vanished]
    link = linked(family.links, Kind.CONTACT, provet_id=client.id)
    if link is not None:
        return ContactMatch(contact=next((c for c in theirs if c.id == link.xero_id), None), link=link)
    unlinked = [c for c in living if not linked(family.links, Kind.CONTACT, xero_id=c.id)]
    numbered = [c for c in unlinked if c.number == client.id]
    free = [c for c in unlinked if not c.number and not c.archived]
    chosen = numbered or [contact for contact in free if _same(client, contact)]
    if len(chosen) == 1:
        return ContactMatch(contact=chosen[0], link=adopted_link(Kind.CONTACT, client.id, chosen[0].id))
    likely = chosen or [contact for contact in free if score(client, contact) >= _CANDIDATE_FROM]
    scored = sorted(((score(client, contact), contact) for contact in likely), key=lambda sc: (-sc[0], sc[1].id))
    return ContactMatch(candidates=tuple(scored))


def _same(client: Contact, contact: Contact) -> bool:
    mine, theirs = facts(client, client.id), facts(contact, client.id)
    return all(mine[name] and fold(mine[name]) == fold(theirs[name]) for name in ("email", "name"))


def score(client: Contact, contact: Contact) -> int:
    """How much a contact resembles a client: the sum of ``SCORES`` over the fields that are equal."""
    mine, theirs = facts(client, client.id), facts(contact, client.id)
    return sum(score for name, score in SCORES if mine[name] and fold(mine[name]) == fold(theirs[name]))
