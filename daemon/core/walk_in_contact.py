"""Who the stand-in client of anonymous sales is in Xero, and what keeps its documents from that contact."""

from __future__ import annotations

import msgspec

from daemon.core.contact_match import ContactMatch
from daemon.core.contacts import judge_contact
from daemon.core.family import Family, fold, linked
from daemon.core.findings import Case, contact_subject
from daemon.core.matching import adopted_link
from daemon.core.model import Contact, Kind, System
from daemon.core.rules import Rules
from daemon.core.walk_in import walk_in_id

_JUDGED = ("contact.merged", "contact.archived")


def match_walk_in(client: Contact, family: Family) -> ContactMatch:
    """The contact of a stand-in: the linked one, else one that bears its number or exactly its name and is nobody's."""
    theirs = [contact for contact in family.contacts if contact.system is System.XERO]
    link = linked(family.links, Kind.CONTACT, provet_id=client.id)
    if link is not None:
        return ContactMatch(contact=next((c for c in theirs if c.id == link.xero_id), None), link=link)
    free = [c for c in theirs if not linked(family.links, Kind.CONTACT, xero_id=c.id) and not c.merged_into]
    numbered = [c for c in free if c.number == client.id]
    found = numbered or [c for c in free if fold(c.name) == fold(client.name) and not c.archived]
    if len(found) != 1:
        return ContactMatch()
    return ContactMatch(contact=found[0], link=adopted_link(Kind.CONTACT, client.id, found[0].id))


def judge_walk_in(client: Contact, match: ContactMatch, family: Family, rules: Rules) -> list[Case]:
    """What keeps documents from the stand-in's contact; its fields are the bookkeeper's alone."""
    if client.id != walk_in_id(rules.anonymous_contact):
        return []
    if match.link is not None:
        cases = judge_contact(client, match, msgspec.structs.replace(family, vanished=()), needed=False)
        return [case for case in cases if case.kind in _JUDGED]
    taken = [c for c in family.contacts if c.system is System.XERO and fold(c.name) == fold(client.name)]
    return [_taken(client, taken[0], family)] if taken else []


def _taken(client: Contact, contact: Contact, family: Family) -> Case:
    link = linked(family.links, Kind.CONTACT, xero_id=contact.id)
    whose = f"is that of client {link.provet_id}" if link is not None else "cannot take documents"
    return Case(
        kind="contact.ambiguous",
        subject=contact_subject(client, contact),
        summary=f"The Xero contact {contact.name} {whose}: name another one as walk_in_contact, or give the client"
        " another contact. Anonymous sales wait",
    )
