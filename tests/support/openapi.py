"""Exchanges with Xero's accounting API checked against its official OpenAPI document.

``check_exchange`` is the hook for any suite: it does nothing unless the environment variable ``XERO_OPENAPI`` names
the document. It is stricter than the document in one way: a field that the document does not know is an error, so
that a misspelt one is found in what the program sends and in what the sandbox answers. Where the real service is
known to differ from the document (docs/reference/xero.md), the difference stands in one of the tables here.
"""

from __future__ import annotations

import copy
import json
import os
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import yaml
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from daemon.ports import Request, Response

ROOT = "/api.xro/2.0"
ENVELOPE = {"Id", "Status", "ProviderName", "DateTimeUTC"}
# Fields that the service sends or takes and the document lacks, by schema (5.1, 8.2, 8.7, 9, 10.2, 16).
EXTRA_FIELDS = {
    "Invoice": {"DateString", "DueDateString", "InvoicePaymentServices", "RoundingAmount", "EnteredTotal"},
    "CreditNote": {"ID", "DateString", "DueDateString"},
    "Prepayment": {"DateString", "DueDateString"},
    "Overpayment": {"DateString", "DueDateString"},
    "LineItem": {"ValidationErrors"},
    "LineItemTracking": {"Options"},
    "HistoryRecord": {"DateUTCString", "ValidationErrors"},
    "Allocation": {"HasErrors"},
    "Contact": {"Warnings"},
    "Account": {"CreatedDateUTC"},
    "TaxRate": {"DisplayTaxRate"},
    "Error": {"Title", "Status", "Detail"},
}
# The batch inside a payment carries text (10.2); an echo in a 400 holds whatever was sent (6.3).
OTHER_TYPES = {
    ("BatchPayment", "TotalAmount"): ["number", "string"],
    ("BatchPayment", "IsReconciled"): ["boolean", "string"],
}
OPEN_SCHEMAS = {"Element"}
# The answer to a deleted allocation has a shape of its own (9).
DELETED_ALLOCATION = {
    "type": "object",
    "required": ["AllocationId", "Date", "Invoice", "IsDeleted"],
    "properties": {
        "AllocationId": {"type": "string", "format": "uuid"},
        "Amount": {"type": "number"},
        "Date": {"type": "string"},
        "Invoice": {"type": "array", "items": {"$ref": "#/components/schemas/Invoice"}},
        "IsDeleted": {"type": "boolean"},
    },
    "additionalProperties": False,
}
# Query parameters that are newer than the document or spelt otherwise there (0, 5.3).
EXTRA_PARAMETERS = {"allowBackorders", "References"}

_formats = FormatChecker(formats=())


@_formats.checks("uuid", raises=ValueError)
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or bool(UUID(value))


class Mismatch(AssertionError):
    """An exchange that the document does not allow; the message names the place."""


