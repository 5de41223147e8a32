"""Webhooks: events become signed deliveries (``docs/reference/xero.md`` 17); the shell sends and repeats them."""

from __future__ import annotations

import base64
import hmac
from random import Random

import msgspec
from msgspec import Struct, field

from daemon.sandbox.system import Webhook
from daemon.sandbox.xero.config import XeroConfig
from daemon.sandbox.xero.ledger import Event

RESOURCE_ROOT = "https://api.xero.com/api.xro/2.0"
LARGEST_BODY = 50
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Delivery(Struct, frozen=True):
    """One body and the signature that goes with it."""

    signature: str
    body: bytes


class NoticeState(Struct):
    """What waits to be delivered, and the last sequence number."""

    waiting: list[Delivery] = field(default_factory=list)
    sequence: int = 0


class Notices:
    """The webhook subscription of the app."""

    def __init__(self, config: XeroConfig) -> None:
        self._config = config
        self.state = NoticeState()

    def tell(self, events: list[Event], rng: Random) -> None:
        """Queue the events of one change, several to a body; nothing without a webhook URL."""
        if not self._config.webhook_url:
            return
        for start in range(0, len(events), LARGEST_BODY):
            chunk = events[start : start + LARGEST_BODY]
            first = self.state.sequence + 1
            self.state.sequence += len(chunk)
            self._queue([self._event(event) for event in chunk], first, self.state.sequence, rng)

    def intend(self, rng: Random) -> None:
        """Queue the intent-to-receive check: three deliveries with a wrong signature and one with the right one."""
        for wrong in (True, True, True, False):
            self._queue([], 0, 0, rng, wrong=wrong)

    def take(self) -> list[Webhook]:
        """The deliveries queued since the last call."""
        waiting, self.state.waiting = self.state.waiting, []
        return [
            Webhook(
                self._config.webhook_url,
                {"content-type": "application/json; charset=utf-8", "x-xero-signature": delivery.signature},
                delivery.body,
            )
            for delivery in waiting
        ]

    def _queue(self, events: list[dict[str, object]], first: int, last: int, rng: Random, wrong: bool = False) -> None:
        entropy = "".join(rng.choices(LETTERS, k=20))
        payload = {"events": events, "firstEventSequence": first, "lastEventSequence": last, "entropy": entropy}
        body = msgspec.json.encode(payload)
        key = self._config.webhook_key + ("wrong" if wrong else "")
        signature = base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()
        self.state.waiting.append(Delivery(signature, body))

    def _event(self, event: Event) -> dict[str, object]:
        told: dict[str, object] = {
            "resourceUrl": f"{RESOURCE_ROOT}/{event.resource}/{event.id}",
            "resourceId": event.id,
            "tenantId": self._config.tenant_id,
            "tenantType": "ORGANISATION",
            "eventCategory": event.category,
            "eventType": event.type,
            "eventDateUtc": event.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{event.at.microsecond // 1000:03d}",
        }
        if event.data:
            told["data"] = event.data
        return told
