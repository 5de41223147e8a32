"""Choices field by field: one option put together of parts, each of which settles some fields from one system.

A part's id is its choices, ``field:<name>=provet|xero`` joined by commas. Parts of one discrepancy that choose for a
field choose for the same others beside it, so that a set of choices is either made of whole parts or makes no sense.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import msgspec

from daemon.core.correction import Option, Step, UpdateClient, UpdateContact
from daemon.core.model import System

BY_HAND = "done-by-hand"
"""The option that writes nothing: it waits for what people do in the systems."""
_FIELD = "field:"
_LINK = "link:"


def choice_id(names: Sequence[str], source: System) -> str:
    """The id of a part."""
    return ",".join(f"{_FIELD}{name}={source}" for name in names)


def choices_of(option_id: str) -> frozenset[str]:
    """What an id chooses, in any order; ``field:`` may stand in front of the first choice alone."""
    bare = (choice.strip().removeprefix(_FIELD) for choice in option_id.removeprefix(_FIELD).split(","))
    return frozenset(bare) if option_id.startswith(_FIELD) else frozenset()


def option_words(option_id: str) -> str:
    """An option for people who do not see its title any more: its id, but in words where that holds ids or choices."""
    if option_id.startswith(_LINK):
        return "link to the chosen contact"
    if option_id == BY_HAND:
        return "work by hand"
    if not option_id.startswith(_FIELD):
        return option_id
    made = (choice.strip().removeprefix(_FIELD).partition("=") for choice in option_id.split(","))
    return ", ".join(f"{name.replace('_', ' ')} from {source.title()}" for name, _, source in made)


def composed(parts: Sequence[Option], option_id: str) -> Option | None:
    """The option that makes exactly these choices, one for every field; None if they are not such."""
    wanted = choices_of(option_id)
    chosen = [part for part in parts if choices_of(part.id) <= wanted]
    made = [choice for part in chosen for choice in choices_of(part.id)]
    decided = {choice.partition("=")[0] for choice in made}
    open_fields = {choice.partition("=")[0] for part in parts for choice in choices_of(part.id)}
    if not wanted or wanted != set(made) or len(decided) < len(made) or decided != open_fields:
        return None
    return mixed(chosen)


def mixtures(parts: Sequence[Option]) -> list[Option]:
    """Every way to take some fields from the one system and some from the other."""
    groups: dict[frozenset[str], list[Option]] = {}
    for part in parts:
        groups.setdefault(frozenset(choice.partition("=")[0] for choice in choices_of(part.id)), []).append(part)
    return [mixed(mix) for mix in product(*groups.values()) if len({_source(part) for part in mix}) > 1]


def _source(part: Option) -> str:
    return part.id.rpartition("=")[2]


def mixed(parts: Sequence[Option], option_id: str = "", title: str = "", *, recommended: bool = False) -> Option:
    """One option that does what its parts do, in as few writes as possible."""
    names = {source: _listed([part for part in parts if _source(part) == source]) for source in System}
    sources = " and ".join(f"{names[source]} from {source.title()}" for source in System if names[source])
    everything = ", ".join(listed for listed in names.values() if listed)
    return Option(
        id=option_id or ",".join(part.id for part in parts),
        title=title or sources[:1].upper() + sources[1:],
        steps=_joined([step for part in parts for step in part.steps]),
        consequences=(f"Both systems agree on {everything}",),
        relies_on={name: value for part in parts for name, value in part.relies_on.items()},
        recommended=recommended,
    )


def _listed(parts: Sequence[Option]) -> str:
    fields = [choice.partition("=")[0] for part in parts for choice in part.id.replace(_FIELD, "").split(",")]
    return ", ".join(field.replace("_", " ") for field in fields)


def _joined(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with writes to one record made one; a phone in Provet is a record of its own."""
    to_xero = [step for step in steps if isinstance(step, UpdateContact)]
    to_provet = [step for step in steps if isinstance(step, UpdateClient)]
    phones = [step for step in to_provet if step.fields == ("phone",)]
    others = [step for step in to_provet if step.fields != ("phone",)]
    found: list[Step] = []
    for each in (to_xero, others, phones):
        if each:
            fields = tuple(name for step in each for name in step.fields)
            values = {name: getattr(step.contact, name) for step in each for name in step.fields}
            contact = msgspec.structs.replace(each[0].contact, **values)
            was = {name: text for step in each for name, text in step.was.items()}
            found.append(msgspec.structs.replace(each[0], contact=contact, fields=fields, was=was))
    return tuple(found)
