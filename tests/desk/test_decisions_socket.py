"""The commands that decide, as processes over a real socket, before a whole daemon: exits, JSON and refusals."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from daemon.protocol import AuditQuery, DiscrepancyView
from tests.desk.office import VISIT, Office, office
from tests.desk.test_decisions_cycle import FOUR_EYES, edited
from tests.support.serving import serving

DONE, OPEN, ERROR = 0, 1, 2


@dataclass(frozen=True)
class Ran:
    exit: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def code(self) -> str:
        return str(json.loads(self.err)["error"]["code"])


Reconcile = Callable[..., Awaitable[Ran]]


def reconcile_at(path: Path) -> Reconcile:
    async def run(*args: str) -> Ran:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tui",
            *args,
            env={**os.environ, "RECONCILED_SOCKET": str(path)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Ran(process.returncode or 0, out.decode(), err.decode())

    return run


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


@pytest.fixture
async def socket(clinic: Office, tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "c.sock"
    async with serving(clinic.desk, path):
        yield path


@pytest.fixture
def reconcile(socket: Path) -> Reconcile:
    return reconcile_at(socket)


@pytest.fixture
async def found(clinic: Office) -> DiscrepancyView:
    return await edited(clinic)


async def test_a_day_that_is_named_begins_where_the_practice_is(tmp_path: Path) -> None:
    path, north = tmp_path / "n.sock", ('timezone = "Europe/London"', 'timezone = "Europe/Helsinki"')
    begins = "2030-01-31T22:00:00Z"
    async with office(tmp_path, north) as clinic, serving(clinic.desk, path):
        reconcile, found = reconcile_at(path), await edited(clinic)
        ran = await reconcile("snooze", found.id, "--until", "2030-02-01", "--json")
        assert (ran.exit, ran.json()["snoozed_until"]) == (DONE, begins)
        said = "snoozed until 2030-02-01 00:00 EET"
        assert [each.text for each in (await clinic.show(found.id)).history if each.action == "snoozed"] == [said]
        assert [each.text for each in (await clinic.desk.audit_search(AuditQuery(text=said))).entries] == [said]
        assert said in [each.text for each in (await clinic.desk.audit(after=0, limit=100)).entries]
        again = await edited(clinic)
        ran = await reconcile("bulk", "snooze", "--kind", "invoice", "--until", "2030-02-01", "--yes", "--json")
        assert ran.exit == DONE, ran
        assert (await clinic.show(again.id)).snoozed_until == dt.datetime.fromisoformat(begins)


async def test_snooze(clinic: Office, reconcile: Reconcile, found: DiscrepancyView) -> None:
    until = (clinic.shop.clock.utc() + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ran = await reconcile("snooze", found.id, "--until", until, "--json")
    assert (ran.exit, ran.json()["status"], ran.json()["snoozed_until"]) == (DONE, "snoozed", until)
    assert (await reconcile("list")).exit == DONE
    assert until[:10] in (await reconcile("show", found.id)).out


async def test_waive(clinic: Office, reconcile: Reconcile, found: DiscrepancyView) -> None:
    day = (clinic.shop.clock.utc() + dt.timedelta(days=30)).date().isoformat()
    ran = await reconcile("waive", found.id, "--reason", "goodwill", "--ceiling", "50", "--until", day, "--json")
    assert (ran.exit, ran.json()["status"]) == (DONE, "waived")
    waiver = ran.json()["waiver"]
    assert (waiver["reason"], waiver["ceiling"], waiver["until"]) == ("goodwill", "50.00", day)
    assert f"up to 50.00 until {day}: goodwill" in (await reconcile("show", found.id)).out


async def test_comment_and_assign(reconcile: Reconcile, found: DiscrepancyView) -> None:
    assert (await reconcile("comment", found.id, "asked\x1b[2J the clinic")).exit == DONE
    ran = await reconcile("assign", found.id, "ann.b", "--json")
    assert (ran.exit, ran.json()["assignee"]) == (DONE, "ann.b")
    shown = (await reconcile("show", found.id)).out
    assert "asked[2J the clinic" in shown
    assert "\x1b" not in shown
    assert "assigned  ann.b" in shown
    assert (await reconcile("assign", found.id, "", "--json")).json()["assignee"] is None


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("snooze", "ID"), "usage"),
        (("snooze", "ID", "--until", "yesterday"), "usage"),
        (("snooze", "ID", "--until", "2030-01-01T25:00"), "usage"),
        (("snooze", "ID", "--until", "2020-01-01"), "invalid"),
        (("waive", "ID"), "usage"),
        (("waive", "ID", "--reason", ""), "invalid"),
        (("waive", "ID", "--reason", "x", "--ceiling", "much"), "usage"),
        (("waive", "ID", "--reason", "x", "--ceiling", "0.01"), "invalid"),
        (("waive", "ID", "--reason", "x", "--ceiling", "inf"), "invalid"),
        (("waive", "ID", "--reason", "x", "--until", "soon"), "usage"),
        (("comment", "ID", "x" * 1001), "invalid"),
        (("assign", "ID", "two words"), "invalid"),
        (("undo", "ID"), "invalid"),
        (("undo", "no-such-id"), "unknown_id"),
        (("snooze", "no-such-id", "--until", "3d"), "unknown_id"),
        (("bulk", "approve"), "usage"),
        (("bulk", "approve", "--practice", "riverside"), "not_confirmed"),
        (("bulk", "reject", "--practice", "riverside", "--yes"), "usage"),
        (("bulk", "delete", "--practice", "riverside", "--yes"), "usage"),
    ],
)
async def test_refusals_are_one_object_and_change_nothing(
    clinic: Office, reconcile: Reconcile, found: DiscrepancyView, args: tuple[str, ...], code: str
) -> None:
    ran = await reconcile("--json", *(found.id if arg == "ID" else arg for arg in args))
    assert (ran.exit, ran.code(), ran.out) == (ERROR, code, "")
    assert (await clinic.show(found.id)).status == "open"


async def test_undo_waits_until_it_is_applied(clinic: Office, reconcile: Reconcile) -> None:
    invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    await clinic.cycle()
    found = await clinic.of("document", invoice, "invoice.missing")
    ran = asyncio.ensure_future(reconcile("undo", found.id, "--wait", "--json"))
    while not ran.done():
        await clinic.cycle()
        await asyncio.sleep(0.05)
    answer = (await ran).json()
    assert ((await ran).exit, answer["outcome"], answer["correction"]["option"]) == (DONE, "applied", "undo")
    shown = (await reconcile("show", found.id, "--json")).json()
    assert (shown["status"], shown["policy"]) == ("open", "person")
    assert [entry["text"] for entry in shown["history"]][-2:] == [
        "decided to undo “Create it in Xero”",
        f"applied “Undo ‘Create it in Xero’”, approved by {shown['history'][-2]['actor']}",
    ]


async def test_bulk_says_what_it_is_about_and_decides_on_that(clinic: Office, reconcile: Reconcile) -> None:
    for price in ("19.99", "18.99"):
        await edited(clinic, price)
    asked = await reconcile("bulk", "waive", "--kind", "invoice", "--reason", "goodwill")
    assert asked.exit == ERROR
    assert "2 discrepancies over 96.00" in asked.out
    assert "2 invoice.changed_in_xero" in asked.out
    assert "--yes" in asked.err
    ran = await reconcile("bulk", "waive", "--kind", "invoice", "--reason", "goodwill", "--yes", "--json")
    assert (ran.exit, ran.json()) == (DONE, {"decided": 2, "waiting_second_person": 0, "refused": [], "pending": []})
    assert len(await clinic.listed("waived")) == 2
    nothing = await reconcile("bulk", "reject", "--kind", "invoice", "--reason", "x", "--yes", "--json")
    assert (nothing.exit, nothing.json()["decided"]) == (DONE, 0)


async def test_bulk_announces_and_tells_what_waits_for_a_second_person(tmp_path: Path) -> None:
    async with office(tmp_path, FOUR_EYES) as clinic:
        for price in ("19.99", "18.99"):
            await edited(clinic, price)
        async with serving(clinic.desk, tmp_path / "c.sock"):
            run = reconcile_at(tmp_path / "c.sock")
            asked = await run("bulk", "approve", "--kind", "invoice")
            assert (asked.exit, await clinic.listed("approved")) == (ERROR, [])
            assert "2 of them over 96.00 GBP wait for a second person afterwards (four eyes)" in asked.out
            ran = await run("bulk", "approve", "--kind", "invoice", "--yes")
            assert ran.exit == OPEN
            assert ran.out.splitlines()[-1] == "2 decided, 2 of them over 96.00 GBP wait for a second person"
            told = (await run("bulk", "approve", "--kind", "invoice", "--yes", "--json")).json()
            assert told["pending"] == [{"currency": "GBP", "count": 2, "amount": "96.00"}]


async def test_bulk_announces_what_goes_on_by_a_cause(clinic: Office, reconcile: Reconcile) -> None:
    for client in (2, 3):
        clinic.act("provet", "invoice_visit", client=client, rows=[{**VISIT[0], "vat_percentage": "13.5"}])
    await clinic.cycle()
    cause = await clinic.only(kind="mapping.missing")
    shown = await reconcile("show", cause.id)
    assert "waiting   2 discrepancies of 90.80 GBP wait for this and go on by it" in shown.out.splitlines()
    assert (await reconcile("show", cause.id, "--json")).json()["waiting"]["freed"] == 2
    asked = await reconcile("bulk", "approve", "--kind", "mapping.missing")
    assert "1 of them would be left as they are" in asked.out, "a mapping is mended in the settings"
    assert "go on by it" not in asked.out


async def test_bulk_tells_what_it_left_as_it_was(reconcile: Reconcile, found: DiscrepancyView) -> None:
    ran = await reconcile("bulk", "approve", "--practice", "riverside", "--option", "no-such", "--yes")
    assert ran.exit == ERROR
    assert f"{found.id}: left as it is: {found.id} has no option no-such" in ran.out


async def test_autonomy(clinic: Office, reconcile: Reconcile, found: DiscrepancyView) -> None:
    assert (await reconcile("autonomy")).out == "nothing was decided yet\n"
    await clinic.approve(found.id)
    (record,) = (await reconcile("autonomy", "--json")).json()["kinds"]
    assert (record["kind"], record["approved"], record["unchanged"]) == ("invoice.changed_in_xero", 1, 1)
    assert "invoice.changed_in_xero" in (await reconcile("autonomy")).out


async def test_above_the_limit_every_way_waits_for_a_second_person(tmp_path: Path) -> None:
    async with office(tmp_path, FOUR_EYES) as clinic, serving(clinic.desk, tmp_path / "c.sock"):
        reconcile = reconcile_at(tmp_path / "c.sock")
        found = await edited(clinic)
        for args in (
            ("waive", found.id, "--reason", "x"),
            ("approve", found.id, "--wait"),
            ("approve", found.id, "--wait"),
            ("bulk", "approve", "--kind", found.kind, "--yes"),
        ):
            ran = await reconcile(*args)
            assert (ran.exit, "second person" in ran.out) == (OPEN, True), ran
        await clinic.cycle()
        assert (await clinic.show(found.id)).status == "open"


async def test_the_socket_itself_refuses_what_no_client_would_send(socket: Path, found: DiscrepancyView) -> None:
    connector = aiohttp.UnixConnector(str(socket))
    seen = {"count": 1, "amount": found.amount, "seq": 0}
    async with aiohttp.ClientSession("http://localhost", connector=connector) as http:
        for path, body, status in (
            (f"/discrepancies/{found.id}/explode", {}, 404),
            (f"/discrepancies/{found.id}/snooze", {"until": "2030-01-01T00:00:00"}, 400),
            (f"/discrepancies/{found.id}/waive", {"reason": "x", "ceiling": "NaN"}, 400),
            (f"/discrepancies/{found.id}/assign", {"user": "a\u202eb"}, 400),
            ("/bulk", {}, 400),
            ("/bulk", {"filter": {}, "decision": {"type": "comment", "text": "x"}, "expected": seen}, 400),
            ("/bulk", {"filter": {"min_amount": "NaN"}, "decision": {"type": "approve"}, "expected": seen}, 400),
            ("/bulk", {"filter": {}, "decision": {"type": "approve"}, "expected": seen}, 409),
        ):
            response = await http.post(path, json=body)
            assert (response.status, set((await response.json())["error"])) == (status, {"code", "message", "hint"})
