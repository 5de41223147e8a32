"""Both sides beside each other, in pieces: the compared fields, the lines of a document, the money of its family.

What differs has a sign, never a colour alone; what is equal is folded unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from daemon.protocol import DiscrepancyView, EntryView, FieldView, LedgerRow, LedgerView, LinePair, LineView
from daemon.safe import safe
from tui.drawing import Piece
from tui.marks import DIFFERS, MOVED, PROVET_ONLY, XERO_ONLY
from tui.plain import amount, cells, fit, words

_NAME = 12
_MONEY = 11
_ROWS_SHOWN = 8
_LABEL_MIN = 12


def fields(view: DiscrepancyView, width: int, *, equal: bool) -> list[Piece]:
    """Provet, baseline and Xero in columns; a field whose values do not fit stands in lines of its own.

    A star marks the side that moved since both agreed.
    """
    shown = [field for field in view.fields if equal or field.differs]
    cell = max((width - _NAME - 5) // 3, 8)
    pieces: list[Piece] = []
    if view.fields:
        titles = " ".join(fit(f" {title}", cell) for title in ("PROVET", "BASELINE", "XERO"))
        pieces.append((f"  {'':<{_NAME}} {titles}\n", "dim"))
    for field in shown:
        wide = max(cells(_value(value)) for value in (field.provet, field.baseline, field.xero))
        pieces += _columns(field, cell) if wide < cell else _stacked(field)
    if any(_moved(field, side) for field in shown for side in (field.provet, field.xero)):
        pieces.append((f"  {MOVED.sign} {MOVED.meaning}\n", "dim"))
    return pieces + _folded(len(view.fields) - len(shown), "field")


def _columns(field: FieldView, cell: int) -> list[Piece]:
    sign, role = (DIFFERS.sign, "head") if field.differs else (" ", "dim")
    pieces: list[Piece] = [(f"{sign} {fit(words(field.name), _NAME)} ", role)]
    for value, place in ((field.provet, 0), (field.baseline, 1), (field.xero, 2)):
        moved = place != 1 and _moved(field, value)
        text = fit(f"{MOVED.sign if moved else ' '}{_value(value)}", cell)
        pieces.append((text + (" " if place < 2 else "\n"), "bad" if moved else "dim" if role == "dim" else ""))
    return pieces


def _stacked(field: FieldView) -> list[Piece]:
    sign, role = (DIFFERS.sign, "head") if field.differs else (" ", "dim")
    pieces: list[Piece] = [(f"{sign} {words(field.name)}\n", role)]
    for title, value in (("Provet", field.provet), ("baseline", field.baseline), ("Xero", field.xero)):
        moved = title != "baseline" and _moved(field, value)
        pieces.append((f"    {title:<9}{MOVED.sign if moved else ' '}", "dim"))
        pieces.append((f"{_value(value)}\n", "bad" if moved else ""))
    return pieces


def _moved(field: FieldView, value: str | None) -> bool:
    """Whether a side's value is another than both last agreed on; nothing is known to have moved without a baseline."""
    return field.differs and field.baseline is not None and value != field.baseline


def _value(value: str | None) -> str:
    return "—" if value is None else safe(value) or "(empty)"


def lines(pairs: Sequence[LinePair], width: int, currency: str, *, equal: bool) -> list[Piece]:
    """The lines of the document aligned: equal, changed, in Xero only (+), in Provet only (-)."""
    if not pairs:
        return []
    shown = [pair for pair in pairs if equal or pair.differs]
    label = max(width - 2 * (_MONEY + 1) - 2, _LABEL_MIN)
    pieces = _head("LINES", label)
    for pair in shown:
        pieces += _line(pair, label, currency)
    return pieces + _folded(len(pairs) - len(shown), "line")


def _line(pair: LinePair, label: int, currency: str) -> list[Piece]:
    sign, role = _sign(pair.provet, pair.xero, differs=pair.differs)
    known = pair.provet or pair.xero
    text = safe(known.text) if known else ""
    money = [_money(line.gross if line else None, currency) for line in (pair.provet, pair.xero)]
    pieces: list[Piece] = [(f"{sign} {fit(text, label)} {money[0]} {money[1]}\n", role)]
    if pair.provet and pair.xero and pair.differs and pair.provet.gross == pair.xero.gross:
        pieces.append((f"    tax {_tax(pair.provet, currency)} in Provet, {_tax(pair.xero, currency)} in Xero\n", ""))
    return pieces


def _tax(line: LineView, currency: str) -> str:
    return f"{amount(line.tax, currency)}{f' at {safe(line.rate)} %' if line.rate else ''}"


def ledger(view: LedgerView | None, width: int, currency: str, *, equal: bool) -> list[Piece]:
    """The family's documents, payments and set-offs on both sides, and what the client owes on them."""
    if view is None:
        return []
    few = equal or len(view.rows) <= _ROWS_SHOWN
    shown = [row for row in view.rows if few or row.differs]
    label = max(width - 2 * (_MONEY + 1) - 2, _LABEL_MIN)
    pieces = _head("OWED AND PAID", label)
    for row in shown:
        pieces += _row(row, label, currency)
    pieces += _folded(len(view.rows) - len(shown), "entry")
    if view.left_out:
        equal_rest = ", all equal" if not all(row.differs for row in view.rows) else ""
        pieces.append((f"  and {view.left_out:,} more entries{equal_rest}: e reads them\n", "dim"))
    sign, role = (DIFFERS.sign, DIFFERS.role) if view.provet != view.xero else ("=", "good")
    total = fit("the client owes", label)
    return [*pieces, (f"{sign} {total} {_money(view.provet, currency)} {_money(view.xero, currency)}\n", role)]


def _row(row: LedgerRow, label: int, currency: str) -> list[Piece]:
    sign, role = _sign(row.provet, row.xero, differs=row.differs)
    known = row.provet or row.xero
    text = f"{row.what} {safe(known.date) if known else ''} {safe(row.label)}{_notes(row)}"
    money = [_money(entry.amount if entry else None, currency) for entry in (row.provet, row.xero)]
    return [(f"{sign} {fit(text, label)} {money[0]} {money[1]}\n", role)]


def _notes(row: LedgerRow) -> str:
    notes = [safe(entry.note) for entry in (row.provet, row.xero) if entry and entry.note]
    return f" ({'; '.join(dict.fromkeys(notes))})" if notes else ""


def _sign(mine: LineView | EntryView | None, theirs: LineView | EntryView | None, *, differs: bool) -> tuple[str, str]:
    if mine is None:
        return XERO_ONLY.sign, XERO_ONLY.role
    if theirs is None:
        return PROVET_ONLY.sign, PROVET_ONLY.role
    return (DIFFERS.sign, DIFFERS.role) if differs else (" ", "dim")


def _head(title: str, label: int) -> list[Piece]:
    return [(f"  {fit(title, label)} {'PROVET':>{_MONEY}} {'XERO':>{_MONEY}}\n", "dim")]


def _money(text: str | None, currency: str) -> str:
    return fit("—" if text is None else amount(text, currency), _MONEY, right=True)


def _folded(count: int, what: str) -> list[Piece]:
    if count <= 0:
        return []
    plural = what if count == 1 else "entries" if what == "entry" else f"{what}s"
    return [(f"  {count} equal {plural} folded, e shows\n", "dim")]
