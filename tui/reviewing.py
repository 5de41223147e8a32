"""A discrepancy under review, in pieces: what it is about, its options with their effects, its history, its links."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from daemon.core.kinds import KINDS
from daemon.protocol import Detail, DiscrepancyView, EffectView, HistoryEntry, OptionView, SubjectView
from daemon.safe import safe
from tui.composing import can_mix
from tui.drawing import Piece
from tui.plain import LABEL_MAX, age, amount, words
from tui.waiting import words_of

MIXED = "field:"
_POLICIES = {
    "automatic": "the daemon corrects it by itself",
    "person": "a person decides",
    "hold": "on hold",
    "hand_work": "work by hand",
}


def kind_words(kind: str) -> str:
    """A kind with its title, if it is in the catalogue: "Invoice is not in Xero (invoice.missing)"."""
    known = KINDS.get(kind)
    return f"{known.title} ({safe(kind)})" if known else safe(kind)


def title(view: DiscrepancyView, now: dt.datetime, *, roomy: bool = False) -> list[Piece]:
    """What it is about, how much money, and since when; where there is room for it, also the title of its kind."""
    policy = "closed" if view.status == "closed" else _POLICIES.get(view.policy, words(view.policy))
    stood, were = ("it was: ", " were") if view.status == "closed" else ("", "")
    kind = kind_words(view.kind) if roomy else safe(view.kind)
    pieces: list[Piece] = [
        (safe(view.subject.label, LABEL_MAX), "head"),
        (f" · {safe(view.client_name, LABEL_MAX)}\n" if isinstance(view, Detail) and view.client_name else "\n", ""),
        (f"{stood}{safe(view.summary)}\n", ""),
        (f"{amount(view.amount, view.currency)} {safe(view.currency)}", "head"),
        (f"{were} at stake, effect {amount(view.effect, view.currency)} · {kind} · {policy}", ""),
        (f" · seen {age(view.first_seen, now)} ago\n", "dim"),
    ]
    if view.cause:
        cause = view.cause_summary if isinstance(view, Detail) and view.cause_summary else view.cause
        pieces.append((f"waits until this is mended (C goes there): {safe(cause)}\n", "warn"))
    if isinstance(view, Detail) and view.waiting:
        pieces.append((f"{words_of(view.waiting)}\n", "warn"))
    return pieces + _decided(view, now)


def _decided(view: DiscrepancyView, now: dt.datetime) -> list[Piece]:
    """Who looks after it, and what was decided on it."""
    zone = zone_of(view)
    pieces: list[Piece] = [(f"assigned to {safe(view.assignee)}\n", "dim")] if view.assignee else []
    if view.status in {"snoozed", "waived", "rejected"}:
        pieces.append((f"{view.status}: another decision takes the place of this one\n", "dim"))
    if view.snoozed_until:
        pieces.append((f"snoozed until {local(view.snoozed_until, zone)}\n", "dim"))
    if view.waiver:
        money = f"{amount(view.waiver.ceiling, view.currency)} {safe(view.currency)}" if view.waiver.ceiling else ""
        ceiling = f" up to {money}" if money else ""
        until = f" until {view.waiver.until.isoformat()}" if view.waiver.until else ""
        ago = age(view.waiver.at, now)
        by, reason = safe(view.waiver.by), safe(view.waiver.reason)
        pieces.append((f"waived by {by} {ago} ago{ceiling}{until}: {reason}\n", "dim"))
    return pieces


def write_words(system: str, summary: str) -> str:
    """A write in words that name its system once: "Void in Xero: Invoice INV-1"."""
    name = safe(system).title()
    return safe(summary) if f"in {name}" in summary else f"{name} {safe(summary)}"


def option(view: OptionView, found: DiscrepancyView, *, chosen: bool, others: int = 0) -> list[Piece]:
    """One option as a card: what follows from it, exactly what is written, and what that does to the balance.

    The chosen one says how to choose one of the ``others``, and how to mix them.
    """
    mark = "(•)" if chosen else "( )"
    pieces: list[Piece] = [(f"{mark} {safe(view.title)}", "head"), ("  recommended" * view.recommended, "good")]
    ways = [f"  j/k: {others} more"] * bool(others) + ["  f: field by field"] * can_mix(found) if chosen else []
    pieces.append((f"{''.join(ways)}\n", "dim"))
    pieces += [(f"  {safe(text)}\n", "") for text in view.consequences]
    for write in view.writes:
        pieces += [("  → ", "warn"), (f"{write_words(write.system, write.summary)}\n", "")]
    if not view.writes:
        pieces.append(("  writes nothing to either system\n", "dim"))
    elif view.effect:
        pieces.append((f"  {effect(view.effect, found)}\n", "dim"))
    last, role = pieces[-1]
    return [*pieces[:-1], (last.rstrip("\n"), role)]


def effect(view: EffectView, found: DiscrepancyView) -> str:
    """What an option does to what the client owes on each side, and to which period."""
    changes = (("Provet", view.provet), ("Xero", view.xero))
    moved = [f"{_more(change, found.currency)} in {name}" for name, change in changes if Decimal(change)]
    owes = f"the client owes {' and '.join(moved)}" if moved else "what the client owes stays as it is"
    return f"{owes}{_period(view, found)}"


def _period(view: EffectView, found: DiscrepancyView) -> str:
    if view.first is None or view.last is None:
        return ""
    days = view.first.isoformat() if view.first == view.last else f"{view.first} to {view.last}"
    closed = found.closed_through if isinstance(found, Detail) else None
    if closed is None:
        return f" · dated {days}"
    if view.first <= closed:
        return f" · dated {days}, INSIDE the books closed through {closed}"
    return f" · dated {days}, open (closed through {closed})"


def _more(text: str, currency: str) -> str:
    return f"{amount(text.lstrip('-'), currency)} {'less' if Decimal(text) < 0 else 'more'}"


def history(entries: tuple[HistoryEntry, ...], view: DiscrepancyView, now: dt.datetime) -> list[Piece]:
    """Who did what, when: in the practice's zone and how long ago, newest first."""
    if not entries:
        return []
    zone = zone_of(view)
    lines: list[Piece] = [("History, newest first\n", "head")]
    for entry in reversed(entries):
        lines.append((f"{local(entry.at, zone)} ({age(entry.at, now)} ago) ", "dim"))
        lines.append((f"{safe(entry.actor)}: {safe(entry.text)}\n", ""))
    return lines


