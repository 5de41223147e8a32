"""The review: both sides and the baseline, what can be done about it, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from daemon.protocol import Changed, Closed, DiscrepancyView, Event, HistoryEntry, OptionView, Resync, Snapshot
from daemon.safe import safe
from tui import calls, reviewing
from tui.desk import Desk
from tui.drawing import WIDE
from tui.screens.deciding import Deciding
from tui.widgets import Line, content

Neighbour = Callable[[int, str], DiscrepancyView | None]
"""Gives the discrepancy so many places on from the one with that id, or None."""


class Review(Deciding):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "option(1)", "Next option", key_display="↓"),
        Binding("up,k", "option(-1)", "Previous option", show=False),
        Binding("n", "step(1)", "Next"),
        Binding("p", "step(-1)", "Previous"),
        Binding("e", "equal", "Equal fields", show=False),
        Binding("y", "copy", "Copy id", show=False),
        Binding("pagedown,space,ctrl+f", "scroll(1)", "Scroll down", show=False),
        Binding("pageup,ctrl+b", "scroll(-1)", "Scroll up", show=False),
    ]

    def __init__(self, desk: Desk, found: DiscrepancyView, neighbour: Neighbour) -> None:
        super().__init__(desk, found)
        self._neighbour = neighbour
        self._history: tuple[HistoryEntry, ...] = ()
        self._option = ""
        self._equal = False

    def body(self) -> Iterable[Widget]:
        yield Line(id="progress")
        yield VerticalScroll(
            Vertical(Line(id="title"), Line(id="fields"), id="facts"),
            Vertical(Vertical(id="options"), Line(id="history"), Line(id="links"), id="choices"),
            id="review",
        )

    def headline(self) -> str:
        return f"review {self.found.id}"

    def on_mount(self) -> None:
        self.query_one("#review").focus()
        self._redraw()
        self.reload()

    def on_resize(self) -> None:
        self._redraw()

    def told(self, event: Event | None, /) -> None:
        match event:
            case Changed(discrepancy=view) if view.id == self.found.id:
                self.found = view
                self._redraw()
                self.reload()
            case Closed(id=closed_id) if closed_id == self.found.id:
                self.found = msgspec.structs.replace(self.found, status="closed")
                self._redraw()
                self.reload()
            case Snapshot() | Resync():
                self.reload()
            case _:
                pass

    def action_option(self, by: int) -> None:
        options = self.found.options
        if options:
            places = [place for place, option in enumerate(options) if option == self.chosen()]
            place = (places[0] + by) % len(options) if places else 0
            self._option = options[place].id
            self._redraw()
            self.query_one(f"#option-{place}").scroll_visible(animate=False)

    def action_step(self, by: int) -> None:
        if found := self._neighbour(by, self.found.id):
            self.found, self._history, self._option = found, (), ""
            self.query_one("#review", VerticalScroll).scroll_home(animate=False)
            self.refresh_frame()
            self._redraw()
            self.reload()
        else:
            self.notify("the list ends here", markup=False)

    def action_equal(self) -> None:
        self._equal = not self._equal
        self._redraw()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(safe(self.found.id))
        self.notify(f"copied {safe(self.found.id)}", markup=False)

    def action_scroll(self, by: int) -> None:
        body = self.query_one("#review", VerticalScroll)
        body.scroll_page_down(animate=False) if by > 0 else body.scroll_page_up(animate=False)

    def reload(self) -> None:
        self.start(partial(self._load, self.found.id), "detail")

    async def _load(self, discrepancy_id: str) -> None:
        detail = await self.ask(calls.show(discrepancy_id))
        if detail and detail.id == self.found.id:
            self.found, self._history = detail, detail.history
            self._redraw()

    def chosen(self) -> OptionView | None:
        if self.found.status == "closed":
            return None
        return self.found.option(self._option) or self.found.option()

    def _redraw(self) -> None:
        wide = self.size.width >= WIDE
        width = self.size.width // 2 if wide else self.size.width
        self.query_one("#progress", Line).show(reviewing.progress(self.found))
        self.query_one("#title", Line).show(reviewing.title(self.found, self.desk.world.utc()))
        self.query_one("#fields", Line).show(reviewing.fields(self.found, width - 4, equal=self._equal))
        self.query_one("#history", Line).show(reviewing.history(self._history))
        self.query_one("#links", Line).show(reviewing.links(self.found))
        self._redraw_options()

    def _redraw_options(self) -> None:
        chosen = self.chosen()
        box = self.query_one("#options", Vertical)
        cards = [card for card in box.children if isinstance(card, Static)]
        for place, option in enumerate(self.found.options):
            card = cards[place] if place < len(cards) else Static(id=f"option-{place}", classes="card", markup=False)
            if place >= len(cards):
                box.mount(card)
            card.set_class(option == chosen, "-chosen")
            card.update(content(reviewing.option(option, chosen=option == chosen)))
        for card in cards[len(self.found.options) :]:
            card.remove()
