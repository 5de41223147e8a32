"""Whatever Provet's lists hold: every record is read or set aside, or the page is an error. Never a gap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from daemon.errors import ReconError
from daemon.ports import Request, Response
from daemon.transport.answers import Batch
from daemon.transport.call import Priority
from tests.provet.tenant import Tenant
from tests.support.garbling import garbled, spoiled_elements

ROUNDS = 150


def stocked() -> Tenant:
    tenant = Tenant()
    for name in ("Quinn", "Ng", "Ortiz"):
        client = tenant.new_client(lastname=name, email=f"{name}@example.test".lower(), street_address="4 Mill Lane")
        tenant.visit(client, "10.00", "20.50")
        invoice = tenant.visit(client, "99.99")
        tenant.system.hands.pay_in_full(invoice, 1, tenant.now)
    return tenant


def stream(tenant: Tenant, resource: str) -> AsyncIterator[Batch[Any]]:
    match resource:
        case "client":
            return tenant.client.contacts(None, priority=Priority.FULL)
        case "invoicepayment":
            return tenant.client.payments(None, priority=Priority.FULL)
        case _:
            return tenant.client.documents(None, priority=Priority.FULL)


@pytest.mark.parametrize("resource", ["client", "invoice", "invoicepayment"])
async def test_a_spoiled_record_is_set_aside_and_the_rest_goes_on(resource: str) -> None:
    seed = 20261122
    print("seed", seed)
    rng = Random(seed)
    tenant = stocked()
    kept = 0
    for round_ in range(ROUNDS):
        listed = 0

        def spoil(request: Request, response: Response) -> Response:
            nonlocal listed
            if f"/{resource}/" not in request.url or response.status != 200:
                return response
            body, count = spoiled_elements(response.body, ("results",), rng)
            listed += count
            return Response(200, response.headers, body)

        tenant.spoil = spoil
        batches = [batch async for batch in stream(tenant, resource)]
        read = sum(len(batch.records) for batch in batches)
        aside = sum(len(batch.unreadable) for batch in batches)
        assert read + aside == listed, f"round {round_}"
        kept += read
    assert kept > ROUNDS, "records beside a spoiled one are kept"


async def test_a_spoiled_row_sets_its_invoice_aside_or_is_an_error() -> None:
    seed = 20261124
    print("seed", seed)
    rng = Random(seed)
    tenant = stocked()
    true = {record.id: record async for batch in stream(tenant, "invoice") for record in batch.records}
    refused = 0
    for _ in range(ROUNDS):

        def spoil(request: Request, response: Response) -> Response:
            if "/invoicerow/" not in request.url or response.status != 200:
                return response
            return Response(200, response.headers, spoiled_elements(response.body, ("results",), rng)[0])

        tenant.spoil = spoil
        try:
            batches = [batch async for batch in stream(tenant, "invoice")]
        except ReconError:
            refused += 1
            continue
        read = [record.id for batch in batches for record in batch.records]
        aside = [one.id for batch in batches for one in batch.unreadable]
        assert sorted(read + aside) == sorted(true)
    assert refused < ROUNDS


@pytest.mark.parametrize("resource", ["client", "invoice", "invoicerow", "invoicepayment"])
async def test_a_page_that_broke_is_an_error_of_ours_or_read_whole(resource: str) -> None:
    seed = 20261123
    print("seed", seed)
    rng = Random(seed)
    tenant = stocked()
    tenant.spoil = lambda _, response: response
    whole = [record.id async for batch in stream(tenant, resource) for record in batch.records]
    failed = 0
    for _ in range(ROUNDS):

        def spoil(request: Request, response: Response) -> Response:
            if f"/{resource}/" not in request.url or response.status != 200:
                return response
            return Response(200, response.headers, garbled(response.body, rng))

        tenant.spoil = spoil
        try:
            batches = [batch async for batch in stream(tenant, resource)]
        except ReconError:
            failed += 1
            continue
        seen = [record.id for batch in batches for record in batch.records]
        aside = sum(len(batch.unreadable) for batch in batches)
        assert len(seen) + aside >= len(whole)
    assert failed > ROUNDS / 2
