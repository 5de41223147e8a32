"""Writes to Provet: one exact request for each step, and what answers mean."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from daemon.core.correction import CancelPayment, ProvetStep, RecordPayment, UpdateClient
from daemon.core.model import Address, Contact, System
from daemon.errors import Rejected
from daemon.ports import Response
from daemon.provet.requests import needs_phone_id, read_answer, request_for
from daemon.transport.answers import Done, Refused, Unknown
from tests.samples import sample

BASE = "https://provetcloud.com/54321/api/0.1/"
ADA = Contact(
    system=System.PROVET,
    id="812",
    updated_at=dt.datetime(2026, 8, 1, tzinfo=dt.UTC),
    name="Ada Quinn",
    first_name="Ada",
    last_name="Quinn",
    phone="+441",
    address=Address(street="4 Mill Lane", country="United Kingdom"),
)
RECORD = RecordPayment(
    xero_id="5f1c",
    document_id="3051",
    amount=Decimal("40.1"),
    date=dt.date(2026, 8, 5),
    method="17",
    info="Xero payment 5f1c",
    label="",
)
CANCEL = CancelPayment(payment_id="4001", document_id="3051", amount=Decimal(40), label="")
PAYMENT = (
    b'{"invoice":"https://provetcloud.com/54321/api/0.1/invoice/3051/","payment_type":17,"paid":40.10,'
    b'"status":3,"info":"Xero payment 5f1c","payment_date":"2026-08-05"}'
)


def update(*fields: str, contact: Contact = ADA) -> UpdateClient:
    return UpdateClient(client_id="812", contact=contact, fields=fields)


@pytest.mark.parametrize(
    ("step", "method", "path", "body"),
    [
        (
            RECORD,
            "POST",
            "invoicepayment/",
            PAYMENT,
        ),
        (CANCEL, "POST", "invoicepayment/4001/cancel_payment/", b"{}"),
        (update("first_name"), "PATCH", "client/812/", b'{"firstname":"Ada"}'),
        (update("name"), "PATCH", "client/812/", b'{"organization_name":"Ada Quinn"}'),
        (
            update("name", contact=msgspec.structs.replace(ADA, name="Quinn Ltd")),
            "PATCH",
            "client/812/",
            b'{"organization_name":"Quinn Ltd"}',
        ),
        (update("email", "vat_number"), "PATCH", "client/812/", b'{"email":null,"vat_number":null}'),
        (
            update("address", "archived"),
            "PATCH",
            "client/812/",
            b'{"street_address":"4 Mill Lane","city":null,"state":null,"zip_code":null,"archived":false}',
        ),
        (
            update("address", contact=msgspec.structs.replace(ADA, address=Address(country="GB"))),
            "PATCH",
            "client/812/",
            b'{"street_address":null,"city":null,"state":null,"zip_code":null,"country":"GB"}',
        ),
    ],
)
def test_steps_become_requests(step: ProvetStep, method: str, path: str, body: bytes) -> None:
    request = request_for("k1", step, BASE)
    assert (request.method, request.path, request.body, request.elements) == (method, path, body, ("k1",))


def test_a_phone_is_a_request_of_its_own() -> None:
    assert needs_phone_id(update("phone"))
    assert not needs_phone_id(update("email"))
    changed = request_for("k", update("phone"), BASE, phone_id="90")
    assert (changed.method, changed.path, changed.body) == ("PATCH", "phonenumber/90/", b'{"phone_number":"+441"}')
    added = request_for("k", update("phone"), BASE)
    assert (added.method, added.path) == ("POST", "phonenumber/")
    assert msgspec.json.decode(added.body) == {"client": f"{BASE}client/812/", "type_code": 1, "phone_number": "+441"}


def test_a_phone_never_travels_with_other_fields() -> None:
    with pytest.raises(AssertionError):
        request_for("k", update("phone", "email"), BASE)


@pytest.mark.parametrize(
    "step",
    [
        msgspec.structs.replace(RECORD, method="cash"),
        msgspec.structs.replace(RECORD, info="x" * 256),
        update("email", contact=msgspec.structs.replace(ADA, email="x" * 256)),
        update("phone", contact=msgspec.structs.replace(ADA, phone="")),
    ],
)
def test_what_does_not_fit_is_never_sent(step: ProvetStep) -> None:
    with pytest.raises(Rejected):
        request_for("k", step, BASE)


def test_ids_cannot_change_the_path() -> None:
    step = msgspec.structs.replace(CANCEL, payment_id="../client/1/?")
    assert request_for("k", step, BASE).path == "invoicepayment/..%2Fclient%2F1%2F%3F/cancel_payment/"


def test_an_answer_shows_the_record() -> None:
    outcome = read_answer(request_for("k", RECORD, BASE), Response(201, {}, sample("provet_payment")))
    assert isinstance(outcome, Done)
    assert [record.id for record in outcome.records] == ["4001"]
    outcome = read_answer(request_for("k", update("email"), BASE), Response(200, {}, sample("provet_client")))
    assert isinstance(outcome, Done)
    assert [record.id for record in outcome.records] == ["812"]


@pytest.mark.parametrize("body", [b"", b"{}", sample("provet_payment")])
def test_a_cancellation_may_answer_anything(body: bytes) -> None:
    assert read_answer(request_for("k", CANCEL, BASE), Response(200, {}, body)) == Done(key="k")


def test_refusals_keep_provets_words() -> None:
    response = Response(400, {}, b'{"paid": ["The amount must not exceed what is due (3.00)."]}')
    outcome = read_answer(request_for("k", RECORD, BASE), response)
    assert outcome == Refused(key="k", messages=("paid: The amount must not exceed what is due (3.00).",))
    assert read_answer(request_for("k", RECORD, BASE), Response(404)) == Refused(key="k", messages=("status 404",))


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"id": 1}', sample("provet_payment", paid=None)])
def test_a_yes_that_cannot_be_read_is_no_yes(body: bytes) -> None:
    assert isinstance(read_answer(request_for("k", RECORD, BASE), Response(201, {}, body)), Unknown)


def test_a_cancellation_with_garbage_is_in_doubt() -> None:
    assert isinstance(read_answer(request_for("k", CANCEL, BASE), Response(200, {}, b"<html>")), Unknown)
