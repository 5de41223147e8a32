"""Marks, lookup keys and what a family holds."""

from __future__ import annotations

from typing import Any

import pytest

from daemon.core.family import (
    client_family,
    document_reference,
    fold,
    invoice_family,
    linked,
    lookup_keys,
    marked_document,
    marked_id,
    marked_partner,
    payment_info,
    payment_reference,
)
from daemon.core.model import Kind, Payment, System, digest, kind_of
from tests.core.builders import T0, booked, client, contact, contact_link, family, invoice, paid, xero_paid


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Provet invoice 12", "12"),
        ("Provet invoice 12 ", "12"),
        ("Provet invoice ", ""),
        ("Provet invoice 12 paid twice", ""),
        ("provet invoice 12", ""),
        ("see Provet invoice 12", ""),
        ("", ""),
    ],
)
def test_a_mark_is_the_whole_text(text: str, found: str) -> None:
    assert marked_id(text, "Provet invoice ") == found


def test_marks_find_what_they_name() -> None:
    assert marked_document(booked(invoice("7"), reference=document_reference("7"))) == "7"
    assert marked_partner(xero_paid("a", "1", note=payment_reference("5"))) == "5"
    assert marked_partner(paid("5", "1", note=payment_info("a"))) == "a"
    assert marked_partner(paid("5", "1", note=payment_reference("5"))) == ""
    assert marked_partner(xero_paid("a", "1", note=payment_info("a"))) == ""


@pytest.mark.parametrize(
    ("record", "keys"),
    [
        pytest.param(client(), {"contact:12", "name:ada quinn", "email:ada@example.test"}, id="client"),
        pytest.param(contact(number="", email=""), {"name:ada quinn"}, id="contact without number and e-mail"),
        pytest.param(invoice("7"), {"doc:7", "number:inv-7", "number:7", "client:12"}, id="Provet document"),
        pytest.param(invoice("7", number="", contact_id=""), {"doc:7"}, id="anonymous draft"),
        pytest.param(booked(invoice("7")), {"doc:7", "number:inv-7"}, id="Xero document"),
        pytest.param(booked(invoice("7"), reference="PO 7"), {"number:inv-7"}, id="foreign Xero document"),
        pytest.param(
            booked(invoice("7"), reference="", number="INV-7 (2)"), {"number:inv-7 (2)", "number:inv-7"}, id="a copy"
        ),
        pytest.param(
            booked(invoice("7"), reference="", number="2026-1042"), {"number:2026-1042"}, id="a year is no root"
        ),
        pytest.param(paid("5", "1", note="Xero payment a"), {"pay:5", "xpay:a"}, id="Provet payment from Xero"),
        pytest.param(paid("5", "1"), {"pay:5"}, id="Provet payment"),
        pytest.param(xero_paid("a", "1", note="Provet payment 5"), {"xpay:a", "pay:5"}, id="Xero payment from Provet"),
    ],
)
def test_lookup_keys(record: Any, keys: set[str]) -> None:
    assert set(lookup_keys(record)) == keys


def test_names_compare_folded() -> None:
    assert fold("  ADA   Quinn\n") == "ada quinn"


def test_family_names() -> None:
    assert (invoice_family("3051"), client_family("12")) == ("invoice:3051", "client:12")


def test_links_are_found_from_either_side() -> None:
    links = (contact_link("1", "a"), contact_link("2", "b"))
    assert linked(links, Kind.CONTACT, provet_id="2") is links[1]
    assert linked(links, Kind.CONTACT, xero_id="a") is links[0]
    assert linked(links, Kind.DOCUMENT, provet_id="2") is None
    assert linked(links, Kind.CONTACT) is None


def test_a_family_tells_its_records_by_system() -> None:
    seen = family(invoice(), booked(invoice()), paid("5", "1"), xero_paid("a", "1"))
    assert [document.id for document in seen.of(System.XERO)] == ["x-1"]
    assert [payment.id for payment in seen.payments_of(System.PROVET)] == ["5"]


def test_a_digest_changes_with_everything_but_the_time() -> None:
    one = paid("5", "20")
    assert digest(one) == digest(paid("5", "20", updated_at=T0.replace(year=2027)))
    assert digest(one) != digest(paid("5", "20.01"))
    assert digest(one) != digest(paid("5", "20", note="x"))
    assert len(digest(one)) == 16


def test_records_know_their_kind() -> None:
    assert [kind_of(record) for record in (client(), invoice(), paid("5", "1"))] == [*Kind]


@pytest.mark.parametrize(("fields", "locked"), [({}, False), ({"reconciled": True}, True), ({"batch_id": "b"}, True)])
def test_locked_payments(fields: dict[str, Any], locked: bool) -> None:
    payment: Payment = xero_paid("a", "1", **fields)
    assert payment.locked is locked
