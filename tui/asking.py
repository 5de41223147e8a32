"""Before a decision: what a yes would do, who else must agree, and why a key cannot decide now. Pure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.protocol import Detail, DiscrepancyView, OptionView
from daemon.safe import safe
from tui.drawing import Piece
from tui.following import UNFINISHED, chosen_title, left_to_people
from tui.plain import LABEL_MAX, age, amount, counted
from tui.reviewing import effect, local, write_words, zone_of
from tui.waiting import still_waiting, words_of

PAUSED = "The practice is paused: it is written once it goes on."
_UNDO = "undo"
_STANDING = frozenset({"reject", "snooze", "waive"})


def question(
    view: DiscrepancyView, chosen: OptionView, me: str, now: dt.datetime, *, paused: bool = False
) -> list[Piece]:
    """What a yes would do: count and money first, then who else must agree, then each write and the balance.

    ``paused`` says that the practice is: nothing is written before it goes on.
    """
    count = len(chosen.writes)
    pieces: list[Piece] = [
        (f"{safe(chosen.title)}?", "head"),
        (
            f"1 correction · {amount(view.amount, view.currency)} {safe(view.currency)} · {counted(count, 'write')}",
            "warn",
        ),
        (safe(view.subject.label, LABEL_MAX), ""),
        *_agreement(view, chosen, me, now),
    ]
    pieces += [(PAUSED, "warn")] if paused and count else []
    pieces += [(f"→ {write_words(write.system, write.summary)}", "") for write in chosen.writes]
    pieces += [(effect(chosen.effect, view), "dim")] if chosen.effect and chosen.writes else []
    return [*pieces, *_waiting(view, chosen)]


def _waiting(view: DiscrepancyView, chosen: OptionView) -> list[Piece]:
    """What goes on by an approval; empty for an undo, and where nothing waits."""
    if not isinstance(view, Detail) or not view.waiting or chosen.id == _UNDO:
        return []
    return [(f"{words_of(view.waiting)}.", "good")]


def waiver_terms(view: DiscrepancyView) -> list[Piece]:
    """Who must agree to a waiver, whose ceiling is not known yet; empty where one person may always decide."""
    if not isinstance(view, Detail) or not Decimal(view.four_eyes_over):
        return []
    limit = f"{amount(view.four_eyes_over, view.currency)} {safe(view.currency)}"
    return [(f"Above {limit}, counting the ceiling, two people must agree on the same terms.", "warn")]


def _agreement(view: DiscrepancyView, chosen: OptionView, me: str, now: dt.datetime) -> list[Piece]:
    if not chosen.second_over:
        return []
    limit = f"{amount(chosen.second_over, view.currency)} {safe(view.currency)}"
    found = view.correction
    first = found if found and found.status == "proposed" and found.option == chosen.id else None
    if first is None or first.approved_by == me:
        return [(f"Above {limit} two people must agree: your yes waits for a second person.", "warn")]
    when = f" on {local(first.at, zone_of(view))}, {age(first.at, now)} ago" if first.at else ""
    return [
        (f"{safe(first.approved_by)} approved it first{when}: you are the second, your yes carries it out.", "warn")
    ]


def refusal(action: str, view: DiscrepancyView, chosen: OptionView | None, me: str) -> str:
    """Why a decision makes no sense now, "" if it does; roles and the connection are not looked at here."""
    found = view.correction
    if action == "undo":
        if found is None:
            return "nothing was applied for it: there is nothing to undo"
        if found.status in {"proposed", "approved"} and not left_to_people(found):
            return f"{chosen_title(view)} is not written yet: r (reject) takes the approval back"
        return view.undo_refusal if isinstance(view, Detail) else ""
    if view.status == "closed" and action in {"approve", "compose", *_STANDING}:
        return "it is gone already"
    if found and found.status in UNFINISHED - {"proposed"} and action in {"approve", "compose", "waive"}:
        if left_to_people(found):
            return f"{chosen_title(view)} waits for people to do it already, decided by {found.approved_by}"
        return f"{chosen_title(view)} is on its way already, decided by {found.approved_by}: wait for it to end"
    if found and found.status in {"applying", "in_doubt"} and action in _STANDING:
        return f"{chosen_title(view)} is being carried out: wait for it to end"
    return _no_approval(view, chosen, me) if action == "approve" else ""


def _no_approval(view: DiscrepancyView, chosen: OptionView | None, me: str) -> str:
    if isinstance(view, Detail) and view.refusal and not (chosen is None and view.cause):
        return view.refusal
    if chosen is None:
        if view.cause:
            return "nothing to approve here: mend its cause first, C goes there"
        return "there is no correction to approve: it is mended by hand in the systems"
    found = view.correction
    mine = found is not None and found.status == "proposed" and found.approved_by == me and found.option == chosen.id
    if mine and chosen.second_over:
        return "you approved it already: another person must approve it too"
    return ""


def about(view: DiscrepancyView, text: str) -> list[Piece]:
    """The head of a form: the question, what it is about, and the money."""
    money = f"{amount(view.amount, view.currency)} {safe(view.currency)}"
    label = safe(view.subject.label, LABEL_MAX)
    lines: list[Piece] = [(text, "head"), (f"1 discrepancy · {money}", "warn"), (label, "")]
    waiting = view.waiting if isinstance(view, Detail) else None
    return [*lines, (f"{still_waiting(waiting)}.", "warn")] if waiting else lines
