"""What the commands that decide do: approve, undo, reject, snooze, waive, comment, assign, and many at once."""

from __future__ import annotations

import argparse
import os
import pwd
from collections.abc import Iterable

import msgspec

from daemon.protocol import (
    BULK_MAX,
    SOME_MAX,
    Approval,
    ApproveRequest,
    Assign,
    BulkDecision,
    BulkResult,
    Comment,
    CorrectionView,
    Decision,
    Detail,
    ListQuery,
    Outcome,
    Page,
    Reject,
    Snooze,
    Waive,
)
from daemon.safe import safe
from tui import calls
from tui.calls import ControlError
from tui.following import left_to_people
from tui.plain import amount, counted, words
from tui.session import DONE, ERROR, OPEN, Session
from tui.times import moment_for
from tui.waiting import for_second_person, words_of

_POLL_S = 0.2
_OUTCOMES = {
    "proposed": Outcome.WAITING_SECOND_PERSON,
    "applied": Outcome.APPLIED,
    "stale": Outcome.STALE,
    "failed": Outcome.FAILED,
    "in_doubt": Outcome.IN_DOUBT,
    "rejected": Outcome.REFUSED,
}
_EXITS = {Outcome.ACCEPTED: DONE, Outcome.APPLIED: DONE, Outcome.WAITING_SECOND_PERSON: OPEN}
_REFUSED_SHOWN = 20


def approve(session: Session, args: argparse.Namespace) -> int:
    return _followed(session, session.daemon.send(calls.approve(args.id, args.option, args.expect)), wait=args.wait)


def undo(session: Session, args: argparse.Namespace) -> int:
    return _followed(session, session.daemon.send(calls.undo(args.id, args.expect)), wait=args.wait)


def _followed(session: Session, approval: Approval, *, wait: bool) -> int:
    """Say what became of an approval, or of its correction once that has ended."""
    if wait and approval.correction and approval.outcome is Outcome.ACCEPTED:
        approval = _wait_applied(session, approval)
    note = f": {safe(approval.message)}" if approval.message else ""
    session.console.say(approval, [f"{safe(approval.discrepancy)}: {words(approval.outcome)}{note}"])
    return _EXITS.get(approval.outcome, ERROR)


def _wait_applied(session: Session, approval: Approval) -> Approval:
    correction = approval.correction
    while correction and correction.status not in _OUTCOMES:
        session.console.progress(_correction_note(correction))
        session.sleep(_POLL_S)
        correction = session.daemon.send(calls.correction(correction.id))
    session.console.progress("")
    if correction is None:
        return approval
    outcome = Outcome.ACCEPTED if left_to_people(correction) else _OUTCOMES[correction.status]
    return msgspec.structs.replace(
        approval, outcome=outcome, correction=correction, message=correction.error or approval.message
    )


def _correction_note(correction: CorrectionView) -> str:
    return f"{words(correction.status)}: {correction.steps_done} of {counted(correction.steps, 'write')}"


def reject(session: Session, args: argparse.Namespace) -> int:
    return _decided(session, args.id, Reject(reason=args.reason))


def snooze(session: Session, args: argparse.Namespace) -> int:
    found = session.daemon.send(calls.show(args.id))
    return _decided(session, args.id, _snooze(session, args, [found.timezone]))


def comment(session: Session, args: argparse.Namespace) -> int:
    return _decided(session, args.id, Comment(text=args.text), "comment noted")


def assign(session: Session, args: argparse.Namespace) -> int:
    user = pwd.getpwuid(os.getuid()).pw_name if args.user is None else args.user
    return _decided(session, args.id, Assign(user=user), f"assigned to {safe(user) or 'nobody'}")


def waive(session: Session, args: argparse.Namespace) -> int:
    found = session.daemon.send(calls.decide(args.id, _waive(args)))
    if found.status == "waived":
        return _said(session, found, words(found.status))
    _said(session, found, words(Outcome.WAITING_SECOND_PERSON))
    return OPEN


def _decided(session: Session, discrepancy_id: str, decision: Decision, what: str = "") -> int:
    found = session.daemon.send(calls.decide(discrepancy_id, decision))
    return _said(session, found, what or words(found.status))


