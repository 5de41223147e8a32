"""Lists longer than Xero gives out by one request."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from daemon.core.correction import CreatePayment
from daemon.errors import Rejected
from daemon.ports import Request, Response
from daemon.transport.answers import Batch
from daemon.transport.call import Priority
from tests.xero.organisation import Organisation, posting

FULL = Priority.FULL


async def crowded(most: int, days: int, count: int = 48) -> Organisation:
    organisation = Organisation(most_selected=most)
    first = dt.date(2026, 1, 5)
    await organisation.stock(
        *(posting(str(3000 + n), date=first + dt.timedelta(days=n * days // count)) for n in range(count))
    )
    return organisation


async def read(stream: AsyncIterator[Batch[Any]]) -> tuple[list[str], dt.datetime | None]:
    ids: list[str] = []
    stamp: dt.datetime | None = None
    async for batch in stream:
        ids += [record.id for record in batch.records]
        stamp = batch.stamp or stamp
    return ids, stamp


async def test_a_list_that_is_refused_whole_is_read_by_spans_of_dates() -> None:
    organisation = await crowded(most=15, days=200)
    ids, stamp = await read(organisation.client.documents(None, priority=FULL))
    assert len(ids) == len(set(ids)) == 48
    assert stamp is not None


async def test_payments_are_read_by_spans_too() -> None:
    organisation = await crowded(most=15, days=200)
    steps = [
        CreatePayment(
            payment_id=str(4000 + n),
            document_id=str(3000 + n),
            credit=False,
            amount=posting().gross,
            date=dt.date(2026, 6, 1) + dt.timedelta(days=n),
            account="090",
            reference=f"Provet payment {4000 + n}",
            label="",
        )
        for n in range(40)
    ]
    await organisation.apply(*steps)
    ids, _ = await read(organisation.client.payments(None, priority=FULL))
    assert len(ids) == len(set(ids)) == 40


async def test_a_change_in_a_span_that_was_read_is_not_passed_by() -> None:
    organisation = await crowded(most=15, days=200)
    listed = 0
    changed_at: dt.datetime | None = None

    def late_edit(request: Request, response: Response) -> Response:
        nonlocal listed, changed_at
        if "/Invoices?" in request.url and response.status == 200:
            listed += 1
            if listed == 2:
                first = organisation.ids[next(iter(key for key in organisation.ids if key[1] == "3000"))]
                organisation.system.void_document(first, organisation.now, organisation.rng)
                changed_at = organisation.now
        return response

    organisation.spoil = late_edit
    _, stamp = await read(organisation.client.documents(None, priority=FULL))
    assert changed_at is not None
    assert stamp is not None
    assert stamp <= changed_at


async def test_a_day_with_too_many_is_an_error_not_a_gap() -> None:
    organisation = await crowded(most=15, days=1)
    with pytest.raises(Rejected) as refused:
        await read(organisation.client.documents(None, priority=FULL))
    assert refused.value.number == 51
