"""The documents left out of Xero: by reason in sums, and one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.widget import Widget

from daemon.protocol import Event, ExcludedQuery, ExcludedRow, PracticeChanged, Resync, Snapshot
from daemon.safe import safe
from tui import calls
from tui.deciding_many import amounts
from tui.desk import Desk
from tui.drawing import Column, Piece
from tui.leaving_out import (
    Window,
    excluded_card,
    excluded_columns,
    excluded_row,
    filled,
    next_reason,
    reason_lines,
    wanted,
)
from tui.plain import counted
from tui.prose import Line
from tui.screens.links import Links
from tui.screens.reading import CURSOR
from tui.screens.searching import Searching
from tui.widgets import Rows

_REASONS, _REASONS_TALL = 4, 12
_TALL = 40


class Excluded(Searching):
    NOTHING = "nothing is left out"
    TERMS = "a document or a reason"
    ABOUT: ClassVar[str] = (
        "Provet documents that rightly have no counterpart in Xero, each with its reason and what is open on it: they "
        "explain a part of the difference between the books. The largest come first; t goes through the reasons."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "reason", "Next reason"),
        Binding("o", "links", "Link"),
        Binding("y", "copy", "Copy link", show=False),
    ]

    def __init__(self, desk: Desk, practice: str) -> None:
        super().__init__(desk)
        self.window = Window(ExcludedQuery(practice=practice))

    def body(self) -> Iterable[Widget]:
        yield Line(id="reasons")
        yield from super().body()

    def headline(self) -> str:
        return f"excluded · {self.practice_title}"

    def searched(self, text: str) -> None:
        self._ask_anew(text=text.strip())

    async def read(self) -> None:
        while self.query(Rows):
            rows = self.query_one(Rows)
            query = wanted(self.window, rows.first, rows.height)
            page = await self.answered(calls.excluded(query)) if query else None
            if query is None or page is None:
                return
            self.window = filled(self.window, query, page)
            self.redraw()

    def concerned(self, event: Event) -> bool:
        return isinstance(event, PracticeChanged) and self.place[1] in ("", event.practice.id)

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, Snapshot | Resync) or (event and self.concerned(event)):
            self.window = replace(self.window, stale=True)
            self.reread_soon()

    def on_rows_viewed(self) -> None:
        self.action_reread()

    def action_reason(self) -> None:
        self._ask_anew(reason=next_reason(self.window))

    def action_links(self) -> None:
        found = self._current()
        if found and found.provet.url:
            self.app.push_screen(Links([(f"Provet {safe(found.provet.id)}", safe(found.provet.url))]))

    def action_copy(self) -> None:
        if found := self._current():
            self.copy(found.provet.url or found.provet.id)

    def chosen(self) -> None:
        self.action_links()

    def refusal(self, action: str) -> str:
        found = self._current()
        if action == "links" and not (found and found.provet.url):
            return "there is no link here: set web_url in the settings"
        if action == "reason" and not self.window.reasons:
            return "nothing is left out"
        return super().refusal(action)

    def count(self) -> int:
        return self.window.total or 0

    def columns(self) -> tuple[Column, ...]:
        return excluded_columns(self.size.width - CURSOR)

    def row(self, place: int) -> list[Piece] | None:
        found = self.window.rows.get(place)
        return excluded_row(found, self.desk.world.utc(), self.columns()) if found else None

    def summary(self) -> list[Piece]:
        reason = f" · only: {safe(self.window.query.reason)}" if self.window.query.reason else ""
        sums = amounts({currency: Decimal(each) for currency, each in self.window.amounts.items()})
        found = f" {counted(self.count(), 'document')} left out of Xero"
        return [(found, "head"), (f" · {sums} open on them", ""), (reason, "warn")]

    def card(self) -> list[Piece]:
        found = self._current()
        return excluded_card(found) if found else []

    def practice_here(self) -> str:
        found = self._current()
        return found.practice if found else super().practice_here()

    def redraw(self, cursor: int | None = None) -> None:
        super().redraw(cursor)
        room = _REASONS_TALL if self.size.height >= _TALL else _REASONS
        self.show("reasons", reason_lines(self.window.reasons, self.window.query.reason, room, self.size.width))

    def _current(self) -> ExcludedRow | None:
        return self.window.rows.get(self.cursor) if self.query(Rows) else None

    def _ask_anew(self, **changes: str) -> None:
        query = msgspec.structs.replace(self.window.query, **changes)
        if query != self.window.query:
            self.window = Window(query, reasons=self.window.reasons)
            self.loaded = False
            self.redraw(0)
            self.action_reread()
