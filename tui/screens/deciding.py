"""Keys that decide on one discrepancy: each asks first, and says why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from daemon.protocol import (
    Approval,
    Assign,
    Comment,
    Decision,
    DiscrepancyView,
    OptionView,
    Outcome,
    Reject,
    Snooze,
    Waive,
)
from daemon.safe import safe
from tui import asking, calls, entries, following
from tui.calls import Call, ControlError
from tui.desk import Desk
from tui.drawing import Piece
from tui.entries import Entry
from tui.plain import LABEL_MAX, words
from tui.screens.dialogs import Confirm, Told
from tui.screens.forms import Form
from tui.screens.view import View
from tui.times import moment_for

_DONE: dict[type[Decision], str] = {
    Reject: "rejected",
    Snooze: "snoozed",
    Waive: "waived",
    Comment: "comment noted",
    Assign: "assigned",
}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is wanted: how its option is looked at, and how an option that was agreed to is sent."""

    action: str
    look: Call[OptionView]
    send: Callable[[OptionView], Call[Approval]]

    @property
    def yes(self) -> str:
        return self.action.capitalize()


class Deciding(View):
    """A screen about the discrepancy ``found``."""

    DECIDES: ClassVar[frozenset[str]] = frozenset(
        {"approve", "undo", "reject", "snooze", "waive", "comment", "assign", "sync"}
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve"),
        Binding("r", "reject", "Reject"),
        Binding("s", "snooze", "Snooze"),
        Binding("w", "waive", "Waive"),
        Binding("c", "comment", "Comment"),
        Binding("at", "assign", "Assign", key_display="@"),
        Binding("u", "undo", "Undo"),
        Binding("S", "sync", "Sync now"),
    ]

    def __init__(self, desk: Desk, found: DiscrepancyView) -> None:
        super().__init__(desk)
        self.found = found
        self._sent = ""
        """What is on its way to the daemon, in words."""

    def unfinished(self) -> str:
        return self._sent

    def chosen(self) -> OptionView | None:
        """The option that an approval is about."""
        return self.found.option()

    async def reload(self) -> None:
        """Read the discrepancy anew."""

    def practice_here(self) -> str:
        return self.found.practice

    def practice_shown(self) -> str:
        return self.found.practice

    def refusal(self, action: str) -> str:
        if action not in self.DECIDES:
            return ""
        if self._sent and action in {"approve", "undo"}:
            return f"wait until it is sent: {self._sent}"
        return super().refusal(action) or safe(asking.refusal(action, self.found, self.chosen(), self.desk.state.me))

    def action_approve(self) -> None:
        chosen, seen = self.chosen(), self.found
        if chosen is None:
            return
        wish = _Wish(
            "approve",
            calls.option(seen.id, chosen.id),
            lambda option: calls.approve(seen.id, option.id, option.fingerprint),
        )
        dialog = Confirm(partial(self._question, seen, chosen), wish.yes)
        self.app.push_screen(dialog, lambda said: self._answered(said, wish, seen, chosen))
        if chosen.effect is None:
            self.start(partial(self._weigh, dialog, wish, seen, chosen), "weigh")

    async def _weigh(self, dialog: Confirm, wish: _Wish, seen: DiscrepancyView, chosen: OptionView) -> None:
        """Add what the list does not know: the effect, and whether two people must agree."""
        option = await self.ask(wish.look)
        if option and option.fingerprint == chosen.fingerprint:
            dialog.show(partial(self._question, seen, option))

    def action_undo(self) -> None:
        self.start(partial(self._ask_undo, self.found), "weigh")

    async def _ask_undo(self, seen: DiscrepancyView) -> None:
        """Ask at once, and let it be answered once it is known what an undo would write."""
        planned: list[OptionView] = []
        wish = _Wish("undo", calls.undo_option(seen.id), lambda option: calls.undo(seen.id, option.fingerprint))

        def answered(said: bool | None) -> None:
            for option in planned:
                self._answered(said, wish, seen, option)

        asked = partial(asking.about, seen, "Undo?")
        dialog = Confirm(asked, wish.yes, waits_for="what an undo would write")
        await self.app.push_screen(dialog, answered)
        if option := await self.ask(wish.look):
            planned.append(option)
            dialog.show(partial(self._question, seen, option))
        else:
            dialog.withdraw()

    def _question(self, seen: DiscrepancyView, option: OptionView) -> list[Piece]:
        paused = self.desk.state.paused(seen.practice)[0] > 0
        return asking.question(seen, option, self.desk.state.me, self.desk.world.utc(), paused=paused)

    def _answered(self, said: bool | None, wish: _Wish, seen: DiscrepancyView, option: OptionView) -> None:
        if said:
            self._sent = f"{wish.action} {safe(seen.subject.label, LABEL_MAX)}"
            self.start(partial(self._decide, wish, seen, option))

    async def _decide(self, wish: _Wish, seen: DiscrepancyView, option: OptionView) -> None:
        try:
            await self._send_approval(wish, seen, option)
        finally:
            self._sent = ""

    async def _send_approval(self, wish: _Wish, seen: DiscrepancyView, option: OptionView) -> None:
        try:
            approval = await self.desk.ask(wish.send(option))
        except ControlError as error:
            await self.reload()
            gone = seen.option(option.id) and self.found.option(option.id) is None and self.found.status != "closed"
            if self.found.id == seen.id and (error.problem.code == Outcome.STALE or gone):
                await self._ask_again(wish, seen, option)
            else:
                self.notify(
                    safe(entries.said(error.problem)), title=words(error.problem.code), severity="error", markup=False
                )
            return
        if approval.outcome is not Outcome.ACCEPTED:
            text = f"{words(approval.outcome)}: {safe(approval.message)}".rstrip(": ")
            self.notify(text, severity="warning", markup=False)
        await self.reload()

    async def _ask_again(self, wish: _Wish, seen: DiscrepancyView, option: OptionView) -> None:
        """Show what moved since it was asked, and ask the same of what stands now, if that can be decided."""
        now: OptionView | None = None
        with suppress(ControlError):
            now = await self.desk.ask(wish.look)
        found = self.found
        if found.id != seen.id:
            return
        moved = following.moved(seen, option, found, now)
        if now is None or asking.refusal(wish.action, found, now, self.desk.state.me):
            self.app.push_screen(Told([*moved, ("Look at it again; the screen beneath shows what stands now.", "dim")]))
            return
        again = now

        def asked() -> list[Piece]:
            return [*moved, ("", ""), *self._question(found, again)]

        self.app.push_screen(Confirm(asked, wish.yes), lambda said: self._answered(said, wish, found, again))

    def action_reject(self) -> None:
        text = "Reject? It does not come back until the facts change."
        self._fill(text, "rejects", (entries.REASON,), lambda texts: Reject(reason=texts["reason"]))

    def action_snooze(self) -> None:
        utc, zones = self.desk.world.utc, [self.desk.state.zone(self.found.practice)]
        text = "Snooze? It comes back at its time, or when the facts change."
        entry = entries.until(utc, zones)
        self._fill(text, "snoozes", (entry,), lambda texts: Snooze(until=moment_for(texts["until"], utc(), zones)))

    def action_waive(self) -> None:
        asked = entries.waiver(self.found, self.found.currency, self.desk.world.utc())
        self._fill(f"Waive? {entries.WAIVER}", "waives", asked, entries.waive, asking.waiver_terms(self.found))

    def action_comment(self) -> None:
        self._fill("Comment", "notes it", (entries.COMMENT,), lambda texts: Comment(text=texts["text"]))

    def action_assign(self) -> None:
        self._fill(
            "Assign", "assigns", (entries.assignee(self.desk.state.me),), lambda texts: Assign(user=texts["user"])
        )

    def action_sync(self) -> None:
        self.start(self._sync)

    async def _sync(self) -> None:
        if await self.ask(calls.sync(self.found.practice)):
            self.notify(f"a cycle of {safe(self.found.practice)} begins", markup=False)

    def _fill(
        self,
        text: str,
        what: str,
        asked: Sequence[Entry],
        decision: Callable[[dict[str, str]], Decision],
        terms: Sequence[Piece] = (),
    ) -> None:
        """Ask, and send the decision that the answers make, about what is shown now."""
        discrepancy_id = self.found.id

        async def send(texts: dict[str, str]) -> str:
            return await self._send(discrepancy_id, decision(texts))

        def answered(texts: dict[str, str] | None) -> None:
            if texts:
                self.start(self.reload, "detail")

        self.app.push_screen(Form([*asking.about(self.found, text), *terms], what, asked, send), answered)

    async def _send(self, discrepancy_id: str, decision: Decision) -> str:
        try:
            detail = await self.desk.ask(calls.decide(discrepancy_id, decision))
        except ControlError as error:
            return entries.said(error.problem)
        waits = isinstance(decision, Waive) and detail.status != "waived"
        self.notify(words(Outcome.WAITING_SECOND_PERSON) if waits else _DONE[type(decision)], markup=False)
        return ""
