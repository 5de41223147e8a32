"""What a person weighs before and after deciding, as the control socket shows it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from daemon.control.views import correction_view, option_view
from daemon.core import evidence
from daemon.core.amounts import money, rate_text
from daemon.core.correction import Correction, CorrectionStatus, LocalStep, Option, PostingLine
from daemon.core.doubt import left_to_people
from daemon.core.effects import effect_of
from daemon.core.evidence import Aligned, Entry, Row
from daemon.core.family import Family
from daemon.core.model import Line
from daemon.core.view import Scene, View
from daemon.core.wording import writes
from daemon.protocol import (
    CorrectionView,
    EffectView,
    EntryView,
    LedgerRow,
    LedgerView,
    LinePair,
    LineView,
    OptionView,
    StepState,
    StepView,
)
from daemon.store.journal import IntentStatus, Trace

_LINES_MAX = 200
_ROWS_MAX = 100
_TEXT_MAX = 500
_STATES = {
    IntentStatus.SENT: StepState.SENT,
    IntentStatus.DONE: StepState.DONE,
    IntentStatus.IN_DOUBT: StepState.IN_DOUBT,
    IntentStatus.REFUSED: StepState.REFUSED,
    IntentStatus.ABSENT: StepState.WAITING,
    IntentStatus.NOT_EXECUTED: StepState.WAITING,
}


def followed(correction: Correction, traces: Sequence[Trace], currency: str) -> CorrectionView:
    """A correction with each of its writes and what became of it so far."""
    steps = [
        step_view(correction, place, [trace for trace in traces if trace.step_index == place], currency)
        for place, step in enumerate(correction.steps)
        if not isinstance(step, LocalStep)
    ]
    return msgspec.structs.replace(correction_view(correction), progress=tuple(steps))


def step_view(correction: Correction, place: int, traces: Sequence[Trace], currency: str) -> StepView:
    """The write at ``place`` and what became of it, by the traces of its attempts."""
    planned = correction.steps[place]
    (write,) = writes((planned,), currency)
    last = traces[-1] if traces else None
    state = _STATES[last.status] if last is not None else StepState.WAITING
    detail = last.detail if last is not None else ""
    if place < correction.cursor or correction.status is CorrectionStatus.APPLIED:
        state = StepState.DONE
    elif place == correction.cursor and correction.status is CorrectionStatus.FAILED:
        if last is None:
            state, detail = StepState.REFUSED, correction.error
        elif last.status is IntentStatus.ABSENT:
            state = StepState.GIVEN_UP
    return StepView(
        system=write.system.value,
        summary=write.summary,
        state=state,
        detail=detail,
        mark=last.mark if last is not None else "",
        attempts=sum(trace.status is not IntentStatus.NOT_EXECUTED for trace in traces),
        looks=sum(trace.status is IntentStatus.ABSENT for trace in traces),
        stuck=state is StepState.IN_DOUBT
        and not isinstance(planned, LocalStep)
        and left_to_people(planned, currency, detail),
        at=last.at if last is not None else None,
    )


def weighed(option: Option, family: Family, currency: str) -> OptionView:
    """An option with its effect on what the client owes, and the values that its approval is bound to."""
    effect = effect_of(option.steps, family)
    view = EffectView(provet=money(effect.provet), xero=money(effect.xero), first=effect.first, last=effect.last)
    return msgspec.structs.replace(option_view(option, currency), effect=view, relies_on=option.relies_on)


def lines(view: View) -> tuple[LinePair, ...]:
    """The lines of a document on both sides."""
    return tuple(_pair(pair) for pair in evidence.lines_of(view)[:_LINES_MAX])


def _pair(pair: Aligned) -> LinePair:
    mine, theirs = (_line(line) if line is not None else None for line in pair)
    return LinePair(provet=mine, xero=theirs)


def _line(line: PostingLine | Line) -> LineView:
    return LineView(
        text=line.description[:_TEXT_MAX],
        gross=money(line.gross),
        tax=money(line.tax),
        rate=rate_text(line.tax_rate) if isinstance(line, Line) else "",
        account=line.account,
    )


def ledger(scene: Scene, offset: int = 0) -> LedgerView | None:
    """A window of a family's money on both sides; None for a family without documents."""
    rows = [_row(row) for row in evidence.ledger(scene)]
    if not rows:
        return None
    if len(rows) > _ROWS_MAX:
        rows.sort(key=lambda row: not row.differs)
    provet, xero = (money(side) for side in evidence.owed(scene))
    shown = tuple(rows[offset : offset + _ROWS_MAX])
    return LedgerView(rows=shown, provet=provet, xero=xero, left_out=max(len(rows) - offset - len(shown), 0))


def _row(row: Row) -> LedgerRow:
    return LedgerRow(what=row.what, label=row.label, provet=_entry(row.provet), xero=_entry(row.xero))


def _entry(entry: Entry | None) -> EntryView | None:
    if entry is None:
        return None
    return EntryView(amount=money(entry.amount), date=entry.date.isoformat(), note=entry.note)
