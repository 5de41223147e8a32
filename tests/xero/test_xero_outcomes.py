"""Answers to writes: each element on its own, and nothing is done unless it says so."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from daemon.core.model import Document, Payment
from daemon.ports import Response
from daemon.transport.answers import Done, Outcome, Refused, Unknown, WireRequest
from daemon.xero.outcomes import read_answer
from tests.samples import ABSENT, sample

ZERO = "00000000-0000-0000-0000-000000000000"
INVOICES = WireRequest(method="PUT", path="Invoices", elements=("a", "b"))
ONE = WireRequest(method="PUT", path="Invoices", elements=("a",))
PAYMENTS = WireRequest(method="PUT", path="Payments", elements=("a",))
DELETION = WireRequest(method="POST", path="Payments/99990000-0000-4000-8000-000000000001", elements=("a",))
NOTE = "CreditNotes/6f0c0000-0000-4000-8000-000000000002/Allocations"
ALLOCATIONS = WireRequest(method="PUT", path=NOTE, elements=("a",))
DEALLOCATION = WireRequest(method="DELETE", path=f"{NOTE}/6f0c0000-0000-4000-8000-0000000000dd", elements=("a",))


def element(name: str = "xero_invoice", **changes: Any) -> dict[str, Any]:
    return dict(msgspec.json.decode(sample(name, **changes)))


def answer(resource: str, *elements: dict[str, Any], status: int = 200) -> Response:
    return Response(status, {}, msgspec.json.encode({"Id": "x", "Status": "OK", resource: list(elements)}))


def refused_element(**changes: Any) -> dict[str, Any]:
    errors = [{"Message": "Invoice # must be unique."}, {"Message": "And more."}]
    return element(InvoiceID=ZERO, HasErrors=True, StatusAttributeString="ERROR", ValidationErrors=errors, **changes)


def test_each_element_is_settled_on_its_own() -> None:
    good = element(StatusAttributeString="OK")
    first, second = read_answer(INVOICES, answer("Invoices", refused_element(), good))
    assert first == Refused(key="a", messages=("Invoice # must be unique.", "And more."))
    assert isinstance(second, Done)
    assert isinstance(second.records[0], Document)


def test_a_warning_is_kept() -> None:
    remark = "Account code '476' has been removed as it does not match a recognised account."
    warned = element(StatusAttributeString="WARNING", Warnings=[{"Message": remark}])
    (outcome,) = read_answer(ONE, answer("Invoices", warned))
    assert isinstance(outcome, Done)
    assert outcome.warnings == (remark,)


@pytest.mark.parametrize(
    "changes",
    [
        {"HasErrors": True, "ValidationErrors": [{"Message": "No."}]},
        {"ValidationErrors": [{"Message": "No."}]},
        {"HasValidationErrors": True},
        {"StatusAttributeString": "ERROR"},
    ],
)
def test_every_way_of_saying_no_inside_a_200(changes: dict[str, Any]) -> None:
    (outcome,) = read_answer(ONE, answer("Invoices", element(**{"StatusAttributeString": ABSENT, **changes})))
    assert isinstance(outcome, Refused)
    assert outcome.messages


def all_unknown(outcomes: list[Outcome], keys: list[str]) -> bool:
    return [outcome.key for outcome in outcomes] == keys and all(isinstance(each, Unknown) for each in outcomes)


@pytest.mark.parametrize(
    "response",
    [
        Response(200),
        Response(204),
        Response(200, {}, b"<html>"),
        Response(200, {}, sample("xero_invoice")[:-5]),
        Response(200, {}, b"[" * 100_000),
        answer("Invoices", element()),
        answer("Invoices", element(), element(), element()),
        answer("CreditNotes", element(), element()),
        Response(200, {}, b'{"Invoices": null}'),
    ],
)
def test_a_200_that_cannot_be_read_leaves_everything_in_doubt(response: Response) -> None:
    assert all_unknown(read_answer(INVOICES, response), ["a", "b"])


@pytest.mark.parametrize("changes", [{"Total": "much"}, {"Type": "ACCPAY"}, {"InvoiceID": ZERO}, {"Status": "NEW"}])
def test_an_element_that_cannot_be_read_is_in_doubt_alone(changes: dict[str, Any]) -> None:
    odd, good = read_answer(INVOICES, answer("Invoices", element(**changes), element()))
    assert isinstance(odd, Unknown)
    assert isinstance(good, Done)


def validation(number: int, *messages: str) -> Response:
    elements = [{"ValidationErrors": [{"Message": message} for message in messages]}]
    body = {"ErrorNumber": number, "Type": "X", "Message": "A validation exception occurred", "Elements": elements}
    return Response(400, {}, msgspec.json.encode(body))


def test_a_400_refuses_a_single_element() -> None:
    assert read_answer(ONE, validation(10, "First.", "Second.")) == [Refused(key="a", messages=("First.", "Second."))]


def test_a_400_over_several_elements_is_not_trusted() -> None:
    assert all_unknown(read_answer(INVOICES, validation(10, "One is bad.")), ["a", "b"])


@pytest.mark.parametrize(
    "response",
    [
        Response(400, {}, b'{"ErrorNumber": 14, "Type": "PostDataInvalidException", "Message": "Error converting"}'),
        Response(400, {}, b'{"ErrorNumber": 17, "Type": "NoDataProcessedException", "Message": "No data"}'),
        Response(404, {"content-type": "text/html"}, b"The resource you're looking for cannot be found"),
        Response(405),
        Response(415),
    ],
)
def test_a_request_that_was_not_processed_refuses_all(response: Response) -> None:
    outcomes = read_answer(INVOICES, response)
    assert [type(outcome) for outcome in outcomes] == [Refused, Refused]
    assert all(isinstance(each, Refused) and each.messages for each in outcomes)


def test_a_used_idempotency_key_proves_nothing() -> None:
    body = b'{"Detail": "Idempotency Key: KEY is used with a different request."}'
    assert all_unknown(read_answer(ONE, Response(400, {}, body)), ["a"])


def test_a_payment_shows_the_payment_and_nothing_else() -> None:
    (outcome,) = read_answer(PAYMENTS, answer("Payments", element("xero_payment")))
    assert isinstance(outcome, Done)
    (payment,) = outcome.records
    assert isinstance(payment, Payment)


def test_a_200_with_a_refused_payment() -> None:
    body = element("xero_payment", HasValidationErrors=True, ValidationErrors=[{"Message": "Payment amount exceeds"}])
    assert read_answer(PAYMENTS, answer("Payments", body)) == [Refused(key="a", messages=("Payment amount exceeds",))]


def test_a_removed_payment() -> None:
    (outcome,) = read_answer(DELETION, answer("Payments", element("xero_payment", Status="DELETED")))
    assert isinstance(outcome, Done)
    assert isinstance(payment := outcome.records[0], Payment)
    assert payment.cancelled
    (outcome,) = read_answer(DELETION, answer("Payments", element("xero_payment")))
    assert isinstance(outcome, Unknown), "an answer that shows it standing proves nothing"


def test_allocations_show_no_record() -> None:
    body = {"Amount": 24.15, "Date": "/Date(1795132800000+0000)/", "Invoice": {}, "ValidationErrors": []}
    assert read_answer(ALLOCATIONS, answer("Allocations", body)) == [Done(key="a")]
    refused = {**body, "ValidationErrors": [{"Message": "already been paid off"}]}
    assert read_answer(ALLOCATIONS, answer("Allocations", refused)) == [
        Refused(key="a", messages=("already been paid off",))
    ]


def test_the_odd_answer_to_a_deallocation() -> None:
    body = b'{"AllocationId":"x","Date":"/Date(1551822670731)/","Invoice":[{"InvoiceID":"y"}],"IsDeleted":true}'
    assert read_answer(DEALLOCATION, Response(200, {}, body)) == [Done(key="a")]
    assert read_answer(DEALLOCATION, Response(204)) == [Done(key="a")]
    assert all_unknown(read_answer(DEALLOCATION, Response(200, {}, b"<html>")), ["a"])
    assert isinstance(read_answer(DEALLOCATION, Response(404))[0], Refused)


def test_a_voids_stale_amount_is_not_believed() -> None:
    (outcome,) = read_answer(ONE, answer("Invoices", element(Status="VOIDED", AmountDue=24.15)))
    assert isinstance(outcome, Done)
    assert isinstance(document := outcome.records[0], Document)
    assert document.balance == 0
