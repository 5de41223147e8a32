"""What the UI knows: events of the feed folded into plain values. Pure; nothing here knows Textual or a socket."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from daemon.protocol import (
    Activity,
    Changed,
    Closed,
    Event,
    Operator,
    PracticeChanged,
    PracticeState,
    PracticeStatus,
    Problem,
    Role,
    Snapshot,
    Status,
)

ACTIVITY_MAX = 1000

_URGENCY = {
    state: rank
    for rank, state in enumerate(
        (
            PracticeState.DISCONNECTED,
            PracticeState.GUARDED,
            PracticeState.AWAITING_RELEASE,
            PracticeState.DRIFT,
            PracticeState.PAUSED,
            PracticeState.STARTING,
            PracticeState.IN_SYNC,
        )
    )
}


class Connection(Enum):
    """``CONNECTING`` until the first snapshot; ``LOST`` after a loss, while it tries again."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class State:
    """Everything that more than one screen shows."""

    connection: Connection = Connection.CONNECTING
    problem: Problem | None = None
    operator: Operator | None = None
    status: Status | None = None
    activity: tuple[Activity, ...] = field(default=())
    seq: int = 0
    """The number of the newest change of a discrepancy that is known."""

    @property
    def practices(self) -> tuple[PracticeStatus, ...]:
        """The practices, those first that need a person most."""
        found = self.status.practices if self.status else ()
        return tuple(sorted(found, key=_urgency))

    def practice(self, practice_id: str) -> PracticeStatus | None:
        found = self.status.practices if self.status else ()
        return next((practice for practice in found if practice.id == practice_id), None)

    def paused(self, practice_id: str = "") -> tuple[int, int]:
        """How many practices are paused, and of how many; of one practice or, for "", of all."""
        found = [practice.state for practice in self.practices if practice_id in ("", practice.id)]
        return found.count(PracticeState.PAUSED), len(found)

    def zone(self, practice_id: str) -> str:
        """The time zone of a practice, "" if it is not known."""
        practice = self.practice(practice_id)
        return practice.timezone if practice else ""

    @property
    def me(self) -> str:
        """The operator's login, "" as long as it is not known."""
        return self.operator.login if self.operator else ""

    def currency(self, practice_id: str = "") -> str | None:
        """The currency of a practice, of all for ""; None where they have several."""
        found = {practice.currency for practice in self.practices if practice_id in ("", practice.id)}
        return None if len(found) > 1 else next(iter(found), "")

    @property
    def refusal(self) -> str:
        """Why this operator cannot decide right now; "" if nothing is in the way."""
        if self.connection is not Connection.LIVE:
            return "not connected to the daemon: wait until it is back"
        if self.operator is None or self.operator.role is not Role.APPROVER:
            who = self.operator.login if self.operator else "you"
            return f"{who} may look but not decide: deciding needs the approver group"
        return ""


def _urgency(practice: PracticeStatus) -> tuple[int, bool, int, int, int, str]:
    """What stands still first, then what nothing explains, doubts, and what waits for a person."""
    person = practice.open_by_policy.get("person")
    waiting = (person.count if person else 0) + practice.hand_work
    residual = not practice.residual.strip("-0.,")
    return _URGENCY[practice.state], residual, -practice.in_doubt, -waiting, -practice.open_total, practice.id


def fold(state: State, event: Event) -> State:
    """The state after an event."""
    match event:
        case Snapshot(status=status, operator=operator, activity=fresh):
            live = replace(
                state, connection=Connection.LIVE, problem=None, operator=operator, status=status, seq=status.seq
            )
            return replace(live, activity=_joined(state.activity, fresh))
        case PracticeChanged(practice=practice):
            return _with_practice(state, practice)
        case Changed(seq=seq) | Closed(seq=seq) if state.status:
            return replace(state, seq=seq)
        case Activity():
            return replace(state, activity=_with_activity(state.activity, event))
        case _:
            return state


def _with_activity(known: tuple[Activity, ...], event: Activity) -> tuple[Activity, ...]:
    """What happens by itself again and again, with nothing of its practice between, stands there once."""
    if not event.sort:
        last = next((each for each in reversed(known) if each.practice == event.practice), None)
        known = tuple(each for each in known if each is not last) if last and last.text == event.text else known
    return (*known, event)[-ACTIVITY_MAX:]


def _joined(known: tuple[Activity, ...], fresh: tuple[Activity, ...]) -> tuple[Activity, ...]:
    """What happened before a loss, then what the daemon says happened last: nothing twice."""
    before = [each for each in known if not fresh or each.at < fresh[0].at]
    return (*before, *fresh)[-ACTIVITY_MAX:]


def lost(state: State, problem: Problem) -> State:
    """The state after the connection broke or could not be made."""
    connection = Connection.CONNECTING if state.status is None else Connection.LOST
    return replace(state, connection=connection, problem=problem)


def with_status(state: State, status: Status) -> State:
    """The state after the daemon was asked anew."""
    return replace(state, status=status, seq=status.seq)


def _with_practice(state: State, practice: PracticeStatus) -> State:
    if state.status is None:
        return state
    kept = [practice if p.id == practice.id else p for p in state.status.practices]
    if all(p.id != practice.id for p in kept):
        kept.append(practice)
    status = Status(
        version=state.status.version,
        started_at=state.status.started_at,
        practices=tuple(kept),
        seq=state.status.seq,
    )
    return replace(state, status=status)
