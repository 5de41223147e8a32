"""Judges the fields of a client and its linked Xero contact: who changed what, and how they can agree again."""

from __future__ import annotations

from itertools import product

import msgspec

from daemon.core.contact_form import FIELDS, facts, free_name, is_company, merged, own_name, split_name
from daemon.core.correction import Option, Step, UpdateClient, UpdateContact
from daemon.core.diff import Change, changes, field_diffs
from daemon.core.discrepancy import Policy
from daemon.core.findings import Case, contact_subject, option
from daemon.core.model import Contact, Link, System, Value

_PER_FIELD_MAX = 4
_KINDS = {
    Change.PROVET: "contact.changed_in_provet",
    Change.XERO: "contact.changed_in_xero",
    Change.BOTH: "contact.conflict",
}


class Pair(Value, frozen=True, kw_only=True):
    """A client with its linked contact; ``taken_names`` are the folded names that others bear."""

    client: Contact
    contact: Contact
    link: Link
    taken_names: tuple[str, ...] = ()

    @property
    def provet(self) -> dict[str, str]:
        return facts(self.client, self.client.id)

    @property
    def xero(self) -> dict[str, str]:
        return facts(self.contact, self.client.id)


def judge_fields(pair: Pair) -> list[Case]:
    """The cases of fields that differ: one for each side that changed, one for those that both changed."""
    moved = changes(pair.provet, pair.xero, pair.link.baseline)
    directions = {name: _direction(change, name, pair) for name, change in moved.items()}
    cases = []
    for direction in _KINDS:
        names = tuple(name for name in FIELDS if directions.get(name) is direction)
        if names:
            cases.append(_case(direction, names, pair))
    return cases


def _direction(change: Change, name: str, pair: Pair) -> Change:
    """Fields that never agreed are filled from the side that has them; where both have one it is a conflict."""
    if change is not Change.UNKNOWN:
        return change
    if not pair.xero[name]:
        return Change.PROVET
    return Change.XERO if not pair.provet[name] else Change.BOTH


def _case(direction: Change, names: tuple[str, ...], pair: Pair) -> Case:
    source = {Change.PROVET: pair.provet, Change.XERO: pair.xero}.get(direction, {})
    blanks = any(not source.get(name, "?") for name in names)
    return Case(
        kind=_KINDS[direction],
        subject=contact_subject(pair.client, pair.contact),
        summary=f"{pair.client.name}: {_listed(names)} differ",
        fields=field_diffs(pair.provet, pair.xero, pair.link.baseline, names),
        options=() if pair.contact.anonymised else _options(direction, names, pair),
        policy=Policy.PERSON if blanks else None,
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _options(direction: Change, names: tuple[str, ...], pair: Pair) -> tuple[Option, ...]:
    to_xero, to_provet = dict.fromkeys(names, System.PROVET), dict.fromkeys(names, System.XERO)
    if direction is Change.PROVET:
        return (_choice("update", "Copy to Xero", to_xero, pair, recommended=True),)
    if direction is Change.XERO:
        return (_choice("update", "Copy to Provet", to_provet, pair, recommended=True),)
    return (
        _choice("use-provet", "Use Provet's values", to_xero, pair, recommended=True),
        _choice("use-xero", "Use Xero's values", to_provet, pair),
        *_per_field(names, pair),
    )


def _per_field(names: tuple[str, ...], pair: Pair) -> list[Option]:
    """Every mixed way to settle a conflict of few fields."""
    if not 1 < len(names) <= _PER_FIELD_MAX:
        return []
    mixes = [dict(zip(names, sources, strict=True)) for sources in product(System, repeat=len(names))]
    return [_mixed(sources, pair) for sources in mixes if len(set(sources.values())) > 1]


def _mixed(sources: dict[str, System], pair: Pair) -> Option:
    provet = tuple(name for name, source in sources.items() if source is System.PROVET)
    xero = tuple(name for name, source in sources.items() if source is System.XERO)
    title = f"{_listed(provet)} from Provet, {_listed(xero)} from Xero"
    return _choice(",".join(f"field:{name}={source}" for name, source in sources.items()), title, sources, pair)


def _choice(option_id: str, title: str, sources: dict[str, System], pair: Pair, *, recommended: bool = False) -> Option:
    """Take each field from one system into the other."""
    provet = tuple(name for name, source in sources.items() if source is System.PROVET)
    xero = tuple(name for name, source in sources.items() if source is System.XERO)
    relies_on = {f"provet {name}": pair.provet[name] for name in sources}
    relies_on |= {f"xero {name}": pair.xero[name] for name in sources}
    words = f"Both systems agree on {_listed(tuple(sources))}"
    steps = (*_to_xero(provet, pair), *_to_provet(xero, pair))
    return option(option_id, title, steps, words, relies_on=relies_on, recommended=recommended)


def _to_xero(names: tuple[str, ...], pair: Pair) -> tuple[Step, ...]:
    if not names:
        return ()
    client, contact = pair.client, pair.contact
    target = merged(contact, client, names)
    if "name" in names:
        numbered = contact.name != own_name(contact, client.id)
        target = msgspec.structs.replace(target, name=free_name(client, pair.taken_names, numbered=numbered))
    return (UpdateContact(client_id=client.id, contact_id=contact.id, contact=target, fields=names),)


def _to_provet(names: tuple[str, ...], pair: Pair) -> tuple[Step, ...]:
    """Writes into Provet; a person's name lives in first and last name there, a phone in a record of its own."""
    client = pair.client
    target = merged(client, pair.contact, names)
    target = msgspec.structs.replace(target, name=own_name(target, client.id))
    fields = [name for name in names if name != "phone"]
    if "name" in fields and not is_company(client):
        fields = [name for name in fields if name not in {"name", "first_name", "last_name"}]
        fields += ["first_name", "last_name"]
        if "first_name" not in names and "last_name" not in names:
            first, last = split_name(target.name)
            target = msgspec.structs.replace(target, first_name=first, last_name=last)
    groups = (tuple(fields), ("phone",) if "phone" in names else ())
    return tuple(UpdateClient(client_id=client.id, contact=target, fields=group) for group in groups if group)
