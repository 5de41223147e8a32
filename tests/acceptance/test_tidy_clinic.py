"""A clinic without awkward cases ends in step, and what people then change in Xero is found, exactly that."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.acceptance.people import invoice_paid_once, unpaid_invoice
from tests.acceptance.rig import Ran, Rig
from tests.support import books
from tests.support.pairing import Books


@pytest.fixture(scope="module")
def first(small_clinic: Rig) -> Ran:
    """The first ``reconciled once`` of the module's clinic."""
    return small_clinic.once()


@pytest.fixture(scope="module")
def agreed(small_clinic: Rig, first: Ran) -> Books:
    """Both ledgers after it."""
    return small_clinic.books()


def test_everything_is_imported_and_nothing_waits(first: Ran, agreed: Books) -> None:
    assert (first.status, first.answer["discrepancies"]) == (0, [])
    assert first.answer["status"]["practices"][0]["state"] == "in_sync"
    assert first.answer["writes"]
    assert books.differences(agreed) == []
    assert books.summary(agreed).matched >= 40


def test_a_second_run_writes_nothing_and_is_done(small_clinic: Rig, first: Ran) -> None:
    before = len(small_clinic.writes())
    second = small_clinic.once()
    assert (second.status, second.answer["writes"], second.answer["discrepancies"]) == (0, [], [])
    assert len(small_clinic.writes()) == before


def test_a_rehearsal_changes_neither_the_store_nor_anything_else(small_clinic: Rig, first: Ran) -> None:
    before = (store_of(small_clinic), len(small_clinic.writes()))
    assert before[0]
    rehearsal = small_clinic.once("--dry-run")
    assert (rehearsal.status, rehearsal.answer["writes"]) == (0, [])
    assert (store_of(small_clinic), len(small_clinic.writes())) == before


def store_of(rig: Rig) -> dict[str, bytes]:
    """The files of the store, by name."""
    folder = rig.settings.with_name(f"{rig.settings.name}.state")
    return {file.name: file.read_bytes() for file in folder.rglob("*.sqlite")}


def test_an_edit_and_a_removed_payment_in_xero_are_exactly_two_discrepancies(small_clinic: Rig, agreed: Books) -> None:
    edited, paid = unpaid_invoice(agreed), invoice_paid_once(agreed)
    payment = next(each for each in agreed.xero.payments if each.document == paid.xero.id)
    line = {"Description": "Changed by hand", "Quantity": 1, "UnitAmount": "19.99", "AccountCode": "200"}
    form = {"LineItems": [line | {"TaxType": "OUTPUT2"}], "LineAmountTypes": "Inclusive"}
    small_clinic.act("xero", "edit_document", document_id=edited.xero.id, fields=form)
    small_clinic.act("xero", "remove_payment", payment_id=payment.id)
    before = len(small_clinic.writes())
    ran = small_clinic.once()
    found = {each["kind"]: each for each in ran.answer["discrepancies"]}
    assert sorted(each["kind"] for each in ran.answer["discrepancies"]) == [
        "invoice.changed_in_xero",
        "payment.removed_in_xero",
    ]
    changed, removed = found["invoice.changed_in_xero"], found["payment.removed_in_xero"]
    assert changed["subject"]["provet"]["id"] == edited.provet.id
    assert removed["subject"]["provet"]["id"] == payment.reference.removeprefix("Provet payment ")
    assert Decimal(changed["effect"]) == edited.provet.due - Decimal("19.99")
    assert Decimal(removed["effect"]) == -payment.amount
    assert (ran.status, ran.answer["writes"], len(small_clinic.writes())) == (1, [], before)
    assert ran.answer["status"]["practices"][0]["residual"] == "0.00"
