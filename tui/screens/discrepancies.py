"""The discrepancies: a window over the daemon's list, filtered as one types, sorted, grouped, selected from, alive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from daemon.protocol import (
    SELECTED_MAX,
    TEXT_MAX,
    Changed,
    Closed,
    DiscrepancyView,
    Event,
    Group,
    GroupBy,
    ListQuery,
    Resync,
    Selected,
    Snapshot,
    Sort,
)
from daemon.safe import safe
from tui import calls, folds, selecting
from tui.desk import Desk
from tui.drawing import Column, Piece
from tui.filtering import TERMS, FilterError, Known, candidates, completed, parse_filter
from tui.folds import GROUPS_MAX, Folds
from tui.listed import group_row, list_columns, list_head, list_row, selection_line, sort_at, summary_line
from tui.listing import Listing, filled, moved, outdated, requery, told, wanted
from tui.remembered import ViewMemory
from tui.screens.many import DecidingMany
from tui.screens.review import Review
from tui.selecting import Selection, selected
from tui.widgets import Head, Line, Rows

_EVENTS_S = 0.2


class Discrepancies(DecidingMany):
    ABOUT = (
        "Everything that differs. Space selects one, V a range, * all that the filter lets through; keys that decide"
        " mean what is selected, else the group or the row under the cursor, and ask first."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", priority=True),
        Binding("enter,down", "leave_filter", "To the list", show=False, priority=True),
        Binding("tab", "complete", "Complete the word", show=False, priority=True),
        Binding("space", "select", "Select"),
        Binding("V", "range", "Selected a range", show=False),
        Binding("shift+down", "extend(1)", "Selected and go down", show=False),
        Binding("shift+up", "extend(-1)", "Selected and go up", show=False),
        Binding("asterisk", "select_all", "Select all", key_display="*"),
        Binding("M", "select_none", "Select none", show=False),
        Binding("b", "group", "Group by"),
        Binding("A", "sort('amount')", "By amount", show=False),
        Binding("N", "sort('age')", "By age", show=False),
        Binding("K", "sort('kind')", "By kind", show=False),
        Binding("L", "sort('label')", "By subject", show=False),
        Binding("P", "sort('practice')", "By practice", show=False),
        Binding("y", "copy", "Copy id", show=False),
    ]

    def __init__(self, desk: Desk, base: ListQuery, title: str) -> None:
        super().__init__(desk)
        self._base = base
        self._title = title
        self._problem = ""
        self._pending = self._busy = False
        self._groups_stale = True
        self._seen: tuple[int, str] | None = None
        self._filter = base
        self.listing = Listing(base)
        self.folds = Folds()
        self.selection = Selection()

    def body(self) -> Iterable[Widget]:
        yield Input(placeholder=f"/ filter: {TERMS}", id="filter", max_length=TEXT_MAX, compact=True)
        yield Line(id="hint")
        yield Line(id="groups")
        yield Line(id="selection")
        yield Head(id="head")
        yield Rows(self._draw, id="list")

    def headline(self) -> str:
        return f"discrepancies · {self._title}"

    def practice_here(self) -> str:
        row = self.listing.current
        return row.practice if row else super().practice_here()

    def on_mount(self) -> None:
        kept = self.memory
        self._filter = _ordered(self._base, kept)
        self.folds = Folds(by=GroupBy(kept.group) if kept.group in set(GroupBy) else None)
        self.listing = requery(self.listing, self._filter)
        self.query_one(Input).value = kept.filter
        self.set_focus(self.query_one(Rows))
        self._redraw()

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, Snapshot | Resync):
            self.listing = outdated(self.listing)
        elif isinstance(event, Changed | Closed):
            self.listing = told(self.listing, event)
            self.selection = selecting.told(self.selection, event)
            self._show_selection()
        else:
            return
        self._groups_stale = True
        self.query_one(Rows).redraw()
        self._fetch_soon()

    def on_screen_resume(self) -> None:
        self._fetch()

    def on_resize(self) -> None:
        self._redraw()

    def on_rows_viewed(self) -> None:
        self._follow_cursor()
        if self.selection.anchor is not None:
            self.query_one(Rows).redraw()
        self._fetch()

    def on_rows_chosen(self) -> None:
        if group := self._group():
            self._toggle_group(group)
        elif row := self.listing.current:
            self.app.push_screen(Review(self.desk, row, self.neighbour))

    def on_head_clicked(self, event: Head.Clicked) -> None:
        if sort := sort_at(self._columns(), event.x):
            self.action_sort(sort.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        try:
            self._filter = parse_filter(event.value, _same_order(self._base, self._filter), self._known())
        except FilterError as error:
            self._problem = str(error)
        else:
            self._problem = ""
            self._ask_anew()
        self._show_hint()
        self._redraw()

    def on_descendant_focus(self) -> None:
        self._show_hint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The filter's line takes every key but those that leave it, however fast they follow each other."""
        typing = isinstance(self.focused, Input)
        if action in {"filter", "leave_filter", "complete"}:
            return typing is (action != "filter") and self.is_current
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        self.set_focus(self.query_one(Input))

    def action_leave_filter(self) -> None:
        self.set_focus(self.query_one(Rows))
        self._remember()

    def action_complete(self) -> None:
        line = self.query_one(Input)
        line.value = completed(line.value, self._known())
        line.cursor_position = len(line.value)

    def action_back(self) -> None:
        """Leave what is innermost: the filter's line, a range, the filter, then the screen."""
        line = self.query_one(Input)
        if self.focused is line:
            self.action_leave_filter()
        elif self.selection.anchor is not None:
            self._select(selecting.with_these(self.selection, ()))
        elif line.value:
            line.value = ""
            self._remember()
        else:
            super().action_back()

    def action_sort(self, by: str) -> None:
        query = self._filter
        turned = query.sort is Sort(by) and not query.descending
        first_way = by in {Sort.AMOUNT, Sort.AGE}
        descending = first_way if query.sort is not Sort(by) else turned
        self._filter = msgspec.structs.replace(query, sort=Sort(by), descending=descending)
        self._ask_anew()
        self._remember()
        self._redraw()

    def action_group(self) -> None:
        self.folds, self._seen = folds.regrouped(self.folds), None
        self._cursor_to(0)
        self._ask_anew()
        self._remember()
        self._redraw()

    def action_copy(self) -> None:
        if row := self.listing.current:
            self.app.copy_to_clipboard(safe(row.id))
            self.notify(f"copied {safe(row.id)}", markup=False)

    def action_select(self) -> None:
        if self.selection.anchor is not None:
            self.action_range()
        elif group := self._group():
            self.start(partial(self._select_list, self._inside(group)))
        elif row := self._row():
            self._select(selecting.toggled(self.selection, [selected(row)]))
            self.query_one(Rows).action_move(1)

    def action_extend(self, by: int) -> None:
        rows = self.query_one(Rows)
        ends = [self._row()]
        rows.action_move(by)
        self._follow_cursor()
        self._select(selecting.with_these(self.selection, [selected(row) for row in (*ends, self._row()) if row]))

    def action_range(self) -> None:
        member = self._member()
        if member is None:
            self.explain("a range begins and ends on a discrepancy, not on a group")
        elif self.selection.anchor is None:
            self._select(Selection(self.selection.kept, member))
        else:
            first, last = sorted((self.selection.anchor, member))
            self.start(partial(self._select_range, first, last - first + 1))

    def action_select_all(self) -> None:
        if self._problem:
            self.explain(f"the filter is not understood: {self._problem}")
        else:
            self.start(partial(self._select_list, self._filter))

    def action_select_none(self) -> None:
        self._select(Selection())

    async def targets(self) -> Sequence[Selected]:
        if self.selection.kept:
            return tuple(self.selection.kept.values())
        if group := self._group():
            return await self._selected_of(self._inside(group))
        row = self._row()
        return (selected(row),) if row else ()

    def meant(self) -> str:
        if self.selection.kept:
            return f"{len(self.selection.kept):,} selected"
        if group := self._group():
            return f"the {group.count:,} of {safe(group.label or group.key) or 'this group'}"
        row = self._row()
        return safe(row.subject.label) if row else "nothing"

    def decided(self, ids: Iterable[str]) -> None:
        self._select(selecting.without(self.selection, ids))

    def show_progress(self, text: str) -> None:
        super().show_progress(text)
        self._show_selection()

    def neighbour(self, by: int, left: str) -> DiscrepancyView | None:
        """Move on from the discrepancy ``left`` and give what is there; None at the ends.

        If it has gone from the list meanwhile, the cursor stands on the one after it already.
        """
        self._follow_cursor()
        current = self.listing.current
        step = 0 if by > 0 and current and current.id != left else by
        row = self.listing.rows.get(self.listing.cursor + step)
        if row:
            self.query_one(Rows).action_move(step)
            self._follow_cursor()
        return row

    async def _select_list(self, query: ListQuery) -> None:
        self._select(selecting.toggled(self.selection, await self._selected_of(query)))

    async def _select_range(self, offset: int, limit: int) -> None:
        self._select(selecting.with_these(self.selection, await self._selected_of(self.listing.query, offset, limit)))

    async def _selected_of(self, query: ListQuery, offset: int = 0, limit: int = 0) -> tuple[Selected, ...]:
        """As much as selecting needs of a list or a part of it; nothing, with the reason told, if that is too much."""
        found = await self.ask(calls.selection(query, offset, min(limit or SELECTED_MAX, SELECTED_MAX)))
        count = (limit or found.total) if found else 0
        if count > SELECTED_MAX:
            self.explain(f"{count:,} are too many to decide on at once: narrow the filter to {SELECTED_MAX:,}")
            return ()
        return found.selected if found else ()

    def _select(self, fresh: Selection) -> None:
        self.selection = fresh
        self._show_selection()
        for rows in self.query(Rows):
            rows.redraw()

    def _toggle_group(self, group: Group) -> None:
        self.folds = folds.toggled(self.folds, group)
        members = self._members()
        self._ask_anew()
        place = self.folds.place_of_group(folds.key_of(group), 0 if self.folds.at is not None else members)
        self._cursor_to(place or 0)
        self._redraw()

    def _cursor_to(self, place: int) -> None:
        self.query_one(Rows).place(place, max(self.folds.count(self._members()), place + 1))
        self._follow_cursor()

    def _known(self) -> Known:
        state = self.desk.state
        login = state.operator.login if state.operator else ""
        return Known(tuple(practice.id for practice in state.practices), login, self.desk.world.utc())

    def _inside(self, group: Group) -> ListQuery:
        by = self.folds.by
        return folds.inside(self._filter, by, group.practice, group.key) if by else self._filter

    def _members(self) -> int:
        return self.listing.total or 0

    def _place(self) -> int:
        return self.query_one(Rows).cursor

    def _group(self) -> Group | None:
        return self.folds.group(self._place(), self._members())

    def _member(self) -> int | None:
        return self.folds.member(self._place(), self._members())

    def _row(self) -> DiscrepancyView | None:
        member = self._member()
        return None if member is None else self.listing.rows.get(member)

    def _follow_cursor(self) -> None:
        if self.query(Rows) and (member := self._member()) is not None:
            self.listing = moved(self.listing, member)

    def _ask_anew(self) -> None:
        """Ask for the list that filter, order and open group make."""
        opened = self.folds.opened
        by = self.folds.by
        query = folds.inside(self._filter, by, *opened) if by and opened else self._filter
        if query != self.listing.query:
            self.listing = requery(self.listing, query) if by is None else Listing(query)
        self._groups_stale = True
        self._fetch()

    def _fetch_soon(self) -> None:
        if not self._pending:
            self._pending = True
            self.set_timer(_EVENTS_S, self._fetch)

    def _fetch(self) -> None:
        self._pending = False
        if not self._busy:
            self._busy = True
            self.start(self._load)

    async def _load(self) -> None:
        """Ask, one question at a time and always the newest, until all that is on the screen is here."""
        try:
            while self.query(Rows) and (await self._load_groups() or await self._load_page()):
                self._redraw()
        finally:
            self._busy = False

    async def _load_groups(self) -> bool:
        by = self.folds.by
        if by is None or not self._groups_stale:
            return False
        self._groups_stale = False
        asked = msgspec.structs.replace(self._filter, offset=0, limit=GROUPS_MAX)
        page = await self.ask(calls.groups(asked, by))
        if page is None:
            self._groups_stale = True
            return False
        if self.folds.by is by:
            group = self._group()
            self.folds, self._seen = folds.counted(self.folds, page), (page.count, page.amount)
            if group and (place := self.folds.place_of_group(folds.key_of(group), self._members())) is not None:
                self.query_one(Rows).place(place, self.folds.count(self._members()))
        return True

    async def _load_page(self) -> bool:
        if self.folds.by and self.folds.at is None:
            return False
        rows = self.query_one(Rows)
        first = max(self.folds.member(rows.first, self._members()) or 0, 0)
        query = wanted(self.listing, first, rows.height)
        page = await self.ask(calls.page(query)) if query else None
        if query is None or page is None:
            return False
        if self.query(Rows):
            on_row = self._member() is not None
            self._follow_cursor()
            self.listing = filled(self.listing, query, page)
            place = self.folds.place_of_member(self.listing.cursor) if on_row else self._place()
            self.query_one(Rows).place(place, self.folds.count(self._members()))
        return True

    def _draw(self, place: int) -> list[Piece] | None:
        members = self._members()
        if group := self.folds.group(place, members):
            by = self.folds.by or GroupBy.KIND
            return group_row(group, by, opened=folds.key_of(group) == self.folds.opened, width=self.size.width)
        member = self.folds.member(place, members)
        row = None if member is None else self.listing.rows.get(member)
        if row is None or member is None:
            return None
        return list_row(row, self.desk.world.utc(), self._columns(), self._sign(member, row.id))

    def _sign(self, member: int, discrepancy_id: str) -> str:
        if discrepancy_id in self.selection.kept:
            return "●"
        anchor, cursor = self.selection.anchor, self.listing.cursor
        return "○" if anchor is not None and min(anchor, cursor) <= member <= max(anchor, cursor) else " "

    def _redraw(self) -> None:
        for rows in self.query(Rows):
            rows.place(min(rows.cursor, max(self._count() - 1, 0)), self._count())
        summary: list[Piece] = [(f" {safe(self._problem)}", "bad")] if self._problem else self._summary()
        self.query_one("#groups", Line).show(summary)
        self.query_one(Head).show(list_head(self._columns(), self.listing))
        self._show_selection()

    def _count(self) -> int:
        return self.folds.count(self._members())

    def _show_selection(self) -> None:
        for line in self.query("#selection").results(Line):
            line.show(selection_line(self.selection, self.progress))

    def _show_hint(self) -> None:
        line = self.query_one(Input)
        possible = candidates(line.value, self._known()) if self.focused is line else []
        text = "  ".join(safe(each) for each in possible[:12])
        self.query_one("#hint", Line).show([(f" Tab: {text}", "dim")] if possible else [])

    def _remember(self) -> None:
        query, by = self._filter, self.folds.by
        text = self.query_one(Input).value if not self._problem else ""
        order = (query.sort.value, query.descending)
        self.remember(ViewMemory(sort=order[0], descending=order[1], filter=text, group=by.value if by else ""))

    def _columns(self) -> tuple[Column, ...]:
        return list_columns(self.size.width, one_practice=bool(self._base.practice))

    def _summary(self) -> list[Piece]:
        if (self.listing.total if self.folds.by is None else self._seen and self._seen[0]) == 0:
            filtered = "nothing matches: Esc clears the filter" if self.query_one(Input).value else "nothing is open"
            return [(f" ✓ {filtered}", "good")]
        return [(" ", ""), *summary_line(self.listing, self.folds, self._seen)]


def _same_order(query: ListQuery, other: ListQuery) -> ListQuery:
    return msgspec.structs.replace(query, sort=other.sort, descending=other.descending)


def _ordered(query: ListQuery, kept: ViewMemory) -> ListQuery:
    """The query in the order that is remembered."""
    if kept.sort not in set(Sort):
        return query
    return msgspec.structs.replace(query, sort=Sort(kept.sort), descending=kept.descending)
