"""A conflict settled field by field: the side that each field is taken from, and the option that says so. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from daemon.protocol import DiscrepancyView, FieldView
from daemon.safe import safe
from tui.drawing import Piece
from tui.plain import cells, fit, words

PROVET, XERO = "provet", "xero"
_TOGETHER = frozenset({"name", "first_name", "last_name"})
"""The names of a person come from one side: what one system shows as the name, the other keeps in parts."""

_MIXABLE = frozenset({"contact.changed_in_provet", "contact.changed_in_xero", "contact.conflict"})
_SIGNS = 13
"""Columns of a line beside the name of its field and both values."""


@dataclass(frozen=True, slots=True)
class Mix:
    """The fields that differ and the side that each is taken from, with the cursor on one of them."""

    fields: tuple[FieldView, ...]
    sources: Mapping[str, str]
    cursor: int = 0

    @property
    def option_id(self) -> str:
        """The option that takes exactly these."""
        return ",".join(f"field:{field.name}={self.sources[field.name]}" for field in self.fields)


def can_mix(view: DiscrepancyView) -> bool:
    """Whether the daemon would take some fields from one side and some from the other."""
    differing = [field for field in view.fields if field.differs]
    return view.kind in _MIXABLE and len(differing) > 1 and len(view.options) > 1


def fits(view: DiscrepancyView, option_id: str) -> bool:
    """Whether a mixture that was put together before says of every field that differs now where it is taken from."""
    differing = {field.name for field in view.fields if field.differs}
    return view.status != "closed" and can_mix(view) and set(_sources(option_id)) == differing


def hint(view: DiscrepancyView) -> list[Piece]:
    """That it can be settled field by field, where it can."""
    if view.status == "closed" or not can_mix(view):
        return []
    return [("f settles it field by field: some from Provet, some from Xero", "dim")]


def begin(view: DiscrepancyView, option_id: str = "") -> Mix:
    """Every differing field from the side that ``option_id`` takes it from, else from Provet."""
    fields = tuple(field for field in view.fields if field.differs)
    whole = XERO if option_id == "use-xero" else PROVET
    chosen = _sources(option_id)
    return Mix(fields, {field.name: chosen.get(field.name, whole) for field in fields})


def _sources(option_id: str) -> dict[str, str]:
    """The side of each field that an option names."""
    return dict(part.removeprefix("field:").partition("=")[::2] for part in option_id.split(",") if "=" in part)


def moved(mix: Mix, by: int) -> Mix:
    return replace(mix, cursor=(mix.cursor + by) % len(mix.fields))


def toggled(mix: Mix) -> Mix:
    """The field under the cursor taken from the other side."""
    name = mix.fields[mix.cursor].name
    return _taken(mix, (name,), XERO if mix.sources[name] == PROVET else PROVET)


def taken(mix: Mix, source: str) -> Mix:
    """The field under the cursor taken from that side."""
    return _taken(mix, (mix.fields[mix.cursor].name,), source)


def all_taken(mix: Mix, source: str) -> Mix:
    return _taken(mix, tuple(mix.sources), source)


def _taken(mix: Mix, names: Sequence[str], source: str) -> Mix:
    wanted = set(names) | (_TOGETHER if _TOGETHER & set(names) else set())
    return replace(mix, sources={name: source if name in wanted else kept for name, kept in mix.sources.items()})


def drawn(mix: Mix, width: int) -> list[Piece]:
    """One field a line: its name, both values, and a dot at the one that is taken."""
    label = max(cells(words(field.name)) for field in mix.fields)
    cell = max((width - label - _SIGNS) // 2, 10)
    pieces: list[Piece] = [(f"  {'':<{label}}     {fit('PROVET', cell)}     XERO\n", "dim")]
    for place, field in enumerate(mix.fields):
        on = place == mix.cursor
        pieces.append((f"{'▸' if on else ' '} {fit(words(field.name), label)} ", "head" if on else ""))
        for side, value in ((PROVET, field.provet), (XERO, field.xero)):
            chosen = mix.sources[field.name] == side
            text = fit(safe(value or "") or "(empty)", cell)
            pieces.append((f"{'(•)' if chosen else '( )'} {text} ", "good" if chosen else "dim"))
        pieces.append(("\n", ""))
    return pieces
