"""Judges a client and its Xero contact: who is who, field by field changes, archived, merged and deleted ones."""

from __future__ import annotations

import msgspec

from daemon.core.contact_form import FIELDS, facts, is_company, merged, new_contact, own_name, split_name
from daemon.core.contact_match import SCORES, ContactMatch, score
from daemon.core.correction import CreateContact, Option, RemoveLink, SetLink, Step, UpdateClient, UpdateContact
from daemon.core.diff import Change, agreed, changes, field_diffs
from daemon.core.discrepancy import FieldDiff, Policy
from daemon.core.family import Family, fold
from daemon.core.findings import Case, contact_subject, option
from daemon.core.matching import adopted_link
from daemon.core.model import Contact, Kind, Link, System


def judge_contact(client: Contact, match: ContactMatch, family: Family, *, needed: bool) -> list[Case]:
    """The cases of one client; none while no document needs a contact that does not exist."""
    if match.link is None:
        return [_ambiguous(client, match)] if match.candidates and needed else []
    if match.contact is None:
        return []
    gone = f"contact/{client.id}" in family.vanished
    special = _deleted(client, match) if gone else _merged(client, match, family) or _archived(client, match)
    if special is not None:
        return [special]
    return [] if client.archived else _changed(client, match.contact, match.link)


def contact_link(client: Contact, match: ContactMatch) -> Link | None:
    """The contact's link with its baseline brought up to date; None if nothing changes."""
    if match.link is None or match.contact is None:
        return None
    mine, theirs = facts(client, client.id), facts(match.contact, client.id)
    fresh = msgspec.structs.replace(match.link, baseline=agreed(mine, theirs, match.link.baseline))
    return fresh if fresh != match.link or match.link.baseline is None else None


def _ambiguous(client: Contact, match: ContactMatch) -> Case:
    options = [
        option(
            f"link:{contact.id}",
            f"It is {contact.name} ({_reasons(client, contact)})",
            (SetLink(link=adopted_link(Kind.CONTACT, client.id, contact.id), label=client.name),),
            f"Documents of {client.name} go to the Xero contact {contact.name}",
            relies_on={"xero name": contact.name, "xero email": contact.email},
            recommended=place == 0,
        )
        for place, (_, contact) in enumerate(match.candidates[:5])
    ]
    options.append(_create_new(client, match))
    names = ", ".join(contact.name for _, contact in match.candidates[:3])
    return Case(
        kind="contact.ambiguous",
        subject=contact_subject(client, None),
        summary=f"{client.name} may be one of these Xero contacts: {names}",
        fields=_candidate_fields(client, match.candidates[0][1]),
        options=tuple(options),
    )


def _create_new(client: Contact, match: ContactMatch) -> Option:

    taken = tuple(fold(contact.name) for _, contact in match.candidates)
    step = CreateContact(client_id=client.id, contact=new_contact(client, taken))
    return option("create-new", "None of them: create a contact", (step,), f"{step.contact.name} is created in Xero")


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
        summary=f"{client.name} is gone from Provet; its contact stays in Xero",
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
        summary=f"The Xero contact of {client.name} was merged into {label}",
        options=(option("follow-merge", f"Follow to {label}", steps, after, recommended=True),),
    )


def _follow(contact: Contact, family: Family) -> Contact | None:
    by_id = {c.id: c for c in family.contacts if c.system is System.XERO}
    target = by_id.get(contact.merged_into)
    for _ in range(10):
        if target is None or not target.merged_into:
            return target
        target = by_id.get(target.merged_into)
    return None


def _archived(client: Contact, match: ContactMatch) -> Case | None:
    contact = match.contact
    if contact is None or contact.archived == client.archived:
        return None
    options: tuple[Option, ...] = ()
    if client.archived:
        archived = merged(contact, client, ("archived",))
        step = UpdateContact(client_id=client.id, contact_id=contact.id, contact=archived, fields=("archived",))
        words = "The contact is archived in Xero; only a person can bring it back there"
        options = (option("update", "Archive it in Xero", (step,), words, recommended=True),)
    where, stays = ("Provet", "Xero") if client.archived else ("Xero", "Provet")
    return Case(
        kind="contact.archived",
        subject=contact_subject(client, contact),
        summary=f"{client.name} is archived in {where} and active in {stays}",
        fields=(FieldDiff(name="archived", provet=str(client.archived), xero=str(contact.archived)),),
        options=options,
    )


def _changed(client: Contact, contact: Contact, link: Link) -> list[Case]:
    mine, theirs = facts(client, client.id), facts(contact, client.id)
    moved = {
        name: _direction(change, name, mine, theirs) for name, change in changes(mine, theirs, link.baseline).items()
    }
    cases = []
    for direction, kind in (
        (Change.PROVET, "contact.changed_in_provet"),
        (Change.XERO, "contact.changed_in_xero"),
        (Change.BOTH, "contact.conflict"),
    ):
        names = tuple(name for name in FIELDS if moved.get(name) is direction)
        if names:
            cases.append(_change_case(kind, names, client, contact, link))
    return cases


