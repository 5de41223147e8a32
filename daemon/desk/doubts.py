"""Every write in doubt with what is looked for, when, and what a person can do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from daemon.control.views import subject_view
from daemon.control.weighing import step_view
from daemon.core.amounts import money
from daemon.core.correction import LocalStep
from daemon.core.doubt import in_words
from daemon.desk.places import place_of
from daemon.ports import Clock
from daemon.protocol import DoubtPage, DoubtView, SubjectView
from daemon.reconciler.engine import Engine
from daemon.store import corrections, discrepancies, journal
from daemon.store.journal import Intent, IntentStatus
from daemon.store.tx import Tx

_SHOWN_MAX = 500
_UNKNOWN = SubjectView(label="", provet=None, xero=None)


def doubts(tx: Tx, engines: Mapping[str, Engine], practice: str, clock: Clock) -> DoubtPage:
    """Those of a practice, of all for ""; the longest in doubt first."""
    found = [
        (sent.at, intent)
        for name in engines
        if practice in ("", name)
        for intent, sent in journal.unsettled(tx, name)
        if intent.status is IntentStatus.IN_DOUBT
    ]
    found.sort(key=lambda each: (each[0], each[1].id))
    views = (_view(tx, intent, engines[intent.practice], clock) for _, intent in found[:_SHOWN_MAX])
    return DoubtPage(total=len(found), doubts=tuple(view for view in views if view is not None))


def _view(tx: Tx, intent: Intent, engine: Engine, clock: Clock) -> DoubtView | None:
    correction = corrections.get(tx, intent.correction_id)
    if correction is None or intent.step_index >= len(correction.steps):
        return None
    step = correction.steps[intent.step_index]
    if isinstance(step, LocalStep):
        return None
    row = discrepancies.get(tx, correction.discrepancy_id)
    currency = engine.practice.settings.currency
    traces = [trace for trace in journal.traces(tx, correction.id) if trace.step_index == intent.step_index]
    sought, remedy = in_words(step, currency)
    subject = subject_view(row.finding, place_of({intent.practice: engine}, intent.practice)) if row else _UNKNOWN
    return DoubtView(
        practice=intent.practice,
        discrepancy=correction.discrepancy_id,
        correction=correction.id,
        kind=row.finding.kind if row else "",
        amount=money(row.finding.amount) if row else "0.00",
        currency=currency,
        option=correction.option,
        approved_by=correction.approved_by,
        step=step_view(correction, intent.step_index, traces, currency),
        sought=sought,
        remedy=remedy,
        look_at=_look_at(engine, intent, clock),
        label=subject.label,
        subject=subject,
    )


def _look_at(engine: Engine, intent: Intent, clock: Clock) -> dt.datetime | None:
    wait_s = engine.look_in_s(intent.id)
    return None if wait_s is None else clock.utc() + dt.timedelta(seconds=wait_s)