class OpenApi:
    """One OpenAPI 3.0 document, ready to judge exchanges."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = strict(document)
        resource: Resource[Any] = Resource(contents=self._document, specification=DRAFT4)
        self._registry: Registry[Any] = Registry().with_resource("urn:xero", resource)

    def check(self, request: Request, response: Response) -> None:
        """Raise ``Mismatch`` if the request (unless it was refused) or the answer breaks the document."""
        url = urlsplit(request.url)
        path = url.path.partition(ROOT)[2]
        place = f"{request.method} {path}"
        operation = self._operation(request.method.lower(), path, place)
        if response.status == 200:
            self._check_query(operation, url.query, place)
            if request.body:
                self._check_sent(operation, _read(request.body), f"{place} request")
        if response.status in (200, 400) and "json" in response.headers.get("content-type", ""):
            self._check_answer(request, response, operation, place)

    def _check_answer(self, request: Request, response: Response, operation: dict[str, Any], place: str) -> None:
        where = f"{place} {response.status}"
        if response.status == 400:
            self._validate({"$ref": "#/components/schemas/Error"}, _read(response.body), where)
        elif request.method == "DELETE" and "/Allocations/" in place:
            self._validate(DELETED_ALLOCATION, _read(response.body), where)
        else:
            answer = self._resolved(operation["responses"]["200"])
            self._validate(answer["content"]["application/json"]["schema"], _read(response.body), where)

    def _check_sent(self, operation: dict[str, Any], body: Any, place: str) -> None:
        """A body is one bare object or a plural envelope, whichever the document names (1)."""
        if "requestBody" not in operation:
            raise Mismatch(f"{place}: no body expected")
        schema = self._resolved(operation["requestBody"])["content"]["application/json"]["schema"]
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        key = next(iter(body), "") if isinstance(body, dict) else ""
        if isinstance(body, dict) and isinstance(body.get(key), list) and key in self._schemas and name != key:
            self._validate({"type": "array", "items": schema}, body[key], f"{place}.{key}")
        elif name in self._schemas and isinstance(body, dict) and name not in body and name.endswith("s"):
            items = self._schemas[name]["properties"].get(name, {}).get("items", schema)
            self._validate(items, body, place)
        else:
            self._validate(schema, body, place)

    def _check_query(self, operation: dict[str, Any], query: str, place: str) -> None:
        known = {self._resolved(parameter)["name"] for parameter in operation.get("parameters", ())}
        for name, _ in parse_qsl(query):
            if name not in known | EXTRA_PARAMETERS:
                raise Mismatch(f"{place}: no query parameter '{name}'")

    def _operation(self, method: str, path: str, place: str) -> dict[str, Any]:
        segments = [unquote(part) for part in path.strip("/").split("/")]
        for literal in (True, False):
            for template, item in self._document["paths"].items():
                if method in item and _fits(template.strip("/").split("/"), segments, literal):
                    found: dict[str, Any] = item[method]
                    return found
        raise Mismatch(f"{place}: no such operation")

    @property
    def _schemas(self) -> dict[str, Any]:
        schemas: dict[str, Any] = self._document["components"]["schemas"]
        return schemas

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self._document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node

    def _validate(self, schema: dict[str, Any], value: Any, place: str) -> None:
        rooted = json.loads(json.dumps(schema).replace('"#/', '"urn:xero#/'))
        validator = Draft4Validator(rooted, registry=self._registry, format_checker=_formats)
        error = next(iter(sorted(validator.iter_errors(value), key=lambda found: list(map(str, found.path)))), None)
        if error is not None:
            steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
            raise Mismatch(f"{place}{steps}: {error.message[:300]}")


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """The document with unknown fields forbidden, ``nullable`` in JSON Schema's words, and the known differences."""
    document = copy.deepcopy(document)
    for name, schema in document["components"]["schemas"].items():
        properties = schema.get("properties")
        if not properties:
            continue
        for key, described in properties.items():
            if described.get("nullable") and isinstance(described.get("type"), str):
                described["type"] = [described["type"], "null"]
            if (name, key) in OTHER_TYPES:
                described["type"] = OTHER_TYPES[name, key]
        for key in EXTRA_FIELDS.get(name, set()) | (ENVELOPE if name in properties else set()):
            properties.setdefault(key, {})
        if "x-objectArrayKey" in schema:
            for key in ENVELOPE:
                properties.setdefault(key, {})
        if name not in OPEN_SCHEMAS:
            schema["additionalProperties"] = False
    return document


def check_exchange(request: Request, response: Response) -> None:
    """Judge one exchange if ``XERO_OPENAPI`` is set and it belongs to the accounting API."""
    name = os.environ.get("XERO_OPENAPI")
    if name and ROOT in urlsplit(request.url).path:
        load(name).check(request, response)


@lru_cache(maxsize=2)
def load(name: str) -> OpenApi:
    """The document in a file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with Path(name).open(encoding="utf-8") as file:
        return OpenApi(yaml.load(file, Loader=loader))


def _read(body: bytes) -> Any:
    return json.loads(body, parse_float=lambda text: float(Decimal(text)))


def _fits(template: list[str], segments: list[str], literal: bool) -> bool:
    if len(template) != len(segments):
        return False
    pairs = zip(template, segments, strict=True)
    return all(part == segment or (not literal and part.startswith("{")) for part, segment in pairs)
