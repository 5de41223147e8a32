"""The reader of request logs: what it counts as a write, as a create and as the same record."""

from __future__ import annotations

import json

import pytest

from tests.support.requestlog import parse

API = "/api.xro/2.0"
ENTRY = {"method": "GET", "path": f"{API}/Invoices", "body": "", "body_cut": False, "executed": 200}


def entry(method: str, path: str, body: object = None, executed: int | None = 200) -> dict[str, object]:
    return {**ENTRY, "method": method, "path": path, "body": json.dumps(body) if body else "", "executed": executed}


def log_of(*entries: dict[str, object], dropped: int = 0) -> bytes:
    return json.dumps({"dropped": dropped, "total": len(entries), "requests": entries}).encode()


def test_reads_and_tokens_are_no_writes() -> None:
    quiet = parse(log_of(entry("GET", f"{API}/Invoices?page=1"), {**entry("POST", "/connect/token"), "body_cut": True}))
    assert quiet.writes() == []


def test_it_tells_doubled_creates_by_their_marks() -> None:
    pair = {"Payments": [{"Reference": "Provet payment 1"}, {"Reference": "Provet payment 2"}]}
    log = parse(
        log_of(
            entry("PUT", f"{API}/Payments?summarizeErrors=false", pair),
            entry("PUT", f"{API}/Payments", {"Payments": [{"Reference": "Provet payment 2"}]}),
            entry("PUT", f"{API}/Payments", {"Payments": [{"Reference": "Provet payment 1"}]}, executed=None),
            entry("POST", f"{API}/Payments/9", {"Status": "DELETED"}),
            entry("POST", "/54321/api/0.1/invoicepayment/", {"info": "Xero payment 7", "paid": 1}),
        )
    )
    assert len(log.writes()) == 5
    assert log.doubled_creates() == {f"{API}/Payments Provet payment 2": 2}
    assert log.writes_per_record() == {
        f"{API}/Payments Provet payment 1": 1,
        f"{API}/Payments Provet payment 2": 2,
        f"{API}/Payments/9": 1,
        "/54321/api/0.1/invoicepayment/ Xero payment 7": 1,
    }


def test_a_log_that_is_not_whole_proves_nothing() -> None:
    with pytest.raises(ValueError, match="not whole"):
        parse(log_of(dropped=1))
    with pytest.raises(ValueError, match="not whole"):
        parse(log_of({**entry("PUT", API), "body_cut": True}))
