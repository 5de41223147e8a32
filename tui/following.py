"""What becomes of a decision, in pieces: each write of a correction, what is in doubt and what to do, what moved."""

from __future__ import annotations

import datetime as dt

from daemon.core.choices import BY_HAND, option_words
from daemon.protocol import CorrectionView, Detail, DiscrepancyView, OptionView, StepState, StepView
from daemon.safe import safe
from tui.drawing import Piece
from tui.marks import WRITES
from tui.plain import age, counted, words
from tui.reviewing import write_words

UNFINISHED = frozenset({"proposed", "approved", "applying", "in_doubt"})
MOVING = UNFINISHED - {"proposed"}

_ROLES = {"failed": "bad", "in_doubt": "bad", "stale": "warn", "applied": "good"}
_BAR = 10


def progress(view: DiscrepancyView) -> list[Piece]:
    """In one line, how far the chosen correction is; empty if there is none."""
    found = view.correction
    if view.status == "closed" and (found is None or found.option != "undo"):
        return [gone(view)]
    if found is None:
        return [(f"{words(view.status)}", "dim")] if view.status != "open" else []
    if left_to_people(found):
        by = safe(found.approved_by)
        return [
            (f"{chosen_title(view)} waits for people to do it, as {by} decided; it closes once it is seen done", "warn")
        ]
    error = f": {safe(found.error)}" if found.error else ""
    text = f"{words(found.status)} {chosen_title(view)} by {safe(found.approved_by)} {_bar(found)}{error}"
    return [(text, _ROLES.get(found.status, "warn"))]


def gone(view: DiscrepancyView) -> Piece:
    """That a discrepancy is closed, and what stands beside it still: only without that both systems agree."""
    left = view.still_open if isinstance(view, Detail) else ()
    if not left:
        return ("✓ gone: both systems agree", "good")
    named = "; ".join(f"{safe(each.summary)} ({safe(each.kind)} {safe(each.id)})" for each in left)
    return (f"✓ gone, but still open beside it: {named}", "warn")


def left_to_people(found: CorrectionView) -> bool:
    """Whether a decision waits for what people do in the systems: nothing of it is written."""
    return found.option == BY_HAND and found.status in {"approved", "applying", "applied"}


def chosen_title(view: DiscrepancyView) -> str:
    """What was chosen, by the title that its card had then, where that is known."""
    found = view.correction
    if found is None:
        return ""
    card = view.option(found.option) if found.option else None
    title = found.title or (card.title if card else "")
    return f"“{safe(title)}”" if title else option_title(found.option)


def option_title(option_id: str) -> str:
    """An option in words where its title is not at hand."""
    return "field by field" if option_id.startswith("field:") else words(option_words(option_id)).replace("-", " ")


def _bar(found: CorrectionView) -> str:
    if not found.steps:
        return ""
    full = _BAR * found.steps_done // found.steps
    return f"[{'#' * full}{'.' * (_BAR - full)}] {found.steps_done}/{counted(found.steps, 'write')}"


def steps(view: DiscrepancyView, now: dt.datetime) -> list[Piece]:
    """Each write of the last correction and what became of it, in the system's own words where it refused."""
    found = view.correction
    if found is None or (view.status == "closed" and found.status != "applied"):
        return []
    pieces: list[Piece] = []
    if found.status == "proposed" and view.status == "open":
        since = f" {age(found.at, now)} ago" if found.at else ""
        pieces.append((f"{safe(found.approved_by)} approved {chosen_title(view)}{since}; ", "warn"))
        pieces.append(("a second person must approve the same\n", "warn"))
    if found.progress:
        pieces.append(("Writes\n", "head"))
    for step in found.progress:
        pieces += _step(step, now)
    return pieces + (_stale(found) if found.status == "stale" else [])


def _step(step: StepView, now: dt.datetime) -> list[Piece]:
    sign, role, _ = WRITES[step.state]
    sent = f" ({age(step.at, now)} ago)" if step.at and step.state is not StepState.WAITING else ""
    pieces: list[Piece] = [(f"{sign} {words(step.state)}{sent}", role)]
    pieces.append((f"  {write_words(step.system, step.summary)}\n", ""))
    if step.detail and step.state is not StepState.DONE:
        says = f"{safe(step.system).title()} said" if step.state is StepState.REFUSED else "because"
        pieces.append((f"    {says}: {safe(step.detail)}\n", role))
    if step.state is StepState.DONE and step.attempts > 1:
        pieces.append((f"    on attempt {step.attempts}, after it was looked for\n", "dim"))
    return pieces


