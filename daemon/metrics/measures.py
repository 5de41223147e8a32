"""The measures of the process and of each practice, as metrics. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from daemon.metrics.exposition import Metric, Sample
from daemon.protocol import PracticeState, PracticeStatus
from daemon.store.discrepancies import OpenCount
from daemon.transport.budget import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One practice at one moment. ``proofs`` is when each class of record was last proven equal ("xero/payment").

    ``usage`` and ``writes`` (since the process started) are by system.
    """

    status: PracticeStatus
    open: Sequence[OpenCount]
    proofs: Mapping[str, dt.datetime]
    usage: Mapping[str, Usage]
    writes: Mapping[str, int]


Samples = Callable[[Measured], Iterable[Sample]]


def metrics_of(
    practices: Sequence[Measured], *, version: str, started_at: dt.datetime, now: dt.datetime
) -> list[Metric]:
    """Every metric of the process and its practices."""
    process = [
        Metric("reconciled_build_info", "gauge", "Version of the daemon.", (({"version": version}, 1),)),
        Metric(
            "reconciled_uptime_seconds", "gauge", "Time since the daemon started.", (({}, _seconds(now - started_at)),)
        ),
    ]

    def ages(measured: Measured) -> Iterable[Sample]:
        for name, at in sorted(measured.proofs.items()):
            system, _, kind = name.partition("/")
            yield {**_of(measured), "system": system, "kind": kind}, _seconds(now - at)

    tables: list[tuple[str, str, str, Samples]] = [
        *_TABLES,
        ("reconciled_proof_age_seconds", "gauge", "Time since a class of record was last proven equal.", ages),
    ]
    return process + [
        Metric(name, kind, says, tuple(sample for measured in practices for sample in samples(measured)))
        for name, kind, says, samples in tables
    ]


def _of(measured: Measured) -> dict[str, str]:
    return {"practice": measured.status.id}


def _money(measured: Measured) -> dict[str, str]:
    return {**_of(measured), "currency": measured.status.currency}


def _states(measured: Measured) -> Iterable[Sample]:
    return [({**_of(measured), "state": state}, int(measured.status.state is state)) for state in PracticeState]


def _counts(measured: Measured) -> Iterable[Sample]:
    return [({**_of(measured), "kind": each.kind, "policy": each.policy}, each.count) for each in measured.open]


def _amounts(measured: Measured) -> Iterable[Sample]:
    return [({**_money(measured), "kind": each.kind, "policy": each.policy}, each.amount) for each in measured.open]


def _plain(name: str) -> Samples:
    return lambda measured: [(_of(measured), int(getattr(measured.status, name)))]


def _moment(name: str) -> Samples:
    """A time as seconds since 1970, left out while there is none."""

    def samples(measured: Measured) -> Iterable[Sample]:
        at: dt.datetime | None = getattr(measured.status, name)
        return [] if at is None else [(_of(measured), int(at.timestamp()))]

    return samples


def _used(name: str) -> Samples:
    return lambda measured: [
        ({**_of(measured), "system": system}, int(getattr(usage, name))) for system, usage in measured.usage.items()
    ]


def _left(measured: Measured) -> Iterable[Sample]:
    for system, usage in measured.usage.items():
        for window, left in (("minute", usage.minute_left), ("day", usage.day_left)):
            if left is not None:
                yield {**_of(measured), "system": system, "window": window}, left


def _written(measured: Measured) -> Iterable[Sample]:
    return [({**_of(measured), "system": system}, count) for system, count in sorted(measured.writes.items())]


def _residual(measured: Measured) -> Iterable[Sample]:
    return [(_money(measured), Decimal(measured.status.residual))]


def _seconds(span: dt.timedelta) -> int:
    return int(span.total_seconds())


_TABLES: tuple[tuple[str, str, str, Samples], ...] = (
    ("reconciled_practice_state", "gauge", "1 for the state that a practice is in.", _states),
    ("reconciled_open_discrepancies", "gauge", "Open and approved discrepancies.", _counts),
    ("reconciled_open_amount", "gauge", "Money at stake in open and approved discrepancies.", _amounts),
    ("reconciled_residual", "gauge", "Difference in receivables that nothing explains.", _residual),
    ("reconciled_hand_work", "gauge", "Open discrepancies that a person mends by hand.", _plain("hand_work")),
    ("reconciled_excluded_documents", "gauge", "Documents left out of Xero.", _plain("excluded")),
    ("reconciled_steps_in_doubt", "gauge", "Writes whose outcome is unknown.", _plain("in_doubt")),
    ("reconciled_last_cycle_timestamp_seconds", "gauge", "When the last cycle ended.", _moment("last_cycle")),
    ("reconciled_last_full_timestamp_seconds", "gauge", "When the last full comparison ended.", _moment("last_full")),
    ("reconciled_calls_today", "gauge", "Calls since midnight UTC.", _used("calls_today")),
    ("reconciled_bytes_today", "gauge", "Bytes read since midnight UTC.", _used("bytes_today")),
    ("reconciled_calls_left", "gauge", "Calls left in a window of the limits.", _left),
    ("reconciled_writes_total", "counter", "Writes that reached a system since the daemon started.", _written),
)