def _direction(change: Change, name: str, mine: dict[str, str], theirs: dict[str, str]) -> Change:
    """Fields that never agreed are filled from the side that has them; where both have one it is a conflict."""
    if change is not Change.UNKNOWN:
        return change
    if not theirs[name]:
        return Change.PROVET
    return Change.XERO if not mine[name] else Change.BOTH


def _change_case(kind: str, names: tuple[str, ...], client: Contact, contact: Contact, link: Link) -> Case:
    mine, theirs = facts(client, client.id), facts(contact, client.id)
    source = mine if kind == "contact.changed_in_provet" else theirs
    blanks = kind != "contact.conflict" and any(not source[name] for name in names)
    to_xero = _to_xero(names, client, contact)
    to_provet = _to_provet(names, client, contact)
    options: tuple[Option, ...] = {
        "contact.changed_in_provet": (_choice("update", "Copy to Xero", to_xero, names, mine, theirs),),
        "contact.changed_in_xero": (_choice("update", "Copy to Provet", to_provet, names, mine, theirs),),
    }.get(kind, ())
    if not options:
        options = _per_field(names, client, contact, mine, theirs)
    if contact.anonymised:
        options = ()
    return Case(
        kind=kind,
        subject=contact_subject(client, contact),
        summary=f"{client.name}: {', '.join(name.replace('_', ' ') for name in names)} differ",
        fields=field_diffs(mine, theirs, link.baseline, names),
        options=options,
        policy=Policy.PERSON if blanks else None,
    )


def _choice(
    option_id: str,
    title: str,
    steps: tuple[Step, ...],
    names: tuple[str, ...],
    mine: dict[str, str],
    theirs: dict[str, str],
    *,
    recommended: bool = True,
) -> Option:
    relies_on = {f"provet {name}": mine[name] for name in names} | {f"xero {name}": theirs[name] for name in names}
    words = f"Both systems agree on {', '.join(name.replace('_', ' ') for name in names)}"
    return option(option_id, title, steps, words, relies_on=relies_on, recommended=recommended)


def _per_field(
    names: tuple[str, ...], client: Contact, contact: Contact, mine: dict[str, str], theirs: dict[str, str]
) -> tuple[Option, ...]:
    """Every way to settle a conflict as a whole, and field by field where there is more than one."""
    options = [
        _choice("use-provet", "Use Provet's values", _to_xero(names, client, contact), names, mine, theirs),
        _choice(
            "use-xero", "Use Xero's values", _to_provet(names, client, contact), names, mine, theirs, recommended=False
        ),
    ]
    if 1 < len(names) <= 4:
        for pattern in range(1, 2 ** len(names) - 1):
            from_provet = tuple(name for bit, name in enumerate(names) if pattern >> bit & 1)
            from_xero = tuple(name for name in names if name not in from_provet)
            steps = _to_xero(from_provet, client, contact) + _to_provet(from_xero, client, contact)
            option_id = ",".join(f"field:{n}={'provet' if n in from_provet else 'xero'}" for n in names)
            title = f"{', '.join(from_provet)} from Provet, {', '.join(from_xero)} from Xero".replace("_", " ")
            options.append(_choice(option_id, title, steps, names, mine, theirs, recommended=False))
    return tuple(options)


def _to_xero(names: tuple[str, ...], client: Contact, contact: Contact) -> tuple[Step, ...]:
    if not names:
        return ()
    target = merged(contact, client, names)
    if "name" in names and contact.name != own_name(contact, client.id):
        target = msgspec.structs.replace(target, name=f"{client.name} ({client.id})")
    return (UpdateContact(client_id=client.id, contact_id=contact.id, contact=target, fields=names),)


def _to_provet(names: tuple[str, ...], client: Contact, contact: Contact) -> tuple[Step, ...]:
    """Writes into Provet; a person's name lives in first and last name there, a phone in a record of its own."""
    target = merged(client, contact, names)
    target = msgspec.structs.replace(target, name=own_name(target, client.id))
    fields = [name for name in names if name != "phone"]
    if "name" in fields and not is_company(client):
        fields = [name for name in fields if name not in {"name", "first_name", "last_name"}]
        fields += ["first_name", "last_name"]
        if "first_name" not in names and "last_name" not in names:
            first, last = split_name(target.name)
            target = msgspec.structs.replace(target, first_name=first, last_name=last)
    steps: list[Step] = []
    if fields:
        steps.append(UpdateClient(client_id=client.id, contact=target, fields=tuple(fields)))
    if "phone" in names:
        steps.append(UpdateClient(client_id=client.id, contact=target, fields=("phone",)))
    return tuple(steps)
