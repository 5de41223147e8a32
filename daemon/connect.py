"""Makes a practice of its settings: both clients, sharing connections, budgets and tokens with all others."""

from __future__ import annotations

import datetime as dt

from daemon.ports import Clock, Exchange, NewId, Offload
from daemon.practice import Practice
from daemon.provet.client import ProvetEndpoint
from daemon.provet.client import connect as connect_provet
from daemon.pulse import Pulse
from daemon.sealing import Seal
from daemon.settings import PracticeSettings
from daemon.store import call_blocks, state
from daemon.store.database import Database
from daemon.transport.budgets import REMEMBERED_S, Windows, XeroLimits
from daemon.transport.caller import TIMEOUT_S
from daemon.transport.network import Network
from daemon.transport.tokens import Grant, Load, Persist
from daemon.xero.client import XeroEndpoint
from daemon.xero.client import connect as connect_xero


async def open_network(exchange: Exchange, clock: Clock, db: Database) -> Network:
    """The network of a process; calls that an earlier one over the same store may have made still count."""
    remembered = dt.timedelta(seconds=REMEMBERED_S)
    spent = await db.read(lambda tx: call_blocks.spent(tx, since=clock.utc() - remembered))

    async def note(window: str, weight: int) -> None:
        now = clock.utc()
        await db.write(lambda tx: call_blocks.note(tx, window, weight, at=now, since=now - remembered))

    return Network(exchange, clock, Windows(clock, note, spent))


def connect(
    name: str,
    settings: PracticeSettings,
    network: Network,
    db: Database,
    *,
    epoch: int,
    new_id: NewId,
    offload: Offload,
    pulse: Pulse,
    seal: Seal,
) -> Practice:
    """One practice, ready to work. A request never takes longer than an unanswered write may still land."""
    timeout_s = min(TIMEOUT_S, float(settings.settle_s))
    load, persist = _kept_tokens(tokens_name(settings), db, seal)
    return Practice(
        id=name,
        settings=settings,
        db=db,
        provet=connect_provet(provet_endpoint(settings, timeout_s), network),
        xero=connect_xero(xero_endpoint(settings, timeout_s), network, load=load, persist=persist),
        clock=network.clock,
        new_id=new_id,
        offload=offload,
        pulse=pulse,
        epoch=epoch,
    )


def provet_endpoint(settings: PracticeSettings, timeout_s: float) -> ProvetEndpoint:
    """Where a practice's Provet is."""
    provet = settings.provet
    return ProvetEndpoint(
        base_url=provet.base_url,
        token_url=provet.token_url,
        client_id=provet.client_id,
        client_secret=provet.client_secret.get_secret_value(),
        consolidated_field=provet.consolidated_field,
        rate_scale=provet.rate_scale,
        timeout_s=timeout_s,
    )


def xero_endpoint(settings: PracticeSettings, timeout_s: float) -> XeroEndpoint:
    """Where a practice's Xero organisation is."""
    xero = settings.xero
    return XeroEndpoint(
        base_url=xero.base_url,
        token_url=xero.token_url,
        client_id=xero.client_id,
        client_secret=xero.client_secret.get_secret_value(),
        tenant_id=xero.tenant_id,
        grant=Grant(xero.grant),
        refresh_token=xero.refresh_token.get_secret_value(),
        authorize_url=xero.authorize_url,
        limits=XeroLimits(xero.calls_per_minute, xero.calls_per_day, xero.concurrent),
        timeout_s=timeout_s,
    )


def tokens_name(settings: PracticeSettings) -> str:
    """Under which name the store keeps the rotating tokens of a practice's Xero app."""
    return f"xero:{settings.xero.token_url}:{settings.xero.client_id}"


def _kept_tokens(name: str, db: Database, seal: Seal) -> tuple[Load, Persist]:
    """Where rotating tokens are kept: in the store, sealed."""

    async def load() -> bytes | None:
        sealed = await db.read(lambda tx: state.sealed(tx, name))
        return None if sealed is None else seal.open(sealed)

    async def persist(secret: bytes) -> None:
        sealed = seal.close(secret)
        await db.write(lambda tx: state.set_sealed(tx, name, sealed))

    return load, persist
