"""A Provet tenant with an authorised caller, for tests that speak to it through ``handle``."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlencode

from daemon.ports import Request, Response
from daemon.sandbox.provet import ProvetConfig, ProvetSystem, RowSpec

ORIGIN = "http://provet.test:8080"
START = dt.datetime(2026, 8, 3, 9, 0, tzinfo=dt.UTC)
CHECKUP = RowSpec(name="Consultation", price=Decimal(100), item=1)


class Tenant:
    """``now`` moves only by hand."""

    def __init__(self, **config: Any) -> None:
        self.config = ProvetConfig(**config)
        self.system = ProvetSystem(self.config)
        self.hands = self.system.hands
        self.now = START
        self.rng = Random(1)
        self.base = f"{ORIGIN}{self.config.base_path}"
        self.bearer = self.new_token()

    def wait(self, **span: float) -> None:
        self.now += dt.timedelta(**span)

    def let_days_pass(self, days: int) -> None:
        """Go on later, with a new token."""
        self.wait(days=days)
        self.bearer = self.new_token()

    def send(self, method: str, url: str, body: bytes = b"", **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.system.handle(Request(method, url, named, body), self.now, self.rng)

    def new_token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.config.client_id,
            "client_secret": self.config.client_secret,
        }
        answer = self.token(form)
        assert answer.status == 200, answer
        token: str = json.loads(answer.body)["access_token"]
        return token

    def token(self, form: dict[str, str], **headers: str) -> Response:
        kind = {"content_type": "application/x-www-form-urlencoded", **headers}
        return self.send("POST", f"{ORIGIN}{self.config.root}oauth2/token/", urlencode(form).encode(), **kind)

    def call(self, method: str, path: str, body: object = None) -> Response:
        headers = {"Authorization": f"Bearer {self.bearer}"}
        encoded = b"" if body is None else json.dumps(body).encode()
        return self.send(method, f"{self.base}{path}", encoded, content_type="application/json", **headers)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status == 200, answer
        return json.loads(answer.body, parse_float=Decimal)

    def ids(self, path: str) -> list[int]:
        return [record["id"] for record in self.get(path)["results"]]

    def write(self, method: str, path: str, body: object = None) -> Any:
        answer = self.call(method, path, body)
        assert 200 <= answer.status < 300, answer
        return json.loads(answer.body, parse_float=Decimal) if answer.body else None

    def refusal(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        answer = self.call(method, path, body)
        assert answer.status == 400, answer
        fields: dict[str, Any] = json.loads(answer.body)
        return fields

    def url(self, resource: str, record_id: int) -> str:
        return f"{self.base}{resource}/{record_id}/"

    def client(self, lastname: str = "Quinn", **fields: Any) -> int:
        return self.hands.create_client({"firstname": "Ada", "lastname": lastname, **fields}, self.now)

    def invoice(self, *rows: RowSpec, client: int | None = None) -> int:
        return self.hands.invoice_visit(client or self.client(), rows or (CHECKUP,), self.now)
