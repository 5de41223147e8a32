"""Writing several elements: each settled on its own or all together (``docs/reference/xero.md`` 6.2, 6.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.ports import Response
from daemon.sandbox.xero.call import Answer, Call, Envelope
from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.errors import Refused
from daemon.sandbox.xero.fields import Fields, read_elements
from daemon.sandbox.xero.wire import ZERO_GUID, Element, json_response, validation_errors, without_nulls

Written = tuple[Element, tuple[str, ...]]
"""The element as saved, and the warnings that it was saved with."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How an endpoint names things: envelope key, noun in messages, id field, and its flag for a refused element."""

    plural: str
    noun: str
    id_key: str
    error_flag: str


def write_elements(
    call: Call, endpoint: Endpoint, write: Callable[[Context, Fields], Written], *, own_id: str = ""
) -> Answer:
    """Write what the body holds. ``own_id`` is the id in the path of a single update, which is always summarised."""
    elements = read_elements(call.body, endpoint.plural, endpoint.noun)
    if own_id:
        elements = elements[:1]
    each = call.flag("summarizeerrors") is False and not own_id
    ledger = call.context.ledger
    start = ledger.savepoint()
    results: list[Element] = []
    refused: list[Element] = []
    for sent in elements:
        point = ledger.savepoint()
        try:
            result, warnings = write(call.context, sent)
            results.append(_saved(result, warnings, each))
        except Refused as refusal:
            ledger.rollback(point)
            echo = _refused(sent, refusal, endpoint, own_id)
            refused.append(echo)
            results.append({**echo, "StatusAttributeString": "ERROR"})
    if refused and not each:
        ledger.rollback(start)
        return validation_exception(refused)
    return Envelope(endpoint.plural, results)


def validation_exception(elements: list[Element]) -> Response:
    """The 400 whose ``Elements`` are the refused ones."""
    return json_response(
        400,
        {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": elements,
        },
    )


def _saved(element: Element, warnings: tuple[str, ...], each: bool) -> Element:
    if warnings:
        element = {**element, "Warnings": validation_errors(warnings)}
    if each:
        element = {**element, "StatusAttributeString": "WARNING" if warnings else "OK"}
    return element


def _refused(sent: Fields, refusal: Refused, endpoint: Endpoint, own_id: str) -> Element:
    echo: Element = without_nulls(sent.sent)
    return {
        **echo,
        endpoint.id_key: own_id or echo.get(endpoint.id_key) or ZERO_GUID,
        endpoint.error_flag: True,
        "ValidationErrors": validation_errors(refusal.messages),
    }