def links(subject: SubjectView) -> list[tuple[str, str]]:
    """Both records by name with the address where they are seen in their own systems."""
    records = (("Provet", subject.provet), ("Xero", subject.xero))
    own = [(f"{name} {safe(record.kind)} {safe(record.id)}", record.url) for name, record in records if record]
    others = [
        (f"{safe(each.system).title()} {safe(each.label)} {safe(each.record.id)}", each.record.url)
        for each in subject.candidates
    ]
    return [(name, safe(url)) for name, url in (*own, *others) if url]


def copies(view: DiscrepancyView) -> list[tuple[str, str]]:
    """What is worth copying by name: plain ids, and amounts as a bank's search takes them."""
    records = (("id in Provet", view.subject.provet), ("id in Xero", view.subject.xero))
    return [
        ("id", safe(view.id)),
        ("amount", safe(view.amount)),
        *([("effect", safe(view.effect))] if view.effect.lstrip("-") != view.amount else []),
        ("subject", safe(view.subject.label)),
        *((name, safe(record.id)) for name, record in records if record),
    ]


def links_line(view: DiscrepancyView) -> list[Piece]:
    """That there are links, and the record's ids."""
    return [(f"{name}\n", "dim") for name, _ in links(view.subject)] + (
        [("o opens or copies the links\n", "dim")] * bool(links(view.subject))
    )


def zone_of(view: DiscrepancyView) -> dt.tzinfo:
    """The practice's time zone, UTC where it is not known."""
    try:
        return ZoneInfo(view.timezone) if isinstance(view, Detail) else dt.UTC
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def local(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """A time in a zone, with the zone's name."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
