"""``reconciled sandbox``: its arguments, its one line of output and its exit status."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from daemon.ports import Clock
from daemon.sandbox.blueprint import DEFAULT_SHAPE, Options
from daemon.sandbox.errors import SandboxError
from daemon.sandbox.profiles import PROFILES
from daemon.sandbox.runtime import open_sandbox

DESCRIPTION = """\
Serves a simulated Provet Cloud and a simulated Xero on free loopback ports, with a practice that has been working for
a while. Prints the URLs as one JSON line and runs until SIGINT or SIGTERM. docs/sandbox.md describes the control
endpoints."""
MOST = 200_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` the arguments of ``reconciled sandbox``."""
    default = DEFAULT_SHAPE
    parser.description = DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "fault profiles:\n" + "\n".join(f"  {name:<11}{each.says}" for name, each in PROFILES.items())
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help=f"the same seed makes, on the same day, the same practice ({default.seed})",
    )
    parser.add_argument("--clients", type=_count, metavar="N", help=f"clients of the practice ({default.clients})")
    parser.add_argument("--invoices", type=_count, metavar="N", help=f"invoices it has written ({default.invoices})")
    parser.add_argument("--tidy", action="store_true", help="plant no awkward cases that need a person")
    parser.add_argument(
        "--limits",
        choices=("real", "wide"),
        help="call limits: real = as documented, wide = 20 times that, so that rehearsals are quick "
        f"({default.limits})",
    )
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep ports and data in DIR and continue from there")
    parser.add_argument(
        "--settings-out", type=Path, metavar="FILE", help="write a ready settings.toml and FILE.secrets/"
    )
    parser.add_argument("--faults", choices=PROFILES, default="none", metavar="NAME", help="a fault profile, see below")
    parser.add_argument("--live", action="store_true", help="the clinic goes on working, about once a second")


async def serve(args: argparse.Namespace, clock: Clock) -> int:
    """Run ``reconciled sandbox`` until SIGINT or SIGTERM: 0, or 2 with one line on standard error."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await run_sandbox(options_of(args), clock, stop)
    except SandboxError as error:
        sys.stderr.write(f"reconciled sandbox: {error}\n")
        return 2
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    return 0


async def run_sandbox(options: Options, clock: Clock, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set; the URLs go to standard output as one line as soon as all is ready."""
    async with open_sandbox(options, clock) as sandbox:
        sys.stdout.write(json.dumps(sandbox.urls()) + "\n")
        sys.stdout.flush()
        await stop.wait()


def options_of(args: argparse.Namespace) -> Options:
    """The options that parsed arguments stand for."""
    named = {name: getattr(args, name) for name in ("seed", "clients", "invoices", "limits")}
    shape = {name: value for name, value in named.items() if value is not None}
    if args.tidy:
        shape["tidy"] = True
    return Options(shape, args.state, args.settings_out, args.faults, args.live)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {MOST}, not {text!r}")
    return int(text)
