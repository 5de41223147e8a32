"""Access tokens: client credentials and refresh-token rotation, one renewal at a time (docs/reference/xero.md 2.2).

A renewal of a rotating token is a write: its new pair is persisted before it is used, and a lost answer is asked for
again with the old token, which the service accepts for half an hour.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

import msgspec
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from daemon.errors import BadMessage, InDoubt, Invalid, RateLimited, Unauthorised, Unreachable
from daemon.ports import Clock, Exchange, Request, Response
from daemon.transport.budgets import retry_after_s
from daemon.transport.status import place

RENEW_BEFORE = dt.timedelta(minutes=2)
ATTEMPTS = 4
LIFE_DEFAULT_S = 1800
LIFE_MAX_S = 86_400 * 30

Load = Callable[[], Awaitable[bytes | None]]
Persist = Callable[[bytes], Awaitable[None]]


class Grant(StrEnum):
    CLIENT_CREDENTIALS = "client_credentials"
    AUTHORIZATION_CODE = "authorization_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How one app gets its tokens.

    ``refresh_token`` is the first one after a person's consent, ``consent_url`` where a person gives it.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    grant: Grant = Grant.CLIENT_CREDENTIALS
    scope: str = ""
    refresh_token: str = field(default="", repr=False)
    consent_url: str = ""

    @property
    def mending(self) -> str:
        """What a person does about a token or a connection that is refused."""
        if self.grant is Grant.AUTHORIZATION_CODE:
            return self.reconnecting
        return "check client_id and client_secret, and connect the app there if it was disconnected"

    @property
    def reconnecting(self) -> str:
        """What a person does once the app has lost its consent."""
        page = f" at {self.consent_url} with the app's redirect_uri" if self.consent_url else ""
        return f"connect the app again{page}, store the new refresh token in its secret and restart the service"


class _State(msgspec.Struct, frozen=True):
    """``seed`` tells from which consent the pair descends."""

    seed: str
    access_token: str
    expires_at: dt.datetime
    refresh_token: str = ""


class _Answer(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int = LIFE_DEFAULT_S
    refresh_token: str = ""


async def no_state() -> bytes | None:
    """``Load`` where nothing is kept."""
    return None


async def not_kept(_: bytes) -> None:
    """``Persist`` where nothing is kept."""


class TokenSource:
    """The tokens of one app. ``persist`` gets secrets: it encrypts them and returns once they are durable."""

    def __init__(
        self, credentials: Credentials, exchange: Exchange, clock: Clock, *, load: Load, persist: Persist
    ) -> None:
        self._credentials = credentials
        self._exchange = exchange
        self._clock = clock
        self._load = load
        self._persist = persist
        self._state: _State | None = None
        self._lock = asyncio.Lock()

    @property
    def mending(self) -> str:
        """What a person does once the tokens of the app are refused."""
        return self._credentials.mending

    async def get(self) -> str:
        """A token that is good for two more minutes.

        Raises ``Unauthorised`` if only a person can help, ``Unreachable`` or ``RateLimited`` if time can.
        """
        async with self._lock:
            if self._state is None:
                self._state = await self._loaded()
            if self._state is None or self._state.expires_at - RENEW_BEFORE <= self._clock.utc():
                self._state = await self._renewed(self._state)
            return self._state.access_token

    def reject(self, token: str) -> None:
        """Note that a token was refused: the next ``get`` renews it, unless it has been renewed already."""
        if self._state is not None and self._state.access_token == token:
            self._state = msgspec.structs.replace(self._state, expires_at=self._clock.utc())

    async def _loaded(self) -> _State | None:
        stored = await self._load()
        if stored is None or self._credentials.grant is Grant.CLIENT_CREDENTIALS:
            return None
        try:
            state = msgspec.json.decode(stored, type=_State)
        except msgspec.DecodeError:
            raise Invalid("the stored tokens cannot be read", hint=self._credentials.reconnecting) from None
        first = self._credentials.refresh_token
        return None if first and state.seed != _seed(first) else state

    async def _renewed(self, state: _State | None) -> _State:
        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception_type((Unreachable, InDoubt)),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(multiplier=0.5, max=8),
            reraise=True,
        )
        try:
            return await retrying(self._renew, state)
        except InDoubt as error:
            raise Unreachable(f"no token: {error}") from error

    async def _renew(self, state: _State | None) -> _State:
        refresh_token = state.refresh_token if state else self._credentials.refresh_token
        request = token_request(self._credentials, refresh_token)
        asked_at = self._clock.utc()
        answer = read_token(self._credentials, request, await self._exchange(request, timeout_s=30.0))
        life_s = min(max(answer.expires_in, 0), LIFE_MAX_S)
        fresh = _State(
            seed=state.seed if state else _seed(self._credentials.refresh_token),
            access_token=answer.access_token,
            expires_at=asked_at + dt.timedelta(seconds=life_s),
            refresh_token=answer.refresh_token or refresh_token,
        )
        if self._credentials.grant is Grant.AUTHORIZATION_CODE:
            await self._persist(msgspec.json.encode(fresh))
        return fresh


class TokenSources:
    """The token sources of the process, one for each app: renewing in two places loses the connection."""

    def __init__(self, exchange: Exchange, clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._sources: dict[tuple[str, str], TokenSource] = {}

    def source(self, credentials: Credentials, *, load: Load = no_state, persist: Persist = not_kept) -> TokenSource:
        """The source of an app; the callbacks of its first caller stand."""
        key = (credentials.token_url, credentials.client_id)
        if key not in self._sources:
            self._sources[key] = TokenSource(credentials, self._exchange, self._clock, load=load, persist=persist)
        return self._sources[key]


def token_request(credentials: Credentials, refresh_token: str) -> Request:
    """The call that renews a token: Basic authentication, form-encoded."""
    if credentials.grant is Grant.CLIENT_CREDENTIALS:
        form = {"grant_type": "client_credentials"} | ({"scope": credentials.scope} if credentials.scope else {})
    elif refresh_token:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    else:
        raise Unauthorised("no refresh token", hint=credentials.reconnecting)
    pair = f"{credentials.client_id}:{credentials.client_secret}".encode()
    headers = {
        "authorization": f"Basic {base64.b64encode(pair).decode()}",
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
    }
    return Request("POST", credentials.token_url, headers, urlencode(form).encode())


def read_token(credentials: Credentials, request: Request, response: Response) -> _Answer:
    """The token in an answer, or the error it stands for."""
    where = place(request)
    if response.status >= 500:
        raise InDoubt(f"{where}: status {response.status}")
    if response.status == 429:
        raise RateLimited(f"{where}: too many calls", retry_after_s=retry_after_s(response))
    if response.status in (400, 401, 403):
        code = _error_code(response.body)
        lost = code == "invalid_grant"
        hint = credentials.reconnecting if lost else "check client_id, client_secret and scopes"
        raise Unauthorised(f"{where}: no token ({code or response.status})", hint=hint)
    if response.status != 200:
        raise BadMessage(f"{where}: status {response.status}", hint="check token_url")
    try:
        answer = msgspec.json.decode(response.body, type=_Answer)
    except (msgspec.DecodeError, RecursionError):
        raise InDoubt(f"{where}: the answer holds no token") from None
    return answer


def _error_code(body: bytes) -> str:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return ""
    code = value.get("error") if isinstance(value, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""


def _seed(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()[:16]
