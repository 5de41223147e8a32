"""The audit log searched and verified part by part, so that neither holds the store up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daemon.desk.history import ZoneOf, told
from daemon.protocol import AuditEntry, AuditFound, AuditProof, AuditQuery
from daemon.store import audit
from daemon.store.audit import Entry
from daemon.store.tx import Tx

_PART = 5000
_CHUNK = 500


def search(tx: Tx, query: AuditQuery, zone_of: ZoneOf) -> AuditFound:
    """What a query finds in the next few thousand entries, as they are told in each practice's zone."""
    newest, _ = audit.head(tx)
    before = min(query.before, newest + 1) if query.before else newest + 1
    floor = max(before - _PART, 1)
    found: list[AuditEntry] = []
    while before > floor and len(found) < query.limit:
        chunk = _chunk(tx, query, before, floor)
        for shown in _told(tx, chunk, query, zone_of):
            before = shown.number
            if _holds(shown, query.text.casefold()):
                found.append(shown)
            if len(found) == query.limit:
                break
        else:
            before = before if len(chunk) == _CHUNK else floor
    return AuditFound(entries=tuple(found), before=before if before > 1 else 0, newest=newest)


def verified(tx: Tx, after: int | None, previous: str) -> AuditProof:
    """Whether the whole chain holds, or its next part behind the entry ``after`` with the hash ``previous``."""
    if after is None:
        found = audit.Check(broken=audit.verify(tx), number=audit.head(tx)[0], done=True)
    else:
        begun = audit.Check(number=after, hash=previous) if after else audit.Check()
        found = audit.followed(tx, begun, _PART)
    count, head = audit.head(tx)
    return AuditProof(
        ok=found.broken is None,
        entries=count,
        head=head,
        broken_at=found.broken,
        message="" if found.broken is None else f"entry {found.broken} is missing or was changed",
        checked=found.number,
        resume="" if found.done else found.hash,
    )


def _chunk(tx: Tx, query: AuditQuery, before: int, floor: int) -> list[Entry]:
    return audit.backwards(
        tx,
        before=before,
        floor=floor,
        limit=_CHUNK,
        practice=query.practice.lower(),
        actor=query.actor.lower(),
        action=query.action.lower(),
        subject=query.subject.lower(),
    )


def _told(tx: Tx, chunk: Sequence[Entry], query: AuditQuery, zone_of: ZoneOf) -> Iterator[AuditEntry]:
    """A chunk as the log shows it, in parts no longer than what is wanted: most searches end within one."""
    for first in range(0, len(chunk), query.limit):
        yield from told(tx, chunk[first : first + query.limit], zone_of)


def _holds(entry: AuditEntry, text: str) -> bool:
    said = (entry.actor, entry.action, entry.practice, entry.subject, entry.text)
    return not text or any(text in part.casefold() for part in said)
