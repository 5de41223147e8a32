"""The command line's answers as plain lines: a status, a list, one discrepancy, the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.protocol import (
    AuditEntry,
    AuditProof,
    Autonomy,
    Detail,
    DiscrepancyView,
    FieldView,
    OptionView,
    PracticeStatus,
    Status,
    SubjectView,
)
from daemon.safe import safe
from tui.following import left_to_people
from tui.plain import amount, table, when, words
from tui.waiting import words_of

_WIDTH = 100
_STATUS_HEAD = (
    "PRACTICE",
    "STATE",
    "MODE",
    "RESIDUAL",
    "OPEN",
    "AMOUNT",
    "IN DOUBT",
    "HAND-WORK",
    "EXCLUDED",
    "PROVEN",
)
_LIST_HEAD = ("ID", "AMOUNT", "KIND", "STATUS", "POLICY", "PRACTICE", "SUMMARY")


def status_lines(status: Status) -> list[str]:
    """All practices in a table, then what their operator should know."""
    if not status.practices:
        return ["no practice is configured"]
    lines = table(_STATUS_HEAD, map(_status_row, status.practices), frozenset(range(3, 9)))
    for practice in status.practices:
        if practice.open:
            counts = ", ".join(f"{count} {kind}" for kind, count in sorted(practice.open.items()))
            lines.append(f"{safe(practice.id)}: {safe(counts)}")
        lines += [f"{safe(practice.id)}: warning: {safe(warning)}" for warning in practice.warnings]
    return lines


def _status_row(practice: PracticeStatus) -> tuple[str, ...]:
    return (
        practice.id,
        words(practice.state),
        practice.mode,
        f"{amount(practice.residual, practice.currency)} {practice.currency}".rstrip(),
        str(practice.open_total),
        amount(practice.open_amount, practice.currency),
        str(practice.in_doubt),
        str(practice.hand_work),
        str(practice.excluded),
        when(practice.last_full),
    )


def list_lines(discrepancies: Sequence[DiscrepancyView], total: int, width: int) -> list[str]:
    """One line for each discrepancy; ``width`` 0 cuts nothing."""
    if not discrepancies:
        return ["no discrepancies"]
    rows = (
        (d.id, f"{amount(d.amount, d.currency)} {d.currency}", d.kind, d.status, words(d.policy), d.practice, d.summary)
        for d in discrepancies
    )
    lines = table(_LIST_HEAD, rows, frozenset({1}), width)
    if total > len(discrepancies):
        lines.append(f"{len(discrepancies)} of {total}; --limit shows more")
    return lines


def detail_lines(detail: Detail) -> list[str]:
    """One discrepancy, whole: what differs, what can be done, what was done."""
    from tui.reviewing import kind_words

    money = amount(detail.amount, detail.currency)
    lines = [
        f"{safe(detail.id)}  {kind_words(detail.kind)}  {words(detail.status)}  ({words(detail.policy)})",
        safe(detail.summary),
        "",
        f"practice  {safe(detail.practice)}",
        f"amount    {money} {safe(detail.currency)}, effect {amount(detail.effect, detail.currency)}",
        f"seen      {when(detail.first_seen)} to {when(detail.last_seen)}",
        *_subject_lines(detail.subject),
        *(f"cause     {safe(cause)}" for cause in detail.causes or filter(None, (detail.cause,))),
        *([f"waiting   {words_of(detail.waiting)}"] if detail.waiting else []),
        *([f"assigned  {safe(detail.assignee)}"] if detail.assignee else []),
        *([f"snoozed   until {when(detail.snoozed_until)}"] if detail.snoozed_until else []),
        *_waiver_lines(detail),
        *_field_lines(detail.fields),
        *_evidence_lines(detail),
        *(["", f"no approval now: {safe(detail.refusal)}"] if detail.refusal else []),
    ]
    for option in detail.options:
        lines += ["", *option_lines(option, detail)]
    lines += _correction_lines(detail)
    if detail.history:
        lines += ["", "HISTORY", *(f"  {when(h.at)}  {safe(h.actor)}  {safe(h.text)}" for h in detail.history)]
    return lines


def _subject_lines(subject: SubjectView) -> list[str]:
    lines = [f"subject   {safe(subject.label)}"]
    for name, record in (("provet", subject.provet), ("xero", subject.xero)):
        if record:
            lines.append(f"{name:<9} {safe(record.kind)} {safe(record.id)}  {safe(record.url)}".rstrip())
    lines += [
        f"candidate {safe(each.system)} {safe(each.record.id)}  {safe(each.record.url)}  {safe(each.label)}"
        for each in subject.candidates
    ]
    return lines


def _waiver_lines(detail: Detail) -> list[str]:
    waiver = detail.waiver
    if waiver is None:
        return []
    until = f" until {waiver.until.isoformat()}" if waiver.until else ""
    ceiling = f" up to {amount(waiver.ceiling, detail.currency)}" if waiver.ceiling else ""
    return [f"waived    by {safe(waiver.by)}{ceiling}{until}: {safe(waiver.reason)}"]


def _field_lines(fields: Sequence[FieldView]) -> list[str]:
    if not fields:
        return []
    rows = (("≠" if f.differs else "", f.name, f.provet or "-", f.baseline or "-", f.xero or "-") for f in fields)
    return ["", *table(("", "FIELD", "PROVET", "BASELINE", "XERO"), rows, frozenset())]


def _evidence_lines(detail: Detail) -> list[str]:
    """The lines of its document and the money of its family, in full."""
    from tui import beside

    pieces = beside.lines(detail.lines, _WIDTH, detail.currency, equal=True)
    pieces += beside.ledger(detail.ledger, _WIDTH, detail.currency, equal=True)
    return ["", *"".join(text for text, _ in pieces).splitlines()] if pieces else []


def option_lines(option: OptionView, detail: Detail) -> list[str]:
    """An option with its consequences, its exact writes and what they do to the balance."""
    from tui.reviewing import effect

    mark = "  (recommended)" if option.recommended else ""
    lines = [f"OPTION {safe(option.id)}{mark}  {safe(option.title)}", f"  fingerprint {safe(option.fingerprint)}"]
    lines += [f"  - {safe(text)}" for text in option.consequences]
    lines += [f"  > {safe(write.system)}: {safe(write.summary)}" for write in option.writes]
    if option.effect and option.writes:
        lines.append(f"  = {effect(option.effect, detail)}")
    if option.second_over:
        limit = f"{amount(option.second_over, detail.currency)} {safe(detail.currency)}"
        lines.append(f"  ! above {limit} two people must agree to it")
    return lines


def _correction_lines(detail: Detail) -> list[str]:
    found = detail.correction
    if not found:
        return []
    error = f": {safe(found.error)}" if found.error else ""
    state = "waits for people to do it, closes once it is seen done" if left_to_people(found) else words(found.status)
    lines = ["", f"CORRECTION {safe(found.title or found.option)} by {safe(found.approved_by)}: {state}{error}"]
    for step in found.progress:
        why = f": {safe(step.detail)}" if step.detail else ""
        lines.append(f"  {words(step.state):<8} {safe(step.system)}: {safe(step.summary)}{why}")
    return lines


def autonomy_lines(found: Autonomy) -> list[str]:
    """How often people approved each kind, and how often as recommended."""
    if not found.kinds:
        return ["nothing was decided yet"]
    head = ("PRACTICE", "KIND", "POLICY", "APPROVED", "UNCHANGED", "REJECTED", "UNDONE")
    rows = (
        (k.practice, k.kind, words(k.policy), *map(str, (k.approved, k.unchanged, k.rejected, k.undone)))
        for k in found.kinds
    )
    return table(head, rows, frozenset(range(3, 7)))


def audit_line(entry: AuditEntry) -> str:
    place = " ".join(part for part in (entry.practice, entry.subject) if part)
    return safe(f"{entry.number}  {when(entry.at)}  {entry.actor}  {entry.action}  {place}  {entry.text}")


def proof_line(proof: AuditProof) -> str:
    if proof.ok:
        return f"the chain of {proof.entries} entries holds; head {safe(proof.head)}"
    return safe(f"the chain is broken at entry {proof.broken_at}: {proof.message}")
