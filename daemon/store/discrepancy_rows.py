"""How a discrepancy stands in its tables: the columns that lists filter, sort and sum, and the finding as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from daemon.core.amounts import cents
from daemon.core.discrepancy import Discrepancy, Finding, Policy, Status, Waiver
from daemon.core.family import fold
from daemon.store import waits
from daemon.store.codec import execute_in, listed, maybe_moment, maybe_stamp, moment, stamp, to_json
from daemon.store.tx import Tx

_STATE = (
    *("practice", "id", "status", "first_seen", "last_seen", "seq"),
    *("assignee", "snoozed_until", "waiver", "rejected_facts", "by_hand"),
)
_FACTS = (
    "family",
    "kind",
    "policy",
    "cause",
    "amount_cents",
    "effect_cents",
    "wake_at",
    "search",
    "label",
    "client",
    "client_name",
    "due_at",
)
AT_ONCE = "0"
"""In ``due_at``: a time before every other."""
_LABEL_MAX = 80
_COLUMNS = (*_STATE, *_FACTS)
_UPSERT = (
    f"INSERT INTO discrepancy ({', '.join(_COLUMNS)}) VALUES {listed(_COLUMNS)}"  # noqa: S608
    f" ON CONFLICT (practice, id) DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in _COLUMNS[2:])}"
)
_findings = msgspec.json.Decoder(Finding)


def write(tx: Tx, discrepancy: Discrepancy) -> None:
    """Store a discrepancy as it is, its ``seq`` included."""
    finding = discrepancy.finding
    tx.execute(_UPSERT, (*_state(discrepancy), *_facts(discrepancy)))
    tx.execute(
        "INSERT INTO finding (practice, id, body) VALUES (?, ?, ?)"
        " ON CONFLICT (practice, id) DO UPDATE SET body = excluded.body",
        (finding.practice, finding.id, to_json(finding)),
    )
    waits.note(tx, discrepancy)


def select(tx: Tx, clause: str, params: Sequence[object]) -> list[Discrepancy]:
    """The discrepancies that a clause (WHERE, ORDER BY, LIMIT) picks, in its order."""
    states = tx.execute(f"SELECT {', '.join(_STATE)} FROM discrepancy {clause}", params)  # noqa: S608
    return [_discrepancy(row, body) for row, body in zip(states, _bodies(tx, states), strict=True)]


def select_ids(tx: Tx, practice: str, ids: Sequence[str]) -> list[Discrepancy]:
    sql = f"SELECT {', '.join(_STATE)} FROM discrepancy WHERE practice = ? AND id IN (...)"  # noqa: S608
    states = execute_in(tx, sql, (practice,), ids)
    return [_discrepancy(row, body) for row, body in zip(states, _bodies(tx, states), strict=True)]


def select_keys(tx: Tx, keys: Sequence[tuple[str, str]]) -> list[Discrepancy]:
    """The discrepancies of these (practice, id), in this order."""
    practices = dict.fromkeys(practice for practice, _ in keys)
    found = {
        (practice, row.id): row
        for practice in practices
        for row in select_ids(tx, practice, [id_ for owner, id_ in keys if owner == practice])
    }
    return [found[practice, id_] for practice, id_ in keys]


def _bodies(tx: Tx, states: list[tuple[Any, ...]]) -> list[str]:
    bodies: dict[tuple[str, str], str] = {}
    for practice in dict.fromkeys(row[0] for row in states):
        ids = [row[1] for row in states if row[0] == practice]
        for id_, body in execute_in(
            tx, "SELECT id, body FROM finding WHERE practice = ? AND id IN (...)", (practice,), ids
        ):
            bodies[practice, id_] = body
    return [bodies[row[0], row[1]] for row in states]


def _state(discrepancy: Discrepancy) -> tuple[object, ...]:
    return (
        discrepancy.finding.practice,
        discrepancy.id,
        discrepancy.status,
        stamp(discrepancy.first_seen),
        stamp(discrepancy.last_seen),
        discrepancy.seq,
        discrepancy.assignee,
        maybe_stamp(discrepancy.snoozed_until),
        to_json(discrepancy.waiver) if discrepancy.waiver else "",
        discrepancy.rejected_facts,
        int(discrepancy.by_hand),
    )


def _facts(discrepancy: Discrepancy) -> tuple[object, ...]:
    finding = discrepancy.finding
    subject = finding.subject
    refs = [ref.id for ref in (subject.provet, subject.xero) if ref]
    return (
        finding.family,
        finding.kind,
        finding.policy,
        finding.cause or "",
        cents(finding.amount),
        cents(finding.effect),
        maybe_stamp(_wake_at(discrepancy)),
        "\n".join(fold(part) for part in (subject.label, finding.summary, finding.id, finding.client_name, *refs)),
        fold(subject.label)[:_LABEL_MAX],
        finding.client,
        finding.client_name,
        AT_ONCE if discrepancy.status is Status.OPEN and finding.policy is Policy.AUTOMATIC else "",
    )


def _wake_at(discrepancy: Discrepancy) -> dt.datetime | None:
    """When time alone ends a snooze or a waiver."""
    if discrepancy.status is Status.SNOOZED:
        return discrepancy.snoozed_until
    waiver = discrepancy.waiver
    if discrepancy.status is not Status.WAIVED or waiver is None or waiver.until is None:
        return None
    return dt.datetime.combine(waiver.until + dt.timedelta(days=1), dt.time(), dt.UTC)


def _discrepancy(row: tuple[Any, ...], body: str) -> Discrepancy:
    _, _, status, first_seen, last_seen, seq, assignee, snoozed_until, waiver, rejected_facts, by_hand = row
    return Discrepancy(
        finding=_findings.decode(body),
        status=Status(status),
        first_seen=moment(first_seen),
        last_seen=moment(last_seen),
        seq=seq,
        assignee=assignee,
        snoozed_until=maybe_moment(snoozed_until),
        waiver=msgspec.json.decode(waiver, type=Waiver) if waiver else None,
        rejected_facts=rejected_facts,
        by_hand=bool(by_hand),
    )
