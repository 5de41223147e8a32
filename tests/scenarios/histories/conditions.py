"""What a history lives under: the practice's settings, Provet's ways, and what people are busy with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from daemon.sandbox.provet.config import Cancellation

BEFORE = "timezone ="
SETTINGS: tuple[Mapping[str, str], ...] = (
    {},
    {},
    {},
    {BEFORE: 'anonymous = "walk_in"\nwalk_in_contact = "Counter"\ntimezone ='},
    {BEFORE: 'consolidated = "originals"\ntimezone ='},
    {BEFORE: 'consolidated = "hold"\ntimezone ='},
    {BEFORE: 'consolidated = "both"\ntimezone ='},
    {BEFORE: 'closed_through = "2026-10-25"\ntimezone ='},
)
UNRELEASED = {'release = "automatic"': 'release = "person"'}
OBSERVING = {'mode = "auto"': 'mode = "observe"'}
CONSOLIDATING = {"visit": 2, "consolidate": 6, "revoke": 4, "paid_visit": 0, "draft": 0, "new_client": 0}


@dataclass(frozen=True, slots=True)
class Conditions:
    """``settings`` are edits of the settings file, ``provet`` of Provet's configuration; ``busy_with`` multiplies the
    weights of acts by name. ``released_after`` is after how many acts a person releases the first comparison, 0 where
    settings do; ``observed`` says that until then the practice only looks. ``locks``: the bookkeeper moves lock dates;
    ``rejects``: the operator's colleague also rejects.
    """

    settings: Mapping[str, str]
    provet: Mapping[str, object]
    busy_with: Mapping[str, int]
    released_after: int
    observed: bool
    locks: bool
    rejects: bool


def conditions_of(seed: int, rng: Random) -> Conditions:
    """Those of a seed; ``rng`` is the one that goes on to its people."""
    settings = rng.choice(SETTINGS)
    provet = {
        "cancellation": rng.choice(tuple(Cancellation)),
        "overpayment_allowed": rng.random() < 0.2,
        "payment_touches_invoice": rng.random() < 0.5,
    }
    more = Random(f"history/{seed}/conditions")
    consolidating = "consolidated" in str(settings) or more.randrange(6) == 0
    later = more.randrange(8)
    observed = later == 1
    return Conditions(
        settings={**settings, **(UNRELEASED if later < 2 else {}), **(OBSERVING if observed else {})},
        provet=provet,
        busy_with=CONSOLIDATING if consolidating else {},
        released_after=more.randint(1, 8) if later < 2 else 0,
        observed=observed,
        locks=more.randrange(4) == 0,
        rejects=more.randrange(3) == 0,
    )
