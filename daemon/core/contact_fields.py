"""Judges the fields of a client and its linked Xero contact: who changed what, and how they can agree again."""

from __future__ import annotations

import msgspec

from daemon.core.choices import choice_id, mixed, mixtures
from daemon.core.contact_fit import misfit
from daemon.core.contact_form import FIELDS, facts, free_name, is_company, merged, own_name, split_name, texts
from daemon.core.correction import Option, Step, UpdateClient, UpdateContact, target
from daemon.core.diff import Change, changes, field_diffs
from daemon.core.discrepancy import Policy, shown
from daemon.core.findings import Case, contact_subject, option
from daemon.core.model import Contact, Link, System, Value

_LISTED_MAX = 4
"""Of how many fields every mixture is listed; those of more are put together on request (``choices``)."""
_NAMES = ("name", "first_name", "last_name")
_KINDS = {
    Change.PROVET: "contact.changed_in_provet",
    Change.XERO: "contact.changed_in_xero",
    Change.BOTH: "contact.conflict",
}
_OTHER = {System.PROVET: System.XERO, System.XERO: System.PROVET}


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

    def side(self, source: System) -> dict[str, str]:
        return self.provet if source is System.PROVET else self.xero


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
    """The case of one direction. What was emptied is asked, and may be brought back instead."""
    source = _source(direction)
    blanks = source is not None and not all(pair.side(source)[name] for name in names)
    ways = _Ways(names, pair)
    asked = source is None or blanks
    options = _both_ways(ways, source) if asked else _one_way(ways, source)
    verb = "differs" if len(names) == 1 else "differ"
    return Case(
        kind=_KINDS[direction],
        subject=contact_subject(pair.client, pair.contact),
        summary=f"{shown(pair.client.name)}: {_listed(names)} {verb}{''.join(ways.misfits(source))}",
        fields=field_diffs(pair.provet, pair.xero, pair.link.baseline, names),
        options=() if pair.contact.anonymised else options,
        parts=tuple(ways.parts) if asked and not pair.contact.anonymised else (),
        policy=Policy.PERSON if blanks else None,
    )


def _source(direction: Change) -> System | None:
    return {Change.PROVET: System.PROVET, Change.XERO: System.XERO}.get(direction)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


class _Ways:
    """Every way to settle the fields that differ: ``parts`` for each group of fields and each system that can give it.

    The names of a person are one group: what Provet shows as the name is first and last name.
    """

    def __init__(self, names: tuple[str, ...], pair: Pair) -> None:
        self._pair = pair
        together = () if is_company(pair.client) else tuple(name for name in names if name in _NAMES)
        self.groups = [together] * bool(together) + [(name,) for name in names if name not in together]
        steps = {(group, source): self._steps(group, source) for group in self.groups for source in System}
        self._misfits = {way: _misfit_of(found, pair) for way, found in steps.items()}
        self.parts = [self._part(*way, found) for way, found in steps.items() if not self._misfits[way]]

    def from_one(self, source: System) -> list[Option]:
        """The parts that take their fields from one system."""
        return [part for part in self.parts if part.id.endswith(f"={source}")]

    def complete(self, source: System) -> bool:
        """Whether every field can be taken from that system."""
        return len(self.from_one(source)) == len(self.groups)

    def nearest(self, source: System) -> list[Option]:
        """The parts that follow one system as far as the other can; what cannot be emptied there is brought back."""
        mine = {part.id: part for part in self.parts}
        found = []
        for group in self.groups:
            emptied = not any(self._pair.side(source)[name] for name in group)
            back = mine.get(choice_id(group, _OTHER[source])) if emptied else None
            found.append(mine.get(choice_id(group, source)) or back)
        return [part for part in found if part is not None]

    def misfits(self, source: System | None) -> list[str]:
        """Why values cannot be taken over, as clauses; those of one system or of both."""
        sources = tuple(System) if source is None else (source,)
        return [
            f"; {_listed(group)} of {side.title()} {why}"
            for (group, side), why in self._misfits.items()
            if why and side in sources
        ]

    def _steps(self, group: tuple[str, ...], source: System) -> tuple[Step, ...]:
        return _to_xero(group, self._pair) if source is System.PROVET else _to_provet(group, self._pair)

    def _part(self, group: tuple[str, ...], source: System, steps: tuple[Step, ...]) -> Option:
        sides = {side: self._pair.side(side) for side in System}
        relies_on = {f"{side} {name}": shown(sides[side][name]) for side in System for name in group}
        return option(choice_id(group, source), "", steps, relies_on=relies_on)


