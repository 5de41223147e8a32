"""What every message is made of, its bounds, who asks, and how a refusal reads."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

import msgspec

DEFAULT_SOCKET = "/run/reconciled/control.sock"
PAGE_MAX = 500
BODY_MAX = 64 * 1024
REASON_MAX = 1000
TEXT_MAX = 200

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]
Short = Annotated[str, msgspec.Meta(max_length=64)]
Moment = Annotated[dt.datetime, msgspec.Meta(tz=True)]
Several = Annotated[tuple[Short, ...], msgspec.Meta(max_length=64)]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all messages: unknown fields are ignored, so that an older client understands a newer daemon."""


class Role(StrEnum):
    """What an operator may do: look, or look and decide."""

    VIEWER = "viewer"
    APPROVER = "approver"


class Operator(Message, frozen=True, kw_only=True):
    """The person behind a connection, as the kernel names them."""

    uid: int
    login: str
    role: Role


class Problem(Message, frozen=True, kw_only=True):
    code: str
    message: str
    hint: str = ""


class Failure(Message, frozen=True, kw_only=True):
    """The body of every answer that is not 2xx."""

    error: Problem
