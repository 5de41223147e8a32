"""The narrow ports through which the program touches the world: time, ids, chance, HTTP, work off the loop.

Drivers live at the edges and are handed in by ``app.py``; a simulation hands in its own. Nothing else may use
another clock, thread, executor or source of randomness.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. ``url`` is absolute and already encoded; header names are free in case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, read to its end and decompressed. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Clock(Protocol):
    """Time. ``utc`` is aware; ``monotonic`` is seconds for measuring; ``sleep`` is the only way to wait."""

    def utc(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class Exchange(Protocol):
    """Sends one request and returns its answer whatever its status; redirects are not followed.

    Raises ``Unreachable`` when the request certainly did not reach the other side (the connection could not be made)
    and ``InDoubt`` when it may have (time-out, connection lost, body cut or over its limit).
    """

    async def __call__(self, request: Request, *, timeout_s: float) -> Response: ...


class Offload(Protocol):
    """Runs a function off the event loop (a thread in production, inline in simulation)."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...


NewId = Callable[[], str]
"""A fresh, unguessable id (a UUID in production)."""
