"""The discrepancies: a window over the daemon's list, filtered as one types, sorted, grouped, selected from, alive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from daemon.protocol import TEXT_MAX, Event, GroupBy, ListQuery, Sort
from daemon.safe import safe
from tui import folds, selecting
from tui.desk import Desk
from tui.drawing import WIDE, Column, Piece
from tui.filtering import KNOWN_TERMS, FilterError, Known, completed, hint, misread, offered, parse_filter
from tui.folds import Folds
from tui.listed import group_row, list_columns, list_head, list_row, selection_line, sort_at, summary_line
from tui.listing import requery
from tui.marks import DISCREPANCIES, FOLDED, NEEDED, OPENED, PARTLY, REACHED, SELECTED, UNREAD, Mark
from tui.plain import amount, cells
from tui.prose import Head, Line
from tui.remembered import ViewMemory
from tui.screens.review import open_review
from tui.screens.selecting import Selecting
from tui.screens.windowed import ON_ITS_WAY
from tui.state import Connection
from tui.widgets import FilterLine

_SUMS = 3
"""How many pieces of the summary stay where words to complete take the place of the others: all but count by kind."""

_GAP = "  "
_ROWS_OF = 30
"""Characters of a filter that is named beside another."""


class Discrepancies(Selecting):
    ABOUT = (
        "Everything that differs. Space selects one, V a range, * all that the filter lets through; keys that decide"
        " mean what is selected, else the group or the row under the cursor, and ask first."
    )
    MARKS: ClassVar[Sequence[Mark]] = (
        NEEDED,
        SELECTED,
        PARTLY,
        REACHED,
        *DISCREPANCIES.values(),
        FOLDED,
        OPENED,
        UNREAD,
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", priority=True),
        Binding("enter,down", "leave_filter", "To the list", show=False, priority=True),
        Binding("tab", "complete", "Complete the word", show=False, priority=True),
        Binding("b", "group", "Group by"),
        Binding("A", "sort('amount')", "By amount", show=False),
        Binding("N", "sort('age')", "By age", show=False),
        Binding("K", "sort('kind')", "By kind", show=False),
        Binding("L", "sort('label')", "By subject", show=False),
        Binding("P", "sort('practice')", "By practice", show=False),
        Binding("y", "copy", "Copy id", show=False),
    ]

    def __init__(self, desk: Desk, base: ListQuery, title: str) -> None:
        super().__init__(desk, base)
        self._base = base
        self._title = title
        self._typed = self._answered = ""
        """The filter that is asked for, and the one that the rows that are shown were found by."""

    def body(self) -> Iterable[Widget]:
        yield FilterLine(placeholder=hint(WIDE), id="filter", max_length=TEXT_MAX)
        yield Line(id="groups")
        yield Line(id="selection")
        yield Head(id="head")
        yield self.rows

    def headline(self) -> str:
        return f"discrepancies · {self._title}"

    def practice_here(self) -> str:
        row = self.listing.current
        return row.practice if row else super().practice_here()

    def on_mount(self) -> None:
        kept = self.memory
        self.filter = _ordered(self._base, kept)
        self.folds = Folds(by=GroupBy(kept.group) if kept.group in set(GroupBy) else None)
        self.listing = requery(self.listing, self.filter)
        self.query_one(Input).value = kept.filter
        self.set_focus(self.rows)
        self.redraw_lines()

    def tick(self) -> None:
        super().tick()
        self.rows.redraw()

    def on_resize(self) -> None:
        self.query_one(Input).placeholder = hint(self.size.width)
        self.redraw_lines()

    def on_rows_chosen(self) -> None:
        if self.on_its_way:
            self.explain(ON_ITS_WAY)
        elif group := self.group():
            self.toggle_group(group)
        elif row := self.listing.current:
            open_review(self, row, self.neighbour)
        elif self.listing.total is None or self.count:
            self.explain("this row is on its way from the daemon: wait until it is shown")

    def on_head_clicked(self, event: Head.Clicked) -> None:
        if sort := sort_at(self._columns(), event.x):
            self.action_sort(sort.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        try:
            self.filter = parse_filter(event.value, _same_order(self._base, self.filter), self._known())
        except FilterError as error:
            self.problem = str(error)
        else:
            self.problem, self._typed = "", event.value
            self.ask_anew()
        self.redraw_lines()

    def told(self, event: Event | None, /) -> None:
        super().told(event)
        if event is None:
            self.redraw_lines()

    def on_descendant_focus(self) -> None:
        self.redraw_lines()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The filter's line takes every key but those that leave it, however fast they follow each other."""
        typing = isinstance(self.focused, Input)
        if action in {"filter", "leave_filter", "complete"}:
            return typing is (action != "filter") and self.is_current
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        self.set_focus(self.query_one(Input))

    def action_leave_filter(self) -> None:
        """Go to the rows that the filter lets through; while it is not understood, there are none."""
        if self.problem:
            self.explain(f"the filter is not understood: {self.problem}; Esc leaves it")
        else:
            self._to_rows()

    def _to_rows(self) -> None:
        self.set_focus(self.rows)
        self._remember()

    def action_complete(self) -> None:
        line = self.query_one(Input)
        line.value = completed(line.value, self._known())
        line.cursor_position = len(line.value)

    def action_back(self) -> None:
        """Leave what is innermost: the filter's line, a range, the filter, then the screen."""
        line = self.query_one(Input)
        if self.focused is line:
            self._to_rows()
        elif self.selection.anchor is not None:
            self.select(selecting.with_these(self.selection, ()))
        elif line.value:
            line.value = ""
            self._remember()
        else:
            super().action_back()

    def action_sort(self, by: str) -> None:
        query = self.filter
        turned = query.sort is Sort(by) and not query.descending
        descending = by == Sort.AMOUNT if query.sort is not Sort(by) else turned
        self.filter = msgspec.structs.replace(query, sort=Sort(by), descending=descending)
        self.ask_anew(groups=False)
        self._remember()
        self.redraw_lines()

    def action_group(self) -> None:
        self.folds, self.seen = folds.regrouped(self.folds), None
        self.ask_anew()
        self.cursor_to(0)
        self._remember()

    def action_copy(self) -> None:
        if row := self.listing.current:
            self.app.copy_to_clipboard(safe(row.id))
            self.notify(f"copied {safe(row.id)}", markup=False)

    def draw(self, place: int, /) -> list[Piece] | None:
        members = self.members
        if group := self.folds.group(place, members):
            by = self.folds.by or GroupBy.KIND
            opened = folds.key_of(group) == self.folds.opened
            return group_row(group, by, self.group_sign(group), opened=opened, width=self.size.width)
        member = self.folds.member(place, members)
        row = None if member is None else self.listing.rows.get(member)
        if row is None or member is None:
            return None
        return list_row(row, self.desk.world.utc(), self._columns(), self.sign(member, row.id))

    def redraw_lines(self) -> None:
        if not self.rows.is_attached:
            return
        if not (self._wants_groups() if self.folds.by else self._unanswered()):
            self._answered = self._typed
        summary: list[Piece] = [(f" {safe(self.problem)}", "bad")] if self.problem else self._summary()
        shown = summary[: 1 if self._empty else _SUMS] if self._terms(self.size.width) else summary
        room = self.size.width - sum(cells(text) for text, _ in shown) - len(_GAP)
        self.query_one("#groups", Line).show([*shown, (_GAP + safe(self._terms(room)), "dim")])
        self.query_one(Head).show(self._head())
        self.show_selection()

    def show_selection(self) -> None:
        for line in self.query("#selection").results(Line):
            line.show(selection_line(self.selection, self.progress, self._outside()))

    def _outside(self) -> str:
        """How many of those that are selected the list does not contain: a number where all its rows are here."""
        kept, listing = self.selection.kept, self.listing
        total = (self.seen[0] if self.seen else None) if self.folds.by else listing.total
        if not kept or total is None or listing.other:
            return ""
        if self.folds.by or len(listing.rows) < total:
            return "some" if len(kept) > total else ""
        count = len(kept.keys() - {row.id for row in listing.rows.values()})
        return f"{count:,}" if count else ""

    def _known(self) -> Known:
        state = self.desk.state
        return Known(tuple(practice.id for practice in state.practices), state.me, self.desk.world.utc())

    def _terms(self, room: int) -> str:
        """The words that can be completed where one types."""
        line = self.query_one(Input)
        return offered(line.value, self._known(), room) if self.focused is line else ""

    def _head(self) -> list[Piece]:
        """The titles; of an empty list, what its filter could say."""
        if self._empty and self.query_one(Input).value:
            return [(f"  {KNOWN_TERMS}", "dim")]
        return list_head(self._columns(), self.listing)

    @property
    def _empty(self) -> bool:
        return (self.listing.total if self.folds.by is None else self.seen and self.seen[0]) == 0

    def _remember(self) -> None:
        query, by = self.filter, self.folds.by
        text = self.query_one(Input).value if not self.problem else ""
        order = (query.sort.value, query.descending)
        self.remember(ViewMemory(sort=order[0], descending=order[1], filter=text, group=by.value if by else ""))

    def _columns(self) -> tuple[Column, ...]:
        one_practice = bool(self._base.practice) or len(self.desk.state.practices) == 1
        return list_columns(self.size.width, one_practice=one_practice, most=self._most())

    def _most(self) -> str:
        """What no amount of the list exceeds: their sum, where they are of one currency and have one."""
        currency, listing = self.desk.state.currency(self.filter.practice), self.listing
        return "" if currency is None or listing.total is None else amount(listing.amount, currency)

    def _summary(self) -> list[Piece]:
        if self.listing.total is None and self.seen is None and self.desk.state.connection is not Connection.LIVE:
            return [(" ! nothing is here before the daemon is back", "warn")]
        if self._answered != self._typed and self.desk.state.connection is not Connection.LIVE:
            rows = f"the rows of `{safe(self._answered, _ROWS_OF)}`" if self._answered else "the rows without a filter"
            return [(f" ! showing {rows} until the daemon is back", "warn")]
        if self._empty:
            if text := self.query_one(Input).value:
                return [(" nothing matches", "warn"), (f"{safe(misread(text))}: Esc clears the filter", "warn")]
            return [(" ✓ nothing is open", "good")]
        currency = self.desk.state.currency(self.filter.practice)
        return [(" ", ""), *summary_line(self.listing, self.folds, self.seen, currency)]


def _same_order(query: ListQuery, other: ListQuery) -> ListQuery:
    return msgspec.structs.replace(query, sort=other.sort, descending=other.descending)


def _ordered(query: ListQuery, kept: ViewMemory) -> ListQuery:
    """The query in the order that is remembered."""
    if kept.sort not in set(Sort):
        return query
    return msgspec.structs.replace(query, sort=Sort(kept.sort), descending=kept.descending)
