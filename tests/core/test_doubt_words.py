"""What a person is told of a step that looking cannot settle: mark, sum and place, for every kind of step."""

from __future__ import annotations

import datetime as dt
import typing
from decimal import Decimal

import pytest

from daemon.core.correction import (
    Allocate,
    CancelPayment,
    CreateContact,
    CreatePayment,
    Deallocate,
    DeletePayment,
    RecordPayment,
    RemoteStep,
    UpdateClient,
    UpdateContact,
    VoidDocument,
)
from daemon.core.doubt import given_up, left_to_people, unclear
from tests.core.builders import DAY, contact

TEN = Decimal(10)
PAID = {"document_id": "1", "amount": TEN, "label": "Invoice INV-1"}
CONTACT = {"client_id": "12", "contact": contact(number="12", name="Ada Quinn")}
STEPS = [
    (CreateContact(**CONTACT), "a contact with the number 12 in Xero"),
    (UpdateContact(**CONTACT, contact_id="a", fields=("email",)), "the new details of Ada Quinn in Xero"),
    (UpdateClient(**CONTACT, fields=("email",)), "the new details of Ada Quinn in Provet"),
    (VoidDocument(xero_id="a", provet_id="1", credit=False, label="Invoice INV-1"), "it void in Xero (Invoice INV-1)"),
    (
        CreatePayment(**PAID, payment_id="4", credit=False, date=DAY, account="090", reference="Provet payment 4"),
        "a payment of 10.00 GBP with the reference 'Provet payment 4' in Xero (Invoice INV-1)",
    ),
    (
        DeletePayment(xero_id="a", payment_id="4", amount=TEN, label="Invoice INV-1"),
        "the payment of 10.00 GBP deleted in Xero",
    ),
    (
        Allocate(credit_id="2", invoice_id="1", amount=TEN, date=DAY, already=Decimal(5), label="CN-2 on INV-1"),
        "15.00 GBP allocated between the two in Xero, where 5.00 GBP stood before (CN-2 on INV-1)",
    ),
    (
        Deallocate(xero_credit_id="a", allocation_id="b", amount=TEN, label="CN-2"),
        "the allocation of 10.00 GBP gone in Xero (CN-2)",
    ),
    (
        RecordPayment(**{**PAID, "amount": -TEN}, xero_id="a", date=DAY, method="17", info="Xero payment a"),
        "a payment of 10.00 GBP with the info 'Xero payment a' in Provet (Invoice INV-1)",
    ),
    (CancelPayment(**PAID, payment_id="4"), "payment 4 over 10.00 GBP cancelled in Provet (Invoice INV-1)"),
]


@pytest.mark.parametrize(("step", "sought"), STEPS, ids=lambda value: type(value).__name__)
def test_a_doubt_names_what_was_looked_for_and_what_can_be_done(step: RemoteStep, sought: str) -> None:
    up = given_up(step, "GBP", 5, dt.datetime(2026, 3, 1, 9, 5, tzinfo=dt.UTC))
    for told in (unclear(step, "GBP"), up):
        assert f"looked for {sought}" in told
        assert told.endswith(".")
        assert left_to_people(step, "GBP", told)
    assert not left_to_people(step, "GBP", "no answer in 30 s")
    assert "sent 5 times and never found, so given up" in up
    assert "may be approved again" in up
    assert "from 2026-03-01 09:05 UTC on" in up
    assert "by this program" not in up


def test_every_kind_of_write_is_among_them_or_a_document() -> None:
    told = {type(step).__name__ for step, _ in STEPS} | {"CreateDocument", "UpdateDocument"}
    assert told == {step.__name__ for step in typing.get_args(RemoteStep)}
