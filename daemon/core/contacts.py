"""Judges a client and its Xero contact: who is who, field by field changes, archived, merged and deleted ones."""

from __future__ import annotations

import msgspec

from daemon.core.amounts import money
from daemon.core.by_hand import by_hand
from daemon.core.contact_fields import Pair, judge_fields
from daemon.core.contact_form import facts, merged, nameless, new_contact
from daemon.core.contact_match import LIKELY_FROM, SCORES, ContactMatch, score
from daemon.core.correction import CreateContact, Option, RemoveLink, SetLink, Step, UpdateContact
from daemon.core.diff import agreed, field_diffs
from daemon.core.discrepancy import FieldDiff, shown
from daemon.core.family import Family, fold
from daemon.core.findings import Case, contact_candidate, contact_subject, option
from daemon.core.matching import adopted_link
from daemon.core.model import ZERO, Contact, Kind, Link, System

_OFFERED_MAX = 5
_CANDIDATES_MAX = 20


def judge_contact(client: Contact, match: ContactMatch, family: Family, *, needed: bool) -> list[Case]:
    """The cases of one client; none while no document needs a contact that does not exist."""
    if match.link is None:
        return _unlinked(client, match, family) if needed else []
    if match.contact is None:
        return []
    gone = f"contact/{client.id}" in family.vanished
    lost = f"contact/{match.contact.id}" in family.vanished
    special = _deleted(client, match) if gone else _lost(client, match) if lost else _merged(client, match, family)
    special = special or _archived(client, match, family)
    if special is not None:
        return [special]
    if client.archived or not _owns(client, match.contact, family):
        return []
    pair = Pair(client=client, contact=match.contact, link=match.link, taken_names=family.taken_names)
    return judge_fields(pair)


def _owns(client: Contact, contact: Contact, family: Family) -> bool:
    """Whether a contact's fields are this client's: after a merge several may share one, and only the first owns it."""
    sharers = [e.provet_id for e in family.links if e.kind is Kind.CONTACT and e.xero_id == contact.id]
    first = min(sharers, key=lambda id_: (id_ != contact.number, len(id_), id_), default=client.id)
    return client.id == first


def _unlinked(client: Contact, match: ContactMatch, family: Family) -> list[Case]:
    """The cases of a client that needs a contact and has none; one that is simply created says nothing."""
    if match.candidates:
        return [_ambiguous(client, match, family)]
    why = nameless(client, family.taken_names)
    return [_missing(client, None, f"has no contact in Xero, and its name {why}")] if why else []


def _lost(client: Contact, match: ContactMatch) -> Case:
    step = _unlink(client, match)
    after = "The next document of the client brings a new contact"
    case = _missing(client, match.contact, "had a contact that is gone from Xero")
    return msgspec.structs.replace(case, options=(option("unlink", "Unlink them", (step,), after, recommended=True),))


def _missing(client: Contact, contact: Contact | None, why: str) -> Case:
    return Case(
        kind="contact.missing",
        subject=contact_subject(client, contact),
        summary=f"{shown(client.name)} {why}",
        fields=(FieldDiff(name="name", provet=shown(client.name)),),
    )


def contact_link(client: Contact, match: ContactMatch) -> Link | None:
    """The contact's link with its baseline brought up to date; None if nothing changes."""
    if match.link is None or match.contact is None:
        return None
    mine, theirs = facts(client, client.id), facts(match.contact, client.id)
    fresh = msgspec.structs.replace(match.link, baseline=agreed(mine, theirs, match.link.baseline))
    return fresh if fresh != match.link else None


def _ambiguous(client: Contact, match: ContactMatch, family: Family) -> Case:
    scores = [found for found, _ in match.candidates]
    likely = scores[0] >= LIKELY_FROM and scores[:2] != scores[:1] * 2
    free = not nameless(client, _taken(match, family))
    options = [
        option(
            f"link:{contact.id}",
            f"It is {contact.name} ({_reasons(client, contact)})",
            (SetLink(link=adopted_link(Kind.CONTACT, client.id, contact.id), label=client.name),),
            f"Documents of {client.name} go to the Xero contact {contact.name}",
            relies_on={"xero name": contact.name, "xero email": contact.email},
            recommended=place == 0 and (likely or not free),
        )
        for place, (_, contact) in enumerate(match.candidates[:_OFFERED_MAX])
    ]
    if free:
        options.append(_create_new(client, match, family, recommended=not likely))
    names = ", ".join(contact.name for _, contact in match.candidates[:3])
    return Case(
        kind="contact.ambiguous",
        subject=contact_subject(client, None),
        summary=f"{shown(client.name)} may be one of these Xero contacts: {names}",
        fields=_candidate_fields(client, match.candidates[0][1]),
        options=tuple(options),
        candidates=tuple(contact_candidate(contact) for _, contact in match.candidates[:_CANDIDATES_MAX]),
    )


