"""A list that is longer than what is here: what is looked at is asked for, drawn at once and kept near the cursor."""

from __future__ import annotations

from collections.abc import Awaitable

import msgspec

from daemon.protocol import Changed, Closed, DiscrepancyView, Event, Group, ListQuery, Resync, Snapshot
from tui import calls, folds
from tui.desk import Desk
from tui.drawing import Piece
from tui.folds import GROUPS_MAX, Folds
from tui.listing import Listing, filled, moved, outdated, requery, told, wanted
from tui.screens.many import DecidingMany
from tui.screens.review import Reached
from tui.widgets import Rows

_EVENTS_S = 0.2
"""Events within this time are answered with one question."""


ON_ITS_WAY = "the list that is asked for is on its way from the daemon: wait until it is shown"


class Windowed(DecidingMany):
    """Holds ``rows`` over a ``listing`` of what ``filter`` lets through, in ``folds`` where it is grouped.

    A key never waits for the daemon: what is not here yet is drawn as a placeholder.
    """

    def __init__(self, desk: Desk, query: ListQuery) -> None:
        super().__init__(desk)
        self.filter = query
        self.listing = Listing(query)
        self.folds = Folds()
        self.rows = Rows(self.draw, id="list")
        self.seen: tuple[int, str] | None = None
        """Count and amount of all groups."""
        self._pending = self._busy = False
        self._groups_stale = True
        self._grouped: ListQuery | None = None
        """What the groups that are here were made of."""

    def draw(self, place: int, /) -> list[Piece] | None:
        """What stands at a place; None if it is not here yet."""
        raise NotImplementedError

    def redraw_lines(self) -> None:
        """Draw anew what stands around the rows."""

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, Snapshot | Resync):
            self.listing = outdated(self.listing)
        elif isinstance(event, Changed | Closed):
            self.listing = told(self.listing, event)
        else:
            return
        self._groups_stale = True
        self.rows.redraw()
        self._fetch_soon()

    def on_screen_resume(self) -> None:
        self.fetch()

    def on_rows_viewed(self) -> None:
        self.follow_cursor()
        self.fetch()

    @property
    def members(self) -> int:
        """How many the open group, or the whole list, has."""
        return self.listing.total or 0

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.folds.count(self.members)

    def group(self) -> Group | None:
        """The group whose own row the cursor is on."""
        return self.folds.group(self.rows.cursor, self.members)

    def member(self) -> int | None:
        """The place within the list that the cursor is on; None on a group's own row."""
        return self.folds.member(self.rows.cursor, self.members)

    def row(self) -> DiscrepancyView | None:
        """The discrepancy that the cursor is on, if it is here."""
        member = self.member()
        return None if member is None else self.listing.rows.get(member)

    def inside(self, group: Group) -> ListQuery:
        """What the filter lets through of a group."""
        by = self.folds.by
        return folds.inside(self.filter, by, group.practice, group.key) if by else self.filter

    def neighbour(self, by: int, left: str) -> Reached | Awaitable[Reached]:
        """Move on from the discrepancy ``left`` and give what is there, or what to wait for; None at the ends.

        If it has gone from the list meanwhile, the cursor stands on the one after it already.
        """
        self.follow_cursor()
        current = self.listing.current
        step = 0 if by > 0 and current and current.id != left else by
        if not 0 <= self.listing.cursor + step < self.members:
            return None
        self.rows.action_move(step)
        self.follow_cursor()
        return self.listing.current or self._arrived()

    async def _arrived(self) -> Reached:
        while self.listing.current is None and await self._load_page():
            pass
        return self.listing.current

    def toggle_group(self, group: Group) -> None:
        self.folds = folds.toggled(self.folds, group)
        members = self.members
        self.ask_anew(groups=False)
        place = self.folds.place_of_group(folds.key_of(group), 0 if self.folds.at is not None else members)
        self.cursor_to(place or 0)

    def cursor_to(self, place: int) -> None:
        self.rows.place(place, max(self.count, place + 1), later=True)
        self.follow_cursor()
        self.place_rows(place)

    def place_rows(self, cursor: int) -> None:
        """Draw what stands now, with the cursor there or at the end."""
        later = self._wants_groups() or (self._unanswered() and self._wanted() is not None)
        self.rows.place(min(cursor, max(self.count - 1, 0)), self.count, later=later)
        self.redraw_lines()

    def follow_cursor(self) -> None:
        if (member := self.member()) is not None:
            self.listing = moved(self.listing, member)

    def ask_anew(self, *, groups: bool = True) -> None:
        """Ask for the list that filter, order and open group make; without ``groups`` those are what they were."""
        opened = self.folds.opened
        by = self.folds.by
        query = folds.inside(self.filter, by, *opened) if by and opened else self.filter
        if query != self.listing.query:
            self.listing = requery(self.listing, query) if by is None else Listing(query)
            if by is None:
                self.rows.place(0, self.count, later=True)
        self._groups_stale = self._groups_stale or groups
        self.fetch()

    def _fetch_soon(self) -> None:
        if not self._pending:
            self._pending = True
            self.set_timer(_EVENTS_S, self.fetch)

    def fetch(self) -> None:
        """Ask for what is missing, unless an answer is on its way: then that is looked at afterwards."""
        self._pending = False
        if not self._busy and (self._wants_groups() or self._wanted()):
            self._busy = True
            self.start(self._load)

    async def _load(self) -> None:
        """Ask, one question at a time and always the newest, until all that is looked at is here.

        What is near a new list's beginning is asked for a little later: the next key may want yet another list.
        """
        try:
            while self.rows.is_attached and (await self._load_groups() or await self._load_page()):
                pass
        finally:
            self._busy = False

    def _unanswered(self) -> bool:
        """Whether nothing of the list that was asked for is here yet."""
        return self.listing.other or self.listing.total is None

    @property
    def on_its_way(self) -> bool:
        """Whether what is shown is still that of another filter or order."""
        return self._unanswered() if self.folds.by is None else self._grouped != self._asked()

    def _asked(self) -> ListQuery:
        return msgspec.structs.replace(self.filter, offset=0, limit=GROUPS_MAX)

    def _wants_groups(self) -> bool:
        return self.folds.by is not None and self._groups_stale

    def _wanted(self) -> ListQuery | None:
        if self.folds.by and self.folds.at is None:
            return None
        first = max(self.folds.member(self.rows.first, self.members) or 0, 0)
        return wanted(self.listing, first, self.rows.height)

    async def _load_groups(self) -> bool:
        by = self.folds.by
        if by is None or not self._groups_stale:
            return False
        self._groups_stale = False
        asked = self._asked()
        page = await self.ask(calls.groups(asked, by))
        if page is None:
            self._groups_stale = True
            return False
        if self.folds.by is by and self.rows.is_attached:
            group, place, self._grouped = self.group(), None, asked
            self.folds, self.seen = folds.counted(self.folds, page), (page.count, page.amount)
            if group:
                place = self.folds.place_of_group(folds.key_of(group), self.members)
            self.place_rows(self.rows.cursor if place is None else place)
        return True

    async def _load_page(self) -> bool:
        query, was_new = self._wanted(), self._unanswered()
        page = await self.ask(calls.page(query)) if query else None
        if query is None or page is None:
            return False
        if self.rows.is_attached:
            on_row = self.member() is not None
            self.follow_cursor()
            self.listing = filled(self.listing, query, page)
            self.place_rows(self.folds.place_of_member(self.listing.cursor) if on_row else self.rows.cursor)
        if was_new and not self._unanswered():
            self._fetch_soon()
            return False
        return True
