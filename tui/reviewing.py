"""A discrepancy under review, in pieces: its sides, its options with their writes, its history, what a yes would do."""

from __future__ import annotations

import datetime as dt

from daemon.protocol import CorrectionView, DiscrepancyView, FieldView, HistoryEntry, OptionView
from daemon.safe import safe
from tui.drawing import Piece
from tui.plain import age, amount, fit, when, words

_BAR = 10
_NAME = 12


def title(view: DiscrepancyView, now: dt.datetime) -> list[Piece]:
    """What it is about, how much money, and since when."""
    pieces: list[Piece] = [
        (f"{safe(view.subject.label)}\n", "head"),
        (f"{safe(view.summary)}\n", ""),
        (f"{amount(view.amount)} {safe(view.currency)}", "head"),
        (f" at stake, effect {amount(view.effect)} · {safe(view.kind)} · {words(view.policy)}", ""),
        (f" · seen {age(view.first_seen, now)} ago\n", "dim"),
    ]
    if view.cause:
        pieces.append((f"waits for its cause {safe(view.cause)}\n", "warn"))
    return pieces + _decided(view)


def _decided(view: DiscrepancyView) -> list[Piece]:
    """Who looks after it, and what was decided on it."""
    pieces: list[Piece] = [(f"assigned to {safe(view.assignee)}\n", "dim")] if view.assignee else []
    if view.snoozed_until:
        pieces.append((f"snoozed until {when(view.snoozed_until)}\n", "dim"))
    if view.waiver:
        ceiling = f" up to {amount(view.waiver.ceiling)}" if view.waiver.ceiling else ""
        pieces.append((f"waived by {safe(view.waiver.by)}{ceiling}: {safe(view.waiver.reason)}\n", "dim"))
    return pieces


def links(view: DiscrepancyView) -> list[Piece]:
    """Where both records can be seen in their own systems."""
    records = (("Provet", view.subject.provet), ("Xero", view.subject.xero))
    return [(f"{name:<6} {safe(record.url)}\n", "dim") for name, record in records if record and record.url]


def fields(view: DiscrepancyView, width: int, *, equal: bool) -> list[Piece]:
    """Provet, baseline and Xero beside each other; a differing field has a sign, equal ones are folded unless asked."""
    shown = [field for field in view.fields if equal or field.differs]
    cell = max((width - _NAME - 6) // 3, 8)
    pieces: list[Piece] = [(f"  {'':<{_NAME}} {'PROVET':<{cell}} {'BASELINE':<{cell}} {'XERO':<{cell}}\n", "dim")]
    for field in shown:
        pieces += _field(field, cell)
    if folded := len(view.fields) - len(shown):
        pieces.append((f"  {folded} equal, e shows them\n", "dim"))
    return pieces if view.fields else []


def _field(field: FieldView, cell: int) -> list[Piece]:
    name = fit(words(field.name), _NAME)
    baseline = (f"{_value(field.baseline, cell)} ", "dim")
    if not field.differs:
        value = _value(field.provet, cell)
        return [(f"  {name} {value} ", "dim"), baseline, (f"{_value(field.xero, cell)}\n", "dim")]
    mine = "bad" if field.provet != field.baseline else ""
    theirs = "bad" if field.xero != field.baseline else ""
    return [
        (f"≠ {name} ", "head"),
        (f"{_value(field.provet, cell)} ", mine),
        baseline,
        (f"{_value(field.xero, cell)}\n", theirs),
    ]


def option(view: OptionView, *, chosen: bool) -> list[Piece]:
    """One option as a card: what follows from it, and exactly what is written."""
    mark = "(•)" if chosen else "( )"
    pieces: list[Piece] = [(f"{mark} {safe(view.title)}", "head")]
    pieces.append(("  recommended\n" if view.recommended else "\n", "good"))
    pieces += [(f"  {safe(text)}\n", "") for text in view.consequences]
    for write in view.writes:
        pieces += [(f"  → {safe(write.system).title()} ", "warn"), (f"{safe(write.summary)}\n", "")]
    if not view.writes:
        pieces.append(("  writes nothing to either system\n", "dim"))
    last, role = pieces[-1]
    return [*pieces[:-1], (last.rstrip("\n"), role)]


def progress(view: DiscrepancyView) -> list[Piece]:
    """How far the chosen correction is; empty if there is none."""
    found = view.correction
    if view.status == "closed" and (found is None or found.option != "undo"):
        return [("✓ gone: both systems agree", "good")]
    if found is None:
        return [(f"{words(view.status)}", "dim")] if view.status != "open" else []
    role = {"failed": "bad", "in_doubt": "bad", "stale": "warn", "applied": "good"}.get(found.status, "warn")
    error = f": {safe(found.error)}" if found.error else ""
    text = f"{words(found.status)} {safe(found.option)} by {safe(found.approved_by)} {_bar(found)}{error}"
    return [(text, role)]


def history(entries: tuple[HistoryEntry, ...]) -> list[Piece]:
    """Who did what, when."""
    if not entries:
        return []
    lines: list[Piece] = [("History\n", "head")]
    return lines + [(f"{when(e.at)} {safe(e.actor)}: {safe(e.text)}\n", "") for e in entries]


def question(view: DiscrepancyView, chosen: OptionView) -> list[Piece]:
    """What a yes would do: count and money first, then each write."""
    count = len(chosen.writes)
    writes = f"{count} write{'' if count == 1 else 's'}"
    pieces: list[Piece] = [
        (f"{safe(chosen.title)}?", "head"),
        (f"1 correction · {amount(view.amount)} {safe(view.currency)} · {writes}", "warn"),
        (safe(view.subject.label), ""),
    ]
    return pieces + [(f"→ {safe(write.system).title()} {safe(write.summary)}", "") for write in chosen.writes]


def _bar(found: CorrectionView) -> str:
    if not found.steps:
        return ""
    full = _BAR * found.steps_done // found.steps
    return f"[{'#' * full}{'.' * (_BAR - full)}] {found.steps_done}/{found.steps}"


def _value(value: str | None, cell: int) -> str:
    return fit("—" if value is None else safe(value) or "(empty)", cell)
