"""Keys that decide on many at once: what would happen is rehearsed, asked for, done part by part, and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from daemon.protocol import (
    SOME_MAX,
    ApproveRequest,
    Assign,
    BulkRefusal,
    Comment,
    Rehearsal,
    Reject,
    Selected,
    Snooze,
    SomeDecision,
    Waive,
)
from tui import calls
from tui.deciding_many import Outlook, done, question, refusals, verb
from tui.drawing import Piece
from tui.screens.dialogs import Confirm, Help, Prompt, Reason
from tui.screens.view import View
from tui.times import FORMS, complaint, moment_for


class Told(Help):
    """What became of a decision on many."""


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

    def action_approve(self) -> None:
        self._begin(ApproveRequest())

    def action_reject(self) -> None:
        lines = self._about("Reject", "It does not come back until the facts change.")
        self._prompt(Reason(lines, "reject"), lambda text: Reject(reason=text))

    def action_snooze(self) -> None:
        utc, here = self.desk.world.utc, self.place[1]
        zones = {each.timezone for each in self.desk.state.practices if here in ("", each.id)}
        lines = self._about("Snooze", "It comes back at its time, or when the facts change.")
        prompt = Prompt(lines, "snooze", FORMS, lambda text: complaint(text, utc(), zones))
        self._prompt(prompt, lambda text: Snooze(until=moment_for(text, utc(), zones)))

    def action_waive(self) -> None:
        lines = self._about("Waive", "Each is accepted up to what it is now, and comes back if it grows.")
        self._prompt(Reason(lines, "waive"), lambda text: Waive(reason=text))

    def action_comment(self) -> None:
        self._prompt(Prompt(self._about("Comment on", ""), "note", "comment"), lambda text: Comment(text=text))

    def action_assign(self) -> None:
        self._prompt(Prompt(self._about("Assign", ""), "assign", "login name"), lambda text: Assign(user=text))

    def _about(self, what: str, then: str) -> list[Piece]:
        return [(f"{what} {self.meant()}? {then}".rstrip(), "head")]

    def _prompt(self, prompt: Prompt, decision: Callable[[str], SomeDecision]) -> None:
        if self._may_begin():
            self.app.push_screen(prompt, lambda text: self._begin(decision(text)) if text else None)

    def _begin(self, decision: SomeDecision) -> None:
        if self._may_begin():
            self.start(partial(self._decide, decision))

    def _may_begin(self) -> bool:
        if self.progress:
            self.explain(f"wait for the decision that is under way: {self.progress}")
            return False
        if not self.meant():
            self.explain("there is nothing here to decide on")
            return False
        return self.may_decide()

    async def _decide(self, decision: SomeDecision) -> None:
        try:
            self.show_progress("looking at what this would do")
            chosen = {each.id: each for each in await self.targets()}
            outlook = await self._rehearse(decision, tuple(chosen)) if chosen else None
            if outlook is None:
                return
            self.show_progress("waiting for your answer")
            if not outlook.count:
                self.app.push_screen(Told(refusals(outlook.refused, chosen, "are")))
            elif await self.app.push_screen_wait(Confirm(self._question(outlook, chosen), verb(decision))):
                await self._carry_out(outlook, chosen)
        finally:
            self.show_progress("")

    def _question(self, outlook: Outlook, chosen: dict[str, Selected]) -> list[Piece]:
        practices = {each.practice for each in chosen.values()}
        return question(outlook, sum(self.desk.state.paused(practice)[0] for practice in practices), len(practices))

    async def _rehearse(self, decision: SomeDecision, ids: tuple[str, ...]) -> Outlook | None:
        parts: list[tuple[tuple[str, ...], Rehearsal]] = []
        for first in range(0, len(ids), SOME_MAX):
            part = ids[first : first + SOME_MAX]
            rehearsal = await self.ask(calls.rehearse(part, decision))
            if rehearsal is None:
                return None
            parts.append((part, rehearsal))
            self.show_progress(f"looking at what this would do: {first + len(part):,} of {len(ids):,}")
        return Outlook(decision, parts)

    async def _carry_out(self, outlook: Outlook, chosen: dict[str, Selected]) -> None:
        """Part by part; what was not decided, for whatever reason, stays selected."""
        count = waiting = 0
        left = list(outlook.refused)
        for ids, seq in outlook.able:
            self.show_progress(f"{done(outlook.decision)}: {count:,} of {outlook.count:,}")
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
        self, outlook: Outlook, chosen: dict[str, Selected], count: int, waiting: int, left: Sequence[BulkRefusal]
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
