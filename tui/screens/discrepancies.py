"""The discrepancies: a window over the daemon's list, filtered as one types, sorted by key, alive."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from daemon.protocol import TEXT_MAX, Changed, Closed, DiscrepancyView, Event, ListQuery, Resync, Snapshot, Sort
from daemon.safe import safe
from tui import calls
from tui.desk import Desk
from tui.drawing import Column, Piece, groups_line, head, list_columns, list_row
from tui.filtering import TERMS, FilterError, parse_filter
from tui.listing import Listing, filled, moved, outdated, requery, told, wanted
from tui.screens.review import Review
from tui.screens.view import View
from tui.widgets import Line, Rows

_TYPING_S = 0.15
_EVENTS_S = 0.2


class Discrepancies(View):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", priority=True),
        Binding("enter,down", "leave_filter", "To the list", show=False, priority=True),
        Binding("A", "sort('amount')", "By amount"),
        Binding("N", "sort('age')", "By age"),
        Binding("K", "sort('kind')", "By kind"),
        Binding("L", "sort('label')", "By subject", show=False),
        Binding("y", "copy", "Copy id", show=False),
    ]

    def __init__(self, desk: Desk, base: ListQuery, title: str) -> None:
        super().__init__(desk)
        self._base = base
        self._title = title
        self._problem = ""
        self._pending = False
        self.listing = Listing(base)

    def body(self) -> Iterable[Widget]:
        yield Input(placeholder=f"/ filter: {TERMS}", id="filter", max_length=TEXT_MAX, compact=True)
        yield Line(id="groups")
        yield Line(id="head")
        yield Rows(self._draw, id="list")

    def headline(self) -> str:
        return f"discrepancies · {self._title}"

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Rows))
        self._redraw()

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, Snapshot | Resync):
            self.listing = outdated(self.listing)
        elif isinstance(event, Changed | Closed):
            self.listing = told(self.listing, event)
        else:
            return
        self.query_one(Rows).refresh()
        self._fetch_soon(_EVENTS_S)

    def on_screen_resume(self) -> None:
        self._fetch()

    def on_resize(self) -> None:
        self._redraw()

    def on_rows_viewed(self) -> None:
        self._follow_cursor()
        self._fetch()

    def on_rows_chosen(self) -> None:
        if row := self.listing.current:
            self.app.push_screen(Review(self.desk, row, self.neighbour))

    def on_input_changed(self, event: Input.Changed) -> None:
        try:
            query = parse_filter(event.value, self._ordered())
        except FilterError as error:
            self._problem = str(error)
        else:
            self._problem = ""
            self.listing = requery(self.listing, query)
            self._fetch_soon(_TYPING_S)
        self._redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The filter's line takes every key but those that leave it, however fast they follow each other."""
        typing = isinstance(self.focused, Input)
        if action in {"filter", "leave_filter"}:
            return typing is (action == "leave_filter") and self.is_current
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        self.set_focus(self.query_one(Input))

    def action_leave_filter(self) -> None:
        self.set_focus(self.query_one(Rows))

    def action_back(self) -> None:
        """Leave what is innermost: the filter's line, then the filter, then the screen."""
        line = self.query_one(Input)
        if self.focused is line:
            self.set_focus(self.query_one(Rows))
        elif line.value:
            line.value = ""
        else:
            super().action_back()

    def action_sort(self, by: str) -> None:
        query = self.listing.query
        turned = query.sort is Sort(by) and not query.descending
        first_way = by in {Sort.AMOUNT, Sort.AGE}
        descending = first_way if query.sort is not Sort(by) else turned
        self.listing = requery(self.listing, msgspec.structs.replace(query, sort=Sort(by), descending=descending))
        self._redraw()
        self._fetch()

    def action_copy(self) -> None:
        if row := self.listing.current:
            self.app.copy_to_clipboard(safe(row.id))
            self.notify(f"copied {safe(row.id)}", markup=False)

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

    def _follow_cursor(self) -> None:
        for rows in self.query(Rows):
            self.listing = moved(self.listing, rows.cursor)

    def _ordered(self) -> ListQuery:
        query = self.listing.query
        return msgspec.structs.replace(self._base, sort=query.sort, descending=query.descending)

    def _fetch_soon(self, seconds: float) -> None:
        if not self._pending:
            self._pending = True
            self.set_timer(seconds, self._fetch)

    def _fetch(self) -> None:
        self._pending = False
        rows = self.query_one(Rows)
        if query := wanted(self.listing, rows.first, rows.height):
            self.start(partial(self._load, query), "page")

    async def _load(self, query: ListQuery) -> None:
        page = await self.ask(calls.page(query))
        if page and self.query(Rows):
            self._follow_cursor()
            self.listing = filled(self.listing, query, page)
            self._redraw()
            self._fetch()

    def _draw(self, place: int) -> list[Piece] | None:
        row = self.listing.rows.get(place)
        return list_row(row, self.desk.world.utc(), self._columns()) if row else None

    def _redraw(self) -> None:
        listing = self.listing
        for rows in self.query(Rows):
            rows.place(listing.cursor, listing.total or 0)
        groups: list[Piece] = [(f" {safe(self._problem)}", "bad")] if self._problem else self._summary()
        self.query_one("#groups", Line).show(groups)
        self.query_one("#head", Line).show([("  ", ""), *head(self._columns(), listing)])

    def _columns(self) -> tuple[Column, ...]:
        return list_columns(self.size.width, one_practice=bool(self._base.practice))

    def _summary(self) -> list[Piece]:
        if self.listing.total == 0:
            filtered = "nothing matches: Esc clears the filter" if self.query_one(Input).value else "nothing is open"
            return [(f" ✓ {filtered}", "good")]
        return [(" ", ""), *groups_line(self.listing)]
