"""Work that only people can do: what to do where, with the links; it closes by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from daemon.protocol import Changed, Closed, Event, ListQuery, Resync, Snapshot, Sort
from daemon.safe import safe
from tui import calls
from tui.desk import Desk
from tui.doubting import work_card, work_columns, work_row
from tui.drawing import Column, Piece
from tui.listing import Listing, filled, moved, outdated, told, wanted
from tui.marks import SEEN_DONE, Mark
from tui.plain import amount, counted
from tui.practices import to_mend
from tui.reviewing import links
from tui.screens.links import Links
from tui.screens.reading import CURSOR, Reading
from tui.screens.review import Reached
from tui.widgets import Rows

HAND_WORK = "hand_work"


class HandWork(Reading):
    NOTHING = "nothing is to be done by hand"
    ABOUT: ClassVar[str] = (
        "What the daemon may not write itself, such as a payment that the bank has confirmed: the lines below say "
        "what to do where. Each closes by itself once it is seen done. Enter opens the review, o the links."
    )
    MARKS: ClassVar[Sequence[Mark]] = (SEEN_DONE,)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "links", "Links")]

    def __init__(self, desk: Desk, practice: str) -> None:
        super().__init__(desk)
        query = ListQuery(practice=practice, policy=HAND_WORK, sort=Sort.AGE, descending=False)
        self.listing = Listing(query)

    def headline(self) -> str:
        return f"by hand · {self.practice_title}"

    async def read(self) -> None:
        rows = self.query_one(Rows)
        while query := wanted(self.listing, rows.first, rows.height):
            page = await self.answered(calls.page(query))
            if page is None:
                return
            self._follow_cursor()
            self.listing = filled(self.listing, query, page)
            self.redraw(self.listing.cursor)

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, Snapshot | Resync):
            self.listing = outdated(self.listing)
        elif isinstance(event, Changed | Closed) and self._may_be_here(event):
            self.listing = told(self.listing, event)
            self.reread_soon()
        super().told(event)

    def on_rows_viewed(self) -> None:
        self._follow_cursor()
        self.action_reread()

    def chosen(self) -> None:
        if found := self.listing.current:
            self.review(found)

    def action_links(self) -> None:
        if found := self.listing.current:
            self.app.push_screen(Links(links(found.subject)))

    def refusal(self, action: str) -> str:
        found = self.listing.current
        if action == "links" and (found is None or not links(found.subject)):
            return "there are no links here"
        return super().refusal(action)

    def neighbour(self, by: int, left: str) -> Reached | Awaitable[Reached]:
        """Move on from the one ``left``, which may have gone meanwhile, and give what is there."""
        current = self.listing.current
        step = 0 if by > 0 and current and current.id != left else by
        if not 0 <= self.listing.cursor + step < self.count():
            return None
        self.redraw(self.listing.cursor + step)
        self._follow_cursor()
        return self.listing.current or self._arrived()

    async def _arrived(self) -> Reached:
        await self.read()
        return self.listing.current

    def count(self) -> int:
        return self.listing.total or 0

    def columns(self) -> tuple[Column, ...]:
        return work_columns(self.size.width - CURSOR)

    def row(self, place: int) -> list[Piece] | None:
        found = self.listing.rows.get(place)
        return work_row(found, self.desk.world.utc(), self.columns()) if found else None

    def summary(self) -> list[Piece]:
        currency = self.desk.state.currency(self.place[1])
        money = "" if currency is None else f" · {amount(self.listing.amount, currency)} {safe(currency)}".rstrip()
        what = f" {counted(self.count(), 'thing')} to do by hand"
        return [(what, "head"), (money, ""), (" · each closes by itself once seen done", "good")]

    def nothing(self) -> list[Piece]:
        known, here = self.desk.state.practices, self.place[1]
        causes = to_mend(practice for practice in known if here in {"", practice.id})
        held = [(f"\n ! but only people can mend what others wait for, 2 lists it: {causes}", "warn")] if causes else []
        return [*super().nothing(), *held]

    def card(self) -> list[Piece]:
        found = self.listing.current
        zone = self.desk.state.zone(found.practice) if found else ""
        return work_card(found, zone, self.desk.world.utc()) if found else []

    def subject(self) -> str:
        found = self.listing.current
        return safe(found.id) if found else ""

    def practice_here(self) -> str:
        found = self.listing.current
        return found.practice if found else super().practice_here()

    def _may_be_here(self, event: Changed | Closed) -> bool:
        """Whether it is work by hand, or was: what is known here and what comes new."""
        if isinstance(event, Changed) and event.discrepancy.policy == HAND_WORK:
            return True
        changed = event.id if isinstance(event, Closed) else event.discrepancy.id
        return any(row.id == changed for row in self.listing.rows.values())

    def _follow_cursor(self) -> None:
        self.listing = moved(self.listing, self.cursor)
