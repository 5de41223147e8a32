"""The audit log, and what can be learnt from the decisions in it."""

from __future__ import annotations

import datetime as dt

from daemon.protocol.base import Message


class AuditEntry(Message, frozen=True, kw_only=True):
    """One line of the audit log; ``number`` counts from 1, ``hash`` chains it to the one before."""

    number: int
    at: dt.datetime
    actor: str
    action: str
    practice: str
    subject: str
    text: str
    hash: str


class AuditPage(Message, frozen=True, kw_only=True):
    entries: tuple[AuditEntry, ...]


class AuditProof(Message, frozen=True, kw_only=True):
    """Whether the chain holds; ``broken_at`` is the number of the first entry that does not fit.

    ``checked`` of the ``entries`` were looked at; ``resume`` is the hash to go on with behind them, "" if none is left.
    """

    ok: bool
    entries: int
    head: str
    broken_at: int | None = None
    message: str = ""
    checked: int = 0
    resume: str = ""


class KindRecord(Message, frozen=True, kw_only=True):
    """What people decided on one kind of discrepancy in one practice.

    ``unchanged`` of the ``approved`` took the option that was recommended; ``policy`` is what settings say now.
    """

    practice: str
    kind: str
    policy: str
    approved: int = 0
    unchanged: int = 0
    rejected: int = 0
    undone: int = 0


class Autonomy(Message, frozen=True, kw_only=True):
    """Which kinds have earned to be corrected automatically, as far as decisions can tell."""

    kinds: tuple[KindRecord, ...]