def _create_new(client: Contact, match: ContactMatch, family: Family, *, recommended: bool) -> Option:
    step = CreateContact(client_id=client.id, contact=new_contact(client, _taken(match, family)))
    words = f"{step.contact.name} is created in Xero"
    return option("create-new", "None of them: create a contact", (step,), words, recommended=recommended)


def _taken(match: ContactMatch, family: Family) -> tuple[str, ...]:
    return (*family.taken_names, *(fold(contact.name) for _, contact in match.candidates))


def _reasons(client: Contact, contact: Contact) -> str:
    mine, theirs = facts(client, client.id), facts(contact, client.id)
    same = [name for name, _ in SCORES if mine[name] and fold(mine[name]) == fold(theirs[name])]
    return f"score {score(client, contact)}: same {', '.join(same)}"


def _candidate_fields(client: Contact, contact: Contact) -> tuple[FieldDiff, ...]:
    names = ("name", "email", "phone", "address")
    return field_diffs(facts(client, client.id), facts(contact, client.id), None, names)


def _deleted(client: Contact, match: ContactMatch) -> Case:
    step = _unlink(client, match)
    return Case(
        kind="contact.deleted",
        subject=contact_subject(client, match.contact),
        summary=f"{shown(client.name)} is gone from Provet; its contact stays in Xero",
        options=(option("unlink", "Unlink them", (step,), "The contact stays in Xero as it is", recommended=True),),
    )


def _unlink(client: Contact, match: ContactMatch) -> RemoveLink:
    xero_id = match.link.xero_id if match.link is not None else ""
    return RemoveLink(kind=Kind.CONTACT, provet_id=client.id, xero_id=xero_id, label=client.name)


def _merged(client: Contact, match: ContactMatch, family: Family) -> Case | None:
    contact = match.contact
    if contact is None or not contact.merged_into:
        return None
    final = _follow(contact, family)
    label = final.name if final is not None else contact.merged_into
    target_id = final.id if final is not None else contact.merged_into
    steps: tuple[Step, ...] = (
        _unlink(client, match),
        SetLink(link=adopted_link(Kind.CONTACT, client.id, target_id), label=client.name),
    )
    after = f"New documents of {client.name} go to {label}"
    return Case(
        kind="contact.merged",
        subject=contact_subject(client, contact),
        summary=f"The Xero contact of {shown(client.name)} was merged into {label}",
        options=(option("follow-merge", f"Follow to {label}", steps, after, recommended=True),),
    )


def _restore(contact: Contact) -> Option:
    """No program can un-archive a contact (docs/reference/xero.md 12.7)."""
    return by_hand(
        "Restore it in Xero",
        f"In Xero list the archived contacts, open {shown(contact.name)} and restore it; what waits for it then goes by"
        " itself. If the client is to go: archive the client in Provet",
        relies_on={"xero archived": str(contact.archived)},
        recommended=True,
    )


def _follow(contact: Contact, family: Family) -> Contact | None:
    by_id = {c.id: c for c in family.contacts if c.system is System.XERO}
    target = by_id.get(contact.merged_into)
    for _ in range(10):
        if target is None or not target.merged_into:
            return target
        target = by_id.get(target.merged_into)
    return None


def _archived(client: Contact, match: ContactMatch, family: Family) -> Case | None:
    """Archived on one side alone. In Xero that is for good, so it is offered once nothing is open there."""
    contact = match.contact
    if contact is None or contact.archived == client.archived:
        return None
    open_there = family.owing.get(contact.id, ZERO)
    options: tuple[Option, ...] = ()
    if client.archived and not open_there and _owns(client, contact, family):
        archived = merged(contact, client, ("archived",))
        step = UpdateContact(client_id=client.id, contact_id=contact.id, contact=archived, fields=("archived",))
        words = "The contact is archived in Xero; only a person can bring it back there"
        unread = "Prepayments and overpayments in Xero are not read: see there first that the client has none"
        options = (option("update", "Archive it in Xero", (step,), words, unread, recommended=True),)
    if contact.archived and not contact.anonymised:
        options = (_restore(contact),)
    where, stays = ("Provet", "Xero") if client.archived else ("Xero", "Provet")
    waits = f"; {money(open_there)} is open on its documents there" if client.archived else ""
    only = "; only a person can restore it in Xero" if not client.archived else ""
    return Case(
        kind="contact.archived",
        subject=contact_subject(client, contact),
        summary=f"{shown(client.name)} is archived in {where} and active in {stays}{waits if open_there else only}",
        fields=(FieldDiff(name="archived", provet=str(client.archived), xero=str(contact.archived)),),
        options=options,
    )
