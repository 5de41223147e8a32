"""The overview as pieces of text: a row for each practice, and what the chosen one is about. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from daemon.core.discrepancy import Policy
from daemon.core.kinds import KINDS
from daemon.protocol import Activity, PracticeState, PracticeStatus
from daemon.safe import safe
from tui.drawing import Column, Piece
from tui.marks import PRACTICES
from tui.plain import age, amount, counted, fit, sparkline, words
from tui.times import clock, recently

POLICIES = {
    "person": ("a person decides", "warn"),
    "hand_work": ("to be done by hand", "warn"),
    "hold": ("waits for a cause, or is one", ""),
    "automatic": ("corrected by itself", "dim"),
}
"""Who moves next, the most urgent first; the order in which money is shown by severity."""

_WAYS_ON = {
    PracticeState.PAUSED: "u resumes the writes",
    PracticeState.GUARDED: "u resumes the writes",
    PracticeState.AWAITING_RELEASE: "R releases it",
}
"""The key that ends a state in which nothing is written."""

_NAME, _NOTE = Column("PRACTICE", 14), Column("NOTE", 24)
_NAME_MAX = 30
_COLUMNS = (
    (0, Column("STATE", 18)),
    (1, Column("RESIDUAL", 11, right=True)),
    (4, Column("OPEN", 6, right=True)),
    (5, Column("AMOUNT", 13, right=True)),
    (2, Column("PERSON", 6, right=True)),
    (9, Column("TO DECIDE", 13, right=True)),
    (3, Column("BY HAND", 7, right=True)),
    (10, Column("HELD", 6, right=True)),
    (11, Column("BY ITSELF", 9, right=True)),
    (3, Column("DOUBT", 5, right=True)),
    (7, Column("OLDEST", 6, right=True)),
    (6, Column("PROVEN", 6, right=True)),
    (8, Column("LAST DAY", 14)),
    (12, Column("CALLS LEFT", 10, right=True)),
    (13, Column("MODE", 8)),
    (14, Column("CYCLE", 6, right=True)),
)
"""Each with its rank: those with the lowest are given room first."""
_ONLY_IF_ANY = {"BY HAND", "DOUBT"}
"""Columns that are important as soon as one practice has something in them, and not before."""
_LAST = 15


def columns(width: int, practices: Iterable[PracticeStatus]) -> tuple[Column, ...]:
    """The columns that fit; what needs a person stays, trends and budgets go first when it gets narrow."""
    filled = {"BY HAND": 0, "DOUBT": 0}
    for practice in practices:
        filled["BY HAND"] += practice.hand_work
        filled["DOUBT"] += practice.in_doubt
    room = width - _NAME.width - 1
    chosen = set()
    for rank, column in sorted(_COLUMNS, key=lambda each: _rank(each, filled)):
        if column.width < room:
            chosen.add((rank, column))
            room -= column.width + 1
    name = Column(_NAME.title, min(_NAME.width + max(room, 0), _NAME_MAX))
    room -= name.width - _NAME.width
    note = (Column(_NOTE.title, room - 1),) if room > _NOTE.width else ()
    return (name, *(column for rank, column in _COLUMNS if (rank, column) in chosen), *note)


def _rank(ranked: tuple[int, Column], filled: dict[str, int]) -> int:
    rank, column = ranked
    return _LAST if column.title in _ONLY_IF_ANY and not filled[column.title] else rank


def row(practice: PracticeStatus, now: dt.datetime, shown: Sequence[Column]) -> list[Piece]:
    """One practice: its state as sign, word and colour, and the numbers that a person acts on."""
    values = _values(practice, now)
    pieces: list[Piece] = []
    for column in shown:
        text, role = values[column.title]
        pieces.append((fit(text, column.width, right=column.right) + " ", role))
    return pieces


def _values(practice: PracticeStatus, now: dt.datetime) -> dict[str, Piece]:
    sign, role, _ = PRACTICES[practice.state]
    left, person = practice.budget.xero_day_remaining, practice.open_by_policy.get("person")
    is_zero = not practice.residual.strip("-0.,")
    return {
        "PRACTICE": (safe(practice.name), ""),
        "STATE": (f"{sign} {words(practice.state)}", role),
        "RESIDUAL": (amount(practice.residual, practice.currency), "dim" if is_zero else "bad"),
        "OPEN": _count(practice.open_total, ""),
        "AMOUNT": (amount(practice.open_amount, practice.currency), "" if practice.open_total else "dim"),
        "PERSON": _count(person.count if person else 0, "warn"),
        "TO DECIDE": (amount(person.amount, practice.currency), "") if person else ("-", "dim"),
        "BY HAND": _count(practice.hand_work, "warn"),
        "HELD": _count(_open(practice, "hold"), ""),
        "BY ITSELF": _count(_open(practice, "automatic"), ""),
        "DOUBT": _count(practice.in_doubt, "bad"),
        "OLDEST": (_short(practice.oldest_open, now), "" if practice.oldest_open else "dim"),
        "PROVEN": (_short(practice.last_full, now), "" if practice.last_full else "warn"),
        "LAST DAY": (trend(practice.trend), "dim"),
        "CALLS LEFT": ("-" if left is None else f"{left:,}", "dim"),
        "MODE": (safe(practice.mode), "dim"),
        "CYCLE": (_short(practice.last_cycle, now), "dim"),
        "NOTE": (safe(practice.warnings[0]) if practice.warnings else "", "warn"),
    }


def trend(values: Sequence[int]) -> str:
    """The last day as bars of three hours each, and by how many more or fewer are open than at its begin."""
    if len(values) < 2:
        return ""
    bars = [max(values[max(end - 3, 0) : end]) for end in range(len(values), 0, -3)][::-1]
    moved = values[-1] - values[0]
    return f"{sparkline(bars)} {'=' if not moved else f'{moved:+,}'}"


def about(practice: PracticeStatus, now: dt.datetime, *, kinds_max: int) -> list[Piece]:
    """What there is to know of one practice, each line a piece that ends with a line break."""
    money, zone = practice.currency, practice.timezone
    lines: list[Piece] = [(f" {safe(practice.name)}", "head"), (f"  {safe(practice.mode)} mode, {safe(zone)}\n", "dim")]
    lines += [(f" ! {safe(warning)}\n", "warn") for warning in practice.warnings]
    if way := _WAYS_ON.get(practice.state):
        lines.append((f"   {way}\n", "dim"))
    if practice.in_doubt:
        lines.append((f" ! {counted(practice.in_doubt, 'write')} in doubt: being looked for\n", "bad"))
    if causes := to_mend([practice]):
        lines.append((f" ! only people can mend it: {causes}\n", "warn"))
    for policy, (text, role) in POLICIES.items():
        found = practice.open_by_policy.get(policy)
        if found and found.count:
            shown = f"{amount(found.amount, money)} {safe(money)}"
            lines.append((f" {found.count:>7,}  {shown:>18}  {text}\n", role))
    if not practice.open_total:
        lines.append((" ✓ nothing is open\n", "good"))
    kinds = sorted(practice.open.items(), key=lambda item: (-item[1], item[0]))
    lines += [(f" {count:>7,}  {safe(kind)}\n", "dim") for kind, count in kinds[:kinds_max]]
    if len(kinds) > kinds_max:
        lines.append((f" {'…':>7}  and {counted(len(kinds) - kinds_max, 'kind')} more\n", "dim"))
    return [*lines, *_proof(practice, now)]


def to_mend(practices: Iterable[PracticeStatus]) -> str:
    """What is open of the kinds that others wait for and no correction ends, such as a missing mapping; "" if none."""
    counts: Counter[str] = Counter()
    for practice in practices:
        counts.update(
            {kind: n for kind, n in practice.open.items() if kind in KINDS and KINDS[kind].policy is Policy.HOLD}
        )
    return ", ".join(f"{count:,} {safe(kind)}" for kind, count in sorted(counts.items()))


def _proof(practice: PracticeStatus, now: dt.datetime) -> list[Piece]:
    zone, budget = practice.timezone, practice.budget
    cycle, full = recently(practice.last_cycle, zone, now), recently(practice.last_full, zone, now)
    left = "unknown" if budget.xero_day_remaining is None else f"{budget.xero_day_remaining:,} left"
    lines: list[Piece] = [
        (f" proven equal {full}\n", "dim"),
        (f" last cycle {cycle} · excluded {practice.excluded:,}\n", "dim"),
        (f" calls today {budget.calls_today:,}, Xero's: {left}\n", "dim"),
    ]
    oldest = [(at, name) for name, at in practice.proofs.items() if practice.last_full and at < practice.last_full]
    if oldest:
        at, name = min(oldest)
        lines.append((f" oldest proof: {words(name)} {recently(at, zone, now)}\n", "dim"))
    return lines


def recent(activity: Sequence[Activity], zones: Mapping[str, str], lines: int, width: int) -> list[Piece]:
    """The newest calls, corrections and decisions, the newest last, each on one line at its practice's time of day.

    What is said again and again with nothing of its practice between is shown once, with its newest time; of all else
    that happens, such as cycles and their progress, only the newest of each practice.
    """
    remarks = {each.practice: each for each in activity if not each.sort}
    later: dict[str, str] = {}
    kept: list[Activity] = []
    for each in reversed(activity):
        if (each.sort or remarks[each.practice] is each) and later.get(each.practice) != each.text:
            kept.append(each)
            later[each.practice] = each.text
    shown = kept[: max(lines, 0)][::-1]
    said = (
        f"{clock(each.at, zones.get(each.practice, ''))} {safe(each.practice)}: {safe(each.text)}" for each in shown
    )
    return [(f" {fit(line, max(width - 1, 0)).rstrip()}\n", "dim") for line in said]


def _open(practice: PracticeStatus, policy: str) -> int:
    found = practice.open_by_policy.get(policy)
    return found.count if found else 0


def _count(count: int, role: str) -> Piece:
    return (f"{count:,}", role) if count else ("-", "dim")


def _short(moment: dt.datetime | None, now: dt.datetime) -> str:
    return age(moment, now).replace(" ", "")
