"""The bounded log of what one simulated system was asked: what an independent checker counts. No I/O."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from daemon.ports import Request

_TOKEN_PATHS = ("/oauth2/", "/connect/")
READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Entry(msgspec.Struct):
    """One request. ``status`` is what the caller saw (null: no whole answer); ``executed`` is the system's own status.

    ``executed`` stays null when the request never took effect, and is filled in when a late one lands.
    """

    at: datetime
    method: str
    path: str
    idempotency_key: str | None
    body: str
    body_cut: bool
    fault: str | None = None
    status: int | None = None
    executed: int | None = None

    @property
    def is_write(self) -> bool:
        """Whether the request could change a ledger; token calls do not."""
        return self.method not in READS and not _is_token_call(self.path)


class RequestLog:
    """The latest requests, oldest first, within a count and a number of body bytes."""

    def __init__(self, *, max_entries: int = 20_000, max_body: int = 262_144, max_bytes: int = 64 << 20) -> None:
        self._entries: deque[Entry] = deque()
        self._max_entries = max_entries
        self._max_body = max_body
        self._max_bytes = max_bytes
        self._bytes = 0
        self.dropped = 0

    def add(self, request: Request, at: datetime) -> Entry:
        """Note a request; the caller fills in how it ended. Bodies of token calls hold secrets and are left out."""
        parts = urlsplit(request.url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        kept = b"" if _is_token_call(path) else request.body[: self._max_body]
        key = next((value for name, value in request.headers.items() if name.lower() == "idempotency-key"), None)
        cut = len(kept) < len(request.body)
        entry = Entry(at, request.method, path, key, kept.decode("utf-8", "replace"), cut)
        self._entries.append(entry)
        self._bytes += len(entry.body)
        self._shrink()
        return entry

    def entries(self, *, writes_only: bool = False) -> list[Entry]:
        """What is kept, oldest first."""
        return [entry for entry in self._entries if entry.is_write or not writes_only]

    def _shrink(self) -> None:
        while len(self._entries) > self._max_entries or (self._bytes > self._max_bytes and len(self._entries) > 1):
            self._bytes -= len(self._entries.popleft().body)
            self.dropped += 1


def _is_token_call(path: str) -> bool:
    return any(part in path.partition("?")[0] for part in _TOKEN_PATHS)
