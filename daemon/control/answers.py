"""Results and errors as HTTP answers: JSON always, with a code for scripts and a hint for people."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from daemon.control.operations import UnknownId
from daemon.errors import InDoubt, Invalid, ReconError, Stale, Transient, Unauthorised
from daemon.protocol import Failure, Message, Problem
from daemon.safe import safe

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)

_ERRORS: tuple[tuple[type[ReconError], int, str], ...] = (
    (UnknownId, 404, "unknown_id"),
    (Stale, 409, "stale"),
    (Invalid, 400, "invalid"),
    (Unauthorised, 502, "unauthorised"),
    (InDoubt, 500, "in_doubt"),
    (Transient, 503, "unavailable"),
    (ReconError, 500, "failed"),
)
_STATUS_CODES = {400: "invalid", 403: "forbidden", 404: "unknown_path", 405: "wrong_method", 413: "too_large"}


def answer(message: Message, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(message), status=status, content_type="application/json")


def failure(status: int, code: str, message: str, hint: str = "") -> web.Response:
    """An error: ``{"error": {"code", "message", "hint"}}``. It may quote the request, so its text is made safe."""
    return answer(Failure(error=Problem(code=code, message=safe(message), hint=safe(hint))), status)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error becomes a JSON answer; an unexpected one is logged and says no more than that it happened."""
    try:
        return await handler(request)
    except ReconError as error:
        return _failure_of(error)
    except web.HTTPException as error:
        return failure(error.status, _STATUS_CODES.get(error.status, "failed"), error.reason)
    except Exception:
        log.exception("control request %s %s failed", request.method, request.path)
        return failure(500, "internal", "the daemon met an unexpected error", "see its log")


def _failure_of(error: ReconError) -> web.Response:
    status, code = next((status, code) for kind, status, code in _ERRORS if isinstance(error, kind))
    problems = error.problems if isinstance(error, Invalid) else ()
    return failure(status, code, "; ".join((str(error), *problems)), error.hint)
