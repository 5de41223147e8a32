"""What is done with a whole practice from any view: a cycle now, a pause, a resume, a release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from daemon.protocol import PracticeState, PracticeStatus
from daemon.safe import safe
from tui import calls, entries
from tui.calls import Call, ControlError
from tui.drawing import Piece
from tui.plain import amount, counted
from tui.screens.dialogs import Confirm
from tui.screens.forms import Form
from tui.screens.view import View

STEERED: Mapping[str, str] = {
    "sync": "a cycle of a practice now",
    "pause": "stop all writes of a practice",
    "resume": "let a practice write again",
    "release": "let a first comparison write",
}
"""What can be done, and what it means."""

_WRITING = (PracticeState.IN_SYNC, PracticeState.DRIFT, PracticeState.AWAITING_RELEASE)
"""States that no pause and no guard can hide behind."""


def refusal(action: str, practice: PracticeStatus) -> str:
    """Why an action would change nothing, "" if it would."""
    if action == "release" and practice.state is not PracticeState.AWAITING_RELEASE:
        return f"{practice.name} does not wait for a release"
    if action == "resume" and practice.state in _WRITING:
        return f"nothing has stopped the writes of {practice.name}"
    if action == "pause" and practice.state is PracticeState.PAUSED:
        return f"{practice.name} is paused already"
    return ""


def steer(view: View, action: str, practice: PracticeStatus) -> None:
    """Do one of ``STEERED``, after asking on top of ``view`` where it needs a word; the reason is told if it cannot."""
    if why := view.desk.state.refusal or refusal(action, practice):
        view.explain(why)
    else:
        _DOING[action](view, practice)


def _sync(view: View, practice: PracticeStatus) -> None:
    async def sync() -> None:
        if await view.ask(calls.sync(practice.id)):
            view.notify(f"a cycle of {safe(practice.name)} begins", markup=False)

    view.start(sync)


def _pause(view: View, practice: PracticeStatus) -> None:
    lines: list[Piece] = [(f"Pause all writes of {safe(practice.name)}? Detection goes on.", "head")]

    async def send(texts: dict[str, str]) -> str:
        try:
            await view.desk.ask(calls.pause(practice.id, texts["reason"]))
        except ControlError as error:
            return entries.said(error.problem)
        return ""

    view.app.push_screen(Form(lines, "pauses", (entries.REASON,), send))


def _resume(view: View, practice: PracticeStatus) -> None:
    _confirm(view, practice, "Resume the automatic writes of", "Resume", calls.resume(practice.id))


def _release(view: View, practice: PracticeStatus) -> None:
    _confirm(view, practice, "Release the first comparison of", "Release", calls.release(practice.id))


def _confirm(view: View, practice: PracticeStatus, what: str, yes: str, call: Call[PracticeStatus]) -> None:
    def answered(said: bool | None) -> None:
        if said:
            view.start(partial(view.ask, call))

    def asked() -> list[Piece]:
        return _question(what, view.desk.state.practice(practice.id) or practice)

    view.app.push_screen(Confirm(asked, yes), answered)


_DOING: Mapping[str, Callable[[View, PracticeStatus], None]] = {
    "sync": _sync,
    "pause": _pause,
    "resume": _resume,
    "release": _release,
}


def _question(what: str, practice: PracticeStatus) -> list[Piece]:
    money = f"{amount(practice.open_amount, practice.currency)} {safe(practice.currency)}"
    found = f"Open: {counted(practice.open_total, 'discrepancy')} over {money}."
    automatic = practice.open_by_policy.get("automatic")
    written = f"{counted(automatic.count, 'correction')} can be written without asking again" if automatic else ""
    return [
        (f"{what} {safe(practice.name)}?", "head"),
        (f"{found} {written or 'What policy allows is then written'}.", ""),
    ]
