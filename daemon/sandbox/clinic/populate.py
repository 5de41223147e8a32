"""Makes the past of a seeded clinic in both systems."""

from __future__ import annotations

import datetime as dt
from random import Random

from daemon.sandbox.clinic.adopted import adopt
from daemon.sandbox.clinic.awkward import Planter
from daemon.sandbox.clinic.past import Past
from daemon.sandbox.clinic.people import add_clients
from daemon.sandbox.clinic.plan import Plan, Planted
from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.xero import XeroSystem

CLOSING_H = 19


def populate(provet: ProvetSystem, xero: XeroSystem, plan: Plan, rng: Random, now: dt.datetime) -> list[Planted]:
    """Fill both systems with what happened until ``now``; returns what waits for a person, nothing if ``tidy``.

    Both must be as new; ValueError unless ``now`` is after ``plan.start_date``. The same plan, seed and ``now`` make
    the same clinic.
    """
    start = plan.start_date
    if now.date() <= start:
        raise ValueError(f"a clinic that starts on {start} has no past on {now.date()}")
    opened = dt.datetime(start.year, start.month, start.day, tzinfo=dt.UTC) - dt.timedelta(days=90)
    clients = add_clients(provet.hands, plan.clients, opened, rng)
    Past(provet.hands, plan, clients, rng, now).happen()
    adopt(provet.hands, xero, plan.adopted, start, rng)
    if plan.tidy:
        return []
    yesterday = now.replace(hour=CLOSING_H, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    return Planter(provet.hands, xero, rng, yesterday).plant(plan)
