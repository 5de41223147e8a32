"""Whatever Xero's lists and answers hold: every record is read or set aside, every written element has an outcome."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from daemon.core.correction import CreateDocument
from daemon.errors import BadMessage, InDoubt, ReconError
from daemon.ports import Request, Response
from daemon.transport.answers import Batch, Refused
from daemon.transport.call import Priority
from daemon.xero.requests import plan_requests
from tests.support.garbling import garbled, spoiled, spoiled_elements
from tests.xero.organisation import RATES, Organisation, posting

ROUNDS = 120
NAMES = ("Contacts", "Invoices", "CreditNotes", "Payments")


async def stocked() -> Organisation:
    organisation = Organisation()
    await organisation.stock(*(posting(str(3051 + n), credit=n > 3) for n in range(6)))
    return organisation


def stream(organisation: Organisation, resource: str) -> AsyncIterator[Batch[Any]]:
    if resource == "Contacts":
        return organisation.client.contacts(None, priority=Priority.FULL)
    return organisation.client.documents(None, priority=Priority.FULL)


@pytest.mark.parametrize("resource", ["Contacts", "Invoices", "CreditNotes"])
async def test_a_spoiled_record_is_set_aside_and_the_rest_goes_on(resource: str) -> None:
    seed = 20261122
    print("seed", seed)
    rng = Random(seed)
    organisation = await stocked()
    whole = sum([len(batch.records) async for batch in stream(organisation, resource)])
    kept = refused = 0
    for round_ in range(ROUNDS):

        def spoil(request: Request, response: Response) -> Response:
            if f"/{resource}?" not in request.url or response.status != 200:
                return response
            return Response(200, response.headers, spoiled_elements(response.body, NAMES, rng)[0])

        organisation.spoil = spoil
        try:
            batches = [batch async for batch in stream(organisation, resource)]
        except ReconError:
            refused += 1
            continue
        read = sum(len(batch.records) for batch in batches)
        assert read + sum(len(batch.unreadable) for batch in batches) == whole, f"round {round_}"
        kept += read
    assert kept > ROUNDS / 2
    assert refused < ROUNDS / 4, "only an order that cannot be trusted makes a page an error"


@pytest.mark.parametrize("resource", ["Contacts", "Invoices", "CreditNotes"])
async def test_a_page_that_broke_is_an_error_of_ours_or_read_whole(resource: str) -> None:
    seed = 20261123
    print("seed", seed)
    rng = Random(seed)
    organisation = await stocked()
    whole = sum([len(batch.records) async for batch in stream(organisation, resource)])
    failed = 0
    for _ in range(ROUNDS):

        def spoil(request: Request, response: Response) -> Response:
            if f"/{resource}?" not in request.url or response.status != 200:
                return response
            return Response(200, response.headers, garbled(response.body, rng))

        organisation.spoil = spoil
        try:
            batches = [batch async for batch in stream(organisation, resource)]
        except ReconError:
            failed += 1
            continue
        assert sum(len(batch.records) + len(batch.unreadable) for batch in batches) >= whole
    assert failed > ROUNDS / 2


async def test_a_spoiled_answer_to_a_write_is_never_taken_for_a_refusal() -> None:
    seed = 20261124
    print("seed", seed)
    rng = Random(seed)
    for round_ in range(ROUNDS):
        organisation = await stocked()
        steps = [(str(n), CreateDocument(posting=posting(str(5000 + n)))) for n in range(4)]
        (request,) = plan_requests(steps, organisation.resolve, RATES).requests
        whole = round_ % 2

        def spoil(_: Request, response: Response, whole: int = whole) -> Response:
            if whole:
                return Response(response.status, response.headers, garbled(response.body, rng))
            return Response(response.status, response.headers, spoiled_elements(response.body, NAMES, rng)[0])

        organisation.spoil = spoil
        try:
            outcomes = await organisation.client.send(request, idempotency_key=f"k{round_}")
        except (InDoubt, BadMessage):
            continue
        assert [outcome.key for outcome in outcomes] == ["0", "1", "2", "3"]
        assert not [outcome for outcome in outcomes if isinstance(outcome, Refused)]


def test_spoiling_changes_one_place_and_leaves_the_original_alone() -> None:
    rng = Random(1)
    value = {"a": [1, {"b": "c"}], "d": None}
    changed = [spoiled(value, rng) for _ in range(200)]
    assert value == {"a": [1, {"b": "c"}], "d": None}
    assert sum(one != value for one in changed) > 150
