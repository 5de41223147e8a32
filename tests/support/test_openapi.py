"""The OpenAPI hook finds what is wrong, at any depth, and stays silent when no document is named."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from daemon.ports import Request, Response
from tests.support.openapi import Mismatch, OpenApi, check_exchange, load

SMALL = {
    "paths": {
        "/Things": {
            "get": {
                "parameters": [{"name": "page"}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Things"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Things": {
                "type": "object",
                "properties": {"Things": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}},
            },
            "Thing": {
                "type": "object",
                "properties": {
                    "ThingID": {"type": "string", "format": "uuid"},
                    "Amount": {"type": "number"},
                    "Note": {"type": "string", "nullable": True},
                    "Parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                },
            },
        }
    },
}


def answer(*things: dict[str, Any]) -> Response:
    body = json.dumps({"Id": "x", "Things": things}).encode()
    return Response(200, {"content-type": "application/json"}, body)


def get(query: str = "") -> Request:
    return Request("GET", f"http://localhost/api.xro/2.0/Things{query}")


def test_a_right_answer_passes() -> None:
    part = {"ThingID": "2bb15054-3868-4f85-a9c6-0402ec8c1201", "Note": None}
    OpenApi(SMALL).check(get("?page=2"), answer({"Amount": 1.5, "Parts": [part]}))


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"Amount": "1.5"}, r"Things\[0\]\.Parts\[0\]\.Parts\[0\]\.Amount"),
        ({"Amount": None}, r"Parts\[0\]\.Amount"),
        ({"ThingID": "not a guid"}, r"Parts\[0\]\.ThingID"),
        ({"Amonut": 1}, "Amonut"),
    ],
)
def test_a_wrong_field_is_found_inside_recursive_schemas(part: dict[str, Any], place: str) -> None:
    with pytest.raises(Mismatch, match=place):
        OpenApi(SMALL).check(get(), answer({"Parts": [{"Parts": [part]}]}))


def test_an_unknown_operation_or_parameter_is_found() -> None:
    with pytest.raises(Mismatch, match="no query parameter 'Page'"):
        OpenApi(SMALL).check(get("?Page=2"), answer())
    with pytest.raises(Mismatch, match="no such operation"):
        OpenApi(SMALL).check(Request("POST", get().url), answer())


def test_without_a_document_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XERO_OPENAPI", raising=False)
    check_exchange(get(), answer({"Amount": "wrong"}))


@pytest.mark.skipif("XERO_OPENAPI" not in os.environ, reason="XERO_OPENAPI names no document")
@pytest.mark.parametrize(
    "invoice",
    [
        {"Payments": [{"Amount": "ten"}]},
        {"CreditNotes": [{"Allocations": [{"Amount": 1, "Date": "x", "Invoice": {"AmountDue": "1"}}]}]},
        {"Status": "PAYED"},
        {"InvoiceNumbr": "PV-1"},
    ],
)
def test_the_official_document_catches_wrong_invoices(invoice: dict[str, Any]) -> None:
    request = Request("GET", "http://localhost/api.xro/2.0/Invoices?page=1")
    good = json.dumps({"Invoices": [{"Type": "ACCREC", "Total": 24.15}]}).encode()
    bad = json.dumps({"Invoices": [invoice]}).encode()
    official = load(os.environ["XERO_OPENAPI"])
    official.check(request, Response(200, {"content-type": "application/json"}, good))
    with pytest.raises(Mismatch):
        official.check(request, Response(200, {"content-type": "application/json"}, bad))
