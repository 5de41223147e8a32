"""The command line ``reconciled``: its grammar, its errors, its exit statuses."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from daemon.errors import Invalid, ReconError
from daemon.safe import safe

Start = Callable[[argparse.Namespace], Coroutine[Any, Any, int]]

ERROR = 2


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    args = _parser().parse_args(argv)
    start: Start = args.start
    try:
        return asyncio.run(start(args))
    except ReconError as error:
        _complain(error, as_json=getattr(args, "json", False))
        return ERROR
    except KeyboardInterrupt:
        return 130


def _complain(error: ReconError, *, as_json: bool) -> None:
    """One line for each problem, and what to do next."""
    from daemon.once import error_as_json

    problems = error.problems if isinstance(error, Invalid) else ()
    if as_json:
        code = "invalid" if isinstance(error, Invalid) else "failed"
        sys.stderr.write(error_as_json(code, str(error), error.hint, problems) + "\n")
        return
    lines = [f"reconciled: {error}", *(f"  {problem}" for problem in problems)]
    lines += [f"  hint: {error.hint}"] if error.hint else []
    sys.stderr.write("".join(f"{safe(line)}\n" for line in lines))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reconciled", description="Keeps Provet Cloud and Xero in step, and proves it."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    run = commands.add_parser("run", help="the service")
    _settings_argument(run)
    run.set_defaults(start=_run)
    check = commands.add_parser("check", help="list all that is wrong with settings, access and mappings")
    _settings_argument(check)
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(start=_check)
    once = commands.add_parser("once", help="one full comparison and what policy allows, then stop")
    _settings_argument(once)
    once.add_argument("--dry-run", action="store_true", help="write and store nothing; show what would be written")
    once.add_argument("--json", action="store_true", help="print JSON")
    once.set_defaults(start=_once)
    backup = commands.add_parser("backup", help="a consistent copy of the store, also while the service runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="where the copy goes")
    _settings_argument(backup)
    backup.set_defaults(start=_backup)
    _sandbox_arguments(commands.add_parser("sandbox", help="serve both simulated systems"))
    demo = commands.add_parser("demo", help="sandbox, daemon and terminal UI together")
    demo.add_argument("--seed", type=int, default=7, metavar="N", help="the same seed makes the same practice (7)")
    demo.set_defaults(start=_demo)
    return parser


def _settings_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--settings", type=Path, required=True, metavar="FILE", help="settings.toml")


def _sandbox_arguments(parser: argparse.ArgumentParser) -> None:
    from daemon.sandbox.command import add_arguments

    add_arguments(parser)
    parser.set_defaults(start=_sandbox)


async def _run(args: argparse.Namespace) -> int:
    from daemon.app import run

    return await run(args.settings, os.environ)


async def _check(args: argparse.Namespace) -> int:
    from daemon.check.command import check

    return await check(args.settings, os.environ, as_json=args.json)


async def _once(args: argparse.Namespace) -> int:
    from daemon.once import once

    return await once(args.settings, os.environ, dry_run=args.dry_run, as_json=args.json)


async def _backup(args: argparse.Namespace) -> int:
    from daemon import clock
    from daemon.app import store_path
    from daemon.settings import load
    from daemon.store.database import backup

    settings = load(args.settings, os.environ)
    source = store_path(settings)
    if not source.exists():
        raise Invalid(f"there is no store at {source}", hint="start the service once, or check daemon.state_dir")
    await clock.offload(lambda: backup(source, args.file))
    return 0


async def _sandbox(args: argparse.Namespace) -> int:
    from daemon.clock import SystemClock
    from daemon.sandbox.command import serve

    return await serve(args, SystemClock())


async def _demo(args: argparse.Namespace) -> int:
    from daemon.demo import demo

    return await demo(args.seed)
