"""``reconciled once``: one full comparison and what policy allows, then the result; or what it would write."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from daemon import clock
from daemon.app import App, Drivers, open_app, store_path
from daemon.errors import Invalid
from daemon.practice import Written
from daemon.protocol import DiscrepancyView, ListQuery, PracticeState, Status
from daemon.settings import Settings, load
from daemon.store.database import backup, open_inline

_WINDOW = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What one run ended with; in a rehearsal ``writes`` are those that would have been made."""

    status: Status
    discrepancies: tuple[DiscrepancyView, ...]
    writes: tuple[Written, ...]

    @property
    def exit_status(self) -> int:
        """0 in sync, 1 if something waits, 2 if a practice could not be compared."""
        states = {practice.state for practice in self.status.practices}
        if PracticeState.DISCONNECTED in states or PracticeState.STARTING in states:
            return 2
        settled = all(practice.settled for practice in self.status.practices)
        return 0 if settled and PracticeState.AWAITING_RELEASE not in states else 1

    def as_json(self) -> str:
        """The documented JSON."""
        return msgspec.json.encode(
            {
                "status": self.status,
                "discrepancies": self.discrepancies,
                "writes": [
                    {"practice": w.practice, "system": w.system, "action": w.action, "summary": w.summary}
                    for w in self.writes
                ],
            }
        ).decode()


async def once(path: Path, environ: Mapping[str, str], *, dry_run: bool, as_json: bool) -> int:
    """Run and report on standard output; returns the exit status."""
    settings = load(path, environ)
    result = await (rehearse(settings) if dry_run else compare(settings))
    sys.stdout.write(result.as_json() + "\n" if as_json else report(result, dry_run=dry_run))
    if dry_run:
        return max(result.exit_status, 1 if result.writes else 0)
    return result.exit_status


async def compare(settings: Settings) -> Result:
    """One full comparison of every practice with all that policy allows."""
    async with open_app(settings) as app:
        written: list[Written] = []
        for engine in app.engines.values():
            engine.practice.tell_write = written.append
        await _settle_down(app)
        return Result(await app.desk.status(), await _open(app), tuple(written))


async def rehearse(settings: Settings) -> Result:
    """The same on a copy of the store that is thrown away, without a write to either system."""
    _refuse_rotating_tokens(settings)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "store"
        source = store_path(settings)
        if source.exists():
            await clock.offload(lambda: backup(source, copy))
        state_dir = settings.daemon.model_copy(update={"state_dir": Path(folder)})
        db = open_inline(copy)
        try:
            async with open_app(settings.model_copy(update={"daemon": state_dir}), Drivers(db=db)) as app:
                for engine in app.engines.values():
                    engine.writes = False
                await _settle_down(app)
                found = await _open(app)
                return Result(await app.desk.status(), found, _would_write(app, found))
        finally:
            await db.close()


def _refuse_rotating_tokens(settings: Settings) -> None:
    rotating = [name for name, practice in settings.practices.items() if practice.xero.grant == "authorization_code"]
    if rotating:
        raise Invalid(
            f"--dry-run stores nothing, so it cannot renew the rotating tokens of {', '.join(rotating)}",
            hint='set mode = "observe" and run reconciled once instead',
        )


def _would_write(app: App, found: tuple[DiscrepancyView, ...]) -> tuple[Written, ...]:
    """The writes of the recommended options of all automatic discrepancies of practices that are, or get, released."""
    writes = []
    released = {name for name, engine in app.engines.items() if engine.practice.settings.release == "automatic"}
    for view in found:
        option = view.option()
        if view.policy == "automatic" and option is not None and view.practice in released:
            writes += [Written(view.practice, w.system, w.action, w.summary) for w in option.writes]
    return tuple(writes)


async def _settle_down(app: App) -> None:
    async with asyncio.TaskGroup() as group:
        for engine in app.engines.values():
            group.create_task(engine.settle_down(full=True))


async def _open(app: App) -> tuple[DiscrepancyView, ...]:
    found: list[DiscrepancyView] = []
    while True:
        page = await app.desk.page(ListQuery(offset=len(found), limit=_WINDOW))
        found += page.discrepancies
        if not page.discrepancies or len(found) >= page.total:
            return tuple(found)


def report(result: Result, *, dry_run: bool) -> str:
    """The result in plain text."""
    verb = "would write" if dry_run else "wrote"
    lines = []
    for practice in result.status.practices:
        writes = sum(write.practice == practice.id for write in result.writes)
        lines.append(
            f"{practice.name}: {practice.state}, {verb} {writes}, open {practice.open_total} "
            f"({practice.currency} {practice.open_amount}), unexplained {practice.residual}, "
            f"excluded {practice.excluded}"
        )
        lines += [f"  warning: {warning}" for warning in practice.warnings]
    lines += [f"  {view.id}  {view.kind:<28} {view.amount:>12}  {view.summary}" for view in result.discrepancies]
    return "\n".join(lines) + "\n"


def error_as_json(code: str, message: str, hint: str, problems: tuple[str, ...]) -> str:
    """An error as scripts read it."""
    error: dict[str, Any] = {"code": code, "message": message, "hint": hint}
    if problems:
        error["problems"] = list(problems)
    return json.dumps({"error": error})
