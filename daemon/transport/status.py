"""What an HTTP status means: which error of daemon.errors an answer stands for. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from daemon.errors import BadMessage, InDoubt, RateLimited, ReconError, Rejected, Unauthorised, Unreachable
from daemon.ports import Request, Response
from daemon.transport.budgets import limit_problem, retry_after_s

MESSAGES_MAX = 20
MESSAGE_LENGTH_MAX = 500


TRIED_AGAIN = "it is tried again by itself; if it lasts, check the address in the settings and the system's status page"


_DISCONNECTED = "AuthenticationUnsuccessful"
"""Xero's word, with a 403, for an organisation that the app has lost (docs/reference/xero.md 5.1)."""


class Forbidden(Unauthorised):
    """The app is connected, a permission is missing: a caller that can do without this resource goes on.

    ``access`` is what was not allowed: "read Payments".
    """

    def __init__(self, message: str, *, hint: str, request: Request) -> None:
        super().__init__(message, hint=hint)
        names = [name for name in urlsplit(request.url).path.split("/") if name.isalpha()]
        self.access = f"{'read' if request.method == 'GET' else 'write'} {names[-1] if names else 'anything'}"


class TooLarge(InDoubt):
    """The answer went over the size limit; a smaller page may help."""


class Garbled(BadMessage):
    """A body that does not decode but may when it is read again."""


class PageTooLarge(BadMessage):
    """A read that went over the size limit: ask for fewer records."""


def place(request: Request) -> str:
    """A request as errors name it: never its query, headers or body."""
    try:
        url = urlsplit(request.url)
        port = f":{url.port}" if url.port else ""
    except ValueError:
        return f"{request.method} (no URL)"
    return f"{request.method} {url.hostname or ''}{port}{url.path}"


def read_error(request: Request, response: Response) -> ReconError | None:
    """The error that the answer to a read stands for; None if it is a good one."""
    if response.status < 300 or response.status == 304:
        return None
    if response.status >= 500:
        return Unreachable(f"{place(request)}: status {response.status}", hint=TRIED_AGAIN)
    common = _common_error(request, response)
    return common or _rejected(request, response)


def write_error(request: Request, response: Response) -> ReconError | None:
    """The error that the answer to a write stands for; None for a definite answer, which may be a refusal.

    ``InDoubt``: it may have been executed. ``RateLimited`` and ``Unauthorised``: it was not.
    """
    if response.status >= 500 or response.status == 408:
        return InDoubt(f"{place(request)}: status {response.status}")
    return _common_error(request, response)


def _common_error(request: Request, response: Response) -> ReconError | None:
    where = place(request)
    if 300 <= response.status < 400 or response.status < 200:
        return BadMessage(f"{where}: status {response.status}, redirects are not followed", hint="check base_url")
    if lacks_scope(response):
        hint = "grant the scopes and connect again"
        return Forbidden(f"{where}: the token lacks a scope", hint=hint, request=request)
    if response.status == 401:
        return Unauthorised(f"{where}: the token is not accepted")
    if response.status == 403 and _DISCONNECTED in messages_of(response.body):
        return Unauthorised(f"{where}: the app is not connected to the organisation")
    if response.status == 403:
        hint = "check the connection and the integration's permissions"
        return Forbidden(f"{where}: forbidden", hint=hint, request=request)
    if response.status == 429:
        return RateLimited(
            f"{where}: too many calls", retry_after_s=retry_after_s(response), problem=limit_problem(response)
        )
    return None


def _rejected(request: Request, response: Response) -> Rejected:
    messages = messages_of(response.body)
    text = f"{place(request)}: status {response.status}" + (f", {messages[0]}" if messages else "")
    return Rejected(text, status=response.status, messages=messages, number=_number_of(response.body))


def lacks_scope(response: Response) -> bool:
    """Whether a 401 or 403 is about scopes, which no new token mends (docs/reference/xero.md 2.4)."""
    return response.status in (401, 403) and "insuffic" in response.headers.get("www-authenticate", "").lower()


def messages_of(body: bytes) -> tuple[str, ...]:
    """The texts of an error body of either system: validation errors first, else every text it holds; bounded."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return ()
    found = list(_validation_errors(value)) or list(_texts(value))
    return tuple(dict.fromkeys(text[:MESSAGE_LENGTH_MAX] for text in found[:MESSAGES_MAX]))


def _number_of(body: bytes) -> int:
    try:
        return msgspec.json.decode(body, type=_Numbered).number
    except (msgspec.MsgspecError, RecursionError):
        return 0


class _Numbered(msgspec.Struct):
    number: int = msgspec.field(default=0, name="ErrorNumber")


def _validation_errors(value: object) -> Iterator[str]:
    elements = value.get("Elements") if isinstance(value, dict) else None
    for element in elements if isinstance(elements, list) else []:
        errors = element.get("ValidationErrors") if isinstance(element, dict) else None
        for error in errors if isinstance(errors, list) else []:
            if isinstance(error, dict) and isinstance(error.get("Message"), str):
                yield error["Message"]


def _texts(value: object, key: str = "", depth: int = 0) -> Iterator[str]:
    if isinstance(value, str) and value:
        yield value if key.lower() in ("", "message", "detail", "error", "non_field_errors") else f"{key}: {value}"
    elif isinstance(value, list) and depth < 4:
        for item in value:
            yield from _texts(item, key, depth + 1)
    elif isinstance(value, dict) and depth < 4:
        for name, item in value.items():
            if name not in ("Type", "Title", "Instance"):
                yield from _texts(item, str(name), depth + 1)
