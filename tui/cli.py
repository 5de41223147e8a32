"""The command line ``reconcile``: its grammar, its exit statuses, its errors. The commands are in ``commands.py``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from daemon.protocol import DEFAULT_SOCKET
from tui import commands
from tui.calls import ControlError
from tui.cli_decisions import Add, Command, add_bulk, add_decisions
from tui.cli_reports import add_reports
from tui.console import Console
from tui.oneshot import Oneshot
from tui.session import ERROR, NOT_ALLOWED, Session
from tui.world import World

_INTERRUPTED = 130
_QUICK = {"ESCDELAY": "15", "TEXTUAL_FPS": "120"}
"""What Textual reads as it is loaded: how many ms it waits after Esc for the rest of a key, and pictures a second."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ControlError("usage", message, f"see: {self.prog} --help")


def run(argv: Sequence[str], world: World) -> int:
    """Run one command line and return its exit status; without a subcommand the terminal UI."""
    console = Console(sys.stdout, sys.stderr, sys.stdin, json="--json" in argv)
    try:
        args = _parser().parse_args(argv)
        if args.command is None:
            return _open_ui(args.socket, world)
        command: Command = args.command
        status = command(Session(Oneshot(args.socket), console, world.pause, world.utc), args)
        sys.stdout.flush()
        return status
    except ControlError as error:
        console.complain(error.problem)
        return NOT_ALLOWED if error.problem.code == "forbidden" else ERROR
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except KeyboardInterrupt:
        return _INTERRUPTED


def _open_ui(socket: str, world: World) -> int:
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise ControlError("usage", "the terminal UI needs a terminal", "try: reconcile status")
    for name, value in _QUICK.items():
        os.environ.setdefault(name, value)
    from tui.app import run_app

    return run_app(socket, world, os.environ)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="reconcile",
        description="See where Provet Cloud and Xero differ, and decide. Without a command: the terminal UI.",
        epilog="Exit status: 0 done and nothing open, 1 something is open, 2 error, 3 not allowed by role.",
        allow_abbrev=False,
    )
    _add_globals(parser, os.environ.get("RECONCILED_SOCKET") or DEFAULT_SOCKET, as_json=False)
    parser.set_defaults(command=None)
    again = _Parser(add_help=False)
    _add_globals(again, argparse.SUPPRESS, as_json=argparse.SUPPRESS)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=text, description=text, parents=[again], allow_abbrev=False)
        sub.set_defaults(command=command)
        return sub

    _add_views(add)
    _add_switches(add)
    add_decisions(add)
    add_reports(add)
    add_bulk(add, _Parser, again)
    return parser


def _add_globals(parser: argparse.ArgumentParser, socket: str, *, as_json: bool | str) -> None:
    parser.add_argument(
        "--socket", metavar="PATH", default=socket, help="control socket (else RECONCILED_SOCKET, else the default)"
    )
    parser.add_argument("--json", action="store_true", default=as_json, help="answers and errors as JSON")


def _add_views(add: Add) -> None:
    add("status", commands.status, "practices and their health")
    listing = add("list", commands.list_, "discrepancies, largest amount first")
    listing.add_argument("--practice", metavar="P", default="")
    listing.add_argument("--kind", metavar="K", default="", help="a kind, or the word before its dot: payment")
    listing.add_argument("--status", metavar="S", action="append", default=[], help="all, or one; may be repeated")
    listing.add_argument("--limit", metavar="N", type=_positive, default=0, help="at most N (else all)")
    show = add("show", commands.show, "one discrepancy, whole, with its history")
    show.add_argument("id", metavar="ID")
    add("autonomy", commands.autonomy, "how often people approved each kind as recommended")
    audit = add("audit", commands.audit, "the audit log; audit verify proves its chain")
    audit.add_argument("what", nargs="?", choices=["verify"], help="prove the chain of the log")
    audit.add_argument("--follow", action="store_true", help="go on as the log grows")


def _add_switches(add: Add) -> None:
    sync = add("sync", commands.sync, "a cycle now")
    sync.add_argument("--practice", metavar="P", default="")
    sync.add_argument("--full", action="store_true", help="a full comparison")
    sync.add_argument("--wait", action="store_true", help="return when both systems have settled")
    release = add("release", commands.release, "release the first comparison of a new practice")
    release.add_argument("practice", metavar="P")
    pause = add("pause", commands.pause, "stop writes of a practice; detection goes on")
    pause.add_argument("practice", metavar="P")
    pause.add_argument("--reason", metavar="TEXT", required=True)
    resume = add("resume", commands.resume, "start writes of a practice again")
    resume.add_argument("practice", metavar="P")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number
