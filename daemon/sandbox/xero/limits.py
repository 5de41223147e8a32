"""Call limits in fixed windows, and the idempotency store (``docs/reference/xero.md`` 3, 7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from zlib import crc32

from msgspec import Struct, field

from daemon.ports import Response
from daemon.sandbox.xero.config import Limits
from daemon.sandbox.xero.errors import Fault

MINUTE = 60
DAY = 86_400
KEEP = timedelta(minutes=6)
LONGEST_KEY = 128


class Window(Struct):
    """One fixed window: when it began (epoch seconds) and how many calls it has seen."""

    start: int = 0
    used: int = 0


class Meter(Struct):
    """The app's calls on its one tenant."""

    minute: Window = field(default_factory=Window)
    day: Window = field(default_factory=Window)
    app_minute: Window = field(default_factory=Window)

    def admit(self, limits: Limits, tenant_id: str, now: datetime, in_flight: int) -> Response | None:
        """Count a call, or answer 429. A refused call uses up nothing; the day starts at a time of the tenant's own."""
        seconds = int(now.timestamp())
        offset = crc32(tenant_id.encode()) % DAY
        _turn(self.minute, seconds, MINUTE, 0)
        _turn(self.app_minute, seconds, MINUTE, 0)
        _turn(self.day, seconds, DAY, offset)
        if in_flight > limits.concurrent:
            return self._refusal(limits, "concurrent", None)
        for name, window, size, length in (
            ("appminute", self.app_minute, limits.app_minute, MINUTE),
            ("day", self.day, limits.day, DAY),
            ("minute", self.minute, limits.minute, MINUTE),
        ):
            if window.used >= size:
                return self._refusal(limits, name, window.start + length - seconds)
        for window in (self.minute, self.day, self.app_minute):
            window.used += 1
        return None

    def headers(self, limits: Limits) -> dict[str, str]:
        """What is left after the call."""
        return {
            "x-daylimit-remaining": str(limits.day - self.day.used),
            "x-minlimit-remaining": str(limits.minute - self.minute.used),
            "x-appminlimit-remaining": str(limits.app_minute - self.app_minute.used),
        }

    def _refusal(self, limits: Limits, problem: str, retry_after: int | None) -> Response:
        headers = {**self.headers(limits), "x-rate-limit-problem": problem}
        del headers["x-appminlimit-remaining"]
        if retry_after is not None:
            headers["retry-after"] = str(retry_after)
        return Response(429, headers)


class Remembered(Struct, frozen=True):
    """The first answer under an idempotency key."""

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: bytes
    at: datetime


class Replays(Struct):
    """Answers kept for six minutes, failures too; one key means one request."""

    kept: dict[str, Remembered] = field(default_factory=dict)

    def find(self, key: str, fingerprint: str, now: datetime) -> Response | None:
        """The stored answer; raises ``Fault`` when the key was used with another request."""
        if len(key) > LONGEST_KEY:
            raise Fault(400, message=f"Idempotency Key must be at most {LONGEST_KEY} characters.")
        while self.kept and now - next(iter(self.kept.values())).at >= KEEP:
            del self.kept[next(iter(self.kept))]
        found = self.kept.get(key)
        if found is None:
            return None
        if found.fingerprint != fingerprint:
            raise Fault(400, message=f"Idempotency Key: {key} is used with a different request.")
        return Response(found.status, found.headers, found.body)

    def keep(self, key: str, fingerprint: str, response: Response, now: datetime) -> None:
        """Store the first answer."""
        self.kept[key] = Remembered(fingerprint, response.status, dict(response.headers), response.body, now)


def fingerprint(method: str, url: str, body: bytes) -> str:
    """What must be equal for a replay."""
    return sha256(b"\n".join((method.encode(), url.encode(), body))).hexdigest()


def _turn(window: Window, seconds: int, length: int, offset: int) -> None:
    start = (seconds - offset) // length * length + offset
    if start > window.start:
        window.start, window.used = start, 0
