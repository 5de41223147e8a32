"""The review: both sides and the baseline, what can be done about it, the decision, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from daemon.protocol import Changed, Closed, Detail, DiscrepancyView, Event, OptionView, Resync, Snapshot
from tui import beside, calls, composing, following, reviewing
from tui.desk import Desk
from tui.drawing import WIDE
from tui.marks import CHOSEN, DIFFERS, MOVED, PROVET_ONLY, WRITES, XERO_ONLY, Mark
from tui.prose import Line
from tui.screens.copying import Copying
from tui.screens.deciding import Deciding
from tui.screens.links import Links
from tui.screens.mixing import Mixing
from tui.screens.view import View
from tui.state import Connection

Reached = DiscrepancyView | None
Neighbour = Callable[[int, str], Reached | Awaitable[Reached]]
"""Gives the discrepancy so many places on from the one with that id, None at the end, or what to wait for."""

_FOLLOW_S = 0.4
_TICK_S = 5.0
_PATIENCE_S = 0.1
_KEPT = "review"


class _Page(VerticalScroll, inherit_bindings=False):
    """What scrolls by page and wheel: the arrows choose an option, however much there is to read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home,g", "scroll_home", "First", show=False),
        Binding("end,G", "scroll_end", "Last", show=False),
    ]


class Review(Deciding):
    ABOUT: ClassVar[str] = (
        "One discrepancy: Provet, the baseline (the state both last agreed on), and Xero; what can be done about it, "
        "a card each; and what became of what was decided."
    )
    MARKS: ClassVar[Sequence[Mark]] = (DIFFERS, MOVED, XERO_ONLY, PROVET_ONLY, CHOSEN, *WRITES.values())
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Next"),
        Binding("p", "step(-1)", "Previous"),
        Binding("down,j", "option(1)", "Next option"),
        Binding("up,k", "option(-1)", "Previous option", show=False),
        Binding("f", "mix", "Field by field"),
        Binding("e", "equal", "Equal ones"),
        Binding("o", "links", "Links"),
        Binding("C", "cause", "Its cause", show=False),
        Binding("y", "copy", "Copy id or amount", show=False),
        Binding("pagedown,space,ctrl+f", "scroll(1)", "Scroll down", show=False),
        Binding("pageup,ctrl+b", "scroll(-1)", "Scroll up", show=False),
    ]

    def __init__(self, desk: Desk, found: DiscrepancyView, neighbour: Neighbour) -> None:
        super().__init__(desk, found)
        self._neighbour = neighbour
        self._option = ""
        self._mixed: OptionView | None = None
        self._equal = self._reaching = False

    def body(self) -> Iterable[Widget]:
        yield Line(id="progress")
        yield _Page(
            Vertical(Line(id="title"), Line(id="fields"), Line(id="evidence"), id="facts"),
            Vertical(
                Line(id="steps"),
                Vertical(id="options"),
                Line(id="hint"),
                Line(id="beneath"),
                Line(id="history"),
                Line(id="links"),
                id="choices",
            ),
            id="review",
        )

    def headline(self) -> str:
        return f"review {self.found.id}"

    def on_mount(self) -> None:
        self.query_one("#review").focus()
        self._redraw()
        self.start(self._read, "detail")
        self.set_interval(_FOLLOW_S, self._follow)
        self.set_interval(_TICK_S, self._redraw)

    def on_resize(self) -> None:
        self._redraw()

    def begin(self, found: DiscrepancyView, neighbour: Neighbour) -> None:
        """Be about another discrepancy, as if it was opened only now."""
        self.workers.cancel_node(self)
        self._neighbour = neighbour
        self._equal = self._reaching = False
        self.clear_selection()
        self._be_about(found)

    def told(self, event: Event | None, /) -> None:
        match event:
            case Changed(discrepancy=view) if view.id == self.found.id:
                self._become(_beside(self.found, view))
                self.start(self.reload, "detail")
            case Closed(id=closed_id) if closed_id == self.found.id:
                self._become(msgspec.structs.replace(self.found, status="closed"))
                self.start(self.reload, "detail")
            case Snapshot() | Resync():
                self.start(self.reload, "detail")
            case _:
                pass

    def chosen(self) -> OptionView | None:
        if self.found.status == "closed":
            return None
        if self._mixed and self._mixed.id == self._option:
            return self._mixed
        return self.found.option(self._option) or self.found.option()

    def refusal(self, action: str) -> str:
        if self._reaching and (action == "step" or action in self.DECIDES):
            return "the next one is on its way: wait until it is shown"
        if action == "mix" and not composing.can_mix(self.found):
            return "there is nothing to choose field by field here"
        if action == "cause" and not self.found.cause:
            return "it waits for no cause"
        if action == "links" and not reviewing.links(self.found.subject):
            return "there are no links to it: set web_url in the settings"
        return super().refusal(action)

    def action_option(self, by: int) -> None:
        options = self._shown()
        if options:
            places = [place for place, option in enumerate(options) if option == self.chosen()]
            place = (places[0] + by) % len(options) if places else 0
            self._option = options[place].id
            self._redraw()
            self.query_one(f"#option-{place}").scroll_visible(animate=False)

    def action_step(self, by: int) -> None:
        found = self._neighbour(by, self.found.id)
        if found is None or isinstance(found, DiscrepancyView):
            self._arrive(found)
        else:
            self._reaching = True
            self.start(partial(self._reach, found), "step")

    async def _reach(self, found: Awaitable[Reached]) -> None:
        try:
            self._arrive(await found)
        finally:
            self._reaching = False
        self.refresh_frame()

    def _arrive(self, found: Reached) -> None:
        if found:
            self.hush()
            self._be_about(found)
        elif self.desk.state.connection is Connection.LIVE:
            self.notify("the list ends here", markup=False)
        else:
            self.explain("not connected to the daemon: wait until it is back")

    def _be_about(self, found: DiscrepancyView) -> None:
        self.found, self._option, self._mixed = found, "", None
        self.query_one("#review", VerticalScroll).scroll_home(animate=False)
        self.refresh_frame()
        self._redraw()
        self.start(self._read, "detail")

    async def _read(self) -> None:
        """Read what the list does not know, and paint it with what it does, unless that takes long."""
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self.reload())
            with self.app.batch_update():
                await asyncio.wait([reading], timeout=_PATIENCE_S)
            self.check_idle()

    def action_mix(self) -> None:
        chosen = self.chosen()

        def put_together(option_id: str | None) -> None:
            if option_id:
                self.start(partial(self._mix, self.found.id, option_id), "mix")

        mix = composing.begin(self.found, chosen.id if chosen else "")
        self.app.push_screen(Mixing(mix), put_together)

    async def _mix(self, discrepancy_id: str, option_id: str) -> None:
        option = await self.ask(calls.option(discrepancy_id, option_id))
        if option and discrepancy_id == self.found.id:
            self._option, self._mixed = option.id, option
            self._redraw()
            place = next(place for place, each in enumerate(self._shown()) if each.id == option.id)
            self.call_after_refresh(lambda: self.query_one(f"#option-{place}").scroll_visible(animate=False))

    def action_equal(self) -> None:
        self._equal = not self._equal
        self._redraw()
        if self._equal:
            self.start(self._read_on, "ledger")

    async def _read_on(self) -> None:
        """Read the rest of a long ledger."""
        found = self.found
        while isinstance(found, Detail) and found.ledger and found.ledger.left_out and self._equal:
            known = found.ledger.rows
            more = await self.ask(calls.ledger(found.id, len(known)))
            if more is None or not more.rows or self.found is not found:
                return
            ledger = msgspec.structs.replace(more, rows=(*known, *more.rows))
            found = self.found = msgspec.structs.replace(found, ledger=ledger)
            self._redraw()

    def action_links(self) -> None:
        self.app.push_screen(Links(reviewing.links(self.found.subject)))

    def action_cause(self) -> None:
        if self.found.cause:
            self.start(partial(self._open, self.found.cause), "cause")

    async def _open(self, discrepancy_id: str) -> None:
        if found := await self.ask(calls.show(discrepancy_id)):
            open_review(self, found, lambda _, __: None)

    def action_copy(self) -> None:
        self.app.push_screen(Copying(reviewing.copies(self.found)))

    def action_scroll(self, by: int) -> None:
        body = self.query_one("#review", VerticalScroll)
        body.scroll_page_down(animate=False) if by > 0 else body.scroll_page_up(animate=False)

    async def reload(self) -> None:
        wanted = self.found.id
        detail = await self.ask(calls.show(wanted))
        if detail and detail.id == self.found.id:
            mixed = self._mixed.id if self._mixed else ""
            if not composing.fits(detail, mixed):
                self._mixed = None
            self._become(detail)
            if self._equal:
                self.start(self._read_on, "ledger")
            if self._mixed:
                await self._mix(detail.id, mixed)

    def _follow(self) -> None:
        """Look how far a correction is that is on its way; the feed tells of its beginning and end only."""
        found = self.found.correction
        if found and found.id and found.status in following.MOVING and self.found.status != "closed":
            self.start(partial(self._follow_up, found.id), "follow")

    async def _follow_up(self, correction_id: str) -> None:
        fresh = await self.ask(calls.correction(correction_id))
        known = self.found.correction
        if fresh and known and known.id == correction_id and fresh != known:
            self._become(msgspec.structs.replace(self.found, correction=fresh))

    def _become(self, found: DiscrepancyView) -> None:
        self.found = found
        self._redraw()
        self.refresh_bindings()

    def _shown(self) -> tuple[OptionView, ...]:
        """The options as cards: of the mixtures only the one that was put together."""
        if self.found.status == "closed":
            return ()
        mixed = (self._mixed,) if self._mixed else ()
        if not composing.can_mix(self.found):
            return self.found.options
        whole = tuple(option for option in self.found.options if not option.id.startswith(reviewing.MIXED))
        known = {option.id for option in whole}
        return (*whole, *(option for option in mixed if option.id not in known)) or self.found.options

    def _redraw(self) -> None:
        wide, now, found = self.size.width >= WIDE, self.desk.world.utc(), self.found
        width = (self.size.width // 2 if wide else self.size.width) - 4
        evidence = []
        if isinstance(found, Detail):
            evidence = beside.lines(found.lines, width, found.currency, equal=self._equal)
            evidence += beside.ledger(found.ledger, width, found.currency, equal=self._equal)
        self._line("progress", following.progress(found))
        self._line("title", reviewing.title(found, now, roomy=wide))
        self._line("fields", beside.fields(found, width, equal=self._equal))
        self._line("evidence", evidence if wide else [])
        self._line("beneath", [] if wide else evidence)
        self._line("steps", [*following.doubt(found), *following.steps(found, now), *following.by_hand(found)])
        self._line("history", reviewing.history(found.history, found, now) if isinstance(found, Detail) else [])
        self._line("links", reviewing.links_line(found))
        self._line("hint", composing.hint(found))
        self._redraw_options()

    def _line(self, name: str, pieces: list[tuple[str, str]]) -> None:
        """Show pieces, each of which may end its line, without a blank line after them."""
        *before, (last, role) = pieces or [("", "")]
        self.query_one(f"#{name}", Line).show([*before, (last.rstrip("\n"), role)] if pieces else [])

    def _redraw_options(self) -> None:
        chosen, shown = self.chosen(), self._shown()
        box = self.query_one("#options", Vertical)
        cards = [card for card in box.children if isinstance(card, Line)]
        for place, option in enumerate(shown):
            card = cards[place] if place < len(cards) else Line(id=f"option-{place}", classes="card")
            if place >= len(cards):
                box.mount(card)
            card.set_class(option == chosen, "-chosen")
            card.show(reviewing.option(option, self.found, chosen=option == chosen, others=len(shown) - 1))
        for card in cards[len(shown) :]:
            card.remove()


def open_review(before: View, found: DiscrepancyView, neighbour: Neighbour) -> None:
    """Go to the review of a discrepancy: to the one that was left, as building one takes longer than all else."""
    app = before.app
    kept = app.get_screen(_KEPT) if app.is_screen_installed(_KEPT) else None
    if isinstance(kept, Review) and kept not in app.screen_stack:
        kept.begin(found, neighbour)
        app.push_screen(kept)
        return
    fresh = Review(before.desk, found, neighbour)
    if kept is None:
        app.install_screen(fresh, _KEPT)
    app.push_screen(fresh)


def _beside(known: DiscrepancyView, fresh: DiscrepancyView) -> DiscrepancyView:
    """What changed, shown at once beside the evidence that is read anew in a moment."""
    if not isinstance(known, Detail):
        return fresh
    seen, now = known.correction, fresh.correction
    if seen and now and seen.id == now.id and not now.progress:
        fresh = msgspec.structs.replace(fresh, correction=msgspec.structs.replace(now, progress=seen.progress))
    return msgspec.structs.replace(known, **{name: getattr(fresh, name) for name in fresh.__struct_fields__})
