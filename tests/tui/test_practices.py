"""The overview's rows: what matters most is there in any width, in its currency and at its time of day."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from daemon.protocol import Activity, OpenSum, PracticeState, PracticeStatus
from tests.support.fake_operations import FakeOperations
from tests.support.hostile import HOSTILE
from tui.drawing import Piece
from tui.plain import cells
from tui.practices import about, columns, recent, row, to_mend, trend

NOW = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
async def practice() -> PracticeStatus:
    return (await FakeOperations(8).status()).practices[0]


def changed(practice: PracticeStatus, **changes: object) -> PracticeStatus:
    return msgspec.structs.replace(practice, **changes)


def text(pieces: list[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def titles(width: int, *practices: PracticeStatus) -> list[str]:
    return [column.title for column in columns(width, practices)]


@pytest.mark.parametrize("width", [30, 60, 78, 100, 120, 160, 198, 300])
def test_a_row_is_never_wider_than_the_screen(practice: PracticeStatus, width: int) -> None:
    shown = columns(width, [practice])
    long = changed(practice, name="李小龙" * 40, warnings=("w" * 300,))
    assert cells(text(row(long, NOW, shown))) <= max(width, 34)
    assert shown[0].title == "PRACTICE"


def test_columns_fold_by_what_matters(practice: PracticeStatus) -> None:
    narrow, wide = titles(78, practice), titles(198, practice)
    assert narrow == ["PRACTICE", "STATE", "RESIDUAL", "OPEN", "AMOUNT", "PERSON"]
    assert {"OLDEST", "PROVEN", "LAST DAY", "CALLS LEFT", "TO DECIDE", "BY ITSELF"} <= set(wide)
    assert [title for title in wide if title in narrow] == narrow, "the order is the same in any width"


def test_a_doubt_is_shown_before_amounts_however_narrow(practice: PracticeStatus) -> None:
    assert "DOUBT" not in titles(78, practice)
    assert "DOUBT" in titles(78, practice, changed(practice, in_doubt=1))


def test_amounts_are_those_of_the_currency(practice: PracticeStatus) -> None:
    yen = changed(practice, currency="JPY", open_amount="1234567.00", open_total=2)
    assert " 1,234,567 " in text(row(yen, NOW, columns(198, [yen])))
    assert "1,234,567.00" in text(row(changed(yen, currency="EUR"), NOW, columns(198, [yen])))


def test_money_by_severity_and_times_of_the_practice(practice: PracticeStatus) -> None:
    sums = {"person": OpenSum(count=3, amount="1250.00"), "automatic": OpenSum(count=1, amount="9.50")}
    shown = changed(
        practice,
        open_by_policy=sums,
        open_total=4,
        timezone="Australia/Sydney",
        last_full=NOW - dt.timedelta(hours=5),
        last_cycle=NOW,
        in_doubt=2,
    )
    lines = text(about(shown, NOW, kinds_max=9)).splitlines()
    assert any("1,250.00 GBP  a person decides" in line for line in lines)
    assert any("9.50 GBP  corrected by itself" in line for line in lines)
    assert any("2 writes in doubt" in line for line in lines)
    assert any("proven equal 17:00 AEST (5 h ago)" in line for line in lines)


def test_what_others_wait_for_is_work_of_people(practice: PracticeStatus) -> None:
    stuck = changed(practice, open={"invoice.missing": 2, "mapping.missing": 1, "permission.missing": 2})
    said = "only people can mend it: 1 mapping.missing, 2 permission.missing"
    assert said in text(about(stuck, NOW, kinds_max=9))
    assert to_mend([stuck, stuck]) == "2 mapping.missing, 4 permission.missing"
    assert "only people" not in text(about(changed(practice, open={"invoice.missing": 2}), NOW, kinds_max=9))


@pytest.mark.parametrize(
    ("state", "key"), [("paused", "u resumes"), ("guarded", "u resumes"), ("awaiting_release", "R releases")]
)
def test_what_stops_the_writes_names_the_key_that_ends_it(practice: PracticeStatus, state: str, key: str) -> None:
    assert key in text(about(changed(practice, state=PracticeState(state)), NOW, kinds_max=1))


def test_each_thing_done_stands_on_one_line(practice: PracticeStatus) -> None:
    long = [Activity(at=NOW, practice=practice.id, text=f"PUT CreditNotes/{'0' * 36}/Allocations to xero: 1 done")]
    shown = text(recent(long, {}, 3, 60)).splitlines()
    assert len(shown) == 1
    assert cells(shown[0]) == 60
    assert shown[0].endswith("…")


def test_a_time_has_its_date_where_that_is_not_today_in_the_practice(practice: PracticeStatus) -> None:
    shown = changed(practice, timezone="Australia/Sydney", last_full=NOW, last_cycle=NOW - dt.timedelta(hours=23))
    lines = text(about(shown, NOW, kinds_max=1)).splitlines()
    assert " proven equal 22:00 AEST (0 s ago)" in lines
    assert any(line.startswith(" last cycle 2026-06-30 23:00 AEST (23 h ago)") for line in lines)


def test_an_unknown_zone_is_utc(practice: PracticeStatus) -> None:
    for zone in ("Mars/Olympus", "../../etc/passwd", "", "a\x00b"):
        assert "12:00 UTC" in text(about(changed(practice, timezone=zone, last_cycle=NOW), NOW, kinds_max=1))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((), ""),
        ((5,), ""),
        ((0, 0, 0, 0), "▁▁ ="),
        ((8, 4, 2, 1), "█▅ -7"),
        (tuple(range(24)), "▂▃▄▅▆▇██ +23"),
    ],
)
def test_the_trend_is_bars_and_a_number(values: tuple[int, ...], shown: str) -> None:
    assert trend(values) == shown


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_plain(practice: PracticeStatus, hostile: str) -> None:
    bad = changed(practice, name=hostile, mode=hostile, warnings=(hostile,), open={hostile: 1}, currency=hostile)
    said = [Activity(at=NOW, practice=hostile, text=hostile)]
    lines = text(row(bad, NOW, columns(198, [bad])) + about(bad, NOW, kinds_max=3) + recent(said, {}, 3, 99))
    assert all(line.isprintable() for line in lines.split("\n"))


def test_of_all_that_happens_by_itself_only_the_newest_is_shown() -> None:
    cycles = [Activity(at=NOW + dt.timedelta(seconds=n), practice="a", text=f"cycle {n}") for n in range(5)]
    other = Activity(at=NOW, practice="b", text="cycle 0")
    calls = [Activity(at=NOW, practice="a", text="PUT Payments", sort="call") for _ in range(2)]
    shown = text(recent([*cycles[:2], calls[0], *cycles[2:4], other, cycles[4], calls[1]], {}, 10, 99)).splitlines()
    assert [line.split(maxsplit=1)[1] for line in shown] == [
        "a: PUT Payments",
        "b: cycle 0",
        "a: cycle 4",
        "a: PUT Payments",
    ]
    assert len(text(recent([*calls, other], {}, 9, 99)).splitlines()) == 2, (
        "what is said again and again stands there once"
    )
    assert len(recent([*calls, other], {}, 1, 99)) == 1
    assert not recent(calls, {}, 0, 99)
