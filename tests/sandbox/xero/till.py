"""A caller of the simulated Xero: spells requests, keeps the clock, and has every exchange judged."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from daemon.ports import Request, Response
from daemon.sandbox.xero import XeroConfig, XeroSystem
from tests.support.openapi import check_exchange

TENANT = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"
ORIGIN = "http://localhost"
START = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
CONFIG = XeroConfig("app", "secret", TENANT, webhook_url="http://localhost:9/webhooks/xero", webhook_key="key")
_decoder = msgspec.json.Decoder(float_hook=Decimal)


@dataclass
class Till:
    """One authorised caller; ``now`` moves only when told."""

    config: XeroConfig = CONFIG
    now: datetime = START
    rng: Random = field(default_factory=lambda: Random(7))
    system: XeroSystem = field(init=False)
    token: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.system = XeroSystem(self.config)
        self.log_in()

    def log_in(self) -> None:
        self.token = self.grant(grant_type="client_credentials")["access_token"]

    def grant(self, **form: str) -> dict[str, Any]:
        return json.loads(self.form("/connect/token", **form).body)

    def form(self, path: str, **form: str) -> Response:
        full = {"client_id": self.config.client_id, "client_secret": self.config.client_secret, **form}
        body = "&".join(f"{key}={value}" for key, value in full.items()).encode()
        return self.system.handle(Request("POST", ORIGIN + path, {}, body), self.now, self.rng)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        sent = {
            "Authorization": f"Bearer {self.token}",
            "xero-tenant-id": self.config.tenant_id,
            "Accept": "application/json",
            "Content-Type": "application/json",
            **names,
        }
        encoded = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = Request(method, f"{ORIGIN}/api.xro/2.0/{path}", sent, encoded)
        response = self.system.handle(request, self.now, self.rng)
        check_exchange(request, response)
        return response

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """A call that must succeed."""
        response = self.send(method, path, body, **headers)
        assert response.status == 200, response
        return decoded(response)

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> list[str]:
        """The messages of a call that must be refused by validation."""
        response = self.send(method, path, body, **headers)
        payload = decoded(response)
        assert (response.status, payload["Type"]) == (400, "ValidationException"), response
        return [error["Message"] for element in payload["Elements"] for error in element["ValidationErrors"]]

    def tick(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)

    def contact(self, name: str = "Aino Virtanen (12)", **fields: Any) -> str:
        return str(self.call("PUT", "Contacts", {"Contacts": [{"Name": name, **fields}]})["Contacts"][0]["ContactID"])

    def invoice(self, contact_id: str, number: str = "PV-1001", **fields: Any) -> dict[str, Any]:
        return dict(
            self.call("PUT", "Invoices?unitdp=4", {"Invoices": [sale(contact_id, number, **fields)]})["Invoices"][0]
        )

    def credit(self, contact_id: str, number: str = "PV-9001", **fields: Any) -> dict[str, Any]:
        note = {
            "Type": "ACCRECCREDIT",
            "Contact": {"ContactID": contact_id},
            "CreditNoteNumber": number,
            "Status": "AUTHORISED",
            "Date": "2026-11-21",
            "LineAmountTypes": "Inclusive",
            "LineItems": [line("10.00")],
            **fields,
        }
        return dict(self.call("PUT", "CreditNotes", {"CreditNotes": [note]})["CreditNotes"][0])

    def pay(self, document_id: str, amount: str, **fields: Any) -> dict[str, Any]:
        return dict(self.call("PUT", "Payments", {"Payments": [money(document_id, amount, **fields)]})["Payments"][0])

    def read(self, document_id: str, plural: str = "Invoices") -> dict[str, Any]:
        return dict(self.call("GET", f"{plural}/{document_id}")[plural][0])


def line(amount: str = "24.15", **fields: Any) -> dict[str, Any]:
    standard = {"Description": "Consultation", "Quantity": 1, "UnitAmount": float(amount)}
    return {**standard, "AccountCode": "200", "TaxType": "OUTPUT2", **fields}


def sale(contact_id: str, number: str = "PV-1001", **fields: Any) -> dict[str, Any]:
    return {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact_id},
        "InvoiceNumber": number,
        "Status": "AUTHORISED",
        "Date": "2026-11-20",
        "DueDate": "2026-12-04",
        "LineAmountTypes": "Inclusive",
        "LineItems": [line()],
        **fields,
    }


def money(document_id: str, amount: str, **fields: Any) -> dict[str, Any]:
    paid = {"Invoice": {"InvoiceID": document_id}, "Account": {"Code": "090"}, "Date": "2026-11-21"}
    return {**paid, "Amount": float(amount), "Reference": "Provet payment 5", **fields}


def decoded(response: Response) -> Any:
    return _decoder.decode(response.body)
