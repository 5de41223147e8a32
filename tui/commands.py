"""What the commands that look and switch do: ask, print, and say by the exit status how things stand."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import msgspec

from daemon.protocol import (
    PAGE_MAX,
    AuditEntry,
    AuditPage,
    DiscrepancyView,
    ListQuery,
    Page,
    PracticeStatus,
    Status,
    SyncState,
)
from daemon.safe import safe
from tui import calls
from tui.oneshot import Oneshot
from tui.plain import words
from tui.report import audit_line, autonomy_lines, detail_lines, list_lines, proof_line, status_lines
from tui.session import DONE, ERROR, OPEN, Session

_POLL_S = 0.2
_FOLLOW_S = 1.0


def status(session: Session, _: argparse.Namespace) -> int:
    found = session.daemon.send(calls.status())
    session.console.say(found, status_lines(found))
    return _open_or_done(found, "")


def list_(session: Session, args: argparse.Namespace) -> int:
    wanted = tuple(status for text in args.status for status in text.split(",")) or ("open", "approved")
    query = ListQuery(practice=args.practice, kind=args.kind, status=() if "all" in wanted else wanted)
    found = _pages(session.daemon, query, args.limit)
    session.console.say(found, list_lines(found.discrepancies, found.total, session.console.width))
    return OPEN if found.total and _open_in(session.daemon, query, found) else DONE


def show(session: Session, args: argparse.Namespace) -> int:
    found = session.daemon.send(calls.show(args.id))
    session.console.say(found, detail_lines(found))
    return DONE


def sync(session: Session, args: argparse.Namespace) -> int:
    state = session.daemon.send(calls.sync(args.practice, full=args.full))
    while args.wait and not state.done:
        session.sleep(_POLL_S)
        state = session.daemon.send(calls.sync_state(state.token))
        session.console.progress(_sync_note(state))
    session.console.progress("")
    found = session.daemon.send(calls.status())
    lines = [f"{safe(p.id)}: {safe(p.note) or 'done'}" for p in state.practices] if args.wait else ["a cycle begins"]
    open_total = sum(practice.open_total for practice in _scope(found, args.practice))
    session.console.say(state, [*lines, f"{open_total} open"] if args.wait else lines)
    return _open_or_done(found, args.practice)


def release(session: Session, args: argparse.Namespace) -> int:
    return _practice(session, session.daemon.send(calls.release(args.practice)), "released")


def pause(session: Session, args: argparse.Namespace) -> int:
    return _practice(session, session.daemon.send(calls.pause(args.practice, args.reason)), "paused")


def resume(session: Session, args: argparse.Namespace) -> int:
    return _practice(session, session.daemon.send(calls.resume(args.practice)), "resumed")


def autonomy(session: Session, _: argparse.Namespace) -> int:
    found = session.daemon.send(calls.autonomy())
    session.console.say(found, autonomy_lines(found))
    return DONE


def audit(session: Session, args: argparse.Namespace) -> int:
    if args.what == "verify":
        return _audit_verify(session)
    if args.follow or not session.console.json:
        for entry in _entries(session, follow=args.follow):
            session.console.entry(entry, audit_line(entry))
    else:
        session.console.say(AuditPage(entries=tuple(_entries(session, follow=False))), ())
    return DONE


def _entries(session: Session, *, follow: bool) -> Iterator[AuditEntry]:
    number = 0
    while True:
        entries = session.daemon.send(calls.audit(number, PAGE_MAX)).entries
        yield from entries
        if entries:
            number = entries[-1].number
        elif follow:
            session.sleep(_FOLLOW_S)
        else:
            return


def _audit_verify(session: Session) -> int:
    proof = session.daemon.send(calls.audit_verify())
    while proof.ok and proof.resume:
        session.console.progress(f"{proof.checked:,} of {proof.entries:,} entries hold")
        proof = session.daemon.send(calls.audit_verify(proof))
    session.console.progress("")
    session.console.say(proof, [proof_line(proof)])
    return DONE if proof.ok else ERROR


def _pages(daemon: Oneshot, query: ListQuery, limit: int) -> Page:
    """The list up to ``limit`` (0 = whole), read window by window."""
    taken: list[DiscrepancyView] = []
    while True:
        size = min(PAGE_MAX, limit - len(taken)) if limit else PAGE_MAX
        page = daemon.send(calls.page(msgspec.structs.replace(query, offset=len(taken), limit=size)))
        taken += page.discrepancies
        if not page.discrepancies or len(taken) >= page.total or (limit and len(taken) >= limit):
            return msgspec.structs.replace(page, discrepancies=tuple(taken))


def _open_in(daemon: Oneshot, query: ListQuery, found: Page) -> bool:
    """Whether something open or approved is in the list, also beyond the part that was read."""
    wanted = tuple(s for s in ("open", "approved") if not query.status or s in query.status)
    if any(d.status in wanted for d in found.discrepancies):
        return True
    if not wanted or found.total == len(found.discrepancies):
        return False
    return daemon.send(calls.page(msgspec.structs.replace(query, status=wanted, limit=1))).total > 0


def _sync_note(state: SyncState) -> str:
    waiting = [f"{p.id} {p.note}".strip() for p in state.practices if not p.done]
    return f"waiting for {', '.join(waiting)}" if waiting else "waiting"


def _practice(session: Session, practice: PracticeStatus, what: str) -> int:
    session.console.say(practice, [f"{safe(practice.id)}: {what}; {words(practice.state)}"])
    return DONE


def _scope(found: Status, practice: str) -> list[PracticeStatus]:
    return [p for p in found.practices if practice in {"", p.id}]


def _open_or_done(found: Status, practice: str) -> int:
    return DONE if all(p.settled for p in _scope(found, practice)) else OPEN
