"""Makes calls: takes a turn, adds the token, and turns answers into errors. Retries reads alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential

from daemon.errors import InDoubt, RateLimited, ReconError, Transient, Unauthorised, Unreachable
from daemon.ports import Clock, Exchange, Response
from daemon.transport.budget import PATIENCE_S, Usage
from daemon.transport.budgets import Budget
from daemon.transport.call import Call
from daemon.transport.status import (
    TRIED_AGAIN,
    Garbled,
    PageTooLarge,
    TooLarge,
    lacks_scope,
    place,
    read_error,
    write_error,
)
from daemon.transport.tokens import TokenSource

T = TypeVar("T")
ATTEMPTS = 4
TIMEOUT_S = 30.0


class Caller:
    """One client's way to its system. ``timeout_s`` is for one request in all; keep it below ``settle_s``. Errors bear
    the ``name`` of the system."""

    def __init__(
        self,
        exchange: Exchange,
        clock: Clock,
        tokens: TokenSource,
        budget: Budget,
        *,
        timeout_s: float = TIMEOUT_S,
        name: str = "",
    ) -> None:
        self._name = name
        self._exchange = exchange
        self._clock = clock
        self._tokens = tokens
        self._budget = budget
        self._timeout_s = timeout_s

    async def read(self, call: Call, decode: Callable[[Response], T]) -> T:
        """Read and decode, trying a few times; ``decode`` raises ``Garbled`` for a body that is worth another try.

        Raises ``Unreachable``, ``RateLimited``, ``Unauthorised``, ``Rejected`` or ``BadMessage``.
        """

        async def attempt() -> T:
            response = await self._read_once(call)
            try:
                return decode(response)
            except Garbled as error:
                raise Garbled(f"{place(call.request)}: {error}", hint=TRIED_AGAIN) from error

        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception(_soon_better),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(multiplier=0.5, max=8),
            reraise=True,
        )
        with self._named():
            return await retrying(attempt)

    async def write(self, call: Call) -> Response:
        """Write once; a 401 is followed by one more sending with a new token, since it was not executed.

        A returned answer is definite, though it may be a refusal. Not executed: ``Unreachable`` (no connection),
        ``RateLimited``, ``Unauthorised``. Unknown: ``InDoubt``. ``BadMessage``: the address redirects.
        """
        with self._named():
            response = await self._authorised(call)
            if error := write_error(call.request, response):
                raise error
            return response

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except ReconError as error:
            error.system = self._name
            if isinstance(error, Unauthorised):
                error.hint = error.hint or self._tokens.mending
            raise

    async def token(self) -> str:
        """The token that calls bear now; raises what a call raises that gets none."""
        with self._named():
            return await self._tokens.get()

    @property
    def usage(self) -> Usage:
        return self._budget.usage()

    async def _read_once(self, call: Call) -> Response:
        try:
            response = await self._authorised(call)
        except TooLarge as error:
            raise PageTooLarge(str(error)) from error
        except InDoubt as error:
            raise Unreachable(f"{place(call.request)}: no whole answer", hint=TRIED_AGAIN) from error
        if problem := read_error(call.request, response):
            raise problem
        return response

    async def _authorised(self, call: Call) -> Response:
        token, response = await self._send(call)
        if response.status == 401 and not lacks_scope(response):
            self._tokens.reject(token)
            _, response = await self._send(call)
        return response

    async def _send(self, call: Call) -> tuple[str, Response]:
        async with self._budget.slot(call):
            token = await self._tokens.get()
            headers = {**call.request.headers, "authorization": f"Bearer {token}"}
            response = await self._exchange(replace(call.request, headers=headers), timeout_s=self._timeout_s)
            self._budget.learn(call, response)
        return token, response


def _soon_better(error: BaseException) -> bool:
    if isinstance(error, RateLimited):
        return error.retry_after_s <= PATIENCE_S
    return isinstance(error, Transient | Garbled)
