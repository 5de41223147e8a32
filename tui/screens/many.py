"""Keys that decide on many at once: what would happen is rehearsed, asked for, done part by part, and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from daemon.protocol import (
    CAUSES_MAX,
    SOME_MAX,
    ApproveRequest,
    Assign,
    BulkRefusal,
    Comment,
    DiscrepancyView,
    Rehearsal,
    Reject,
    Selected,
    Snooze,
    SomeDecision,
)
from tui import calls, entries
from tui.deciding_many import Outlook, done, named, question, refusals, verb
from tui.drawing import Piece
from tui.entries import Entry
from tui.screens.dialogs import Confirm, Told
from tui.screens.forms import Form
from tui.screens.view import View
from tui.times import moment_for


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a decision would do to those that were chosen for it."""

    outlook: Outlook
    chosen: Mapping[str, Selected]


class DecidingMany(View):
    """A screen on which some discrepancies are meant: ``targets`` says which."""

    DECIDES: ClassVar[frozenset[str]] = frozenset({"approve", "reject", "snooze", "waive", "comment", "assign"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve"),
        Binding("r", "reject", "Reject"),
        Binding("s", "snooze", "Snooze", show=False),
        Binding("w", "waive", "Waive", show=False),
        Binding("c", "comment", "Comment", show=False),
        Binding("at", "assign", "Assign", key_display="@", show=False),
    ]

    progress = ""
    """How far a decision is, "" if none is under way."""
    _sent = ""
    """How far one is that is being sent, part by part."""

    async def targets(self) -> Sequence[Selected]:
        """What a decision is about now; empty if nothing, which the operator has been told."""
        return ()

    def meant(self) -> str:
        """The same in words, "" if it is nothing."""
        return ""

    def decided(self, ids: Iterable[str]) -> None:
        """These have been decided."""

    def show_progress(self, text: str) -> None:
        self.progress = text

    def unfinished(self) -> str:
        return self._sent

    def alone(self) -> DiscrepancyView | None:
        """The one that a decision is about, if it is one and here."""
        return None

    def action_approve(self) -> None:
        if self._may_begin():
            self.start(self._approve)

    def action_reject(self) -> None:
        lines = self._about("Reject", "It does not come back until the facts change.")
        self._fill(lines, "rejects", (entries.REASON,), lambda texts: Reject(reason=texts["reason"]))

    def action_snooze(self) -> None:
        utc, here = self.desk.world.utc, self.place[1]
        zones = {each.timezone for each in self.desk.state.practices if here in ("", each.id)}
        lines = self._about("Snooze", "It comes back at its time, or when the facts change.")
        entry = entries.until(utc, zones)
        self._fill(lines, "snoozes", (entry,), lambda texts: Snooze(until=moment_for(texts["until"], utc(), zones)))

    def action_waive(self) -> None:
        asked = entries.waiver(self.alone(), self.desk.state.currency(self.place[1]), self.desk.world.utc())
        self._fill(self._about("Waive", entries.WAIVER), "waives", asked, entries.waive)

    def action_comment(self) -> None:
        lines = self._about("Comment on", "")
        self._fill(lines, "notes it", (entries.COMMENT,), lambda texts: Comment(text=texts["text"]))

    def action_assign(self) -> None:
        entry = entries.assignee(self.desk.state.me)
        self._fill(self._about("Assign", ""), "assigns", (entry,), lambda texts: Assign(user=texts["user"]))

    def _about(self, what: str, then: str) -> list[Piece]:
        return [(f"{what} {self.meant()}? {then}".rstrip(), "head")]

    def _fill(
        self,
        lines: Sequence[Piece],
        what: str,
        asked: Sequence[Entry],
        decision: Callable[[dict[str, str]], SomeDecision],
    ) -> None:
        """Ask, and let what the answers make of it be rehearsed before the question closes."""
        seen: list[_Seen] = []

        async def send(texts: dict[str, str]) -> str:
            found = await self._look(decision(texts))
            if found is None:
                return "it cannot be looked at what this would do"
            if not found.outlook.count:
                return " ".join(text.strip() for text, _ in refusals(found.outlook.refused, {}, "would be"))
            seen[:] = [found]
            return ""

        def answered(texts: dict[str, str] | None) -> None:
            if texts:
                self.start(partial(self._settle, seen[0]))

        if self._may_begin():
            self.app.push_screen(Form(lines, what, asked, send), answered)

    def _may_begin(self) -> bool:
        if self.progress:
            self.explain(f"wait for the decision that is under way: {self.progress}")
            return False
        if not self.may_decide():
            return False
        if not self.meant():
            self.explain("there is nothing here to decide on")
            return False
        return True

    async def _approve(self) -> None:
        found = await self._look(ApproveRequest())
        if found and not self.is_current:
            self.notify("nothing is asked, as you went on", severity="warning", markup=False)
        elif found and found.outlook.count:
            await self._settle(found)
        elif found:
            self.app.push_screen(Told(refusals(found.outlook.refused, found.chosen, "are")))

    async def _look(self, decision: SomeDecision) -> _Seen | None:
        """What a decision on all that is meant would do; None, with the reason told, if that cannot be seen."""
        self.show_progress("looking at what this would do")
        try:
            chosen = {each.id: each for each in await self.targets()}
            outlook = await self._rehearse(decision, tuple(chosen)) if chosen else None
        finally:
            self.show_progress("")
        return _Seen(outlook, chosen) if outlook else None

    async def _settle(self, seen: _Seen) -> None:
        """Ask with what would happen, and carry it out."""
        outlook, chosen = seen.outlook, seen.chosen
        self.show_progress("waiting for your answer")
        try:
            if await self.app.push_screen_wait(
                Confirm(partial(self._question, outlook, chosen), verb(outlook.decision))
            ):
                await self._carry_out(outlook, chosen)
        finally:
            self._sent = ""
            self.show_progress("")

    def _question(self, outlook: Outlook, chosen: Mapping[str, Selected]) -> list[Piece]:
        practices = {each.practice for each in chosen.values()}
        paused = sum(self.desk.state.paused(practice)[0] for practice in practices)
        zones = {found.timezone for each in practices if (found := self.desk.state.practice(each))}
        lines = question(outlook, paused, len(practices), zones.pop() if len(zones) == 1 else "")
        return [*lines[:1], *named(outlook, chosen), *lines[1:]]

    async def _rehearse(self, decision: SomeDecision, ids: tuple[str, ...]) -> Outlook | None:
        parts: list[tuple[tuple[str, ...], Rehearsal]] = []
        for first in range(0, len(ids), SOME_MAX):
            part = ids[first : first + SOME_MAX]
            rehearsal = await self.ask(calls.rehearse(part, decision))
            if rehearsal is None:
                return None
            parts.append((part, rehearsal))
            self.show_progress(f"looking at what this would do: {first + len(part):,} of {len(ids):,}")
        outlook = Outlook(decision, parts)
        if not isinstance(decision, ApproveRequest) or not 0 < len(outlook.causes) <= CAUSES_MAX:
            return outlook
        waiting = await self.ask(calls.waiting(outlook.causes))
        return replace(outlook, waiting=waiting.sums) if waiting else None

    async def _carry_out(self, outlook: Outlook, chosen: Mapping[str, Selected]) -> None:
        """Part by part; what was not decided, for whatever reason, stays selected."""
        count = waiting = 0
        left = list(outlook.refused)
        for ids, seq in outlook.able:
            self._sent = f"{done(outlook.decision)}: {count:,} of {outlook.count:,}"
            self.show_progress(self._sent)
            result = await self.ask(calls.some(ids, outlook.decision, seq))
            if result is None:
                left += [BulkRefusal(id=id_, message="the daemon did not answer: look at it") for id_ in ids]
                break
            refused = {refusal.id for refusal in result.refused}
            self.decided(id_ for id_ in ids if id_ not in refused)
            count, waiting = count + result.decided, waiting + result.waiting_second_person
            left += result.refused
        self._tell(outlook, chosen, count, waiting, left)

    def _tell(
        self, outlook: Outlook, chosen: Mapping[str, Selected], count: int, waiting: int, left: Sequence[BulkRefusal]
    ) -> None:
        said = f"{count:,} of {len(chosen):,} {done(outlook.decision)}" if len(chosen) > 1 else done(outlook.decision)
        said += f", {waiting:,} of them wait for a second person" if waiting else ""
        if not left and count == len(chosen):
            self.notify(said, markup=False)
            return
        missed = len(chosen) - count - len(left)
        lines: list[Piece] = [(said, "head"), *refusals(left, chosen, "are")]
        lines += [(f"{missed:,} more were not tried.", "warn")] if missed > 0 else []
        self.app.push_screen(Told([*lines, ("What was selected and is left is still selected.", "dim")]))
