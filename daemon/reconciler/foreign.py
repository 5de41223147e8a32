"""Notices that another program sends Provet documents into Xero too, such as the vendor's own link.

A document that stands in Xero without our mark is adopted. Where that goes on after the release, both would sooner or
later post the same document: new ones wait until it has stopped for a day, or a person says that they need not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from daemon.core.assess import Assessment
from daemon.core.discrepancy import Policy, Status, finding_id
from daemon.practice import Practice
from daemon.reconciler import notices
from daemon.store import discrepancies, state
from daemon.store.tx import Tx

_KIND, _PLACE, _LABEL = "writer.foreign", "practice:writer", "Documents without this program's mark"
_FROM, _FOR = 3, dt.timedelta(days=1)
_KEPT = 100


def note(tx: Tx, practice: Practice, assessments: Iterable[Assessment]) -> None:
    """Remember documents that were made in Xero without our mark after the release, and adopted."""
    adopted = [each for assessment in assessments for each in assessment.unmarked.items()]
    if not adopted:
        return
    known, now = state.practice_state(tx, practice.id), practice.clock.utc()
    released = known.released_at
    fresh = {number: now for number, made in adopted if released is not None and made > released}
    if fresh:
        kept = dict(list({**known.unmarked, **fresh}.items())[-_KEPT:])
        state.put_state(tx, practice.id, msgspec.structs.replace(known, unmarked=kept))


def tell(tx: Tx, practice: Practice) -> None:
    """Show that another program writes while it does; close it a day after its last document."""
    known, since = state.practice_state(tx, practice.id), practice.clock.utc() - _FOR
    recent = {number: at for number, at in known.unmarked.items() if at > since}
    if recent != known.unmarked:
        state.put_state(tx, practice.id, msgspec.structs.replace(known, unmarked=recent))
    findings = []
    if len(recent) >= _FROM:
        summary = (
            f"{len(recent)} documents of Provet came into Xero without this program's mark within a day, the last as"
            f" {list(recent)[-1]}: another program sends them too, such as Provet's own link to Xero. Turn it off"
            " there; new documents wait until a day after its last one, or until this is waived or rejected"
        )
        findings.append(notices.finding_of(practice, _KIND, _PLACE, _LABEL, summary, Policy.HOLD))
    notices.post(tx, practice, _PLACE, findings)


def holding(tx: Tx, practice: str) -> str:
    """The id of the discrepancy that new documents wait for while another program writes; "" if none does."""
    id_ = finding_id(practice, _KIND, _LABEL)
    row = discrepancies.get(tx, id_)
    return id_ if row is not None and row.status is Status.OPEN else ""
