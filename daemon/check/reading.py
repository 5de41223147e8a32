"""Asks both systems what the judgement needs, by reads alone: nothing is written to them or to the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs

from daemon.check.connection import is_connected
from daemon.check.seen import Fault, ProvetSeen, Seen, XeroSeen
from daemon.connect import provet_endpoint, xero_endpoint
from daemon.errors import Invalid, ReconError
from daemon.ports import Exchange, Request, Response
from daemon.provet import access as provet_access
from daemon.provet.client import caller_of as provet_caller
from daemon.provet.lists import Lists
from daemon.provet.reference import read_catalogue
from daemon.provet.reference import read_reference as read_provet
from daemon.settings import PracticeSettings, Settings
from daemon.transport.call import Priority
from daemon.transport.caller import TIMEOUT_S
from daemon.transport.network import Network
from daemon.transport.tokens import Load
from daemon.xero import access as xero_access
from daemon.xero.client import caller_of as xero_caller
from daemon.xero.reads import Reader
from daemon.xero.reference import read_reference as read_xero

LoadOf = Callable[[PracticeSettings], Load]


class WouldSpend(Invalid):
    """A rotating token would have to be renewed, which only the service may do: it keeps the new one."""


class ReadsOnly:
    """An exchange that lets reads and token calls through, and of those none that spends a rotating token."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        if request.method != "GET":
            grant = parse_qs(request.body.decode()).get("grant_type")
            if grant == ["refresh_token"]:
                hint = "start the service in observe mode: it connects and keeps the renewed tokens; then check again"
                raise WouldSpend("its rotating token would have to be renewed", hint=hint)
            if grant != ["client_credentials"]:
                raise AssertionError(f"a check only reads, but was about to {request.method}")
        return await self._exchange(request, timeout_s=timeout_s)


async def read_all(settings: Settings, network: Network, load_of: LoadOf) -> dict[str, Seen]:
    """What both systems tell of every practice, all at the same time; faults are part of the answer.

    ``load_of`` gives what the store keeps of an app's rotating tokens.
    """
    async with asyncio.TaskGroup() as group:
        tasks = {
            name: (
                group.create_task(_provet(practice, network)),
                group.create_task(_xero(practice, network, load_of(practice))),
            )
            for name, practice in settings.practices.items()
        }
    return {name: Seen(provet.result(), xero.result()) for name, (provet, xero) in tasks.items()}


async def _provet(practice: PracticeSettings, network: Network) -> ProvetSeen:
    endpoint = provet_endpoint(practice, _timeout_s(practice))
    lists = Lists(provet_caller(endpoint, network), endpoint.base_url)
    try:
        forbidden = await provet_access.read_forbidden(lists)
        if set(forbidden) & set(provet_access.NEEDED):
            return ProvetSeen(forbidden=forbidden)
        return ProvetSeen(
            forbidden=forbidden,
            reference=await read_provet(lists, Priority.POLL),
            catalogue=await read_catalogue(lists, Priority.POLL),
        )
    except ReconError as error:
        return ProvetSeen(fault=_fault(error))


async def _xero(practice: PracticeSettings, network: Network, load: Load) -> XeroSeen:
    endpoint = xero_endpoint(practice, _timeout_s(practice))
    caller = xero_caller(endpoint, network, load=load)
    reader = Reader(caller, endpoint.base_url, endpoint.tenant_id)
    try:
        tenants = await xero_access.read_tenants(caller, practice.xero.connections_url)
        known = xero_access.XeroAccess(tenants=tenants)
        if not is_connected(practice, known):
            return XeroSeen(access=known)
        forbidden = await xero_access.read_forbidden(reader)
        actions = await xero_access.read_actions(caller, endpoint.base_url, reader.headers)
        scopes = await xero_access.read_scopes(caller)
        access = xero_access.XeroAccess(tenants=tenants, forbidden=forbidden, actions=actions, scopes=scopes)
        if forbidden:
            return XeroSeen(access=access)
        return XeroSeen(
            access=access, reference=await read_xero(reader, Priority.POLL), walk_ins=await _walk_ins(practice, reader)
        )
    except ReconError as error:
        return XeroSeen(fault=_fault(error))


async def _walk_ins(practice: PracticeSettings, reader: Reader) -> int:
    return await xero_access.contacts_named(reader, practice.walk_in_contact) if practice.anonymous == "walk_in" else 0


def _timeout_s(practice: PracticeSettings) -> float:
    return min(TIMEOUT_S, float(practice.settle_s))


def _fault(error: ReconError) -> Fault:
    return Fault(str(error), error.hint, unproven=isinstance(error, WouldSpend))