def _stale(found: CorrectionView) -> list[Piece]:
    done = (
        f"{found.steps_done} of {counted(found.steps, 'write')} were made"
        if found.steps_done
        else "Nothing was written"
    )
    return [
        (f"{done}. The options below were worked out anew from what stands now\n", "warn"),
        *([(f"  {part.strip()}\n", "") for part in (found.error or "").split(":", 1)[-1].split(";")]),
    ]


def doubt(view: DiscrepancyView) -> list[Piece]:
    """What is looked for while a write is in doubt, and what a person can do; empty if none is."""
    found = view.correction
    step = next((s for s in found.progress if s.state is StepState.IN_DOUBT), None) if found else None
    if step is None:
        return []
    if step.stuck:
        return [
            ("In doubt: looking does not tell whether this write took effect. It is not sent on a guess\n", "bad"),
            ("  The write says what was looked for and what you can do; once that is found it counts as done\n", ""),
        ]
    system = safe(step.system).title()
    wait = f"{view.settle_s} s" if isinstance(view, Detail) and view.settle_s else "a while"
    mark = f"its mark “{safe(step.mark)}”" if step.mark else "its document, date and amount"
    looked = f"It was looked for {step.looks} time{'s' if step.looks > 1 else ''} in vain\n" if step.looks else ""
    return [
        ("In doubt: nobody knows yet whether this write took effect\n", "bad"),
        (f"  The daemon waits {wait}, until it can no longer land, then looks in {system} for {mark}\n", ""),
        ("  Found: it counts as done. Not found: it is sent again. It is never sent twice on a guess\n", ""),
        *([(f"  {looked}", "")] if looked else []),
        (f"  You need do nothing. Do not enter it by hand in {system} while it is in doubt\n", "warn"),
    ]


def by_hand(view: DiscrepancyView) -> list[Piece]:
    """That this is work for people, and where it is done; empty for what the daemon can do."""
    if view.policy != "hand_work" or view.status == "closed":
        return []
    places = [name for name, record in (("Provet", view.subject.provet), ("Xero", view.subject.xero)) if record]
    where = " and ".join(places) or "the systems"
    return [
        (f"Work by hand in {where}: the daemon may not write this. ", "warn"),
        ("The card says what to do, o has the links; it closes by itself once it is seen done\n", ""),
    ]


def moved(before: DiscrepancyView, option: OptionView, after: DiscrepancyView, now: OptionView | None) -> list[Piece]:
    """What moved between what a person decided on and what stands ``now``, None if it cannot be done any more."""
    lines: list[Piece] = [("What you saw has moved meanwhile: nothing was written.", "head")]
    values = option.relies_on if now and option.relies_on and now.relies_on else {}
    if now and values:
        names = sorted(values.keys() | now.relies_on.keys())
        pairs = [(name, values.get(name), now.relies_on.get(name)) for name in names]
    else:
        pairs = _field_pairs(before, after)
    for name, old, new in pairs:
        if old != new:
            lines.append((f"≠ {words(name)}: was {_shown(old)}, is {_shown(new)}", "warn"))
    if now is None:
        lines.append((f"“{safe(option.title)}” is no longer possible.", "bad"))
    elif option.writes != now.writes:
        lines += [(f"  now it would write: {safe(write.summary)}", "") for write in now.writes]
    return lines


def _field_pairs(before: DiscrepancyView, after: DiscrepancyView) -> list[tuple[str, str | None, str | None]]:
    fresh = {field.name: field for field in after.fields}
    pairs = []
    for field in before.fields:
        now = fresh.get(field.name)
        pairs.append((f"Provet {field.name}", field.provet, now.provet if now else None))
        pairs.append((f"Xero {field.name}", field.xero, now.xero if now else None))
    return pairs


def _shown(value: str | None) -> str:
    return safe(value, 80) if value else "nothing"
