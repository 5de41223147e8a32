"""Domain values as the control socket shows them, and the links that open a record in its system. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from urllib.parse import quote

from daemon.core.amounts import money
from daemon.core.correction import Correction, CorrectionStatus, LocalStep, Option
from daemon.core.discrepancy import Candidate, Discrepancy, FieldDiff, Finding, Waiver
from daemon.core.model import ZERO, Kind, Ref, System, Value
from daemon.core.walk_in import is_walk_in
from daemon.core.wording import writes
from daemon.protocol import (
    CandidateView,
    CorrectionView,
    Detail,
    DiscrepancyView,
    FieldView,
    HistoryEntry,
    OptionView,
    RecordView,
    SubjectView,
    Waiting,
    WaiverView,
    WriteView,
)
from daemon.store.waits import Held

_XERO_WEB = "https://go.xero.com/"
_XERO_PATHS = {
    "document": "AccountsReceivable/View.aspx?InvoiceID=",
    "credit": "AccountsReceivable/ViewCreditNote.aspx?creditNoteID=",
    "payment": "Bank/ViewTransaction.aspx?bankTransactionID=",
    "contact": "Contacts/View/",
}
_PROVET_PATHS = {Kind.DOCUMENT: "billing/invoice/", Kind.CONTACT: "client/"}


class Place(Value, frozen=True, kw_only=True):
    """What a view must know of its practice: currency, zone, and where Provet's web pages are ("" = no links)."""

    currency: str
    provet_web_url: str = ""
    zone: dt.tzinfo = dt.UTC


def discrepancy_view(discrepancy: Discrepancy, correction: Correction | None, place: Place) -> DiscrepancyView:
    """A discrepancy with its last correction, if any, as the protocol shows it."""
    finding = discrepancy.finding
    return DiscrepancyView(
        id=finding.id,
        practice=finding.practice,
        kind=finding.kind,
        status=discrepancy.status.value,
        policy=finding.policy.value,
        subject=subject_view(finding, place),
        amount=money(finding.amount),
        effect=money(finding.effect),
        currency=place.currency,
        summary=finding.summary,
        fields=tuple(_field(field) for field in finding.fields),
        options=tuple(option_view(option, place.currency) for option in finding.options),
        correction=correction_view(correction) if correction else None,
        cause=finding.cause,
        causes=finding.causes,
        client=finding.client,
        first_seen=discrepancy.first_seen,
        last_seen=discrepancy.last_seen,
        assignee=discrepancy.assignee or None,
        waiver=_waiver(discrepancy.waiver) if discrepancy.waiver else None,
        snoozed_until=discrepancy.snoozed_until,
        seq=discrepancy.seq,
    )


def detail_view(view: DiscrepancyView, history: tuple[HistoryEntry, ...]) -> Detail:
    """A view with its history added."""
    fields = {name: getattr(view, name) for name in view.__struct_fields__}
    return Detail(**fields, history=history)


def waiting_by_currency(found: Iterable[tuple[str, Held]]) -> tuple[Waiting, ...]:
    """What waits in practices, each with its currency, as one sum for each currency."""
    sums: dict[str, list[Held]] = {}
    for currency, held in found:
        sums.setdefault(currency, []).append(held)
    return tuple(
        Waiting(
            currency=currency,
            count=sum(each.count for each in of_it),
            amount=money(sum((each.amount for each in of_it), ZERO)),
            freed=sum(each.freed for each in of_it),
            freed_amount=money(sum((each.freed_amount for each in of_it), ZERO)),
        )
        for currency, of_it in sums.items()
    )


def option_view(option: Option, currency: str) -> OptionView:
    """One option with the exact writes it stands for."""
    return OptionView(
        id=option.id,
        title=option.title,
        recommended=option.recommended,
        fingerprint=option.fingerprint,
        consequences=option.consequences,
        writes=tuple(
            WriteView(system=write.system.value, action=write.action, summary=write.summary)
            for write in writes(option.steps, currency)
        ),
    )


def correction_view(correction: Correction) -> CorrectionView:
    """How far a correction is, in writes to the two systems; all count as settled once it is applied."""
    written = [not isinstance(step, LocalStep) for step in correction.steps]
    steps = sum(written)
    applied = correction.status is CorrectionStatus.APPLIED
    return CorrectionView(
        id=correction.id,
        option=correction.option,
        title=correction.title,
        status=correction.status.value,
        approved_by=correction.approved_by,
        error=correction.error or None,
        steps=steps,
        steps_done=steps if applied else sum(written[: correction.cursor]),
        at=correction.created_at,
    )


def subject_view(finding: Finding, place: Place) -> SubjectView:
    """What a finding is about, with the links to its records."""
    subject = finding.subject
    return SubjectView(
        label=subject.label,
        provet=provet_record(subject.provet, place.provet_web_url) if subject.provet else None,
        xero=_xero_record(subject.xero, credit=finding.kind.startswith("credit.")) if subject.xero else None,
        candidates=tuple(_candidate(each, place) for each in finding.candidates),
    )


def _candidate(found: Candidate, place: Place) -> CandidateView:
    if found.ref.system is System.PROVET:
        record = provet_record(found.ref, place.provet_web_url)
    else:
        record = _xero_record(found.ref, credit=found.credit)
    return CandidateView(label=found.label, system=found.ref.system.value, record=record)


def provet_record(ref: Ref, web_url: str) -> RecordView:
    """A record in Provet with its link."""
    path = _PROVET_PATHS.get(ref.kind, "") if web_url and not is_walk_in(ref.id) else ""
    url = f"{web_url.rstrip('/')}/{path}{quote(ref.id, safe='')}/" if path else ""
    return RecordView(kind=ref.kind.value, id=ref.id, url=url)


def _xero_record(ref: Ref, *, credit: bool) -> RecordView:
    page = "credit" if ref.kind is Kind.DOCUMENT and credit else ref.kind.value
    return RecordView(kind=ref.kind.value, id=ref.id, url=f"{_XERO_WEB}{_XERO_PATHS[page]}{quote(ref.id, safe='')}")


def _field(field: FieldDiff) -> FieldView:
    return FieldView(name=field.name, provet=field.provet, baseline=field.baseline, xero=field.xero)


def _waiver(waiver: Waiver) -> WaiverView:
    ceiling = money(waiver.ceiling) if waiver.ceiling is not None else None
    return WaiverView(by=waiver.by, reason=waiver.reason, at=waiver.at, ceiling=ceiling, until=waiver.until)
