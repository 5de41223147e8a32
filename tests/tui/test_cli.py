"""The command line as scripts use it: a process, its exit status, its two streams."""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from daemon.control.access import Access, Peer
from daemon.core.choices import BY_HAND
from daemon.core.correction import CorrectionStatus, Option
from daemon.core.discrepancy import Subject
from daemon.protocol import Role
from tests.support.fake_books import PRACTICES
from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving
from tests.tui.conftest import Reconcile


def first(operations: FakeOperations) -> str:
    return next(d.id for d in operations.found.values() if d.finding.practice == "riverside")


def close_all(operations: FakeOperations, practice: str = "") -> None:
    for found in list(operations.found.values()):
        if practice in ("", found.finding.practice):
            operations.close(found.id)


async def test_status_says_by_its_exit_whether_something_is_open(
    reconcile: Reconcile, operations: FakeOperations
) -> None:
    ran = await reconcile("status")
    assert (ran.exit, ran.err) == (1, "")
    assert "riverside" in ran.out
    close_all(operations)
    assert (await reconcile("status", "--json")).exit == 0


@pytest.mark.parametrize("args", [("--json", "status"), ("status", "--json")])
async def test_globals_stand_before_or_after_the_command(reconcile: Reconcile, args: tuple[str, ...]) -> None:
    ran = await reconcile(*args)
    assert {practice["id"] for practice in ran.json()["practices"]} == set(PRACTICES)


@pytest.mark.parametrize("order", [0, 1])
async def test_the_socket_option_wins_over_the_environment(reconcile: Reconcile, socket_path: str, order: int) -> None:
    option = ["--socket", socket_path]
    args = [*option, "status"] if order else ["status", *option]
    assert (await reconcile(*args, socket="/nonexistent/x.sock")).exit == 1


async def test_list_is_largest_first_and_narrowed_by_its_options(
    reconcile: Reconcile, operations: FakeOperations
) -> None:
    everything = (await reconcile("list", "--json")).json()
    assert everything["total"] == len(everything["discrepancies"]) == 12
    amounts = [float(d["amount"]) for d in everything["discrepancies"]]
    assert amounts == sorted(amounts, reverse=True)
    narrowed = (await reconcile("list", "--json", "--kind", "contact", "--limit", "1")).json()
    assert (narrowed["total"], [d["kind"] for d in narrowed["discrepancies"]]) == (3, ["contact.conflict"])
    of_one = (await reconcile("list", "--json", "--practice", "riverside")).json()
    assert {d["practice"] for d in of_one["discrepancies"]} == {"riverside"}


async def test_list_reads_all_pages(reconcile: Reconcile, operations: FakeOperations) -> None:
    large = FakeOperations(count=1203)
    operations.found = large.found
    listed = (await reconcile("list", "--json")).json()
    assert len({d["id"] for d in listed["discrepancies"]}) == listed["total"] == 1203
    some = (await reconcile("list", "--json", "--limit", "700")).json()
    assert (some["total"], len(some["discrepancies"])) == (1203, 700)


async def test_list_exits_by_what_is_open_in_its_scope(reconcile: Reconcile, operations: FakeOperations) -> None:
    close_all(operations, "riverside")
    assert (await reconcile("list", "--practice", "riverside")).exit == 0
    assert (await reconcile("list", "--practice", "oaktree")).exit == 1
    assert (await reconcile("list", "--status", "closed")).exit == 0
    assert (await reconcile("list", "--status", "all")).exit == 1
    closed = (await reconcile("list", "--status", "closed", "--json")).json()
    assert {d["status"] for d in closed["discrepancies"]} == {"closed"}


async def test_show_has_everything_and_unknown_ids_fail(reconcile: Reconcile, operations: FakeOperations) -> None:
    found = first(operations)
    shown = (await reconcile("show", found, "--json")).json()
    assert shown["id"] == found
    assert shown["history"] == []
    plain = await reconcile("show", found)
    for text in (found, "recommended", "fingerprint", shown["options"][0]["writes"][0]["summary"]):
        assert text in plain.out
    missing = await reconcile("show", "nope", "--json")
    assert (missing.exit, missing.out, missing.error()["code"]) == (2, "", "unknown_id")


async def test_approve_without_waiting(reconcile: Reconcile, operations: FakeOperations) -> None:
    ran = await reconcile("approve", first(operations), "--json")
    assert (ran.exit, ran.json()["outcome"]) == (0, "accepted")
    assert operations.corrections["cor-1"].option in {"recreate-payment", "use-provet"}


