"""Logging: one line an event, JSON under systemd, and nothing in it that could be secret or personal.

A key is shown only if ``SHOWN`` or a suffix of ``SHOWN_ENDS`` names it; of an exception stand its type and its place,
its words only if it is one of our own. The event itself is a constant text.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from decimal import Decimal
from types import TracebackType
from typing import Any, TextIO

import structlog

from daemon.errors import ReconError
from daemon.safe import safe

SHOWN = frozenset(
    {
        *("event", "level", "timestamp", "logger", "error", "reason", "at"),
        *("practice", "system", "kind", "action", "status", "state", "mode", "method", "endpoint", "attempt"),
        *("id", "correction", "discrepancy", "step", "intent", "cursor", "epoch", "seq", "signal", "version"),
        *("count", "total", "uid", "pid", "port"),
    }
)
"""Keys whose values are ids, counts and words of this program. Add no key that may hold text from a person."""
SHOWN_ENDS = ("_id", "_ids", "_count", "_s", "_bytes")
HIDDEN = "[hidden]"
LONGEST_VALUE = 300
FRAMES = 12

Event = MutableMapping[str, Any]


def set_up(level: str, log_format: str, stream: TextIO) -> None:
    """Send all logging of the process to ``stream``; may be called again after a reload.

    ``log_format`` is json, console, or auto: console on a terminal, else json. Standard logging of this program
    follows ``level``; that of libraries is heard from warnings up.
    """
    console = log_format == "console" or (log_format == "auto" and stream.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            describe_exception,
            hide,
            structlog.dev.ConsoleRenderer(colors=stream.isatty()) if console else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[Forwarding()], force=True)
    logging.getLogger("daemon").setLevel(level.upper())


def describe_exception(_logger: object, _name: str, event: Event) -> Event:
    """Replace a passed exception by its type, its place and, for our own errors, its words."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given is True else (given or (0, 0))[1]
    if isinstance(error, BaseException):
        event["error"] = _type_names(error)
        event["at"] = _frames(error.__traceback__)
        if isinstance(error, ReconError):
            event["reason"] = str(error)
    return event


def hide(_logger: object, _name: str, event: Event) -> Event:
    """Hide the values of keys that are not known to be harmless; keep the others on one bounded line."""
    return {key: _bounded(value) if _is_shown(key) else HIDDEN for key, value in event.items()}


class Forwarding(logging.Handler):
    """Hands standard logging to structlog; of a library's message only its template's first line, without values."""

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.split(".")[0] in {"daemon", "tui"}
        text = record.getMessage() if ours else str(record.msg).partition("\n")[0]
        structlog.get_logger().log(record.levelno, text, logger=record.name, exc_info=record.exc_info)


def _is_shown(key: str) -> bool:
    return key in SHOWN or key.endswith(SHOWN_ENDS)


def _bounded(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value if not isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        return HIDDEN
    if isinstance(value, list | tuple):
        return [_bounded(item) for item in value[:FRAMES]]
    return safe(str(value), LONGEST_VALUE)


def _type_names(error: BaseException) -> str:
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    names = type(error).__name__ + (f"({', '.join(map(_type_names, inner))})" if inner else "")
    return f"{names} from {_type_names(error.__cause__)}" if error.__cause__ else names


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in traceback.extract_tb(trace)[-FRAMES:]]
