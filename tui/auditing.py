"""The audit log as far as it was read, newest first: what to ask next, what is typed to search it, its rows. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import msgspec

from daemon.protocol import AuditEntry, AuditFound, AuditProof, AuditQuery
from daemon.safe import safe
from tui.drawing import WIDE, Column, Piece, laid_out
from tui.marks import FOLLOWING, STOPPED
from tui.nearest import unknown_term
from tui.plain import age, words
from tui.times import clock, local

TERMS = "actor:me action:approved subject:ID practice:ID, or any words"
KEPT_MAX = 20_000
_FIELDS = ("practice", "actor", "action", "subject")
_WORD_MAX = 64
_MARGIN = 50


class SearchError(ValueError):
    """What was typed is no search; the message says why."""


def parse_search(text: str, practice: str, me: str = "") -> AuditQuery:
    """The search that a text stands for, within ``practice`` ("" all); raises ``SearchError``.

    ``actor:me`` is whoever has the login ``me``.
    """
    given = {"practice": practice}
    words_left = []
    for word in text.split():
        name, colon, value = word.partition(":")
        if not colon or name.casefold() not in _FIELDS:
            words_left.append(word)
        elif len(value) > _WORD_MAX:
            raise SearchError(f"{name} is too long")
        elif (name.casefold(), value.casefold()) == ("actor", "me") and me:
            given["actor"] = me
        elif name.casefold() == "practice" and not practice.casefold().startswith(value.casefold()) and practice:
            raise SearchError(f"this log is of {practice} only: the overview opens the log of all")
        elif name.casefold() != "practice" or not practice:
            given[name.casefold()] = value
    return msgspec.structs.replace(AuditQuery(text=" ".join(words_left)), **given)


def misread(text: str) -> str:
    """Which word of a search that finds nothing looks like a term and is none, as an addition; "" if none does."""
    return unknown_term(text.casefold(), _FIELDS)


@dataclass(frozen=True, slots=True)
class Log:
    """``before`` is where the daemon goes on, 0 when all was looked at; ``newest`` counts the whole log."""

    query: AuditQuery
    entries: tuple[AuditEntry, ...] = ()
    before: int = 0
    newest: int = 0
    begun: bool = False

    @property
    def full(self) -> bool:
        """Whether more is kept than anybody reads: narrow the search."""
        return len(self.entries) >= KEPT_MAX


def older_wanted(log: Log, last_visible: int) -> AuditQuery | None:
    """What to ask so that there is something below ``last_visible``; None if there is, or nothing more."""
    if log.begun and (not log.before or log.full or last_visible + _MARGIN < len(log.entries)):
        return None
    return msgspec.structs.replace(log.query, before=log.before)


def with_older(log: Log, found: AuditFound) -> Log:
    """The log with the next part read."""
    newest = max(found.newest, log.newest) if log.begun else found.newest
    return replace(log, entries=log.entries + found.entries, before=found.before, newest=newest, begun=True)


def with_newer(log: Log, found: AuditFound) -> Log | None:
    """The log with what was added since, ``found`` being asked for from the newest on; None if there is a gap."""
    if not log.begun or found.before > log.newest + 1:
        return None
    fresh = tuple(entry for entry in found.entries if entry.number > log.newest)
    return replace(log, entries=fresh + log.entries, newest=found.newest)


def place_of(log: Log, number: int) -> int | None:
    """Where the entry of that number stands."""
    return next((place for place, entry in enumerate(log.entries) if entry.number == number), None)


def audit_columns(width: int) -> tuple[Column, ...]:
    """The columns of the log; what was done takes what is left of ``width``."""
    columns = [Column("NUMBER", 8, right=True)]
    if width >= WIDE:
        columns += [Column("AT", 21), Column("AGO", 6, right=True), Column("PRACTICE", 14), Column("SUBJECT", 14)]
    else:
        columns += [Column("AT", 8), Column("AGO", 6, right=True)]
    columns += [Column("WHO", 10), Column("ACTION", 10)]
    used = sum(column.width + 1 for column in columns)
    return (*columns, Column("WHAT", max(10, width - used - 1)))


def audit_row(entry: AuditEntry, zone: str, now: dt.datetime, columns: tuple[Column, ...]) -> list[Piece]:
    """One entry on one line."""
    wide = any(column.title == "PRACTICE" for column in columns)
    program = entry.actor in ("daemon", "policy")
    return laid_out(
        columns,
        {
            "NUMBER": (f"{entry.number:,}", "dim"),
            "AT": (local(entry.at, zone, now).partition(" (")[0][:21] if wide else clock(entry.at, zone), ""),
            "AGO": (age(entry.at, now), "dim"),
            "PRACTICE": (safe(entry.practice), "dim"),
            "SUBJECT": (safe(entry.subject), "dim"),
            "WHO": (safe(entry.actor), "dim" if program else "head"),
            "ACTION": (words(entry.action), ""),
            "WHAT": (safe(entry.text), ""),
        },
    )


def audit_card(entry: AuditEntry, zone: str, now: dt.datetime) -> list[Piece]:
    """One entry whole."""
    about = f"about {safe(entry.subject)}" if entry.subject else "about no discrepancy"
    return [
        (f" {entry.number:,} ", "head"),
        (f"{local(entry.at, zone, now)} · {safe(entry.practice)} · ", "dim"),
        (f"{safe(entry.actor)} {words(entry.action)}\n", "head"),
        (f" {safe(entry.text)}\n", ""),
        (f" {about} · hash {safe(entry.hash)}", "dim"),
    ]


def audit_summary(log: Log, *, following: bool, searching: bool) -> list[Piece]:
    """How much of the log was looked at, and whether it is followed."""
    shown = f" {len(log.entries):,} found" if searching else f" {log.newest:,} entries"
    back = f", looked back to {log.before:,}" if searching and log.before else ""
    if log.full:
        back = f", the newest {KEPT_MAX:,} are here: / narrows them"
    follow: Piece = (f" {FOLLOWING.sign} following", FOLLOWING.role)
    if not following:
        follow = (f" {STOPPED.sign} stopped: f follows", STOPPED.role)
    return [follow, (f" ·{shown}", "head"), (f"{back} · v verifies the chain", "dim")]


def proof_pieces(proof: AuditProof | None, *, running: bool) -> list[Piece]:
    """What verifying found so far; empty before anybody asked."""
    if proof is None:
        return [(" … verifying the chain from its first entry: v stops", "warn")] if running else []
    if proof.resume:
        share = f"{proof.checked:,} of {proof.entries:,} entries hold ({100 * proof.checked // proof.entries} %)"
        return [(f" … {share}: v stops" if running else f" ‖ stopped: {share}, the rest was not checked", "warn")]
    if proof.ok:
        return [(f" ✓ the chain of {proof.entries:,} entries holds; head {safe(proof.head)}", "good")]
    at = f"{proof.broken_at:,}" if proof.broken_at else "?"
    return [(f" ✗ the chain is broken at entry {at}: {safe(proof.message)}. b goes there", "bad")]