@pytest.mark.parametrize(
    ("result", "code", "outcome"),
    [
        (CorrectionStatus.APPLIED, 0, "applied"),
        (CorrectionStatus.STALE, 2, "stale"),
        (CorrectionStatus.FAILED, 2, "failed"),
        (CorrectionStatus.IN_DOUBT, 2, "in_doubt"),
    ],
)
async def test_approve_and_wait_for_the_end(
    reconcile: Reconcile, operations: FakeOperations, result: CorrectionStatus, code: int, outcome: str
) -> None:
    operations.result = result
    waiting = asyncio.ensure_future(reconcile("approve", first(operations), "--wait", "--json"))
    while not waiting.done():
        operations.step()
        await asyncio.sleep(0.05)
    ran = waiting.result()
    assert (ran.exit, ran.json()["outcome"]) == (code, outcome)


async def test_work_by_hand_is_left_to_people_and_never_said_to_be_applied(
    reconcile: Reconcile, operations: FakeOperations
) -> None:
    found = operations.found[first(operations)].finding
    hand = Option(id=BY_HAND, title="Make room in Xero", steps=())
    about = operations.add(msgspec.structs.replace(found, options=(hand,), subject=Subject(label="Payment 9 of INV-9")))
    waiting = asyncio.ensure_future(reconcile("approve", about, "--option", BY_HAND, "--wait", "--json"))
    while not waiting.done():
        operations.step()
        await asyncio.sleep(0.05)
    ran = waiting.result()
    assert (ran.exit, ran.json()["outcome"]) == (0, "accepted")
    assert ran.json()["correction"]["option"] == BY_HAND


async def test_approve_refusals(reconcile: Reconcile, operations: FakeOperations) -> None:
    found = first(operations)
    stale = await reconcile("approve", found, "--expect", "0000", "--json")
    assert (stale.exit, stale.error()["code"]) == (2, "stale")
    wrong = await reconcile("approve", found, "--option", "nope", "--json")
    assert (wrong.exit, wrong.error()["code"]) == (2, "invalid")
    assert "options:" in wrong.error()["hint"]
    operations.modes["riverside"] = "observe"
    refused = await reconcile("approve", found, "--json")
    assert (refused.exit, refused.error()["code"]) == (2, "refused")
    assert operations.corrections == {}


async def test_approve_the_option_that_was_seen(reconcile: Reconcile, operations: FakeOperations) -> None:
    found = operations.found[first(operations)].finding
    option = found.options[1]
    ran = await reconcile("approve", found.id, "--option", option.id, "--expect", option.fingerprint)
    assert ran.exit == 0
    assert operations.corrections["cor-1"].option == option.id


async def test_reject_needs_a_reason(reconcile: Reconcile, operations: FakeOperations) -> None:
    found = first(operations)
    assert (await reconcile("reject", found)).exit == 2
    assert (await reconcile("reject", found, "--reason", "agreed by phone")).exit == 0
    assert operations.found[found].status == "rejected"
    assert "agreed by phone" in (await reconcile("show", found)).out


async def test_assign_without_a_name_is_to_oneself(reconcile: Reconcile, operations: FakeOperations) -> None:
    found = next(iter(operations.found))
    me = pwd.getpwuid(os.getuid()).pw_name
    ran = await reconcile("assign", found, "--json")
    assert (ran.exit, ran.json()["assignee"]) == (0, me)
    assert (await reconcile("assign", found, "", "--json")).json()["assignee"] is None


async def test_show_tells_of_each_write(reconcile: Reconcile, operations: FakeOperations) -> None:
    found = next(iter(operations.found))
    await reconcile("approve", found)
    assert "waiting  xero: Book a payment" in (await reconcile("show", found)).out


async def test_sync_waits_until_done(reconcile: Reconcile, operations: FakeOperations) -> None:
    ran = await reconcile("sync", "--wait", "--json")
    assert (ran.exit, ran.json()["done"]) == (1, True)
    close_all(operations, "riverside")
    assert (await reconcile("sync", "--practice", "riverside", "--full", "--wait")).exit == 0
    assert (await reconcile("sync", "--practice", "nope", "--wait")).exit == 2


async def test_practices_are_paused_resumed_released(reconcile: Reconcile, operations: FakeOperations) -> None:
    assert (await reconcile("pause", "oaktree")).exit == 2, "a reason is needed"
    paused = await reconcile("pause", "oaktree", "--reason", "stocktaking", "--json")
    assert (paused.exit, paused.json()["state"]) == (0, "paused")
    assert (await reconcile("resume", "oaktree")).exit == 0
    assert (await reconcile("release", "oaktree")).exit == 0
    assert (await reconcile("release", "nope")).exit == 2
    assert [entry.action for entry in operations.log] == ["pause", "resume", "release"]


