"""Keys that decide on one discrepancy: each asks first, and says why it cannot."""

from __future__ import annotations

from collections.abc import Callable
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
from tui import calls, reviewing
from tui.calls import Call
from tui.desk import Desk
from tui.drawing import Piece
from tui.plain import amount, words
from tui.screens.dialogs import Confirm, Prompt, Reason
from tui.screens.view import View
from tui.times import FORMS, complaint, moment

_DONE: dict[type[Decision], str] = {
    Reject: "rejected",
    Snooze: "snoozed",
    Waive: "waived",
    Comment: "comment noted",
    Assign: "assigned",
}


class Deciding(View):
    """A screen about the discrepancy ``found``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve"),
        Binding("r", "reject", "Reject"),
        Binding("s", "snooze", "Snooze", show=False),
        Binding("w", "waive", "Waive", show=False),
        Binding("c", "comment", "Comment", show=False),
        Binding("at", "assign", "Assign", key_display="@", show=False),
        Binding("u", "undo", "Undo", show=False),
    ]

    def __init__(self, desk: Desk, found: DiscrepancyView) -> None:
        super().__init__(desk)
        self.found = found

    def chosen(self) -> OptionView | None:
        """The option that an approval is about."""
        return self.found.option()

    def reload(self) -> None:
        """Read the discrepancy anew."""

    def action_approve(self) -> None:
        chosen = self.chosen()
        if chosen is None:
            self.notify(_nothing_to_do(self.found), severity="warning", markup=False)
        elif self.may_decide():
            call = calls.approve(self.found.id, chosen.id, chosen.fingerprint)
            self._confirm(chosen, "Approve", call)

    def action_undo(self) -> None:
        if self.may_decide():
            self.start(self._ask_undo, "decide")

    async def _ask_undo(self) -> None:
        option = await self.ask(calls.undo_option(self.found.id))
        if option:
            self._confirm(option, "Undo", calls.undo(self.found.id, option.fingerprint))

    def _confirm(self, option: OptionView, yes: str, call: Call[Approval]) -> None:
        def answered(said: bool | None) -> None:
            if said:
                self.start(partial(self._send_approval, call), "decide")

        self.app.push_screen(Confirm(reviewing.question(self.found, option), yes), answered)

    async def _send_approval(self, call: Call[Approval]) -> None:
        approval = await self.ask(call)
        if approval and approval.outcome is not Outcome.ACCEPTED:
            text = f"{words(approval.outcome)}: {safe(approval.message)}".rstrip(": ")
            self.notify(text, severity="warning", markup=False)
        self.reload()

    def action_reject(self) -> None:
        lines = self._about("Reject? It does not come back until the facts change.")
        self._prompt(Reason(lines, "reject"), lambda text: Reject(reason=text))

    def action_snooze(self) -> None:
        lines, utc = self._about("Snooze? It comes back at its time, or when the facts change."), self.desk.world.utc
        prompt = Prompt(lines, "snooze", FORMS, lambda text: complaint(text, utc()))
        self._prompt(prompt, lambda text: Snooze(until=moment(text, utc())))

    def action_waive(self) -> None:
        money = f"{amount(self.found.amount)} {safe(self.found.currency)}"
        lines = self._about(f"Waive {money}? It comes back if the difference grows.")
        self._prompt(Reason(lines, "waive"), lambda text: Waive(reason=text))

    def action_comment(self) -> None:
        self._prompt(Prompt(self._about("Comment"), "note", "comment"), lambda text: Comment(text=text))

    def action_assign(self) -> None:
        self._prompt(Prompt(self._about("Assign"), "assign", "login name"), lambda text: Assign(user=text))

    def _about(self, question: str) -> list[Piece]:
        return [(question, "head"), (safe(self.found.subject.label), "")]

    def _prompt(self, prompt: Prompt, decision: Callable[[str], Decision]) -> None:
        """Ask for a text and send the decision that it makes, about what is shown now."""
        discrepancy_id = self.found.id

        def answered(text: str | None) -> None:
            if text:
                self.start(partial(self._send, discrepancy_id, decision(text)), "decide")

        if self.may_decide():
            self.app.push_screen(prompt, answered)

    async def _send(self, discrepancy_id: str, decision: Decision) -> None:
        detail = await self.ask(calls.decide(discrepancy_id, decision))
        if detail:
            waits = isinstance(decision, Waive) and detail.status != "waived"
            self.notify(words(Outcome.WAITING_SECOND_PERSON) if waits else _DONE[type(decision)], markup=False)
        self.reload()


def _nothing_to_do(found: DiscrepancyView) -> str:
    if found.status == "closed":
        return "it is gone already: both systems agree"
    if found.cause:
        return "nothing to approve here: mend its cause first"
    return "there is no correction to approve"
