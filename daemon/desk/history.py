"""Audit entries in words."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from daemon.core.choices import option_words
from daemon.protocol import Activity, AuditEntry, HistoryEntry
from daemon.store.audit import Entry

_SENTENCES = {
    "approved": "approved {option}",
    "proposed": "approved {option}; a second person must too",
    "rejected": "rejected: {reason}",
    "snoozed": "snoozed until {until}",
    "waived": "waived up to {ceiling}: {reason}",
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
_REQUEST = "request"
"""An action whose subject is a request, not a discrepancy."""
_SORTS = {
    _REQUEST: "call",
    "applied": "correction",
    "failed": "correction",
    "in_doubt": "correction",
    "stale": "correction",
}
_PROGRAM = frozenset({"daemon", "policy"})


def sentence(entry: Entry) -> str:
    """One audit entry as a plain sentence."""
    details = {name: _words(value) for name, value in entry.detail.items()}
    if "option" in details:
        details["option"] = option_words(details["option"])
    return _SENTENCES.get(entry.action, entry.action).format_map(_Known(details))


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} {str(name).replace('_', ' ')}" for name, count in value.items())
    return str(value)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def history_entry(entry: Entry, titles: Mapping[str, str]) -> HistoryEntry:
    """An audit entry as part of a discrepancy's history; ``titles`` are those of its options by their ids."""
    option = str(entry.detail.get("option", ""))
    named = {**entry.detail, "option": f"“{titles[option]}”"} if option in titles else entry.detail
    text = sentence(msgspec.structs.replace(entry, detail=named))
    return HistoryEntry(at=entry.at, actor=entry.actor, action=entry.action, text=text)


def audit_entry(entry: Entry) -> AuditEntry:
    """An audit entry as the log shows it."""
    return AuditEntry(
        number=entry.number,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        practice=entry.practice,
        subject=entry.subject,
        text=sentence(entry),
        hash=entry.hash,
    )


def activity(entry: Entry) -> Activity:
    """An audit entry as something that happens right now."""
    sort = _SORTS.get(entry.action) or ("" if entry.actor in _PROGRAM else "decision")
    text = sentence(entry) if entry.actor in _PROGRAM else f"{entry.actor} {sentence(entry)}"
    subject = entry.subject if entry.action != _REQUEST and entry.subject != entry.practice else ""
    return Activity(at=entry.at, practice=entry.practice, text=text, sort=sort, subject=subject)