async def test_audit_lists_and_verifies(reconcile: Reconcile, operations: FakeOperations) -> None:
    await reconcile("pause", "oaktree", "--reason", "stocktaking")
    await reconcile("resume", "oaktree")
    entries = (await reconcile("audit", "--json")).json()["entries"]
    assert [entry["number"] for entry in entries] == [1, 2]
    assert "stocktaking" in (await reconcile("audit")).out
    assert (await reconcile("audit", "verify")).exit == 0
    operations.chain_broken = True
    broken = await reconcile("audit", "verify")
    assert broken.exit == 2
    assert "entry 2" in broken.out


async def test_audit_follows_the_log(socket_path: str, operations: FakeOperations, reconcile: Reconcile) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui", "--socket", socket_path, "audit", "--follow", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    for practice in ("oaktree", "riverside"):
        await reconcile("resume", practice)
        assert practice.encode() in await process.stdout.readline()
    process.terminate()
    await process.wait()


class Viewers(Access):
    def role(self, peer: Peer) -> Role | None:
        return Role.VIEWER


async def test_a_viewer_is_told_by_exit_three(operations: FakeOperations, tmp_path: Path, reconcile: Reconcile) -> None:
    path = tmp_path / "v.sock"
    async with serving(operations, path, Viewers(own_uid=1)):
        assert (await reconcile("status", socket=str(path))).exit == 1
        ran = await reconcile("approve", first(operations), "--json", socket=str(path))
    assert (ran.exit, ran.error()["code"]) == (3, "forbidden")


@pytest.mark.parametrize("left_over", [False, True])
async def test_without_a_daemon_it_says_what_to_do(reconcile: Reconcile, tmp_path: Path, left_over: bool) -> None:
    path = tmp_path / "gone.sock"
    if left_over:
        import socket

        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
    ran = await reconcile("status", socket=str(path))
    assert (ran.exit, ran.out) == (2, "")
    assert "no daemon" in ran.err
    assert "systemctl start reconciled" in ran.err
    as_json = await reconcile("status", "--json", socket=str(path))
    assert as_json.error()["code"] == "unreachable"


async def test_something_else_on_the_socket(reconcile: Reconcile, tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ngarbage")
        await writer.drain()
        writer.close()

    path = str(tmp_path / "other.sock")
    async with await asyncio.start_unix_server(talk, path):
        ran = await reconcile("status", "--json", socket=path)
    assert (ran.exit, ran.error()["code"]) == (2, "bad_answer")


@pytest.mark.parametrize("args", [("stauts",), ("list", "--limit", "0"), ("list", "--limit", "x"), ("approve",)])
async def test_wrong_usage(reconcile: Reconcile, args: tuple[str, ...]) -> None:
    ran = await reconcile(*args)
    assert ran.exit == 2
    assert "--help" in ran.err
    as_json = await reconcile("--json", *args)
    assert (as_json.exit, as_json.error()["code"]) == (2, "usage")


async def test_the_ui_needs_a_terminal(reconcile: Reconcile) -> None:
    ran = await reconcile()
    assert ran.exit == 2
    assert "reconcile status" in ran.err


async def test_help_names_every_command_and_the_exits(reconcile: Reconcile) -> None:
    ran = await reconcile("--help")
    assert ran.exit == 0
    commands = ("status", "list", "show", "approve", "reject", "snooze", "waive", "comment", "assign", "undo", "bulk")
    commands += ("sync", "release", "pause", "resume", "audit", "autonomy")
    for word in (*commands, "Exit"):
        assert re.search(rf"\b{word}\b", ran.out)


async def test_a_reader_that_leaves_is_no_traceback(reconcile: Reconcile, socket_path: str) -> None:
    command = f"{sys.executable} -m tui --socket {socket_path} list | true"
    process = await asyncio.create_subprocess_shell(command, stderr=asyncio.subprocess.PIPE)
    _, err = await process.communicate()
    assert err == b""


def test_commands_start_without_anything_heavy() -> None:
    code = (
        "import sys, tui.__main__; heavy = {'aiohttp', 'asyncio', 'textual', 'rich', 'pydantic', 'structlog'};"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout.strip() == ""


@pytest.mark.parametrize(
    "args",
    [
        ("undo", "ID"),
        ("snooze", "ID", "--until", "3d"),
        ("waive", "ID", "--reason", "x"),
        ("comment", "ID", "x"),
        ("assign", "ID", "ann"),
        ("bulk", "approve", "--practice", "riverside", "--yes"),
    ],
)
async def test_a_viewer_decides_nothing(
    operations: FakeOperations, tmp_path: Path, reconcile: Reconcile, args: tuple[str, ...]
) -> None:
    path = tmp_path / "v.sock"
    async with serving(operations, path, Viewers(own_uid=1)):
        ran = await reconcile(*(first(operations) if arg == "ID" else arg for arg in args), socket=str(path))
    assert (ran.exit, operations.log) == (3, [])
    assert "may look but not decide" in ran.err
