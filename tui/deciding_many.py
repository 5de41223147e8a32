"""One decision on many: what it would do, in words for its question, and what became of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from daemon.protocol import (
    ApproveRequest,
    Assign,
    BulkRefusal,
    Comment,
    Rehearsal,
    Reject,
    Selected,
    Snooze,
    SomeDecision,
    Waiting,
    Waive,
)
from daemon.safe import safe
from tui.asking import PAUSED
from tui.drawing import Piece
from tui.plain import LABEL_MAX, amount, words
from tui.times import at
from tui.waiting import for_second_person, words_of

_SHOWN, _NAMED = 8, 3
_VERBS: dict[type[SomeDecision], tuple[str, str]] = {
    ApproveRequest: ("Approve", "approved"),
    Reject: ("Reject", "rejected"),
    Snooze: ("Snooze", "snoozed"),
    Waive: ("Waive", "waived"),
    Comment: ("Comment on", "commented on"),
    Assign: ("Assign", "assigned"),
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """Rehearsals of a decision, one for each part of what it is about."""

    decision: SomeDecision
    parts: Sequence[tuple[tuple[str, ...], Rehearsal]]
    waiting: Sequence[Waiting] = ()
    """What waits for what would be approved."""

    @property
    def causes(self) -> tuple[str, ...]:
        """Those that would be decided and that something waits for."""
        return tuple(cause for _, part in self.parts for cause in part.causes)

    @property
    def refused(self) -> list[BulkRefusal]:
        return [refusal for _, part in self.parts for refusal in part.refused]

    @property
    def count(self) -> int:
        """How many would be decided."""
        return sum(part.decided for _, part in self.parts)

    @property
    def able(self) -> list[tuple[tuple[str, ...], int]]:
        """The ids that would be decided, part by part, with the number of the change that they were seen at."""
        out = {refusal.id for refusal in self.refused}
        parts = [(tuple(id_ for id_ in ids if id_ not in out), part.seq) for ids, part in self.parts]
        return [(ids, seq) for ids, seq in parts if ids]


def verb(decision: SomeDecision) -> str:
    return _VERBS[type(decision)][0]


def done(decision: SomeDecision) -> str:
    return _VERBS[type(decision)][1]


def amounts(sums: Mapping[str, Decimal]) -> str:
    """Sums of money, one for each currency."""
    each = (f"{amount(str(found), currency)} {safe(currency)}".rstrip() for currency, found in sums.items())
    return " + ".join(each) or "0"


def question(outlook: Outlook, paused: int = 0, practices: int = 1, zone: str = "") -> list[Piece]:
    """What would be decided: count, money, terms, kinds, writes, and what would be left as it is.

    Of the ``practices`` that it is about, so many are ``paused``; ``zone`` is the one of all of them, "" UTC.
    """
    shares = [share for _, part in outlook.parts for share in part.shares]
    lines: list[Piece] = [
        (f"{verb(outlook.decision)} {_things(outlook)} over {amounts(_sums((s.currency, s.amount) for s in shares))}?",
         "head"),
        *_terms(outlook.decision, sorted({share.currency for share in shares}), zone),
    ]  # fmt: skip
    if paused and any(part.writes for _, part in outlook.parts):
        some = f"{paused} of {practices} practices are paused: what is theirs is written once they go on."
        lines.append((PAUSED if paused == practices == 1 else some, "warn"))
    kinds: dict[str, int] = {}
    for share in shares:
        kinds[share.kind] = kinds.get(share.kind, 0) + share.count
    for kind, count in sorted(kinds.items(), key=lambda item: -item[1]):
        money = _sums((s.currency, s.amount) for s in shares if s.kind == kind)
        lines.append((f"  {count:>5,} × {safe(kind)}, {amounts(money)}", ""))
    lines += _writes(outlook)
    effect = _sums((s.currency, s.effect) for s in shares)
    if any(effect.values()) and isinstance(outlook.decision, ApproveRequest):
        lines.append((f"What clients owe differs by {amounts(effect)} because of these (Provet minus Xero).", ""))
    if second := for_second_person(each for _, part in outlook.parts for each in part.pending):
        lines.append((f"{second} afterwards (four eyes).", "warn"))
    lines += [(f"{words_of(each, several=len(outlook.causes) > 1)}.", "good") for each in outlook.waiting]
    return [*lines, *refusals(outlook.refused, {}, "would be")]


def named(outlook: Outlook, chosen: Mapping[str, Selected]) -> list[Piece]:
    """A few by name, as a person must see who meant others; of many none."""
    ids = [id_ for able, _ in outlook.able for id_ in able if id_ in chosen]
    return [(f"  {safe(chosen[id_].label, LABEL_MAX)}", "") for id_ in ids] if len(ids) <= _NAMED else []


def _terms(decision: SomeDecision, currencies: Sequence[str], zone: str) -> list[Piece]:
    """Until when, up to what and why; empty for a decision that has no such terms."""
    if isinstance(decision, Snooze):
        return [(f"Until {at(decision.until, zone)}, or until the facts change.", "")]
    if not isinstance(decision, Waive):
        return []
    ceiling = "what it is now"
    if decision.ceiling is not None:
        ceiling = amounts(dict.fromkeys(currencies, decision.ceiling))
    last = f"up to and with {decision.until} (UTC)" if decision.until else "until somebody ends it"
    return [(f"Each up to {ceiling}, {last}.", ""), (f"Reason: {safe(decision.reason)}", "")]


def refusals(refused: Sequence[BulkRefusal], labels: Mapping[str, Selected], tense: str) -> list[Piece]:
    """What is left as it is, by reason; the first of each by name."""
    if not refused:
        return []
    reasons: dict[str, list[str]] = {}
    for refusal in refused:
        reasons.setdefault(refusal.message.replace(refusal.id, "it"), []).append(refusal.id)
    are = "is" if tense == "are" else tense
    said = f"1 {are} left as it is:" if len(refused) == 1 else f"{len(refused):,} {tense} left as they are:"
    lines: list[Piece] = [(said, "warn")]
    for reason, ids in sorted(reasons.items(), key=lambda item: -len(item[1]))[:_SHOWN]:
        lines.append((f"  {len(ids):>5,} × {safe(reason)}", "warn"))
        lines += [(f"          {safe(labels[id_].label)}", "dim") for id_ in ids[:3] if id_ in labels]
    return lines


def _things(outlook: Outlook) -> str:
    one, many = ("correction", "corrections") if isinstance(outlook.decision, ApproveRequest) else (
        "discrepancy", "discrepancies")  # fmt: skip
    return f"{outlook.count:,} {one if outlook.count == 1 else many}"


def _writes(outlook: Outlook) -> list[Piece]:
    if not isinstance(outlook.decision, ApproveRequest):
        return [("Nothing is written to either system.", "dim")]
    counts: Counter[tuple[str, str]] = Counter()
    for _, part in outlook.parts:
        counts.update({(write.system, write.action): write.count for write in part.writes})
    by_hand = sum(part.by_hand for _, part in outlook.parts)
    lines: list[Piece] = [("Written then, the recommended option of each:", "")]
    lines += [
        (f"  {count:>5,} × {words(action.replace('-', '_'))} in {words(system).capitalize()}", "")
        for (system, action), count in counts.most_common(_SHOWN)
    ]
    left: list[Piece] = [(f"  {by_hand:>5,} × nothing: left to people, to be done by hand", "warn")] if by_hand else []
    return [*lines, *left] if counts else [("Nothing is written to either system.", "dim"), *left]


def _sums(pairs: Iterable[tuple[str, str]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, part in pairs:
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(part)
    return sums
