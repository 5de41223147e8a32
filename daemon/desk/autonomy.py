"""Earned autonomy: what people decided on each kind, read from the audit log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from daemon.core.kinds import KINDS
from daemon.protocol import Autonomy, KindRecord
from daemon.reconciler.engine import Engine
from daemon.store import audit
from daemon.store.tx import Tx

_ACTIONS = ("approved", "rejected", "undone")


def autonomy(tx: Tx, engines: Mapping[str, Engine]) -> Autonomy:
    """How often each kind was approved, and how often with the option that was recommended."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for practice, kind, entry in audit.decisions(tx, _ACTIONS):
        if practice in engines and kind in KINDS:
            count = counts.setdefault((practice, kind), Counter())
            count[entry.action] += 1
            count["unchanged"] += entry.action == "approved" and bool(entry.detail.get("recommended"))
    return Autonomy(kinds=tuple(_record(engines[p], kind, counts[p, kind]) for p, kind in sorted(counts)))


def _record(engine: Engine, kind: str, count: Counter[str]) -> KindRecord:
    policy = engine.practice.settings.policy.get(kind) or KINDS[kind].policy
    return KindRecord(
        practice=engine.practice.id,
        kind=kind,
        policy=policy,
        approved=count["approved"],
        unchanged=count["unchanged"],
        rejected=count["rejected"],
        undone=count["undone"],
    )
