"""Decides what a sandbox is made of: size, ports, credentials; from the options, or from what an earlier run saved."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec

from daemon.sandbox.errors import SandboxError
from daemon.sandbox.settings_out import LIMITS, Access
from daemon.sandbox.shell import bind, origin_of
from daemon.sandbox.state import Ports, Saved, Shape

log = logging.getLogger(__name__)

DEFAULT_SHAPE = Shape(seed=1, clients=200, invoices=1_000, tidy=False, limits="wide")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. ``shape`` holds only what was named; a saved world keeps its own."""

    shape: Mapping[str, object]
    state: Path | None = None
    settings_out: Path | None = None
    faults: str = "none"
    live: bool = False


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a world is made from. ``begun`` is when it was first made; ``saved`` its earlier run, if there was one."""

    shape: Shape
    access: Access
    ports: Ports
    begun: datetime
    generation: int
    saved: Saved | None


def bind_both(ports: Ports) -> dict[str, socket.socket]:
    """Listening sockets of both systems, on their earlier ports if they had any. SandboxError when one is taken."""
    listeners: dict[str, socket.socket] = {}
    for name, port in (("provet", ports.provet), ("xero", ports.xero)):
        try:
            listeners[name] = bind(port)
        except OSError as error:
            for listener in listeners.values():
                listener.close()
            raise SandboxError(f"port {port}, where {name} was served before, is in use; free it first") from error
    return listeners


def plan_sandbox(
    options: Options, saved: Saved | None, listeners: Mapping[str, socket.socket], now: datetime
) -> Blueprint:
    """The blueprint of this run. What was saved wins over the options, with a warning for each that differs."""
    shape = saved.shape if saved else msgspec.convert({**msgspec.structs.asdict(DEFAULT_SHAPE), **options.shape}, Shape)
    for name, value in options.shape.items():
        if getattr(shape, name) != value:
            log.warning("--%s is ignored: the saved sandbox was made with %s", name, getattr(shape, name))
    webhooks = saved.ports.webhooks if saved else 0
    if options.settings_out is not None:
        webhooks = webhooks or _free_port()
    provet, xero = (listeners[name].getsockname()[1] for name in ("provet", "xero"))
    return Blueprint(
        shape=shape,
        access=plan_access(shape, origin_of(listeners["provet"]), origin_of(listeners["xero"]), webhooks),
        ports=Ports(provet, xero, webhooks),
        begun=saved.begun if saved else now,
        generation=saved.generation + 1 if saved else 0,
        saved=saved,
    )


def plan_access(shape: Shape, provet_origin: str, xero_origin: str, webhook_port: int) -> Access:
    """Credentials drawn from the seed, so that a restart keeps them."""
    rng = Random(f"{shape.seed}/credentials")  # noqa: S311
    secrets = [f"{rng.getrandbits(192):048x}" for _ in range(4)]
    return Access(
        provet_origin=provet_origin,
        provet_id=54321,
        provet_client=("sandbox-provet", secrets[0]),
        xero_origin=xero_origin,
        xero_client=("sandbox-xero", secrets[1]),
        tenant_id=str(UUID(int=rng.getrandbits(128), version=4)),
        webhook_key=secrets[2],
        webhook_path=secrets[3],
        webhook_port=webhook_port,
        limits=LIMITS[shape.limits],
    )


def _free_port() -> int:
    with bind(0) as listener:
        port: int = listener.getsockname()[1]
        return port
