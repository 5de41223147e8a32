"""The further views' lines: what is typed to search, which part is asked for, and what stands in a row. Pure."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from daemon.protocol import Activity as Happening
from daemon.protocol import AuditEntry, AuditFound, AuditQuery, ExcludedPage, ExcludedQuery, Operator, Role, Snapshot
from tests.support.fake_operations import FakeOperations
from tests.support.fake_watch import doubt, left_out
from tui.auditing import Log, SearchError, misread, older_wanted, parse_search, place_of, with_newer, with_older
from tui.doubting import doubt_card, doubt_columns, doubt_row
from tui.drawing import Piece
from tui.leaving_out import Window, excluded_columns, excluded_row, filled, next_reason, wanted
from tui.monthly import month_after, month_before
from tui.plain import cells
from tui.state import State, fold
from tui.watching import activity_columns, activity_row, budgets, chosen

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
WIDTHS = [60, 78, 120, 198]


def text(pieces: list[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def entry(number: int, said: str = "") -> AuditEntry:
    return AuditEntry(
        number=number, at=NOW, actor="ann", action="approved", practice="p", subject="d", text=said, hash="f"
    )


def found(newest: int, down_to: int, limit: int = 100) -> AuditFound:
    numbers = list(range(newest, max(down_to, 1) - 1, -1))[:limit]
    last = numbers[-1] if numbers else down_to
    return AuditFound(entries=tuple(map(entry, numbers)), before=last if last > 1 else 0, newest=newest)


def test_a_search_is_understood() -> None:
    assert parse_search("actor:ann stock take ACTION:paused", "") == AuditQuery(
        actor="ann", action="paused", text="stock take"
    )
    assert parse_search("practice:river x:y", "riverside") == AuditQuery(practice="riverside", text="x:y")
    assert parse_search("actor:me", "", "ann") == AuditQuery(actor="ann")
    assert parse_search("subject:me actor:anna", "", "ann") == AuditQuery(subject="me", actor="anna")
    assert misread("actr:ann") == ", and actr: is no term (did you mean actor:?)"
    assert misread("ACTOR:ann stock") == ""
    with pytest.raises(SearchError):
        parse_search(f"actor:{'a' * 65}", "")
    with pytest.raises(SearchError, match="of riverside only"):
        parse_search("practice:oaktree", "riverside")


def test_the_log_is_read_on_where_somebody_looks_and_no_further() -> None:
    log = Log(AuditQuery())
    assert older_wanted(log, 20) == AuditQuery()
    log = with_older(log, found(500, 401))
    assert older_wanted(log, 20) is None
    assert older_wanted(log, 80) == AuditQuery(before=401)
    log = with_older(log, found(400, 301))
    assert [each.number for each in log.entries] == list(range(500, 300, -1))
    whole = with_older(Log(AuditQuery()), found(5, 1))
    assert older_wanted(whole, 20) is None, "there is nothing before the first"


def test_a_part_without_a_match_is_passed_over() -> None:
    log = with_older(Log(AuditQuery(text="x")), AuditFound(entries=(), before=4000, newest=9000))
    assert older_wanted(log, 20) == AuditQuery(text="x", before=4000)


def test_what_is_new_comes_on_top_unless_there_is_a_gap() -> None:
    log = with_older(Log(AuditQuery()), found(100, 51))
    fresh = with_newer(log, found(103, 4))
    assert fresh
    assert [each.number for each in fresh.entries] == list(range(103, 50, -1))
    assert place_of(fresh, 100) == 3
    assert with_newer(fresh, found(103, 4)) == fresh
    assert with_newer(log, found(900, 801)) is None
    quiet = with_newer(log, AuditFound(entries=(), before=60, newest=140))
    assert quiet
    assert (len(quiet.entries), quiet.newest) == (50, 140)


def test_only_the_window_that_is_seen_is_asked_for() -> None:
    window = Window(ExcludedQuery(practice="p"))
    query = wanted(window, 0, 20)
    assert query == ExcludedQuery(practice="p", offset=0, limit=70)
    page = ExcludedPage(total=300, documents=tuple(map(left_out, range(70))), amounts={"GBP": "1.00"}, reasons=())
    window = filled(window, query, page)
    assert wanted(window, 10, 20) is None
    assert wanted(window, 290, 20) == ExcludedQuery(practice="p", offset=240, limit=120)
    assert filled(window, ExcludedQuery(practice="other"), page) is window
    assert next_reason(window) == ""


@pytest.mark.parametrize("width", WIDTHS)
def test_rows_are_never_wider_than_the_screen(width: int) -> None:
    long = "李小龙" * 100
    row = msgspec.structs.replace(left_out(1, long), label=long, practice=long)
    assert cells(text(excluded_row(row, NOW, excluded_columns(width)))) <= width
    happening = Happening(at=NOW, practice=long, text=long)
    assert cells(text(activity_row(happening, "Europe/London", NOW, activity_columns(width)))) <= width
    strange = msgspec.structs.replace(doubt(1, "d", label=long), practice=long, approved_by=long)
    assert cells(text(doubt_row(strange, NOW, doubt_columns(width)))) <= width


def test_a_doubt_says_when_it_is_looked_for_and_what_to_do() -> None:
    waiting = text(doubt_card(doubt(1, "d"), "America/New_York", NOW))
    assert "next look at 08:00:00 (in 1 h)" in waiting
    assert "You need do nothing" in waiting
    due = msgspec.structs.replace(doubt(1, "d"), look_at=NOW)
    assert "with the next cycle" in text(doubt_card(due, "", NOW))
    alone = msgspec.structs.replace(doubt(1, "d"), look_at=None)
    assert "nobody looks" in text(doubt_card(alone, "", NOW))
    stuck = text(doubt_card(doubt(1, "d", stuck=True), "", NOW))
    assert "Looking does not settle it. If it is to be, enter it there" in stuck
    assert "You need do nothing" not in stuck


async def test_budgets_of_both_systems_stand_beside_each_other() -> None:
    practices = (await FakeOperations(4).status()).practices
    lines = text(budgets(practices, NOW, 120, 2)).splitlines()
    assert lines[0].split()[:6] == ["PRACTICE", "CYCLE", "XERO", "TODAY", "LEFT", "PROVET"]
    assert "and 1 more" in lines[-1]
    assert all(cells(line) <= 120 for line in lines)


def test_activity_is_chosen_by_practice_and_sort() -> None:
    known = [
        Happening(at=NOW, practice=practice, text=sort, sort=sort)
        for practice in ("p", "q")
        for sort in ("", "call", "decision")
    ]
    assert [each.text for each in chosen(known, "", None)] == ["decision", "call", "", "decision", "call", ""]
    assert [(each.practice, each.sort) for each in chosen(known, "q", "call")] == [("q", "call")]


async def test_after_a_loss_nothing_that_happened_is_shown_twice() -> None:
    operations = FakeOperations(1)
    old = [Happening(at=NOW + dt.timedelta(seconds=n), practice="p", text=f"{n}") for n in range(9)]
    ann = Operator(uid=1, login="ann", role=Role.VIEWER)
    snapshot = Snapshot(status=await operations.status(), operator=ann, activity=tuple(old[:5]))
    state = fold(State(), snapshot)
    state = fold(state, old[5])
    state = fold(state, msgspec.structs.replace(snapshot, activity=tuple(old[3:])))
    assert [each.text for each in state.activity] == [str(n) for n in range(9)]
    again = fold(state, msgspec.structs.replace(snapshot, activity=()))
    assert again.activity == state.activity


def test_months_follow_each_other() -> None:
    assert month_before("2026-01") == "2025-12"
    assert month_after("2025-12") == "2026-01"
    assert month_before("2026-03") == "2026-02"
