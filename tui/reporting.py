"""What ``report`` and ``export`` do: read window by window, and write what people, spreadsheets and programs take."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

import msgspec

from daemon.protocol import DiscrepancyView, LinkView, Message
from tui import report_calls
from tui.month import MonthProof, proof_lines, proof_of
from tui.session import DONE, Session
from tui.sheet import write_rows

_TRIES = 3
_STATUSES = ("open", "approved", "snoozed", "waived", "rejected", "closed")
_HEAD = (
    *("record", "id", "practice", "kind", "status", "policy", "label", "provet", "xero", "amount", "effect"),
    *("currency", "summary", "cause", "first_seen", "last_seen", "assignee", "origin", "created_in"),
)


def report(session: Session, args: argparse.Namespace) -> int:
    proof = _proof(session, args)
    session.console.say(proof, proof_lines(proof, session.console.width))
    return DONE


def _proof(session: Session, args: argparse.Namespace) -> MonthProof:
    """The proof of a month; read anew, a few times, if something changed while it was read."""
    daemon, practice, month = session.daemon, args.practice, args.month
    for _ in range(_TRIES):
        head = report_calls.month(daemon, practice, month, args.by)
        windows = list(report_calls.discrepancies(daemon, practice, month))
        found = [each for window in windows for each in window.discrepancies]
        excluded = report_calls.excluded(daemon, practice, month)
        proof = proof_of(head, found, excluded, report_calls.approvals(daemon, practice, month))
        if all(window.seq == head.seq for window in windows):
            break
    return proof


def export(session: Session, args: argparse.Namespace) -> int:
    named = [status for text in args.status for status in text.split(",")]
    statuses = _STATUSES if "all" in named else named
    discrepancies = report_calls.exported(session.daemon, args.practice, statuses)
    links = report_calls.links(session.daemon, args.practice)
    FORMATS[args.format](session.console.out, args.practice, discrepancies, links)
    return DONE


def _as_json(out: TextIO, practice: str, discrepancies: Iterable[DiscrepancyView], links: Iterable[LinkView]) -> None:
    """One object, written element by element, in ASCII."""
    out.write(f'{{"practice": {json.dumps(practice)}')
    for name, elements in (("discrepancies", discrepancies), ("links", links)):
        out.write(f', "{name}": [')
        for text in _separated(elements):
            out.write(text)
        out.write("]")
    out.write("}\n")


def _separated(elements: Iterable[Message]) -> Iterator[str]:
    before = "\n"
    for element in elements:
        yield before + json.dumps(msgspec.to_builtins(element))
        before = ",\n"


def _as_csv(out: TextIO, practice: str, discrepancies: Iterable[DiscrepancyView], links: Iterable[LinkView]) -> None:
    """One table of both; the column ``record`` tells them apart."""
    write_rows(out, _HEAD, _rows(practice, discrepancies, links))


def _rows(practice: str, discrepancies: Iterable[DiscrepancyView], links: Iterable[LinkView]) -> Iterator[list[str]]:
    for found in discrepancies:
        yield _row(_discrepancy_cells(found))
    for link in links:
        cells = {"record": "link", "practice": practice, "kind": link.kind, "provet": link.provet, "xero": link.xero}
        yield _row({**cells, "origin": link.origin, "created_in": link.created_in or ""})


def _discrepancy_cells(found: DiscrepancyView) -> dict[str, str]:
    subject = found.subject
    same = ("id", "practice", "kind", "status", "policy", "amount", "effect", "currency", "summary")
    return {
        "record": "discrepancy",
        **{name: getattr(found, name) for name in same},
        "label": subject.label,
        "provet": subject.provet.id if subject.provet else "",
        "xero": subject.xero.id if subject.xero else "",
        "cause": found.cause or "",
        "assignee": found.assignee or "",
        "first_seen": found.first_seen.isoformat(),
        "last_seen": found.last_seen.isoformat(),
    }


def _row(cells: dict[str, str]) -> list[str]:
    return [cells.get(name, "") for name in _HEAD]


Write = Callable[[TextIO, str, Iterable[DiscrepancyView], Iterable[LinkView]], None]
FORMATS: dict[str, Write] = {"csv": _as_csv, "json": _as_json}