def _said(session: Session, found: Detail, what: str) -> int:
    session.console.say(found, [f"{safe(found.id)}: {what}"])
    return DONE


def _snooze(session: Session, args: argparse.Namespace, zones: Iterable[str]) -> Snooze:
    """``zones`` are those of the practices that it is about: a day begins where the practice is."""
    try:
        return Snooze(until=moment_for(args.until, session.utc(), zones))
    except ValueError as error:
        raise ControlError("usage", str(error), "see: reconcile snooze --help") from None


def _waive(args: argparse.Namespace) -> Waive:
    return Waive(reason=args.reason, ceiling=args.ceiling, until=args.until)


def bulk(session: Session, args: argparse.Namespace) -> int:
    """Show count and money of what the filter lets through, ask, and decide on exactly that."""
    if not any((args.practice, args.kind, args.cause, args.text)):
        raise ControlError("usage", "name what to decide on", "with --practice, --kind, --cause or --text")
    decision = _decision(session, args)
    query = ListQuery(practice=args.practice, kind=args.kind, cause=args.cause, text=args.text, status=("open",))
    seen = session.daemon.send(calls.page(msgspec.structs.replace(query, limit=1)))
    session.console.note(
        [*_summary(seen, args.decision, one_practice=bool(args.practice)), *_foreseen(session, query, decision, seen)]
    )
    if not args.yes and not session.console.confirm(f"{args.decision} {seen.total}?"):
        raise ControlError("not_confirmed", "nothing was decided", "--yes decides without asking")
    result = session.daemon.send(calls.bulk(query, decision, seen))
    session.console.say(result, _result_lines(result))
    if result.refused:
        return ERROR
    return OPEN if result.waiting_second_person else DONE


def _decision(session: Session, args: argparse.Namespace) -> BulkDecision:
    match args.decision:
        case "approve":
            return ApproveRequest(option=args.option)
        case "reject":
            return Reject(reason=args.reason)
        case "snooze":
            known = session.daemon.send(calls.status()).practices
            return _snooze(session, args, {each.timezone for each in known if args.practice in ("", each.id)})
        case _:
            return _waive(args)


def _summary(seen: Page, decision: str, *, one_practice: bool) -> list[str]:
    currency = seen.discrepancies[0].currency if one_practice and seen.discrepancies else ""
    money = f"{amount(seen.amount, currency)} {safe(currency)}".rstrip()
    lines = [f"{decision}: {seen.total} discrepancies over {money}"]
    return lines + [f"{count:>7} {safe(kind)}" for kind, count in sorted(seen.groups.items())]


def _foreseen(session: Session, query: ListQuery, decision: BulkDecision, seen: Page) -> list[str]:
    """What the decision would do beside what was counted: who else must agree, what goes on by it, what is left."""
    if not 0 < seen.total <= BULK_MAX:
        return []
    ids = [each.id for each in session.daemon.send(calls.selection(query, 0, BULK_MAX)).selected]
    parts = [tuple(ids[first : first + SOME_MAX]) for first in range(0, len(ids), SOME_MAX)]
    found = [session.daemon.send(calls.rehearse(part, decision)) for part in parts]
    second = for_second_person(each for part in found for each in part.pending)
    lines = [f"{second} afterwards (four eyes)"] if second else []
    causes = tuple(cause for part in found for cause in part.causes)
    if causes and isinstance(decision, ApproveRequest):
        waiting = session.daemon.send(calls.waiting(causes)).sums
        lines += [words_of(each, several=len(causes) > 1) for each in waiting]
    refused = sum(len(part.refused) for part in found)
    return [*lines, f"{refused} of them would be left as they are"] if refused else lines


def _result_lines(result: BulkResult) -> list[str]:
    second = for_second_person(result.pending)
    lines = [f"{result.decided} decided{f', {second}' if second else ''}"]
    lines += [
        f"{safe(refusal.id)}: left as it is: {safe(refusal.message)}" for refusal in result.refused[:_REFUSED_SHOWN]
    ]
    more = len(result.refused) - _REFUSED_SHOWN
    return [*lines, f"and {more} more"] if more > 0 else lines
