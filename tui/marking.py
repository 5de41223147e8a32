"""Marks on a list: they hold on to discrepancies, not to places, so they outlive sorting, filters and changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from daemon.protocol import Changed, Closed, DiscrepancyView, Event, Mark


@dataclass(frozen=True, slots=True)
class Marking:
    """What is marked, by id, in the order of marking. ``anchor`` is the row where a range begins."""

    kept: Mapping[str, Mark] = field(default_factory=dict)
    anchor: int | None = None

    @property
    def money(self) -> dict[str, Decimal]:
        """The money at stake in all marks, by currency."""
        return money(self.kept.values())


def money(marks: Iterable[Mark]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for mark in marks:
        sums[mark.currency] = sums.get(mark.currency, Decimal(0)) + Decimal(mark.amount)
    return sums


def mark_of(row: DiscrepancyView) -> Mark:
    return Mark(
        id=row.id,
        practice=row.practice,
        kind=row.kind,
        label=row.subject.label,
        amount=row.amount,
        currency=row.currency,
    )


def marked(marking: Marking, marks: Iterable[Mark]) -> Marking:
    """With these marked as well."""
    return replace(marking, kept={**marking.kept, **{mark.id: mark for mark in marks}}, anchor=None)


def toggled(marking: Marking, marks: Iterable[Mark]) -> Marking:
    """With these marked, or if all of them were, with none of them."""
    wanted = {mark.id: mark for mark in marks}
    if wanted.keys() <= marking.kept.keys():
        return unmarked(marking, wanted)
    return marked(marking, wanted.values())


def unmarked(marking: Marking, ids: Iterable[str]) -> Marking:
    gone = set(ids)
    return replace(marking, kept={id_: mark for id_, mark in marking.kept.items() if id_ not in gone}, anchor=None)


def told(marking: Marking, event: Event) -> Marking:
    """After an event: a mark shows what stands now, and goes with its discrepancy."""
    match event:
        case Changed(discrepancy=view) if view.id in marking.kept:
            return replace(marking, kept={**marking.kept, view.id: mark_of(view)})
        case Closed(id=closed_id) if closed_id in marking.kept:
            return replace(marking, kept={id_: mark for id_, mark in marking.kept.items() if id_ != closed_id})
        case _:
            return marking
