"""The language of the socket on the wire: names and shapes as documented, tolerant to what is new, bounded."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from daemon.protocol import (
    ApproveRequest,
    Budget,
    Event,
    FieldView,
    ListQuery,
    PracticeState,
    PracticeStatus,
    ReasonRequest,
    Resync,
    Status,
)

AT = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)


def practice(**changed: object) -> PracticeStatus:
    given: dict[str, object] = {
        "id": "riverside",
        "name": "Riverside Vets",
        "mode": "auto",
        "state": PracticeState.IN_SYNC,
        "residual": "0.00",
        "open": {},
        "open_total": 0,
        "open_amount": "0.00",
        "in_doubt": 0,
        "hand_work": 0,
        "excluded": 0,
        "last_cycle": AT,
        "last_full": None,
        "budget": Budget(),
    }
    return PracticeStatus(**(given | changed))  # type: ignore[arg-type]


def test_a_status_has_every_documented_key_and_times_in_utc() -> None:
    status = Status(version="1", started_at=AT, practices=(practice(),))
    wire = msgspec.json.decode(msgspec.json.encode(status))
    assert {"version", "started_at", "practices"} <= wire.keys()
    documented = (
        "id name mode state residual open open_total open_amount in_doubt hand_work excluded last_cycle last_full"
    )
    assert {*documented.split(), "last_full", "budget", "warnings"} <= wire["practices"][0].keys()
    budget = {"xero_day_remaining", "xero_minute_remaining", "calls_today", "bytes_today"}
    assert budget <= wire["practices"][0]["budget"].keys()
    assert wire["practices"][0]["last_cycle"] == "2026-11-22T10:00:00Z"


def test_an_older_client_understands_a_newer_daemon() -> None:
    wire = msgspec.json.decode(msgspec.json.encode(practice()))
    assert msgspec.convert(wire | {"colour": "green"}, PracticeStatus) == practice()


@pytest.mark.parametrize(("changed", "settled"), [({}, True), ({"open_total": 1}, False), ({"in_doubt": 1}, False)])
def test_a_practice_is_settled_when_nothing_is_open_and_nothing_in_doubt(
    changed: dict[str, object], settled: bool
) -> None:
    assert practice(**changed).settled is settled


@pytest.mark.parametrize(("provet", "xero", "differs"), [("1", "1", False), ("1", "2", True), (None, "2", True)])
def test_a_field_differs_when_the_sides_do(provet: str | None, xero: str | None, differs: bool) -> None:
    assert FieldView(name="gross", provet=provet, baseline=None, xero=xero).differs is differs


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b'{"reason": ""}', ReasonRequest, id="empty reason"),
        pytest.param(b'{"reason": "%s"}' % (b"x" * 1001), ReasonRequest, id="long reason"),
        pytest.param(b'{"option": "%s"}' % (b"x" * 1001), ApproveRequest, id="long option"),
        pytest.param(b'{"limit": 501}', ListQuery, id="large window"),
        pytest.param(b'{"offset": -1}', ListQuery, id="window before the beginning"),
    ],
)
def test_what_people_send_is_bounded(body: bytes, kind: type) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=kind)


def test_events_are_told_apart_by_their_type() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Resync()), type=Event) == Resync()
