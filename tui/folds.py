"""A list in groups, of which one may be open: what stands at which place. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from daemon.protocol import Group, GroupBy, GroupPage, ListQuery

GROUPS_MAX = 500
CYCLE: tuple[GroupBy | None, ...] = (None, GroupBy.KIND, GroupBy.CLIENT, GroupBy.PRACTICE, GroupBy.CAUSE)
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Folds:
    """The groups of a list by ``by`` (None: it is not grouped), most money first, and the one that is ``opened``.

    The members of the open group stand below it. ``total`` counts all groups, of which the first five hundred are here.
    """

    by: GroupBy | None = None
    groups: tuple[Group, ...] = ()
    total: int = 0
    opened: tuple[str, str] | None = None

    @property
    def at(self) -> int | None:
        """The place of the open group."""
        return next((place for place, group in enumerate(self.groups) if key_of(group) == self.opened), None)

    def count(self, members: int) -> int:
        """How many rows there are when the open group (or the whole list) has so many members."""
        if self.by is None:
            return members
        return len(self.groups) + (members if self.at is not None else 0)

    def member(self, place: int, members: int) -> int | None:
        """Which member stands at a place; None for a group's own row."""
        if self.by is None:
            return place
        at = self.at
        return place - at - 1 if at is not None and at < place <= at + members else None

    def group(self, place: int, members: int) -> Group | None:
        """Which group stands at a place."""
        if self.by is None or self.member(place, members) is not None:
            return None
        at = self.at
        own = place - members if at is not None and place > at else place
        return self.groups[own] if 0 <= own < len(self.groups) else None

    def place_of_member(self, member: int) -> int:
        at = self.at
        return member if self.by is None or at is None else at + 1 + member

    def place_of_group(self, key: tuple[str, str], members: int) -> int | None:
        at = self.at
        own = next((place for place, group in enumerate(self.groups) if key_of(group) == key), None)
        return own + members if own is not None and at is not None and own > at else own


def key_of(group: Group) -> tuple[str, str]:
    return group.practice, group.key


def regrouped(folds: Folds) -> Folds:
    """Grouped by the next thing of the cycle, all folded."""
    return Folds(by=CYCLE[(CYCLE.index(folds.by) + 1) % len(CYCLE)])


def counted(folds: Folds, page: GroupPage) -> Folds:
    """With the groups as the daemon counted them; an open one that is gone is folded."""
    fresh = replace(folds, groups=page.groups, total=page.total)
    return fresh if fresh.at is not None else replace(fresh, opened=None)


def toggled(folds: Folds, group: Group) -> Folds:
    """With this group open, or folded if it was."""
    return replace(folds, opened=None if folds.opened == key_of(group) else key_of(group))


def inside(query: ListQuery, by: GroupBy, practice: str, key: str) -> ListQuery:
    """The query narrowed to one group."""
    narrowed = msgspec.structs.replace(query, practice=practice or query.practice)
    match by:
        case GroupBy.KIND:
            return msgspec.structs.replace(narrowed, kind=key)
        case GroupBy.CLIENT:
            return msgspec.structs.replace(narrowed, client=key or _NONE)
        case GroupBy.CAUSE:
            return msgspec.structs.replace(narrowed, cause=key or _NONE)
        case GroupBy.PRACTICE:
            return narrowed
