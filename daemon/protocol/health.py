"""The health of practices, and cycles on request."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from daemon.protocol.base import Message, Short


class PracticeState(StrEnum):
    """The first of these that applies, in this order."""

    STARTING = "starting"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"
    GUARDED = "guarded"
    AWAITING_RELEASE = "awaiting_release"
    DRIFT = "drift"
    IN_SYNC = "in_sync"


class SystemBudget(Message, frozen=True, kw_only=True):
    """One system's calls since midnight UTC, and what is left of its limits (None: it told of none yet)."""

    calls_today: int
    day_remaining: int | None = None
    minute_remaining: int | None = None


class Budget(Message, frozen=True, kw_only=True):
    """What is left of Xero's limits (None until its first answer) and what today has used, also by system."""

    xero_day_remaining: int | None = None
    xero_minute_remaining: int | None = None
    calls_today: int = 0
    bytes_today: int = 0
    systems: dict[str, SystemBudget] = msgspec.field(default_factory=dict)


class OpenSum(Message, frozen=True, kw_only=True):
    """How many are open, and the money at stake in them."""

    count: int
    amount: str


class PracticeStatus(Message, frozen=True, kw_only=True):
    """Health of one practice. ``open`` and what is summed over it count open and approved discrepancies.

    ``open_by_policy`` says who moves next: ``automatic``, ``person``, ``hold`` or ``hand_work``. ``proofs`` is when
    each class of record was last proven equal, ``last_full`` when all were. ``trend`` is how many were open at the
    end of each of the last hours, the present one last. ``timezone`` is the practice's own, as the IANA names it.
    """

    id: str
    name: str
    mode: str
    state: PracticeState
    residual: str
    open: dict[str, int]
    open_total: int
    open_amount: str
    in_doubt: int
    hand_work: int
    excluded: int
    last_cycle: dt.datetime | None
    last_full: dt.datetime | None
    budget: Budget
    warnings: tuple[str, ...] = ()
    currency: str = ""
    timezone: str = "UTC"
    oldest_open: dt.datetime | None = None
    open_by_policy: dict[str, OpenSum] = msgspec.field(default_factory=dict)
    proofs: dict[str, dt.datetime] = msgspec.field(default_factory=dict)
    trend: tuple[int, ...] = ()

    @property
    def settled(self) -> bool:
        """Nothing is open and no step is in doubt."""
        return not self.open_total and not self.in_doubt


class Status(Message, frozen=True, kw_only=True):
    """The daemon and its practices. ``seq`` is the newest change that this answer contains."""

    version: str
    started_at: dt.datetime
    practices: tuple[PracticeStatus, ...]
    seq: int = 0


class SyncRequest(Message, frozen=True, kw_only=True):
    """A cycle now: of one practice, or of all when ``practice`` is ""."""

    practice: Short = ""
    full: bool = False


class PracticeSync(Message, frozen=True, kw_only=True):
    """One practice of a requested cycle. ``note`` says what it does, or why it is not waited for."""

    id: str
    done: bool
    note: str = ""


class SyncState(Message, frozen=True, kw_only=True):
    token: str
    done: bool
    practices: tuple[PracticeSync, ...] = ()
