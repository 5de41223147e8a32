"""The rows, columns and lines of the discrepancies' list. Pure; every outside text is ``safe``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from daemon.protocol import DiscrepancyView, Group, GroupBy, Sort
from daemon.safe import safe
from tui.deciding_many import amounts
from tui.drawing import WIDE, Column, Piece
from tui.folds import Folds
from tui.listing import Listing
from tui.marks import DISCREPANCIES, FOLDED, NEEDED, OPENED, Mark
from tui.plain import age, amount, fit, words
from tui.selecting import Selection

_SORTS = {
    "AMOUNT": Sort.AMOUNT,
    "AGE": Sort.AGE,
    "KIND": Sort.KIND,
    "SUBJECT": Sort.LABEL,
    "PRACTICE": Sort.PRACTICE,
    "STATUS": Sort.STATUS,
}
_AMOUNT, _AMOUNT_NARROW = 13, 7
"""Columns that an amount has, and where there is no room to spare."""
_NARROW = 72
"""Columns below which the practice gives way, so that the subject can be read."""
_UNKNOWN = Mark("?", "", "")
_OPEN = DISCREPANCIES["open"]
_NEXT = {
    "person": (NEEDED, "to decide"),
    "hand_work": (NEEDED, "by hand"),
    "hold": (_OPEN, "waits"),
    "automatic": (_OPEN, "by itself"),
}
"""Who moves next, by the policy of what is open."""
_WITHOUT = {
    GroupBy.CLIENT: "no client",
    GroupBy.CAUSE: "no root cause",
}


@lru_cache(maxsize=8)
def list_columns(width: int, *, one_practice: bool = False, most: str = "") -> tuple[Column, ...]:
    """The columns of the discrepancies; the subject takes what is left of ``width``.

    ``most`` is an amount that none of them exceeds, "" if that is not known: so much room every one has.
    """
    narrow = width < _NARROW
    least = _AMOUNT if width >= WIDE or not most else _AMOUNT_NARROW
    columns = [Column("", 1), Column("AMOUNT", max(least, len(most)), right=True), Column("KIND", 18 if narrow else 25)]
    if not one_practice and not narrow:
        columns.append(Column("PRACTICE", 10))
    if width >= WIDE:
        columns += [Column("STATUS", 9), Column("AGE", 7, right=True), Column("ASSIGNED", 10)]
    used = sum(column.width + 1 for column in columns)
    return (*columns, Column("SUBJECT", max(8, width - used - 6)))


def list_head(columns: Sequence[Column], listing: Listing) -> list[Piece]:
    """The titles; an arrow shows by what the list is sorted, behind the last if that has no column.

    It points down where the largest stands first: of ages the oldest, which is the first seen.
    """
    pieces: list[Piece] = [("    ", "")]
    order = listing.query.sort
    falling = listing.query.descending is not (order is Sort.AGE)
    arrow = "↓" if falling else "↑"
    here = any(_SORTS.get(column.title) is order for column in columns)
    for column in columns:
        title = column.title
        if _SORTS.get(title) is order:
            title += arrow
        elif not here and column is columns[-1]:
            title += f"  by {order.value}{arrow}"
        pieces.append((fit(title, column.width, right=column.right) + " ", "head"))
    return pieces


def sort_at(columns: Sequence[Column], x: int) -> Sort | None:
    """The order that the title in column ``x`` of the screen stands for."""
    edge = 4
    for column in columns:
        edge += column.width + 1
        if x < edge:
            return _SORTS.get(column.title)
    return None


def list_row(row: DiscrepancyView, now: dt.datetime, columns: Sequence[Column], sign: str) -> list[Piece]:
    """One discrepancy on one line; ``sign`` says whether it is selected."""
    mark, standing = _standing(row)
    role = DISCREPANCIES.get(row.status, _UNKNOWN).role
    values: dict[str, Piece] = {
        "": (mark.sign, mark.role),
        "AMOUNT": (amount(row.amount, row.currency), ""),
        "KIND": (safe(row.kind), role),
        "PRACTICE": (safe(row.practice), "dim"),
        "STATUS": (standing, mark.role),
        "AGE": (age(row.first_seen, now), "dim"),
        "ASSIGNED": (safe(row.assignee or ""), "dim"),
        "SUBJECT": (safe(_subject(row)), role),
    }
    pieces: list[Piece] = [(f"{sign} ", "warn")]
    for column in columns:
        text, own = values[column.title]
        pieces.append((fit(text, column.width, right=column.right) + " ", own))
    return pieces


def _standing(row: DiscrepancyView) -> tuple[Mark, str]:
    """How a row stands, in a sign and a word: its status, or while it is open who moves next."""
    if row.status != "open":
        return DISCREPANCIES.get(row.status, _UNKNOWN), words(row.status)
    if row.policy == "hold" and not (row.cause or row.options):
        return NEEDED, "to mend"
    return _NEXT.get(row.policy, (_OPEN, words(row.policy)))


def _subject(row: DiscrepancyView) -> str:
    """What differs; its subject stands before it only where the summary does not name it."""
    name = row.subject.label.partition(" ")[2] or row.subject.label
    return row.summary if name in row.summary else f"{row.subject.label}: {row.summary}"


def group_row(group: Group, by: GroupBy, sign: str, *, opened: bool, width: int) -> list[Piece]:
    """One group on one line: whether it is open and selected (``sign``), how many, how much, and its name."""
    where = f"{safe(group.practice)}: " if group.practice and by is not GroupBy.PRACTICE else ""
    name = safe(group.label or group.key) if group.key else _WITHOUT.get(by, "none")
    money = f"{amount(group.amount, group.currency)} {safe(group.currency)}"
    return [
        (OPENED.sign if opened else FOLDED.sign, "key"),
        (sign, "warn"),
        (f"{group.count:>7,} ", "head"),
        (fit(money, 20, right=True) + "  ", ""),
        (fit(where + name, max(8, width - 33)), "head" if opened else ""),
    ]


def summary_line(listing: Listing, folds: Folds, seen: tuple[int, str] | None, currency: str | None) -> list[Piece]:
    """How many and how much, and of which kinds or in how many groups. ``seen`` is count and amount of all groups.

    ``currency`` None says that the amounts are of several, which have no sum.
    """
    if folds.by is not None:
        if seen is None:
            return [("loading…", "dim")]
        count, total = seen
        cut = folds.total > len(folds.groups)
        more = f": here are the {len(folds.groups):,} with most money, / narrows to others" if cut else ""
        by = f"  in {folds.total:,} by {'root cause' if folds.by is GroupBy.CAUSE else folds.by}{more}"
        return [(f"{count:,}", "head"), (f" · {_sum(total, currency)}", ""), (by, "dim")]
    if listing.total is None:
        return [("loading…", "dim")]
    pieces: list[Piece] = [(f"{listing.total:,}", "head"), (f" · {_sum(listing.amount, currency)}", "")]
    for kind, count in sorted(listing.groups.items(), key=lambda item: (-item[1], item[0])):
        pieces.append((f"  {count:,} {safe(kind)}", "dim"))
    return pieces


def _sum(text: str, currency: str | None) -> str:
    if currency is None:
        return "several currencies, b sums each practice"
    return f"{amount(text, currency)} {safe(currency)}".rstrip()


def selection_line(selection: Selection, progress: str, outside: str = "") -> list[Piece]:
    """What is selected, in count and money, or how far a decision on it is; empty if neither.

    ``outside`` says how many of them the filter keeps from sight: a key decides on them all the same.
    """
    if progress:
        return [(f" … {progress}", "warn")]
    pieces: list[Piece] = []
    if selection.kept:
        pieces = [(f" ● {len(selection.kept):,} selected", "head"), (f" · {amounts(selection.money)}", "")]
        pieces += [(f" · {outside} of them outside the filter", "bad")] if outside else []
        pieces.append(("   a approves  r rejects  s snoozes  w waives  M none", "dim"))
    if selection.anchor is not None:
        pieces.append(("   a range begins: move, then V selects it, a key decides (Esc: no range)", "warn"))
    return pieces
