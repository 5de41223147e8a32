"""Makes the world of a sandbox: both systems, their people and the clinic, fresh or from what was saved."""

from __future__ import annotations

from random import Random

from daemon.ports import Clock
from daemon.sandbox.blueprint import Blueprint
from daemon.sandbox.delivery import Post
from daemon.sandbox.systems import members_of, provet_system, register_webhooks, xero_system
from daemon.sandbox.world import World


def build_world(blueprint: Blueprint, clock: Clock, post: Post) -> World:
    """The world of a blueprint. Raises what the systems raise when a saved state does not fit them."""
    provet, xero = provet_system(blueprint), xero_system(blueprint)
    raise NotImplementedError(provet, xero, clock, post, members_of, register_webhooks, Random, World)
