"""Steps in doubt and work by hand as rows and cards. Pure; every outside text is ``safe``."""

from __future__ import annotations

import datetime as dt

from daemon.protocol import DiscrepancyView, DoubtView, StepState
from daemon.safe import safe
from tui.drawing import WIDE, Column, Piece, laid_out
from tui.following import option_title
from tui.marks import SEEN_DONE, STUCK, WRITES
from tui.plain import LABEL_MAX, age, amount
from tui.reviewing import links
from tui.times import clock, local

_SYSTEMS = ("Provet", "Xero")
_CLOSES = "This closes by itself"
"""How the instruction begins that is said of all work by hand."""


def doubt_columns(width: int) -> tuple[Column, ...]:
    """The columns of steps in doubt; what the write was takes what is left of ``width``."""
    columns = [Column("SINCE", 7, right=True), Column("LOOKED FOR", 12, right=True)]
    if width >= WIDE:
        columns += [Column("LOOKS", 5, right=True), Column("PRACTICE", 14), Column("APPROVED BY", 14)]
    columns += [Column("AMOUNT", 13, right=True)]
    used = sum(column.width + 1 for column in columns)
    return (*columns, Column("WRITE", max(12, width - used - 1)))


def doubt_row(found: DoubtView, now: dt.datetime, columns: tuple[Column, ...]) -> list[Piece]:
    """One write in doubt; one that looking does not settle stands out."""
    step = found.step
    mark = STUCK if step.stuck else WRITES[StepState.IN_DOUBT]
    role = "bad" if step.stuck else "warn"
    return laid_out(
        columns,
        {
            "SINCE": (age(step.at, now), ""),
            "LOOKED FOR": (_next(found, now), role),
            "LOOKS": (str(step.looks), "dim"),
            "PRACTICE": (safe(found.practice), "dim"),
            "APPROVED BY": (safe(found.approved_by), "dim"),
            "AMOUNT": (amount(found.amount, found.currency), ""),
            "WRITE": (f"{mark.sign} {safe(step.system).title()}: {safe(step.summary)}", role),
        },
    )


def _next(found: DoubtView, now: dt.datetime) -> str:
    if found.look_at is None:
        return "not now"
    return f"in {age(now, found.look_at)}" if found.look_at > now else "any moment"


def doubt_card(found: DoubtView, zone: str, now: dt.datetime) -> list[Piece]:
    """All that is known of a write in doubt, and what a person can do."""
    step = found.step
    sent = f"Sent {local(step.at, zone, now)}" if step.at else "Sent"
    tried = f", attempt {step.attempts}" if step.attempts > 1 else ""
    lines: list[Piece] = [
        (f" {safe(found.label, LABEL_MAX)}", "head"),
        (f" · {safe(found.kind)} · {option_title(found.option)} by {safe(found.approved_by)}\n", "dim"),
        (f" {sent}{tried}; nobody knows yet whether it took effect: {safe(step.detail)}\n", ""),
        (f" Looked for: {safe(found.sought)}\n", "head"),
        (f" {_when(found, zone, now)}\n", ""),
    ]
    if step.stuck:
        lines.append((f" Looking does not settle it. {safe(found.remedy)}\n", "bad"))
    else:
        what = f"You need do nothing, and do not enter it by hand in {safe(step.system).title()} meanwhile."
        lines.append((f" {what} Found, it counts as done; not found, it is sent again\n", "warn"))
    return [*lines, *((f" {name}  {url}\n", "dim") for name, url in links(found.subject))]


def _when(found: DoubtView, zone: str, now: dt.datetime) -> str:
    looks = found.step.looks
    before = f"looked for {looks} time{'s' if looks > 1 else ''} in vain; " if looks else ""
    if found.look_at is None:
        return f"{before}its practice does not run: nobody looks"
    if found.look_at <= now:
        return f"{before}it is looked for with the next cycle"
    return f"{before}next look at {clock(found.look_at, zone)} (in {age(now, found.look_at)})"


def work_columns(width: int) -> tuple[Column, ...]:
    """The columns of work by hand; what to do takes what is left of ``width``."""
    columns = [Column("AMOUNT", 13, right=True), Column("AGE", 6, right=True)]
    if width >= WIDE:
        columns += [Column("PRACTICE", 14), Column("ASSIGNED", 10), Column("KIND", 25)]
    used = sum(column.width + 1 for column in columns)
    left = width - used - 2
    return (*columns, Column("WHERE", 6), Column("WHAT", max(12, left - 7)))


def work_row(found: DiscrepancyView, now: dt.datetime, columns: tuple[Column, ...]) -> list[Piece]:
    """One piece of work on one line."""
    option = found.option()
    done = found.status == "closed"
    what = f"{SEEN_DONE.sign} {SEEN_DONE.meaning}" if done else safe(option.title if option else found.summary)
    return laid_out(
        columns,
        {
            "AMOUNT": (amount(found.amount, found.currency), ""),
            "AGE": (age(found.first_seen, now), "dim"),
            "PRACTICE": (safe(found.practice), "dim"),
            "ASSIGNED": (safe(found.assignee or ""), "dim"),
            "KIND": (safe(found.kind), "dim"),
            "WHERE": (_where(found), "warn"),
            "WHAT": (f"{what}: {safe(found.subject.label)}", "good" if done else ""),
        },
    )


def _where(found: DiscrepancyView) -> str:
    """The system that the instructions name first, else the one that has a record of it."""
    option = found.option()
    said = " ".join((option.title, *option.consequences)).casefold() if option else ""
    named = [(said.index(f"in {name.casefold()}"), name) for name in _SYSTEMS if f"in {name.casefold()}" in said]
    if named:
        return min(named)[1]
    return next((name for name in _SYSTEMS if getattr(found.subject, name.casefold())), "")


def work_card(found: DiscrepancyView, zone: str, now: dt.datetime) -> list[Piece]:
    """What to do where, step by step, with the links."""
    option = found.option()
    lines: list[Piece] = [
        (f" {safe(found.subject.label, LABEL_MAX)}", "head"),
        (f" · {amount(found.amount, found.currency)} {safe(found.currency)}", ""),
        (f" · since {local(found.first_seen, zone, now)}\n", "dim"),
        (f" {safe(found.summary)}\n", ""),
    ]
    told = option.consequences if option else ()
    for number, text in enumerate((text for text in told if not text.startswith(_CLOSES)), 1):
        lines.append((f" {number}. {safe(text)}\n", "warn"))
    if found.assignee:
        lines.append((f" {safe(found.assignee)} looks after it\n", "dim"))
    return [*lines, *((f" {name}  {url}\n", "dim") for name, url in links(found.subject))]
