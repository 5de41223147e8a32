"""Keys that select in a list: one, a group, a range, or all that the filter lets through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from daemon.protocol import SELECTED_MAX, DiscrepancyView, Event, Group, GroupBy, ListQuery, Selected
from daemon.safe import safe
from tui import calls, folds, selecting
from tui.desk import Desk
from tui.marks import PARTLY, REACHED, SELECTED
from tui.screens.windowed import ON_ITS_WAY, Windowed
from tui.selecting import Selection, selected

_NO_END = "a range begins and ends on a discrepancy, not on a group"


class Selecting(Windowed):
    """Decisions mean what is selected, with a range that has begun, else the group or the row under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select", "Select"),
        Binding("V", "range", "Select a range", show=False),
        Binding("shift+down", "extend(1)", "Select and go down", show=False),
        Binding("shift+up", "extend(-1)", "Select and go up", show=False),
        Binding("asterisk", "select_all", "Select all", key_display="*"),
        Binding("M", "select_none", "Select none", show=False),
    ]

    problem = ""
    """Why what is typed as a filter is not understood."""

    def __init__(self, desk: Desk, query: ListQuery) -> None:
        super().__init__(desk, query)
        self.selection = Selection()
        self._wholes: dict[ListQuery, frozenset[str]] = {}
        """The ids of lists that were selected as a whole."""
        self._counted: tuple[Selection, GroupBy, Counter[tuple[str, str]]] | None = None

    def show_selection(self) -> None:
        """Draw anew what says how much is selected."""

    def told(self, event: Event | None, /) -> None:
        if event is not None:
            self.selection = selecting.told(self.selection, event)
            self.show_selection()
        super().told(event)

    def on_rows_viewed(self) -> None:
        super().on_rows_viewed()
        if self.selection.anchor is not None:
            self.rows.redraw()

    def select(self, fresh: Selection) -> None:
        self.selection = fresh
        self.show_selection()
        self.rows.redraw()

    def sign(self, member: int, discrepancy_id: str) -> str:
        """How a row shows that it is selected, or would be if the range ended here."""
        if discrepancy_id in self.selection.kept:
            return SELECTED.sign
        anchor, cursor = self.selection.anchor, self.listing.cursor
        return REACHED.sign if anchor is not None and min(anchor, cursor) <= member <= max(anchor, cursor) else " "

    def group_sign(self, group: Group) -> str:
        """How a group shows that it, or something of it, is selected."""
        by = self.folds.by
        if by is None or not self.selection.kept:
            return " "
        if self._counted is None or self._counted[:2] != (self.selection, by):
            self._counted = self.selection, by, selecting.by_group(self.selection, by)
        count = self._counted[2][folds.key_of(group)]
        wholes = (self._wholes.get(query) for query in (self.inside(group), self.filter))
        whole = count == group.count and any(ids and ids <= self.selection.kept.keys() for ids in wholes)
        return SELECTED.sign if whole else PARTLY.sign if count else " "

    def action_select(self) -> None:
        if self.selection.anchor is not None:
            self.action_range()
        elif group := self.group():
            self.start(partial(self._select_list, self.inside(group)))
        elif row := self.row():
            self.select(selecting.toggled(self.selection, [selected(row)]))
            self.rows.action_move(1)

    def action_extend(self, by: int) -> None:
        ends = [self.row()]
        self.rows.action_move(by)
        self.follow_cursor()
        self.select(selecting.with_these(self.selection, [selected(row) for row in (*ends, self.row()) if row]))

    def action_range(self) -> None:
        member = self.member()
        if member is None:
            self.explain(_NO_END)
        elif self.selection.anchor is None:
            self.select(Selection(self.selection.kept, member))
        else:
            self.start(self._select_range)

    def action_select_all(self) -> None:
        if self.problem:
            self.explain(f"the filter is not understood: {self.problem}")
        else:
            self.start(partial(self._select_list, self.filter))

    def action_select_none(self) -> None:
        self._wholes.clear()
        self.select(Selection())

    def may_decide(self) -> bool:
        if not self.selection.kept and self.on_its_way:
            self.explain(ON_ITS_WAY)
            return False
        if self.selection.anchor is not None and self.member() is None:
            self.explain(_NO_END)
            return False
        return super().may_decide()

    async def targets(self) -> Sequence[Selected]:
        if self.selection.anchor is not None and not await self._select_range():
            return ()
        if self.selection.kept:
            return tuple(self.selection.kept.values())
        if group := self.group():
            return await self._selected_of(self.inside(group))
        row = self.row()
        return (selected(row),) if row else ()

    def meant(self) -> str:
        if reach := self._reach():
            more = f"{len(self.selection.kept):,} selected and " if self.selection.kept else ""
            return f"{more}the {len(reach):,} of the range"
        if self.selection.kept:
            return f"{len(self.selection.kept):,} selected"
        if group := self.group():
            return f"the {group.count:,} of {safe(group.label or group.key) or 'this group'}"
        row = self.row()
        return safe(row.subject.label) if row else ""

    def alone(self) -> DiscrepancyView | None:
        if self.selection.anchor is not None or len(self.selection.kept) > 1:
            return None
        row = self.row() if self.group() is None else None
        return row if row and (not self.selection.kept or row.id in self.selection.kept) else None

    def decided(self, ids: Iterable[str]) -> None:
        self.select(selecting.without(self.selection, ids))

    def show_progress(self, text: str) -> None:
        super().show_progress(text)
        self.show_selection()

    async def _select_list(self, query: ListQuery) -> None:
        found = await self._selected_of(query)
        self._wholes[query] = frozenset(each.id for each in found)
        self.select(selecting.toggled(self.selection, found))

    def _reach(self) -> range:
        """The places from where a range began to the cursor; empty if none did."""
        anchor, member = self.selection.anchor, self.member()
        return range(0) if anchor is None or member is None else range(min(anchor, member), max(anchor, member) + 1)

    async def _select_range(self) -> bool:
        """Select the range that has begun; False, with the reason told, if nothing of it can be."""
        reach = self._reach()
        found = await self._selected_of(self.listing.query, reach.start, len(reach)) if reach else ()
        self.select(selecting.with_these(self.selection, found))
        return bool(found)

    async def _selected_of(self, query: ListQuery, offset: int = 0, limit: int = 0) -> tuple[Selected, ...]:
        """As much as selecting needs of a list or a part of it; nothing, with the reason told, if that is too much."""
        found = await self.ask(calls.selection(query, offset, min(limit or SELECTED_MAX, SELECTED_MAX)))
        count = (limit or found.total) if found else 0
        if count > SELECTED_MAX:
            self.explain(
                f"{count:,} are more than the {SELECTED_MAX:,} that can be decided on at once: narrow them (/), such "
                "as by kind: or amount>, go group by group (b), or select a range (V)"
            )
            return ()
        return found.selected if found else ()
