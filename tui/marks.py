"""Every sign that stands for a state or a fact: how it looks, its role, and what it means, which the help tells too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from daemon.protocol import PracticeState, StepState
from tui.drawing import Piece


class Mark(NamedTuple):
    """A sign that reads without its colour."""

    sign: str
    role: str
    meaning: str


DISCREPANCIES = {
    "open": Mark(" ", "", ""),
    "approved": Mark("»", "warn", "approved: its correction is on its way"),
    "closed": Mark("✓", "good", "gone: both systems agree"),
    "rejected": Mark("✗", "dim", "rejected: it comes back when the facts change"),
    "snoozed": Mark("z", "dim", "snoozed: it comes back at its time"),
    "waived": Mark("~", "dim", "waived: the difference is accepted"),
}
"""By the status of a discrepancy."""

NEEDED = Mark("!", "warn", "a person is needed: to decide, to mend it, or to do it by hand")
"""Beside what is open and does not go on by itself."""

SELECTED = Mark("●", "warn", "selected")
PARTLY = Mark("◐", "warn", "some of the group are selected")
REACHED = Mark("○", "warn", "in the range that has begun")
FOLDED = Mark("▸", "key", "a group that is folded; before it or a row: the cursor")
OPENED = Mark("▾", "key", "a group that is open")
UNREAD = Mark("…", "dim", "on its way from the daemon")

PRACTICES = {
    PracticeState.IN_SYNC: Mark("✓", "good", "in sync: nothing is open"),
    PracticeState.DRIFT: Mark("≠", "warn", "drift: something is open"),
    PracticeState.PAUSED: Mark("‖", "warn", "paused: nothing is written until somebody resumes it"),
    PracticeState.STARTING: Mark("…", "dim", "starting: its first comparison is not done"),
    PracticeState.AWAITING_RELEASE: Mark("?", "warn", "awaiting release: nothing is written before it"),
    PracticeState.GUARDED: Mark("!", "bad", "guarded: a limit stopped its writes until somebody resumes it"),
    PracticeState.DISCONNECTED: Mark("✗", "bad", "disconnected: a system cannot be reached"),
}

WRITES = {
    StepState.WAITING: Mark("·", "dim", "a write that waits for its turn"),
    StepState.SENT: Mark("»", "warn", "sent"),
    StepState.DONE: Mark("✓", "good", "done"),
    StepState.IN_DOUBT: Mark("?", "bad", "in doubt: nobody knows yet whether it took effect"),
    StepState.REFUSED: Mark("✗", "bad", "refused, or given up"),
    StepState.GIVEN_UP: Mark("✗", "bad", ""),
}
"""By what became of a write."""

STUCK = Mark("!", "bad", "looking does not settle it: a person must")
DIFFERS = Mark("≠", "bad", "differs")
MOVED = Mark("*", "bad", "changed since both agreed")
XERO_ONLY = Mark("+", "warn", "stands in Xero only")
PROVET_ONLY = Mark("-", "warn", "stands in Provet only")
CHOSEN = Mark("(•)", "head", "the option that a approves")

FOLLOWING = Mark("●", "good", "following: what is new comes in by itself")
STOPPED = Mark("‖", "warn", "stopped, to read in it")
SEEN_DONE = Mark("✓", "good", "seen done")


def legend(marks: Iterable[Mark]) -> list[Piece]:
    """What each mark means, a line each."""
    told = [mark for mark in marks if mark.meaning]
    width = max((len(mark.sign) for mark in told), default=0)
    return [(f"  {mark.sign:<{width}}  {mark.meaning}", "") for mark in told]
