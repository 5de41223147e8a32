"""Makes the world of a sandbox: both systems, their people and the clinic, fresh or from what was saved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

import msgspec

from daemon.ports import Clock
from daemon.sandbox.blueprint import Blueprint
from daemon.sandbox.clinic import Activity, Plan, Planted, clinic_settings, populate
from daemon.sandbox.delivery import Post
from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.systems import members_of, provet_system, register_webhooks, xero_system
from daemon.sandbox.world import World
from daemon.sandbox.xero import XeroSystem

SHORTEST_PAST = timedelta(days=60)


class Riverside:
    """The clinic of a sandbox, working in its two systems."""

    def __init__(self, provet: ProvetSystem, xero: XeroSystem, plan: Plan, planted: list[Planted]) -> None:
        self._provet = provet
        self._xero = xero
        self._plan = plan
        self._planted = planted
        self._activity = Activity()

    def step(self, now: datetime, rng: Random) -> object:
        """Do one thing; returns a sentence."""
        return self._activity.step(self._provet, self._xero, rng, now)

    def planted(self) -> object:
        """What waits for a person."""
        return self._planted

    def settings(self) -> Mapping[str, object]:
        """The practice's table of settings.toml."""
        return clinic_settings(self._plan.start_date)


def build_world(blueprint: Blueprint, clock: Clock, post: Post) -> World:
    """The world of a blueprint. Raises what the systems raise when a saved state does not fit them."""
    provet, xero = provet_system(blueprint), xero_system(blueprint)
    plan = plan_of(blueprint)
    saved = blueprint.saved
    if saved is None:
        past = Random(f"{blueprint.shape.seed}/past")  # noqa: S311
        planted = populate(provet, xero, plan, past, blueprint.begun)
        provet.take_webhooks(), xero.take_webhooks()
    else:
        provet.restore(bytes(saved.provet))
        xero.restore(bytes(saved.xero))
        planted = msgspec.json.decode(saved.planted, type=list[Planted])
    seed = f"{blueprint.shape.seed}/{blueprint.generation}"
    clinic = Riverside(provet, xero, plan, planted)
    world = World(members_of(provet, xero), clinic, clock=clock, post=post, seed=seed)
    if saved is not None:
        world.clock.advance(saved.ahead_s)
        world.delivery.restore(saved.webhooks)
    register_webhooks(provet, blueprint.access, world.clock.utc(), world.rng)
    return world


def plan_of(blueprint: Blueprint) -> Plan:
    """The clinic's plan; its books begin with the year, or earlier if the year is young."""
    shape = blueprint.shape
    return Plan(
        clients=shape.clients,
        invoices=shape.invoices,
        start_date=min(Plan().start_date, (blueprint.begun - SHORTEST_PAST).date()),
        tidy=shape.tidy,
        adopted=shape.adopted,
    )
