"""Audit entries in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from daemon.core.choices import BY_HAND, option_words
from daemon.protocol import Activity, AuditEntry, HistoryEntry
from daemon.store.audit import Entry
from daemon.store.discrepancy_rows import select_ids
from daemon.store.tx import Tx

_SENTENCES = {
    "approved": "approved {option}",
    "proposed": "approved {option}; a second person must too",
    "rejected": "rejected: {reason}",
    "snoozed": "snoozed{until}",
    "waived": "waived up to {ceiling}{until}: {reason}",
    "commented": "{text}",
    "assigned": "assigned to {user}",
    "undone": "decided to undo {option}",
    "applied": "applied {option}, approved by {by}",
    "failed": "{option} failed: {error}",
    "in_doubt": "{option} is in doubt: {error}",
    "stale": "{option} is stale: {error}",
    "released": "released the first comparison",
    "paused": "paused writes: {reason}",
    "resumed": "resumed writes",
    "guard": "automatic writes stopped: {reason}",
    "request": "{method} {path} to {system}: {answer}",
}
_BY_HAND = {
    "approved": "left to people: {option}",
    "proposed": "left to people: {option}; a second person must too",
    "applied": "read both systems again for {option}: it waits until that is seen done there",
    "stale": "looked again for {option}: {error}",
}
"""What is said of work by hand instead: nothing of it is written, so that nothing of it is applied."""
_REQUEST = "request"
"""An action whose subject is a request, not a discrepancy."""
_SORTS = {
    _REQUEST: "call",
    "applied": "correction",
    "failed": "correction",
    "in_doubt": "correction",
    "stale": "correction",
}
ZoneOf = Callable[[str], dt.tzinfo]
"""The zone of the practice with that id."""

_PROGRAM = frozenset({"daemon", "policy"})


def sentence(entry: Entry, zone: dt.tzinfo, title: str = "") -> str:
    """One audit entry as a plain sentence, times in its practice's ``zone``; ``title`` is its option's of now, for
    entries that do not say how it was read then."""
    details = {name: _words(value) for name, value in entry.detail.items()}
    details["until"] = _until(details.get("until", ""), zone)
    said = _SENTENCES.get(entry.action, entry.action)
    if "option" in details:
        said = _BY_HAND.get(entry.action, said) if details["option"] == BY_HAND else said
        read = f"“{details['title']}”" if details.get("title") else title
        details["option"] = read or option_words(details["option"])
    return said.format_map(_Known(details))


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} {str(name).replace('_', ' ')}" for name, count in value.items())
    return str(value)


def _until(text: str, zone: dt.tzinfo) -> str:
    """The end of a decision: a time, told in the zone, or a day; "" where it has none."""
    if "T" in text:
        text = f"{dt.datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M %Z}"
    return f" until {text}" if text else ""


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def history_entry(entry: Entry, titles: Mapping[str, str], zone: dt.tzinfo) -> HistoryEntry:
    """An audit entry as part of a discrepancy's history; ``titles`` are those of its options by their ids."""
    option = str(entry.detail.get("option", ""))
    text = sentence(entry, zone, f"“{titles[option]}”" if option in titles else "")
    return HistoryEntry(at=entry.at, actor=entry.actor, action=entry.action, text=text)


def titles_of(tx: Tx, entries: Sequence[Entry]) -> Mapping[int, str]:
    """By the number of each entry: the title of the option that it names, where its discrepancy still has that."""
    named = [entry for entry in entries if "option" in entry.detail]
    known = {
        (practice, row.id, option.id): f"“{option.title}”"
        for practice in dict.fromkeys(entry.practice for entry in named)
        for row in select_ids(tx, practice, [each.subject for each in named if each.practice == practice])
        for option in row.finding.options
    }
    keys = {entry.number: (entry.practice, entry.subject, str(entry.detail["option"])) for entry in named}
    return {number: known[key] for number, key in keys.items() if key in known}


def audit_entry(entry: Entry, zone: dt.tzinfo, title: str = "") -> AuditEntry:
    """An audit entry as the log shows it."""
    return AuditEntry(
        number=entry.number,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        practice=entry.practice,
        subject=entry.subject,
        text=sentence(entry, zone, title),
        hash=entry.hash,
    )


def told(tx: Tx, entries: Sequence[Entry], zone_of: ZoneOf) -> tuple[AuditEntry, ...]:
    """Entries as the log shows them, options by their titles and times in their practice's zone."""
    titles = titles_of(tx, entries)
    return tuple(audit_entry(entry, zone_of(entry.practice), titles.get(entry.number, "")) for entry in entries)


def activity(entry: Entry, zone: dt.tzinfo, title: str = "") -> Activity:
    """An audit entry as something that happens right now."""
    sort = _SORTS.get(entry.action) or ("" if entry.actor in _PROGRAM else "decision")
    said = sentence(entry, zone, title)
    text = said if entry.actor in _PROGRAM else f"{entry.actor} {said}"
    subject = entry.subject if entry.action != _REQUEST and entry.subject != entry.practice else ""
    return Activity(at=entry.at, practice=entry.practice, text=text, sort=sort, subject=subject)
