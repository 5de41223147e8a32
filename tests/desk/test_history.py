"""Audit entries as people read them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from daemon.desk.history import history_entry, sentence
from daemon.store.audit import Entry

ZONE = ZoneInfo("Pacific/Auckland")
AT = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
CALL = {"method": "PUT", "path": "Invoices", "system": "xero"}


@pytest.mark.parametrize(
    ("action", "detail", "expected"),
    [
        ("request", {**CALL, "answer": {"done": 48, "refused": 2}}, "PUT Invoices to xero: 48 done, 2 refused"),
        ("request", {**CALL, "answer": "no route"}, "PUT Invoices to xero: no route"),
        ("rejected", {"reason": "[b]{x}[/b]"}, "rejected: [b]{x}[/b]"),
        ("rejected", {}, "rejected: ?"),
        ("something new", {}, "something new"),
        ("snoozed", {"until": "2026-11-30T00:00:00+00:00"}, "snoozed until 2026-11-30 13:00 NZDT"),
        (
            "waived",
            {"reason": "x", "ceiling": "60.00", "until": "2026-12-31"},
            "waived up to 60.00 until 2026-12-31: x",
        ),
        ("waived", {"reason": "x", "ceiling": "60.00", "until": ""}, "waived up to 60.00: x"),
    ],
)
def test_sentences(action: str, detail: dict[str, object], expected: str) -> None:
    entry = Entry(number=1, at=AT, actor="policy", action=action, practice="p", subject="s", detail=detail, hash="")
    assert sentence(entry, ZONE) == expected


def test_the_history_tells_options_by_their_titles() -> None:
    detail = {"option": "create", "by": "ann"}
    entry = Entry(number=1, at=AT, actor="daemon", action="applied", practice="p", subject="s", detail=detail, hash="")
    assert (
        history_entry(entry, {"create": "Create it in Xero"}, ZONE).text
        == "applied “Create it in Xero”, approved by ann"
    )
    assert history_entry(entry, {}, ZONE).text == sentence(entry, ZONE) == "applied create, approved by ann"
