"""What clients hand back: batches of records read, requests ready to send, and the outcome of each element sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar

from daemon.core.model import Kind, Record, Value

R_co = TypeVar("R_co", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One record that does not decode. ``id`` is empty if not even that can be read; ``place`` says where and why."""

    kind: Kind
    id: str
    place: str


@dataclass(frozen=True, slots=True)
class Batch(Generic[R_co]):
    """Records read together.

    ``unchanged`` are ids of documents known to be stored as they are. ``missing`` are ids asked for that the system no
    longer has. ``stamp``: every change of this stream up to that time has been handed over with this batch; None means
    that nothing can be said yet.
    """

    records: tuple[R_co, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    unchanged: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    stamp: dt.datetime | None = None


class WireRequest(Value, frozen=True, kw_only=True):
    """One write, ready to be stored as an intent and sent: the bytes never change after this.

    ``path`` is relative to the system's base URL, ``query`` already encoded. ``elements`` are the keys of the steps it
    carries, in the order of the body.
    """

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    elements: tuple[str, ...]


class Done(Value, frozen=True, kw_only=True, tag="done"):
    """Executed; ``records`` is what the answer shows of it, possibly nothing. ``warnings`` are the system's words."""

    key: str
    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()


class Refused(Value, frozen=True, kw_only=True, tag="refused"):
    """Certainly not executed, for these reasons."""

    key: str
    messages: tuple[str, ...]


class Unknown(Value, frozen=True, kw_only=True, tag="unknown"):
    """Maybe executed: the step is in doubt."""

    key: str
    why: str


Outcome = Done | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Look:
    """What a fresh reading says about a step in doubt.

    ``found``: its effect exists (``records`` are the records that show it), does not exist, or (None) cannot be told:
    then the step stays in doubt.
    """

    found: bool | None
    records: tuple[Record, ...] = ()
