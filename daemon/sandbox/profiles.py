"""Named sets of faults for ``reconciled sandbox --faults NAME``, from harmless to hostile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from daemon.sandbox.faults import FaultPlan, Kind, Rule, WebhookFaults


@dataclass(frozen=True, slots=True)
class Profile:
    """A fault plan with the sentence that --help shows."""

    says: str
    plan: FaultPlan


def _often(probability: float, *kinds: Kind, seconds: float | None = None) -> tuple[Rule, ...]:
    return tuple(Rule(kind, probability=probability, seconds=seconds) for kind in kinds)


_REFUSED = _often(0.02, Kind.LIMIT, Kind.ERROR_BEFORE, Kind.UNAVAILABLE) + _often(0.03, Kind.SLOW, seconds=1)
_LOST = _often(0.02, Kind.DROP_BEFORE, Kind.DROP_AFTER, Kind.ERROR_AFTER, Kind.LATE) + _often(
    0.01, Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER, Kind.TRUNCATED
)
_LIMITED = (
    *_often(0.05, Kind.LIMIT_MINUTE, Kind.LIMIT_CONCURRENT, Kind.LIMIT_APP, seconds=3),
    Rule(Kind.LIMIT_DAY, system="xero", times=2, probability=0.01, seconds=20),
)
_UNRULY = WebhookFaults(duplicate=0.2, reorder=0.2, lose=0.2)

PROFILES: Mapping[str, Profile] = {
    "none": Profile("everything works", FaultPlan()),
    "flaky": Profile("refusals, 5xx and slow answers; nothing is ever in doubt", FaultPlan(_REFUSED)),
    "lossy": Profile("answers are lost, before or after the write took effect, or it lands late", FaultPlan(_LOST)),
    "throttled": Profile("429s of every kind", FaultPlan(_LIMITED)),
    "garbled": Profile("some answers are rubbish or cut short", FaultPlan(_often(0.03, Kind.GARBAGE, Kind.TRUNCATED))),
    "outage": Profile("both systems answer 503 to the first 40 calls", FaultPlan((Rule(Kind.UNAVAILABLE, times=40),))),
    "webhooks": Profile("webhooks are doubled, overtaken and lost", FaultPlan(webhooks=_UNRULY)),
    "storm": Profile("flaky, lossy and webhooks together", FaultPlan(_REFUSED + _LOST, _UNRULY)),
}
