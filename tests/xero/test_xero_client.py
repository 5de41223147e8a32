"""The Xero client against the simulated organisation: seeking, writing element by element, settling doubts."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import TypeVar

import msgspec
import pytest

from daemon.core.correction import (
    Allocate,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
    XeroStep,
)
from daemon.core.model import DocumentStatus, Kind, Payment, Record
from daemon.errors import BadMessage, Unauthorised
from daemon.ports import Request, Response
from daemon.sandbox.xero.config import Limits
from daemon.transport.answers import Batch, Done, Refused
from daemon.transport.call import Priority
from daemon.transport.status import TooLarge
from daemon.xero import reads
from daemon.xero.look import look_reads, settled
from daemon.xero.requests import plan_requests
from tests.xero.organisation import TENANT, Organisation, only_id, posting, posting_line

R = TypeVar("R", bound=Record)
POLL, FULL = Priority.POLL, Priority.FULL
D = Decimal


async def read(stream: AsyncIterator[Batch[R]]) -> tuple[list[R], dt.datetime | None]:
    """All records of a stream, and the last stamp that it gave."""
    records: list[R] = []
    stamp: dt.datetime | None = None
    async for batch in stream:
        assert batch.unreadable == ()
        records += batch.records
        stamp = batch.stamp or stamp
    return records, stamp


def pay(document: str = "3051", payment: str = "4001", amount: str = "40.00", *, credit: bool = False) -> CreatePayment:
    return CreatePayment(
        payment_id=payment,
        document_id=document,
        credit=credit,
        amount=D(amount),
        date=dt.date(2026, 10, 2),
        account="090",
        reference=f"Provet payment {payment}",
        label="",
    )


ALLOCATE = Allocate(
    credit_id="3052", invoice_id="3051", amount=D("30.00"), date=dt.date(2026, 10, 2), already=D(0), label=""
)


async def test_every_request_carries_what_xero_wants() -> None:
    organisation = Organisation()
    await organisation.stock(posting())
    write = next(request for request in organisation.requests if request.method == "PUT")
    assert write.headers["xero-tenant-id"] == TENANT
    assert write.headers["accept"] == write.headers["content-type"] == "application/json"
    assert write.headers["idempotency-key"].startswith(f"{TENANT}-")
    assert write.url.endswith("/Contacts?summarizeErrors=false")
    assert all("where" not in query or "=" in query["where"] for query in organisation.queries("Invoices"))


async def test_good_and_bad_elements_of_one_request() -> None:
    organisation = Organisation()
    await organisation.stock(posting())
    again = CreateDocument(posting=posting())
    no_account = CreateDocument(posting=posting("3060", lines=(posting_line(account="999"),)))
    fine = CreateDocument(posting=posting("3061"))
    first, second, third = await organisation.apply(again, no_account, fine)
    assert isinstance(first, Refused)
    assert first.messages == ("Invoice # must be unique.",)
    assert isinstance(second, Refused)
    assert isinstance(third, Done)
    puts = [request for request in organisation.requests if request.method == "PUT" and "/Invoices" in request.url]
    assert len(puts) == 2, "three documents went in one request"


async def test_stated_tax_and_totals_are_kept_to_the_cent() -> None:
    organisation = Organisation()
    lines = (posting_line("25.06", "4.17"), posting_line("25.61", "4.27"), posting_line("-10.00", "-1.66"))
    document = posting(lines=lines, gross=D("40.67"), tax_by_rate={"20": D("6.78")})
    await organisation.stock(document)
    (found,) = (await organisation.client.documents_by_id(organisation.ids.values(), priority=POLL)).records
    assert (found.gross, found.tax) == (D("40.67"), D("6.78"))
    assert [line.tax for line in found.lines] == [D("4.17"), D("4.27"), D("-1.66")]
    assert [line.tax_rate for line in found.lines] == [D(20)] * 3


async def test_the_life_of_a_document() -> None:
    organisation = Organisation()
    await organisation.stock(posting(), posting("3052", credit=True))
    invoice, note = (organisation.ids[Kind.DOCUMENT, name] for name in ("3051", "3052"))
    paid, _ = await organisation.apply(pay(), ALLOCATE)
    refund = only_id((await organisation.apply(pay("3052", "4002", "50.00", credit=True)))[0])
    batch = await organisation.client.documents_by_id([invoice, note, TENANT], priority=POLL)
    documents = {document.id: document for document in batch.records}
    assert batch.missing == (TENANT,)
    assert (documents[invoice].balance, documents[invoice].paid, documents[invoice].credited) == (D(50), D(40), D(30))
    assert (documents[note].balance, documents[note].paid, documents[note].credited) == (D(40), D(50), D(30))
    (allocation,) = documents[note].allocations
    assert (allocation.document_id, allocation.amount) == (invoice, D(30))
    payments = await organisation.client.payments_of([invoice, note], priority=POLL)
    assert {payment.id for payment in payments.records} == {only_id(paid), refund}

    free = Deallocate(xero_credit_id=note, allocation_id=allocation.id, amount=D(30), label="")
    removals = [DeletePayment(xero_id=each, payment_id="", amount=D(1), label="") for each in (only_id(paid), refund)]
    assert all(isinstance(outcome, Done) for outcome in await organisation.apply(free, *removals))
    moved = posting(date=dt.date(2026, 10, 3), lines=(posting_line("60.00", "10.00"),))
    update = UpdateDocument(xero_id=invoice, posting=moved, fields=("date", "gross", "tax 20"))
    void = VoidDocument(xero_id=note, provet_id="3052", credit=True, label="")
    assert all(isinstance(outcome, Done) for outcome in await organisation.apply(update, void))
    batch = await organisation.client.documents_by_id([invoice, note], priority=POLL)
    documents = {document.id: document for document in batch.records}
    assert (documents[invoice].gross, documents[invoice].date) == (D(60), dt.date(2026, 10, 3))
    assert (documents[note].status, documents[note].balance) == (DocumentStatus.VOID, D(0))


async def test_a_contacts_other_phones_stay() -> None:
    organisation = Organisation()
    await organisation.stock()
    contact_id = organisation.ids[Kind.CONTACT, "812"]
    (found,) = (await organisation.client.contacts_by_number(["812"], priority=POLL)).records
    wanted = msgspec.structs.replace(found, phone="+449999", email="new@b.test")
    step = UpdateContact(client_id="812", contact_id=contact_id, contact=wanted, fields=("phone", "email"))
    (outcome,) = await organisation.apply(step)
    assert isinstance(outcome, Done)
    batch = await organisation.client.contacts_by_id([contact_id, TENANT], priority=POLL)
    (now,) = batch.records
    assert (now.phone, now.email, now.address, now.name) == ("+449999", "new@b.test", found.address, found.name)
    assert batch.missing == (TENANT,)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PAGE_SIZE", 7)


@pytest.mark.usefixtures("small_pages")
async def test_seeking_finds_everything_page_by_page() -> None:
    organisation = Organisation()
    await organisation.stock(*(posting(str(number), credit=number % 5 == 0) for number in range(60)))
    documents, stamp = await read(organisation.client.documents(None, priority=FULL))
    ids = [document.id for document in documents]
    assert sorted(ids) == sorted(each for (kind, _), each in organisation.ids.items() if kind is Kind.DOCUMENT)
    assert stamp == max(document.updated_at for document in documents)


@pytest.mark.usefixtures("small_pages")
async def test_a_change_while_reading_does_not_hide_another_record() -> None:
    organisation = Organisation()
    for number in range(30):
        await organisation.stock(posting(str(number))) if number == 0 else await organisation.apply(
            CreateDocument(posting=posting(str(number)))
        )
        organisation.clock.passed += 3
    seen: set[str] = set()
    moved = 0
    async for batch in organisation.client.documents(None, priority=FULL):
        seen |= {document.number for document in batch.records}
        if moved < 3:
            first = organisation.ids[Kind.DOCUMENT, "0"]
            fields = {"Reference": f"touched {moved}"}
            organisation.system.edit_document(first, fields, organisation.now, organisation.rng)
            moved += 1
    assert seen == {f"INV-{number}" for number in range(30)}


async def test_a_poll_overlaps_by_a_second_and_the_purchase_side_stays_out() -> None:
    organisation = Organisation()
    await organisation.stock(posting())
    contact = {"ContactID": organisation.ids[Kind.CONTACT, "812"]}
    bill = {"Type": "ACCPAY", "Contact": contact, "Date": "2026-10-01", "LineItems": [{"Description": "Rent"}]}
    organisation.system.make_invoice(bill, organisation.now, organisation.rng)
    _, stamp = await read(organisation.client.documents(None, priority=FULL))
    assert stamp is not None
    organisation.clock.passed += 600
    documents, again = await read(organisation.client.documents(stamp, priority=POLL))
    assert [document.number for document in documents] == ["INV-3051"]
    assert again == stamp
    sent = [
        request.headers.get("if-modified-since") for request in organisation.requests if "/Invoices?" in request.url
    ]
    floor = stamp.replace(microsecond=0) - dt.timedelta(seconds=1)
    assert sent[-1] == floor.strftime("%Y-%m-%dT%H:%M:%S")
    organisation.clock.passed += 600
    documents, later = await read(organisation.client.documents(organisation.now, priority=POLL))
    assert (documents, later) == ([], None)


async def test_a_document_stamp_never_passes_invoices_by() -> None:
    """An invoice that changes after the invoices were read, before the credit notes are, is read next time."""
    organisation = Organisation()
    await organisation.stock(posting(), posting("3052", credit=True))
    invoice, note = (organisation.ids[Kind.DOCUMENT, name] for name in ("3051", "3052"))
    edits = 0

    def between(request: Request, response: Response) -> Response:
        nonlocal edits
        if "/Invoices?" in request.url and edits == 0:
            edits += 1
            organisation.clock.passed += 5
            organisation.system.edit_document(invoice, {"Reference": "moved"}, organisation.now, organisation.rng)
            organisation.clock.passed += 5
            organisation.system.edit_document(note, {"Reference": "moved"}, organisation.now, organisation.rng)
        return response

    organisation.spoil = between
    _, stamp = await read(organisation.client.documents(None, priority=FULL))
    documents, _ = await read(organisation.client.documents(stamp, priority=POLL))
    assert {document.id for document in documents if document.reference == "moved"} == {invoice, note}


async def test_pages_over_the_size_limit_are_asked_for_in_smaller_ones() -> None:
    organisation = Organisation()
    await organisation.stock(*(posting(str(number)) for number in range(20)))

    def limited(request: Request, response: Response) -> Response:
        if "pageSize=1000" in request.url and "/Invoices" in request.url:
            raise TooLarge("too large")
        return response

    organisation.spoil = limited
    documents, _ = await read(organisation.client.documents(None, priority=FULL))
    assert len(documents) == 20
    assert [query["pageSize"] for query in organisation.queries("Invoices")] == ["1000", "250"]


async def test_a_list_out_of_order_is_an_error() -> None:
    organisation = Organisation()
    await organisation.stock(posting())
    await organisation.apply(CreateDocument(posting=posting("3060")))

    def shuffled(request: Request, response: Response) -> Response:
        if "/Invoices?" not in request.url:
            return response
        envelope = msgspec.json.decode(response.body)
        envelope["Invoices"].reverse()
        return Response(response.status, response.headers, msgspec.json.encode(envelope))

    organisation.spoil = shuffled
    with pytest.raises(BadMessage, match="order"):
        await read(organisation.client.documents(None, priority=FULL))


async def test_one_unreadable_record_does_not_stop_its_page() -> None:
    organisation = Organisation()
    await organisation.stock(posting(), posting("3060"))

    def spoil(request: Request, response: Response) -> Response:
        if "/Invoices?" not in request.url:
            return response
        envelope = msgspec.json.decode(response.body)
        envelope["Invoices"][0]["Total"] = "much"
        return Response(response.status, response.headers, msgspec.json.encode(envelope))

    organisation.spoil = spoil
    batches = [batch async for batch in organisation.client.documents(None, priority=FULL)]
    assert len(batches[0].records) == 1
    (unreadable,) = batches[0].unreadable
    assert unreadable.id in organisation.ids.values()


async def test_reference_data() -> None:
    organisation = Organisation(period_lock_date=dt.date(2026, 6, 30), end_of_year_lock_date=dt.date(2026, 3, 31))
    reference = await organisation.client.reference()
    own = reference.organisation
    assert (own.currency, own.sales_tax_basis, own.locked_through) == ("GBP", "ACCRUAL", dt.date(2026, 6, 30))
    assert reference.rates["OUTPUT2"] == D(20)
    assert {"200", "090"} <= set(reference.accounts_known)
    assert any(account.type == "BANK" and account.takes_payments for account in reference.accounts)


@pytest.mark.parametrize(
    "step",
    [
        CreateDocument(posting=posting("3060")),
        CreateDocument(posting=posting("3061", credit=True)),
        pay(),
        ALLOCATE,
    ],
    ids=lambda step: type(step).__name__,
)
async def test_a_lost_answer_is_settled_by_looking(step: XeroStep) -> None:
    organisation = Organisation()
    await organisation.stock(posting(), posting("3052", credit=True))
    wanted = look_reads(step, organisation.resolve)
    before = settled(step, await organisation.client.look(wanted), organisation.resolve)
    await organisation.apply(step)
    after = settled(step, await organisation.client.look(wanted), organisation.resolve)
    assert (before.found, after.found) == (False, True)
    assert after.records


async def test_the_same_key_and_bytes_are_not_executed_twice() -> None:
    organisation = Organisation()
    await organisation.stock(posting())
    (request,) = plan_requests([("k", pay())], organisation.resolve).requests
    first = await organisation.client.send(request, idempotency_key="one")
    second = await organisation.client.send(request, idempotency_key="one")
    assert first == second
    invoice = organisation.ids[Kind.DOCUMENT, "3051"]
    payments = await organisation.client.payments_of([invoice], priority=POLL)
    assert [type(payment) for payment in payments.records] == [Payment]


async def test_reconciled_and_batched_payments_are_locked() -> None:
    organisation = Organisation()
    await organisation.stock(posting(), posting("3060"))
    (outcome,) = await organisation.apply(pay())
    organisation.system.reconcile_payment(only_id(outcome), organisation.now, organisation.rng)
    other = organisation.ids[Kind.DOCUMENT, "3060"]
    shares = [(other, D("10.00"))]
    organisation.system.pay_in_batch("091", dt.date(2026, 10, 2), shares, organisation.now, organisation.rng)
    payments, _ = await read(organisation.client.payments(None, priority=FULL))
    assert [payment.locked for payment in payments] == [True, True]
    assert payments[1].batch_id
    single = await organisation.client.payments_by_id([payments[1].id, TENANT], priority=POLL)
    assert single.records[0].batch_id == payments[1].batch_id
    assert single.missing == (TENANT,)


async def test_a_merged_contact_says_where_it_went() -> None:
    organisation = Organisation()
    await organisation.stock()
    source = organisation.ids[Kind.CONTACT, "812"]
    target = organisation.system.make_contact({"Name": "Survivor"}, organisation.now, organisation.rng).id
    organisation.system.merge_contacts(source, target, organisation.now, organisation.rng)
    contacts, _ = await read(organisation.client.contacts(None, priority=FULL))
    (gone,) = (contact for contact in contacts if contact.id == source)
    assert (gone.archived, gone.merged_into) == (True, target)


async def test_a_wrong_tenant_needs_a_person() -> None:
    organisation = Organisation()

    def disconnected(request: Request, response: Response) -> Response:
        return Response(403, {}, b'{"Title":"Forbidden"}') if "api.xro" in request.url else response

    organisation.spoil = disconnected
    with pytest.raises(Unauthorised):
        await organisation.client.reference()


async def test_the_limits_are_never_overrun() -> None:
    organisation = Organisation(limits=Limits(minute=60))
    statuses: list[int] = []

    def watch(_: Request, response: Response) -> Response:
        statuses.append(response.status)
        return response

    organisation.spoil = watch
    await organisation.stock(posting())
    invoice = organisation.ids[Kind.DOCUMENT, "3051"]
    for _ in range(200):
        await organisation.client.documents_by_id([invoice], credit=False, priority=POLL)
    assert 429 not in statuses
    usage = organisation.client.usage
    assert usage.calls_today == len([request for request in organisation.requests if "api.xro" in request.url])
    assert usage.day_left == 5000 - usage.calls_today
