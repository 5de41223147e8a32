"""The Provet client against the simulated tenant: everything comes, once, exactly, with as few calls as possible."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import TypeVar

import msgspec
import pytest

from daemon.core.correction import CancelPayment, ProvetStep, RecordPayment, UpdateClient
from daemon.core.model import DocumentStatus, Payment, Record
from daemon.errors import BadMessage
from daemon.ports import Request, Response
from daemon.provet.look import look_reads, settled
from daemon.sandbox.provet.config import Cancellation, Permission
from daemon.transport.answers import Batch, Done, Outcome, Refused
from daemon.transport.call import Priority
from tests.provet.tenant import Tenant, query_of

R = TypeVar("R", bound=Record)
POLL = Priority.POLL
FULL = Priority.FULL
D = Decimal


async def read(stream: AsyncIterator[Batch[R]]) -> tuple[list[R], Batch[R]]:
    """All records of a stream, and its last batch."""
    batches = [batch async for batch in stream]
    assert all(batch.stamp is None for batch in batches[:-1])
    return [record for batch in batches for record in batch.records], batches[-1]


async def apply(tenant: Tenant, step: ProvetStep) -> Outcome:
    return await tenant.client.send(await tenant.client.prepare("k", step))


def record_payment(invoice: int, amount: str, mark: str = "Xero payment 5f1c") -> RecordPayment:
    return RecordPayment(
        xero_id="5f1c",
        document_id=str(invoice),
        amount=D(amount),
        date=dt.date(2026, 11, 2),
        method="17",
        info=mark,
        label="",
    )


@pytest.mark.parametrize("config", [{}, {"numbers_as_strings": True, "unknown_keys": True}])
async def test_a_clinics_day_arrives(config: dict[str, bool]) -> None:
    tenant = Tenant(**config)
    client = tenant.new_client(firstname="Ada", country="GB")
    invoice = tenant.visit(client, "100.00", "10.1234")
    note = tenant.system.hands.credit(invoice, tenant.now)
    payment = tenant.system.hands.pay(invoice, D("50.00"), 1, tenant.now)
    anonymous = tenant.system.hands.sell(None, [], tenant.now)

    contacts, _ = await read(tenant.client.contacts(None, priority=FULL))
    documents, last = await read(tenant.client.documents(None, priority=FULL))
    payments, _ = await read(tenant.client.payments(None, priority=FULL))

    assert [(c.id, c.name, c.phone, c.address.country) for c in contacts] == [
        (str(client), "Ada Quinn", "+441234", "GB")
    ]
    by_id = {document.id: document for document in documents}
    assert set(by_id) == {str(invoice), str(note), str(anonymous)}
    own = by_id[str(invoice)]
    assert own.gross == sum((line.gross for line in own.lines), D(0)) == D("132.15")
    assert own.balance == D("82.15")
    assert [line.account for line in own.lines] == ["200", "200"]
    assert [line.tax_code for line in own.lines] == ["group:1", "group:1"]
    assert (by_id[str(note)].credit, by_id[str(note)].credits) == (True, str(invoice))
    assert by_id[str(anonymous)].contact_id == ""
    assert [(p.id, p.document_id, p.amount, p.method) for p in payments] == [(str(payment), str(invoice), D(50), "1")]
    assert last.stamp == max(document.updated_at for document in documents)


async def test_a_full_reading_pages_by_id_and_misses_nothing() -> None:
    tenant = Tenant()
    client = tenant.new_client()
    wanted = {str(tenant.visit(client, "10.00")) for _ in range(450)}
    documents, _ = await read(tenant.client.documents(None, priority=FULL))
    assert {document.id for document in documents} == wanted
    assert len(documents) == 450
    assert [query_of(query).get("id__gt") for query in tenant.lists("invoice")] == [
        None,
        max(sorted(wanted, key=int)[:200], key=int),
        max(sorted(wanted, key=int)[:400], key=int),
    ]


async def test_a_poll_sees_only_what_changed_and_asks_in_utc() -> None:
    tenant = Tenant(timezone="America/New_York")
    client = tenant.new_client()
    tenant.visit(client, "10.00")
    tenant.clock.passed += 3600
    since = tenant.now + dt.timedelta(microseconds=999)
    fresh = tenant.visit(client, "20.00")
    documents, last = await read(tenant.client.documents(since, priority=POLL))
    assert [document.id for document in documents] == [str(fresh)]
    assert "modified__gte=2026-11-02T09%3A00%3A00%2B00%3A00" in tenant.lists("invoice")[0]
    assert last.stamp is not None
    assert last.stamp >= since.replace(microsecond=0)
    nothing, last = await read(tenant.client.documents(tenant.now + dt.timedelta(hours=1), priority=POLL))
    assert (nothing, last.stamp) == ([], None)


async def test_an_ignored_time_filter_is_noticed() -> None:
    tenant = Tenant(ignored_filters=frozenset({"modified__gte", "id__gt"}))
    client = tenant.new_client()
    for _ in range(120):
        tenant.visit(client, "10.00")
    tenant.clock.passed += 3600
    fresh = tenant.visit(client, "20.00")
    documents, _ = await read(tenant.client.documents(tenant.now, priority=POLL))
    assert [document.id for document in documents] == [str(fresh)]


async def test_where_ids_are_ignored_links_are_followed() -> None:
    tenant = Tenant(ignored_filters=frozenset({"id__gt"}))
    client = tenant.new_client()
    wanted = {str(tenant.visit(client, "10.00")) for _ in range(450)}
    documents, _ = await read(tenant.client.documents(None, priority=FULL))
    assert {document.id for document in documents} == wanted


async def test_rows_of_known_documents_are_not_fetched() -> None:
    tenant = Tenant()
    client = tenant.new_client()
    old, new = tenant.visit(client, "10.00"), tenant.visit(client, "20.00")
    asked: list[tuple[str, dt.datetime]] = []

    async def known(found: list[tuple[str, dt.datetime]]) -> set[str]:
        asked.extend(found)
        return {str(old)}

    batches = [batch async for batch in tenant.client.documents(None, known=known, priority=FULL)]
    assert [name for name, _ in asked] == [str(old), str(new)]
    assert batches[0].unchanged == (str(old),)
    assert [document.id for document in batches[0].records] == [str(new)]
    assert [query_of(query)["invoice__in"] for query in tenant.lists("invoicerow")] == [str(new)]


async def test_rows_come_for_fifty_documents_a_call() -> None:
    tenant = Tenant()
    client = tenant.new_client()
    for _ in range(120):
        tenant.visit(client, "10.00", "5.00", "1.00", "2.00", "3.00")
    documents, _ = await read(tenant.client.documents(None, priority=FULL))
    assert all(len(document.lines) == 5 for document in documents)
    firsts = [query for query in tenant.lists("invoicerow") if "id__gt" not in query]
    assert [query_of(query)["invoice__in"].count("%2C") + 1 for query in firsts] == [50, 50, 20]


async def test_an_item_is_read_once_and_forbidden_ones_never() -> None:
    tenant = Tenant()
    client = tenant.new_client()
    await tenant.client.reference()
    before = len(tenant.lists("item"))
    for _ in range(3):
        tenant.visit(client, "10.00")
        await read(tenant.client.documents(None, priority=FULL))
    assert len(tenant.lists("item")) == before
    closed = Tenant(denied=frozenset({Permission.ITEMS}))
    closed.visit(closed.new_client(), "10.00")
    documents, _ = await read(closed.client.documents(None, priority=FULL))
    assert [line.account for line in documents[0].lines] == [""]


async def test_one_unreadable_record_does_not_stop_its_page() -> None:
    tenant = Tenant()
    client = tenant.new_client()
    good, bad = tenant.visit(client, "10.00"), tenant.visit(client, "20.00")

    def spoil(request: Request, response: Response) -> Response:
        if "/invoice/?" not in request.url:
            return response
        page = msgspec.json.decode(response.body)
        page["results"][1]["total_with_vat"] = {"weird": []}
        return Response(response.status, response.headers, msgspec.json.encode(page))

    tenant.spoil = spoil
    batches = [batch async for batch in tenant.client.documents(None, priority=FULL)]
    assert [document.id for document in batches[0].records] == [str(good)]
    (unreadable,) = batches[0].unreadable
    assert unreadable.id == str(bad)
    assert "total_with_vat" in unreadable.place


async def test_one_unreadable_row_sets_its_document_aside() -> None:
    tenant = Tenant()
    client = tenant.new_client()
    good, bad = tenant.visit(client, "10.00"), tenant.visit(client, "20.00", "30.00")

    def spoil(request: Request, response: Response) -> Response:
        if "/invoicerow/?" not in request.url:
            return response
        page = msgspec.json.decode(response.body)
        page["results"][-1]["sum_total"] = "1,50"
        return Response(response.status, response.headers, msgspec.json.encode(page))

    tenant.spoil = spoil
    batches = [batch async for batch in tenant.client.documents(None, priority=FULL)]
    assert [document.id for document in batches[0].records] == [str(good)]
    assert [unreadable.id for unreadable in batches[0].unreadable] == [str(bad)]


async def test_a_garbled_page_is_read_again_and_never_skipped() -> None:
    tenant = Tenant()
    tenant.visit(tenant.new_client(), "10.00")
    garbled = 0

    def spoil(request: Request, response: Response) -> Response:
        nonlocal garbled
        if "/invoicepayment/?" in request.url or "/invoice/?" in request.url:
            garbled += 1
            if garbled == 1 or "/invoicepayment/" in request.url:
                return Response(200, {}, response.body[:-5])
        return response

    tenant.spoil = spoil
    documents, _ = await read(tenant.client.documents(None, priority=FULL))
    assert len(documents) == 1
    with pytest.raises(BadMessage):
        await read(tenant.client.payments(None, priority=FULL))


async def test_a_hostile_next_link_is_never_visited() -> None:
    tenant = Tenant(ignored_filters=frozenset({"id__gt"}))
    client = tenant.new_client()
    for _ in range(60):
        tenant.visit(client, "10.00")

    def spoil(request: Request, response: Response) -> Response:
        body = response.body.replace(b"provetcloud.com/54321/api/0.1/invoice/?", b"evil.test/54321/api/0.1/invoice/?")
        return Response(response.status, response.headers, body)

    tenant.spoil = spoil
    with pytest.raises(BadMessage, match="elsewhere"):
        await read(tenant.client.documents(tenant.now - dt.timedelta(days=1), priority=POLL))
    assert all("evil" not in request.url for request in tenant.requests)


async def test_links_that_go_round_are_noticed() -> None:
    tenant = Tenant(ignored_filters=frozenset({"id__gt"}))
    client = tenant.new_client()
    for _ in range(60):
        tenant.visit(client, "10.00")

    def spoil(request: Request, response: Response) -> Response:
        if "/invoice/?" not in request.url:
            return response
        page = msgspec.json.decode(response.body)
        page["next"] = request.url.split("?")[0] + "?page=1"
        return Response(response.status, response.headers, msgspec.json.encode(page))

    tenant.spoil = spoil
    with pytest.raises(BadMessage, match="leads back"):
        await read(tenant.client.documents(tenant.now - dt.timedelta(days=1), priority=POLL))


async def test_records_by_id_and_what_is_gone() -> None:
    tenant = Tenant()
    client, other = tenant.new_client(), tenant.new_client()
    invoice = tenant.visit(client, "10.00")
    payment = tenant.system.hands.pay(invoice, D(5), 0, tenant.now)
    tenant.system.hands.delete_client(other, tenant.now)
    contacts = await tenant.client.contacts_by_id([str(client), str(other), "../x"], priority=POLL)
    assert ([c.id for c in contacts.records], contacts.missing) == ([str(client)], (str(other),))
    documents = await tenant.client.documents_by_id([str(invoice), "999"], priority=POLL)
    assert ([d.id for d in documents.records], documents.missing) == ([str(invoice)], ("999",))
    payments = await tenant.client.payments_by_id([str(payment)], priority=POLL)
    assert [p.id for p in payments.records] == [str(payment)]


@pytest.mark.parametrize("ignored", [frozenset(), frozenset({"invoice__in"})])
async def test_payments_of_documents_even_without_the_filter(ignored: frozenset[str]) -> None:
    tenant = Tenant(ignored_filters=ignored)
    client = tenant.new_client()
    invoices = [tenant.visit(client, "100.00") for _ in range(3)]
    paid = {invoice: tenant.system.hands.pay(invoice, D(5), 0, tenant.now) for invoice in invoices}
    found = await tenant.client.payments_of([str(invoices[1])], priority=POLL)
    assert [payment.id for payment in found.records] == [str(paid[invoices[1]])]


async def test_reference_data_and_what_may_not_be_read() -> None:
    tenant = Tenant(period_lock=dt.date(2026, 8, 1))
    reference = await tenant.client.reference()
    assert reference.first_open == dt.date(2026, 8, 1)
    assert reference.payment_methods is not None
    assert "17" in {method.code for method in reference.payment_methods}
    assert {group.percentage for group in reference.vat_groups} == {D(20), D(5), D(0)}
    assert [department.name for department in reference.departments] == ["Main clinic"]
    closed = Tenant(denied=frozenset({Permission.SETTINGS, Permission.DEPARTMENT_SETTINGS}))
    reference = await closed.client.reference()
    assert (reference.payment_methods, reference.first_open, reference.locks_readable) == (None, None, False)


async def test_a_recorded_payment_is_there_and_found_again() -> None:
    tenant = Tenant()
    invoice = tenant.visit(tenant.new_client(), "100.00")
    step = record_payment(invoice, "40.00")
    before = settled(step, await tenant.client.look(look_reads(step)))
    outcome = await apply(tenant, step)
    assert isinstance(outcome, Done)
    (payment,) = outcome.records
    assert isinstance(payment, Payment)
    assert (payment.amount, payment.note, payment.date) == (D(40), step.info, step.date)
    after = settled(step, await tenant.client.look(look_reads(step)))
    assert (before.found, after.found, after.records) == (False, True, (payment,))


async def test_a_refused_payment_says_why() -> None:
    tenant = Tenant()
    invoice = tenant.visit(tenant.new_client(), "10.00")
    outcome = await apply(tenant, record_payment(invoice, "40.00"))
    assert isinstance(outcome, Refused)
    assert "must not exceed" in outcome.messages[0]


@pytest.mark.parametrize("cancellation", list(Cancellation))
async def test_a_cancelled_payment_is_found_in_either_form(cancellation: Cancellation) -> None:
    tenant = Tenant(cancellation=cancellation)
    invoice = tenant.visit(tenant.new_client(), "100.00")
    payment = tenant.system.hands.pay(invoice, D(40), 0, tenant.now)
    step = CancelPayment(payment_id=str(payment), document_id=str(invoice), amount=D(40), label="")
    assert settled(step, await tenant.client.look(look_reads(step))).found is False
    assert isinstance(await apply(tenant, step), Done)
    assert settled(step, await tenant.client.look(look_reads(step))).found is True
    assert isinstance(await apply(tenant, step), Refused)


@pytest.mark.parametrize("phone", ["+441234", ""])
async def test_clients_are_written_field_by_field(phone: str) -> None:
    tenant = Tenant()
    client = tenant.system.hands.create_client({"lastname": "Quinn", "email": "a@b.test"}, tenant.now, phone=phone)
    (found,) = (await tenant.client.contacts_by_id([str(client)], priority=POLL)).records
    wanted = msgspec.structs.replace(found, email="new@b.test", phone="+449999", first_name="Ada", name="Ada Quinn")
    for fields in (("email", "name"), ("phone",)):
        outcome = await apply(tenant, UpdateClient(client_id=str(client), contact=wanted, fields=fields))
        assert isinstance(outcome, Done), outcome
    (now,) = (await tenant.client.contacts_by_id([str(client)], priority=POLL)).records
    assert (now.name, now.email, now.phone, now.last_name) == ("Ada Quinn", "new@b.test", "+449999", "Quinn")


async def test_a_void_and_a_draft_are_seen_as_what_they_are() -> None:
    tenant = Tenant()
    client = tenant.new_client()
    draft = tenant.system.hands.draft(client, [], tenant.now)
    void = tenant.visit(client, "10.00")
    tenant.system.hands.void(void, tenant.now)
    documents, _ = await read(tenant.client.documents(None, priority=FULL))
    statuses = {document.id: document.status for document in documents}
    assert statuses == {str(draft): DocumentStatus.DRAFT, str(void): DocumentStatus.VOID}


async def test_the_limits_are_never_overrun() -> None:
    tenant = Tenant()
    client = tenant.new_client()
    for _ in range(700):
        tenant.visit(client, "10.00")
    statuses: list[int] = []

    def watch(_: Request, response: Response) -> Response:
        statuses.append(response.status)
        return response

    tenant.spoil = watch
    for _ in range(6):
        await read(tenant.client.documents(None, priority=FULL))
    assert 429 not in statuses
    assert tenant.client.usage.calls_today == len(statuses) - 1, "all but the token's call are counted"
