"""A simulated organisation in the same process, its client, and the calls that went between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from daemon.core.correction import CreateContact, CreateDocument, Posting, PostingLine, XeroStep
from daemon.core.model import Address, Contact, Kind, System
from daemon.ports import Request, Response
from daemon.sandbox.xero.config import Limits, XeroConfig
from daemon.sandbox.xero.system import XeroSystem
from daemon.transport.answers import Done, Outcome
from daemon.transport.network import Network
from daemon.xero.client import XeroClient, XeroEndpoint, connect
from daemon.xero.requests import plan_requests
from tests.provet.tenant import SteppingClock

TENANT = "c2cc9b6e-0000-4000-8000-000000000001"
BASE = "https://api.xero.com/"
RATES = {"OUTPUT2": Decimal(20), "NONE": Decimal(0)}
Spoil = Callable[[Request, Response], Response]


class Organisation:
    """``ids`` are the links so far; ``spoil`` may change an answer on its way."""

    def __init__(self, **config: Any) -> None:
        self.clock = SteppingClock()
        own = XeroConfig(client_id="app", client_secret="secret", tenant_id=TENANT, limits=Limits(minute=600))
        self.system = XeroSystem(replace(own, **config))
        self.requests: list[Request] = []
        self.ids: dict[tuple[Kind, str], str] = {}
        self.spoil: Spoil = lambda _, response: response
        endpoint = XeroEndpoint(
            base_url=f"{BASE}api.xro/2.0/",
            token_url=f"{BASE}connect/token",
            client_id="app",
            client_secret="secret",
            tenant_id=TENANT,
        )
        self.client: XeroClient = connect(endpoint, Network(self.exchange, self.clock))
        self.rng = Random(1)

    @property
    def now(self) -> dt.datetime:
        return self.clock.utc()

    async def exchange(self, request: Request, *, timeout_s: float) -> Response:
        self.requests.append(request)
        self.clock.passed += 0.1
        response = self.system.handle(request, self.now, self.rng)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return self.spoil(request, Response(response.status, headers, response.body))

    def resolve(self, kind: Kind, provet_id: str) -> str | None:
        return self.ids.get((kind, provet_id))

    async def apply(self, *steps: XeroStep) -> list[Outcome]:
        """Plan and send; the outcomes in the order of the steps."""
        plan = plan_requests([(str(n), step) for n, step in enumerate(steps)], self.resolve, RATES)
        outcomes: list[Outcome] = list(plan.refused)
        for number, request in enumerate(plan.requests):
            key = f"{self.clock.passed:.1f}-{number}"
            outcomes += await self.client.send(request, idempotency_key=key)
        return sorted(outcomes, key=lambda outcome: int(outcome.key))

    async def stock(self, *documents: Posting) -> None:
        """One contact and these documents, linked."""
        (contact,) = await self.apply(CreateContact(client_id="812", contact=ADA))
        self.ids[Kind.CONTACT, "812"] = only_id(contact)
        outcomes = await self.apply(*(CreateDocument(posting=posting) for posting in documents))
        for posting, outcome in zip(documents, outcomes, strict=True):
            self.ids[Kind.DOCUMENT, posting.provet_id] = only_id(outcome)

    def queries(self, resource: str) -> list[dict[str, str]]:
        """The queries of the list calls of one resource."""
        urls = [urlsplit(request.url) for request in self.requests if request.method == "GET"]
        return [dict(parse_qsl(url.query)) for url in urls if url.path == f"/api.xro/2.0/{resource}"]


def only_id(outcome: Outcome) -> str:
    assert isinstance(outcome, Done), outcome
    (record,) = outcome.records
    return record.id


ADA = Contact(
    system=System.XERO,
    id="",
    updated_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
    name="Ada Quinn",
    first_name="Ada",
    last_name="Quinn",
    email="ada@example.test",
    phone="+441234",
    vat_number="GB1",
    address=Address(street="4 Mill Lane", city="Aberlow", postal_code="AB1", country="GB"),
    number="812",
)


def posting_line(gross: str = "120.00", tax: str = "20.00", **changes: Any) -> PostingLine:
    line = PostingLine(
        description="Dental",
        gross=Decimal(gross),
        tax=Decimal(tax),
        tax_code="OUTPUT2",
        account="200",
        unit_gross=Decimal(gross),
    )
    return msgspec.structs.replace(line, **changes)


def posting(provet_id: str = "3051", *, credit: bool = False, **changes: Any) -> Posting:
    found = Posting(
        provet_id=provet_id,
        credit=credit,
        number=f"INV-{provet_id}",
        reference=f"Provet invoice {provet_id}",
        client_id="812",
        date=dt.date(2026, 10, 1),
        due_date=dt.date(2026, 10, 15),
        gross=Decimal("120.00"),
        tax_by_rate={"20": Decimal("20.00")},
        lines=(posting_line(),),
        label=f"INV-{provet_id}",
    )
    return msgspec.structs.replace(found, **changes)
