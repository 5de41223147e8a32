"""What both simulated systems have in common: one pure entry point, and webhooks queued for whoever delivers them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from daemon.ports import Request, Response


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery that a system owes: POST ``body`` to ``url``; repeated by the shell as that system would."""

    url: str
    headers: dict[str, str]
    body: bytes


class SimulatedSystem(Protocol):
    """A remote system in memory. It does no I/O and knows no clock: ``now`` (aware UTC) and ``rng`` are arguments."""

    name: str

    def handle(self, request: Request, now: datetime, rng: Random) -> Response:
        """Answer one request as the real system would, changing state where the real one does."""
        ...

    def take_webhooks(self) -> list[Webhook]:
        """Hand over the deliveries queued since the last call, oldest first."""
        ...

    def dump(self) -> bytes:
        """The whole state as JSON, so that a sandbox survives a restart."""
        ...

    def restore(self, state: bytes) -> None:
        """Take over a state that ``dump`` wrote."""
        ...
