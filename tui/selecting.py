"""What is selected in a list holds on to discrepancies, not to places: it outlives sorting, filters, changes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from daemon.protocol import Changed, Closed, DiscrepancyView, Event, GroupBy, Selected


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected, by id, in the order of selecting. ``anchor`` is the row where a range begins."""

    kept: Mapping[str, Selected] = field(default_factory=dict)
    anchor: int | None = None

    @property
    def money(self) -> dict[str, Decimal]:
        """The money at stake in all of it, by currency."""
        return money(self.kept.values())


def money(chosen: Iterable[Selected]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for each in chosen:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + Decimal(each.amount)
    return sums


def selected(row: DiscrepancyView) -> Selected:
    """A row as one that is selected."""
    return Selected(
        id=row.id,
        practice=row.practice,
        kind=row.kind,
        label=row.subject.label,
        amount=row.amount,
        currency=row.currency,
        client=row.client,
        causes=row.causes,
    )


def by_group(selection: Selection, by: GroupBy) -> Counter[tuple[str, str]]:
    """How many are selected of each group, by its practice ("" for groups of all) and key."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in selection.kept.values():
        for key in _groups(each, by):
            counts[each.practice, key] += 1
            counts["", key] += 1
    return counts


def _groups(each: Selected, by: GroupBy) -> tuple[str, ...]:
    match by:
        case GroupBy.KIND:
            return (each.kind,)
        case GroupBy.CLIENT:
            return (each.client,)
        case GroupBy.PRACTICE:
            return (each.practice,)
        case GroupBy.CAUSE:
            return each.causes or ("",)


def with_these(selection: Selection, chosen: Iterable[Selected]) -> Selection:
    """With these selected as well."""
    return replace(selection, kept={**selection.kept, **{each.id: each for each in chosen}}, anchor=None)


def toggled(selection: Selection, chosen: Iterable[Selected]) -> Selection:
    """With these selected, or if all of them were, with none of them."""
    wanted = {each.id: each for each in chosen}
    if wanted.keys() <= selection.kept.keys():
        return without(selection, wanted)
    return with_these(selection, wanted.values())


def without(selection: Selection, ids: Iterable[str]) -> Selection:
    gone = set(ids)
    return replace(selection, kept={id_: each for id_, each in selection.kept.items() if id_ not in gone}, anchor=None)


def told(selection: Selection, event: Event) -> Selection:
    """After an event: what is selected shows what stands now, and goes with its discrepancy."""
    match event:
        case Changed(discrepancy=view) if view.id in selection.kept:
            return replace(selection, kept={**selection.kept, view.id: selected(view)})
        case Closed(id=closed_id) if closed_id in selection.kept:
            return replace(selection, kept={id_: each for id_, each in selection.kept.items() if id_ != closed_id})
        case _:
            return selection
