"""The command ``reconciled check``: reads, judges, and prints every problem on a line with its mending step."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from daemon import clock
from daemon.app import store_path
from daemon.check.findings import findings
from daemon.check.problems import Level, Problem
from daemon.check.reading import ReadsOnly, read_all
from daemon.check.seen import Seen
from daemon.connect import tokens_name
from daemon.control.access import group_id
from daemon.errors import Invalid
from daemon.safe import safe
from daemon.sealing import seal_in
from daemon.settings import PracticeSettings, Settings, load
from daemon.store import state
from daemon.store.database import peek
from daemon.transport.aiohttp_exchange import AiohttpExchange
from daemon.transport.network import Network
from daemon.transport.tokens import Load

FAILED = 2


async def check(path: Path, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Run the check and report on standard output; 2 if there is an error. Raises ``Invalid`` for the file itself."""
    settings = load(path, environ)
    async with AiohttpExchange() as exchange:
        network = Network(ReadsOnly(exchange), clock.SystemClock())
        seen = await read_all(settings, network, lambda practice: _kept(settings, practice))
    problems = [*_of_machine(settings), *findings(settings, seen)]
    facts = {name: facts_of(settings.practices[name], each) for name, each in seen.items()}
    sys.stdout.write(_json(problems, facts) if as_json else report(problems, facts))
    return FAILED if any(problem.level is Level.ERROR for problem in problems) else 0


def _of_machine(settings: Settings) -> list[Problem]:
    """The groups of the settings that this machine does not have."""
    found = []
    for key in ("viewer_group", "approver_group"):
        try:
            group_id(getattr(settings.control, key))
        except Invalid as error:
            text, mend = f"control.{key}: {error}", error.hint
            found.append(Problem(level=Level.ERROR, practice="", text=text, mend=mend))
    return found


def _kept(settings: Settings, practice: PracticeSettings) -> Load:
    """The rotating tokens that the service keeps in its store, if it ever ran."""
    name, path, folder = tokens_name(practice), store_path(settings), settings.daemon.state_dir

    async def load_tokens() -> bytes | None:
        try:
            if not (path.exists() and (folder / "seal.key").exists()):
                return None
            sealed = await clock.offload(lambda: peek(path, lambda tx: state.sealed(tx, name)))
        except OSError as error:
            raise Invalid(f"{folder} cannot be read: {error.strerror}", hint="check as the service's user") from error
        return None if sealed is None else seal_in(folder).open(sealed)

    return load_tokens


def facts_of(practice: PracticeSettings, seen: Seen) -> dict[str, object]:
    """What a person should compare with what they know: the organisation, closed periods, departments."""
    organisation = seen.xero.reference.organisation if seen.xero.reference else None
    provet = seen.provet.reference
    return {
        "name": practice.name,
        "organisation": organisation.name if organisation else None,
        "currency": organisation.currency if organisation else None,
        "sales_tax_basis": organisation.sales_tax_basis if organisation else None,
        "timezone": organisation.timezone if organisation else None,
        "xero_period_lock": _day(organisation.period_lock if organisation else None),
        "xero_year_lock": _day(organisation.year_lock if organisation else None),
        "provet_open_from": _day(provet.first_open if provet else None),
        "closed_through": _day(practice.closed_through),
        "departments": {department.id: department.name for department in provet.departments} if provet else None,
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _json(problems: list[Problem], facts: dict[str, dict[str, object]]) -> str:
    return json.dumps({"problems": msgspec.to_builtins(problems), "facts": facts}, indent=2) + "\n"


def report(problems: list[Problem], facts: Mapping[str, Mapping[str, object]]) -> str:
    """The result in plain text: the facts, then one line for each problem, then the count."""
    lines = [_facts_line(name, each) for name, each in facts.items()]
    lines += [f"{p.level}: {p.practice or 'daemon'}: {p.text}; mend: {p.mend}" for p in problems]
    errors = sum(problem.level is Level.ERROR for problem in problems)
    lines.append(f"errors: {errors}, warnings: {len(problems) - errors}")
    return "".join(f"{safe(line)}\n" for line in lines)


def _facts_line(name: str, facts: Mapping[str, object]) -> str:
    locks = {
        "Xero period lock": facts["xero_period_lock"],
        "year lock": facts["xero_year_lock"],
        "Provet open from": facts["provet_open_from"],
        "closed_through": facts["closed_through"],
    }
    said = ", ".join(f"{what} {day or '-'}" for what, day in locks.items())
    basis = facts["sales_tax_basis"] or "-"
    return f"{name}: organisation {facts['organisation'] or '-'}, {facts['currency'] or '-'}, VAT basis {basis}, {said}"