def _misfit_of(steps: tuple[Step, ...], pair: Pair) -> str:
    """Why the system that steps write to does not take what they write."""
    written = [(step, name) for step in steps if isinstance(step, UpdateContact | UpdateClient) for name in step.fields]
    reasons = [misfit(target(step) or System.XERO, name, step.contact) for step, name in written]
    if not is_company(pair.client):
        reasons += [
            "leaves no last name, which Provet needs"
            for step, name in written
            if isinstance(step, UpdateClient) and name == "last_name" and not step.contact.last_name
        ]
    return next(filter(None, reasons), "")


def _one_way(ways: _Ways, source: System | None) -> tuple[Option, ...]:
    """Copy what changed on one side, as far as the other takes it."""
    if source is None or not ways.from_one(source):
        return ()
    title = f"Copy to {_OTHER[source].title()}"
    return (mixed(ways.from_one(source), "update", title, recommended=True),)


def _both_ways(ways: _Ways, changed: System | None) -> tuple[Option, ...]:
    """Take all from one side or all from the other, or some from each; what a person most likely wants comes first."""
    sides = tuple(System) if changed is not System.XERO else (System.XERO, System.PROVET)
    whole = [mixed(ways.from_one(side), *_whole_way(side, changed)) for side in sides if ways.complete(side)]
    some = mixtures(ways.parts) if len(ways.groups) <= _LISTED_MAX else []
    if changed is not None and not ways.complete(changed) and ways.from_one(changed):
        nearest = mixed(ways.nearest(changed))
        whole, some = [nearest, *whole], [way for way in some if way.id != nearest.id]
    found = [*whole, *some] or [mixed([part]) for part in ways.parts]
    return tuple(msgspec.structs.replace(way, recommended=place == 0) for place, way in enumerate(found))


def _whole_way(source: System, changed: System | None) -> tuple[str, str]:
    """Id and title of taking everything from one side."""
    if changed is None:
        return f"use-{source}", f"Use {source.title()}'s values"
    other = _OTHER[source].title()
    return ("update", f"Copy to {other}") if source is changed else (f"use-{source}", f"Bring it back into {other}")


def _to_xero(names: tuple[str, ...], pair: Pair) -> tuple[Step, ...]:
    client, contact = pair.client, pair.contact
    wanted = merged(contact, client, names)
    if "name" in names:
        numbered = contact.name != own_name(contact, client.id)
        wanted = msgspec.structs.replace(wanted, name=free_name(client, pair.taken_names, numbered=numbered))
    was = texts(contact, names)
    return (UpdateContact(client_id=client.id, contact_id=contact.id, contact=wanted, fields=names, was=was),)


def _to_provet(names: tuple[str, ...], pair: Pair) -> tuple[Step, ...]:
    """A write into Provet; a person's name lives in first and last name there."""
    client = pair.client
    wanted = merged(client, pair.contact, names)
    wanted = msgspec.structs.replace(wanted, name=own_name(wanted, client.id))
    fields = list(names)
    if "name" in fields and not is_company(client):
        fields = ["first_name", "last_name"]
        if "first_name" not in names and "last_name" not in names:
            first, last = split_name(wanted.name)
            wanted = msgspec.structs.replace(wanted, first_name=first, last_name=last)
    was = texts(client, fields)
    return (UpdateClient(client_id=client.id, contact=wanted, fields=tuple(fields), was=was),)
