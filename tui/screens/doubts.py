"""The writes in doubt: what is looked for, when next, and what a person can do."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from daemon.protocol import DoubtPage, DoubtView, Event, PracticeChanged, StepState
from tui import calls
from tui.desk import Desk
from tui.doubting import doubt_card, doubt_columns, doubt_row
from tui.drawing import Column, Piece
from tui.marks import STUCK, WRITES, Mark
from tui.plain import counted
from tui.reviewing import links
from tui.screens.links import Links
from tui.screens.reading import CURSOR, Reading
from tui.screens.review import Reached
from tui.widgets import Rows


class Doubts(Reading):
    NOTHING = "nothing is in doubt: of every write it is known what became of it"
    ABOUT: ClassVar[str] = (
        "Writes of which nobody knows yet whether they took effect, the longest in doubt first. The daemon waits "
        "until they can no longer land, then looks: found, they count as done; not found, they are sent again. "
        "The lines below say what a person can do. Enter opens the review, o the links."
    )
    MARKS: ClassVar[Sequence[Mark]] = (WRITES[StepState.IN_DOUBT], STUCK)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "links", "Links")]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.page = DoubtPage(total=0, doubts=())

    def headline(self) -> str:
        return f"in doubt · {self.practice_title}"

    async def read(self) -> None:
        before = self._current()
        if page := await self.answered(calls.doubts(self.place[1])):
            self.page = page
            keys = [_key(each) for each in page.doubts]
            place = keys.index(_key(before)) if before and _key(before) in keys else None
            self.redraw(place)

    def neighbour(self, by: int, left: str) -> Reached | Awaitable[Reached]:
        """Move on to the next discrepancy with a write in doubt; to where the cursor is if ``left`` is settled."""
        ids = list(dict.fromkeys(each.discrepancy for each in self.page.doubts))
        place = ids.index(left) + by if left in ids else min(by, 0) + self._rank(ids)
        if not 0 <= place < len(ids):
            return None
        self.redraw(next(at for at, each in enumerate(self.page.doubts) if each.discrepancy == ids[place]))
        return self.ask(calls.show(ids[place]))

    def action_links(self) -> None:
        if found := self._current():
            self.app.push_screen(Links(links(found.subject)))

    def refusal(self, action: str) -> str:
        found = self._current()
        if action == "links" and not (found and links(found.subject)):
            return "there are no links here"
        return super().refusal(action)

    def concerned(self, event: Event) -> bool:
        return isinstance(event, PracticeChanged) and self.place[1] in ("", event.practice.id)

    def count(self) -> int:
        return len(self.page.doubts)

    def columns(self) -> tuple[Column, ...]:
        return doubt_columns(self.size.width - CURSOR)

    def row(self, place: int) -> list[Piece] | None:
        return doubt_row(self.page.doubts[place], self.desk.world.utc(), self.columns())

    def summary(self) -> list[Piece]:
        stuck = sum(each.step.stuck for each in self.page.doubts)
        first = f" (the first {self.count()} are shown)" if self.count() < self.page.total else ""
        pieces: list[Piece] = [(f" {counted(self.page.total, 'write')} in doubt{first}", "head")]
        return [*pieces, (f" · {stuck} that looking does not settle", "bad")] if stuck else pieces

    def card(self) -> list[Piece]:
        found = self._current()
        zone = self.desk.state.zone(found.practice) if found else ""
        return doubt_card(found, zone, self.desk.world.utc()) if found else []

    def subject(self) -> str:
        found = self._current()
        return found.discrepancy if found else ""

    def practice_here(self) -> str:
        found = self._current()
        return found.practice if found else super().practice_here()

    def _rank(self, ids: list[str]) -> int:
        subject = self.subject()
        return ids.index(subject) if subject else 0

    def _current(self) -> DoubtView | None:
        return self.page.doubts[self.cursor] if self.query(Rows) and self.cursor < self.count() else None


def _key(found: DoubtView) -> tuple[str, str]:
    return found.correction, found.step.summary
