"""The UI's state: events folded into values, without a screen."""

from __future__ import annotations

import datetime as dt
from functools import reduce

import msgspec

from daemon.protocol import (
    Activity,
    Closed,
    Operator,
    PracticeChanged,
    PracticeState,
    PracticeStatus,
    Problem,
    Role,
    Snapshot,
    Status,
)
from tests.support.fake_operations import FakeOperations
from tui.state import ACTIVITY_MAX, Connection, State, fold, lost

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
APPROVER = Operator(uid=1, login="ada", role=Role.APPROVER)
GONE = Problem(code="unreachable", message="no daemon")


async def attached(operator: Operator = APPROVER) -> State:
    return fold(State(), Snapshot(status=await FakeOperations(8).status(), operator=operator))


def changed(practice: PracticeStatus, state: PracticeState) -> PracticeChanged:
    return PracticeChanged(practice=msgspec.structs.replace(practice, state=state))


async def test_a_snapshot_makes_it_live() -> None:
    state = await attached()
    assert (state.connection, state.refusal) == (Connection.LIVE, "")
    assert len(state.practices) == 3


async def test_a_loss_keeps_what_is_known_and_refuses_decisions() -> None:
    state = lost(await attached(), GONE)
    assert state.connection is Connection.LOST
    assert len(state.practices) == 3
    assert "not connected" in state.refusal


def test_before_the_first_answer_a_loss_is_no_loss() -> None:
    assert lost(State(), GONE).connection is Connection.CONNECTING


async def test_coming_back_forgets_the_problem() -> None:
    before = await attached()
    assert before.status
    back = fold(lost(before, GONE), Snapshot(status=before.status, operator=APPROVER))
    assert (back.connection, back.problem) == (Connection.LIVE, None)


async def test_a_viewer_is_told_why_not() -> None:
    state = await attached(Operator(uid=2, login="bob", role=Role.VIEWER))
    assert "bob may look but not decide" in state.refusal


async def test_what_needs_a_person_comes_first() -> None:
    state = await attached()
    oaktree = state.practice("oaktree")
    assert oaktree
    assert fold(state, changed(oaktree, PracticeState.GUARDED)).practices[0].id == "oaktree"
    assert fold(state, changed(oaktree, PracticeState.IN_SYNC)).practices[-1].id == "oaktree"


async def test_a_practice_that_is_new_is_added() -> None:
    state = await attached()
    new = msgspec.structs.replace(state.practices[0], id="new")
    assert len(fold(state, PracticeChanged(practice=new)).practices) == 4


def test_what_happens_again_and_again_stands_there_once_with_its_newest_time() -> None:
    def said(second: int, practice: str, text: str, sort: str = "") -> Activity:
        return Activity(at=NOW + dt.timedelta(seconds=second), practice=practice, text=text, sort=sort)

    idle, other, call = said(0, "a", "idle"), said(1, "b", "idle"), said(2, "a", "PUT", "call")
    again = [said(3, "a", "idle"), said(4, "b", "idle"), said(5, "a", "idle"), said(6, "a", "PUT", "call")]
    events = (idle, other, call, *again, again[-1])
    assert reduce(fold, events, State()).activity == (idle, call, again[1], again[2], again[3], again[3])


def test_activity_is_bounded() -> None:
    state = State()
    for number in range(ACTIVITY_MAX + 10):
        state = fold(state, Activity(at=NOW, practice="p", text=str(number)))
    assert len(state.activity) == ACTIVITY_MAX
    assert state.activity[-1].text == str(ACTIVITY_MAX + 9)


def test_events_before_a_snapshot_change_nothing() -> None:
    status = Status(version="1", started_at=NOW, practices=())
    state = fold(State(), Closed(id="x", practice="p", seq=1))
    assert state == State()
    assert fold(state, Snapshot(status=status, operator=APPROVER)).practices == ()
