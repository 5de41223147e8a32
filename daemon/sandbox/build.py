"""Makes the world of a sandbox: both systems, their people and the clinic, fresh or from what was saved."""

from __future__ import annotations

from daemon.ports import Clock
from daemon.sandbox.blueprint import Blueprint
from daemon.sandbox.delivery import Post
from daemon.sandbox.world import World


def build_world(blueprint: Blueprint, clock: Clock, post: Post) -> World:
    raise NotImplementedError
