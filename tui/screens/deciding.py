"""Keys that decide on one discrepancy: each asks first, and says why it cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
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
from tui import asking, calls, following
from tui.calls import Call, ControlError
from tui.desk import Desk
from tui.drawing import Piece
from tui.plain import amount, words
from tui.screens.dialogs import Confirm
from tui.screens.forms import Entry, Form, Told
from tui.screens.view import View
from tui.times import FORMS, complaint, moment_for

_DONE: dict[type[Decision], str] = {
    Reject: "rejected",
    Snooze: "snoozed",
    Waive: "waived",
    Comment: "comment noted",
    Assign: "assigned",
}
_SNOOZE = "1d"
_WAIVER_DAYS = 90


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

    @property
    def me(self) -> str:
        """The operator's login."""
        operator = self.desk.state.operator
        return operator.login if operator else ""

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
        return super().refusal(action) or safe(asking.refusal(action, self.found, self.chosen(), self.me))

    def action_approve(self) -> None:
        chosen, seen = self.chosen(), self.found
        if chosen is None:
            return
        weighed = chosen.effect is not None
        dialog = Confirm(self._question(seen, chosen), "Approve")
        call = calls.approve(seen.id, chosen.id, chosen.fingerprint)
        self.app.push_screen(dialog, lambda said: self._answered(said, call, seen, chosen))
        if not weighed:
            self.start(partial(self._weigh, dialog, seen, chosen), "weigh")

    async def _weigh(self, dialog: Confirm, seen: DiscrepancyView, chosen: OptionView) -> None:
        """Add what the list does not know: the effect, and whether two people must agree."""
        option = await self.ask(calls.option(seen.id, chosen.id))
        if option and option.fingerprint == chosen.fingerprint:
            dialog.show(self._question(seen, option))

    def action_undo(self) -> None:
        self.start(partial(self._ask_undo, self.found), "weigh")

    async def _ask_undo(self, seen: DiscrepancyView) -> None:
        """Ask at once, and let it be answered once it is known what an undo would write."""
        planned: list[OptionView] = []

        def answered(said: bool | None) -> None:
            for option in planned:
                self._answered(said, calls.undo(seen.id, option.fingerprint), seen, option)

        dialog = Confirm(asking.about(seen, "Undo?"), "Undo", waits_for="what an undo would write")
        await self.app.push_screen(dialog, answered)
        if option := await self.ask(calls.undo_option(seen.id)):
            planned.append(option)
            dialog.show(self._question(seen, option))
        else:
            dialog.withdraw()

    def _question(self, seen: DiscrepancyView, option: OptionView) -> list[Piece]:
        paused = self.desk.state.paused(seen.practice)[0] > 0
        return asking.question(seen, option, self.me, self.desk.world.utc(), paused=paused)

    def _answered(self, said: bool | None, call: Call[Approval], seen: DiscrepancyView, option: OptionView) -> None:
        if said:
            self.start(partial(self._send_approval, call, seen, option), "decide")

    async def _send_approval(self, call: Call[Approval], seen: DiscrepancyView, option: OptionView) -> None:
        try:
            approval = await self.desk.ask(call)
        except ControlError as error:
            await self.reload()
            if error.problem.code == Outcome.STALE and self.found.id == seen.id:
                self.app.push_screen(Told(following.moved(seen, option, self.found)))
            else:
                text = safe(f"{error.problem.message}; {error.problem.hint}".rstrip("; "))
                self.notify(text, title=words(error.problem.code), severity="error", markup=False)
            return
        if approval.outcome is not Outcome.ACCEPTED:
            text = f"{words(approval.outcome)}: {safe(approval.message)}".rstrip(": ")
            self.notify(text, severity="warning", markup=False)
        await self.reload()

    def action_reject(self) -> None:
        form = Form(
            asking.about(self.found, "Reject? It does not come back until the facts change."),
            "rejects",
            (Entry("reason", "Reason"),),
        )
        self._fill(form, lambda texts: Reject(reason=texts["reason"]))

    def action_snooze(self) -> None:
        utc, zones = self.desk.world.utc, [self.desk.state.zone(self.found.practice)]
        form = Form(
            asking.about(self.found, "Snooze? It comes back at its time, or when the facts change."),
            "snoozes",
            (Entry("until", "Until", _SNOOZE, FORMS, lambda text: complaint(text, utc(), zones)),),
        )
        self._fill(form, lambda texts: Snooze(until=moment_for(texts["until"], utc(), zones)))

    def action_waive(self) -> None:
        currency = self.found.currency
        difference = str(abs(Decimal(self.found.effect)) or Decimal(self.found.amount))
        hint = f"the difference is {amount(difference, currency)} now"
        day = self.desk.world.utc().date() + dt.timedelta(days=_WAIVER_DAYS)
        lines = asking.about(
            self.found, "Waive? The difference is accepted; it comes back if it grows or the day is past."
        )
        lines += asking.waiver_terms(self.found)
        form = Form(
            lines,
            "waives",
            (
                Entry("reason", "Reason"),
                Entry("ceiling", "Ceiling", difference, hint, _no_amount),
                Entry("until", "Last day", day.isoformat(), "empty: until somebody ends it", _no_day, optional=True),
            ),
        )
        self._fill(form, _waiver)

    def action_comment(self) -> None:
        form = Form(asking.about(self.found, "Comment"), "notes it", (Entry("text", "Comment"),))
        self._fill(form, lambda texts: Comment(text=texts["text"]))

    def action_assign(self) -> None:
        hint = "login name; empty takes the assignment away"
        entry = Entry("user", "Who looks after it", self.me, hint, optional=True)
        form = Form(asking.about(self.found, "Assign"), "assigns", (entry,))
        self._fill(form, lambda texts: Assign(user=texts["user"]))

    def action_sync(self) -> None:
        self.start(self._sync)

    async def _sync(self) -> None:
        if await self.ask(calls.sync(self.found.practice)):
            self.notify(f"a cycle of {safe(self.found.practice)} begins", markup=False)

    def _fill(self, form: Form, decision: Callable[[dict[str, str]], Decision]) -> None:
        """Ask, and send the decision that the answers make, about what is shown now."""
        discrepancy_id = self.found.id

        def answered(texts: dict[str, str] | None) -> None:
            if texts:
                self.start(partial(self._send, discrepancy_id, decision(texts)), "decide")

        self.app.push_screen(form, answered)

    async def _send(self, discrepancy_id: str, decision: Decision) -> None:
        detail = await self.ask(calls.decide(discrepancy_id, decision))
        if detail:
            waits = isinstance(decision, Waive) and detail.status != "waived"
            self.notify(words(Outcome.WAITING_SECOND_PERSON) if waits else _DONE[type(decision)], markup=False)
        await self.reload()


def _waiver(texts: dict[str, str]) -> Waive:
    until = dt.date.fromisoformat(texts["until"]) if texts["until"] else None
    return Waive(reason=texts["reason"], ceiling=Decimal(texts["ceiling"].replace(",", "")), until=until)


def _no_amount(text: str) -> str:
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return f"no amount: {text[:40]}; it is such as 12.50"
    return "" if found.is_finite() and found >= 0 else "a ceiling is not below zero"


def _no_day(text: str) -> str:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return f"no day: {text[:40]}; it is YYYY-MM-DD"
    return ""
