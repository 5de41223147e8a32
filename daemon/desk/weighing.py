"""Everything a person weighs about one discrepancy, gathered from the store in one snapshot."""

from __future__ import annotations

import msgspec

from daemon.control import weighing
from daemon.control.views import Place, detail_view, discrepancy_view, waiting_by_currency
from daemon.core.amounts import money
from daemon.core.correction import Correction, Option
from daemon.core.discrepancy import Discrepancy, Finding
from daemon.core.evidence import view_of
from daemon.core.family import Family
from daemon.core.scenes import scene
from daemon.core.view import Scene
from daemon.desk.agreement import Agreement, at_stake
from daemon.desk.history import history_entry
from daemon.practice import Practice
from daemon.protocol import CorrectionView, Detail, LedgerView, OptionView, StillOpen
from daemon.reconciler.reference import build_rules
from daemon.store import audit, corrections, discrepancies, families, journal, state, waits
from daemon.store.tx import Tx

_HISTORY_MAX = 500
_BESIDE_MAX = 20
_RECORDS = ("invoice:", "client:")


def plain(tx: Tx, row: Discrepancy, place: Place) -> Detail:
    """A discrepancy with its last correction step by step, its history, and what waits for it."""
    newest = corrections.shown(tx, row)
    entries = audit.page(tx, subject=row.id, limit=_HISTORY_MAX)
    titles = {option.id: option.title for option in row.finding.options}
    detail = detail_view(
        discrepancy_view(row, newest, place), tuple(history_entry(entry, titles, place.zone) for entry in entries)
    )
    waiting = waiting_by_currency((place.currency, held) for held in waits.held(tx, [row.id]))
    correction = followed(tx, newest, place.currency) if newest else None
    return msgspec.structs.replace(
        detail, correction=correction, waiting=next(iter(waiting), None), still_open=_still_open(tx, row)
    )


def _still_open(tx: Tx, row: Discrepancy) -> tuple[StillOpen, ...]:
    """What else is not closed of the same documents or client; what is about neither has nothing in common."""
    if not row.finding.family.startswith(_RECORDS):
        return ()
    others = (each.finding for each in discrepancies.beside(tx, row, _BESIDE_MAX))
    return tuple(StillOpen(id=each.id, kind=each.kind, summary=each.summary) for each in others)


def followed(tx: Tx, correction: Correction, currency: str) -> CorrectionView:
    """A correction with what became of each write."""
    return weighing.followed(correction, journal.traces(tx, correction.id), currency)


def weighed(tx: Tx, row: Discrepancy, practice: Practice, place: Place, agreement: Agreement) -> Detail:
    """The same with lines, ledger and the effect of each option; without the first two while no system was read yet."""
    finding = row.finding
    family = families.load(tx, practice.id, finding.family)
    stage = _scene(tx, practice, family)
    subject = finding.subject
    ids = [ref.id if ref is not None else "" for ref in (subject.provet, subject.xero)]
    view = view_of(stage, *ids) if stage is not None else None
    return msgspec.structs.replace(
        plain(tx, row, place),
        options=tuple(_option(row, option, family, practice, agreement) for option in finding.options),
        lines=weighing.lines(view) if view is not None else (),
        ledger=weighing.ledger(stage) if stage is not None else None,
        four_eyes_over=money(agreement.four_eyes_over),
        closed_through=stage.rules.locked_through if stage is not None else None,
        timezone=practice.settings.timezone.key,
        settle_s=practice.settings.settle_s,
        cause_summary="; ".join(_causes(tx, finding)),
        client_name=view.document.contact_name if view is not None else "",
    )


def _causes(tx: Tx, finding: Finding) -> list[str]:
    """What must be mended first, in words."""
    causes = (discrepancies.get(tx, each) for each in finding.causes)
    return [cause.finding.summary for cause in causes if cause is not None]


def ledger(tx: Tx, row: Discrepancy, practice: Practice, offset: int) -> LedgerView | None:
    """A later window of the ledger that the discrepancy's detail begins with."""
    stage = _scene(tx, practice, families.load(tx, practice.id, row.finding.family))
    return weighing.ledger(stage, offset) if stage is not None else None


def weighed_option(tx: Tx, row: Discrepancy, option: Option, practice: Practice, agreement: Agreement) -> OptionView:
    """One option with its effect, and whether two people must agree to it."""
    return _option(row, option, families.load(tx, practice.id, row.finding.family), practice, agreement)


def _option(row: Discrepancy, option: Option, family: Family, practice: Practice, agreement: Agreement) -> OptionView:
    view = weighing.weighed(option, family, practice.settings.currency)
    needs_second = agreement.needs_second(at_stake(row.finding, option))
    return msgspec.structs.replace(view, second_over=money(agreement.four_eyes_over) if needs_second else "")


def _scene(tx: Tx, practice: Practice, family: Family) -> Scene | None:
    """The family laid out as it is judged; None where there is none, or no rules to judge it by."""
    if practice.references is None or not family.documents or not family.id.startswith("invoice:"):
        return None
    rules = build_rules(practice.id, practice.settings, practice.references)
    adopting = state.practice_state(tx, practice.id).released_at is None
    return scene(family, msgspec.structs.replace(rules, adopting=adopting))
