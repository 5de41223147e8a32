"""How Provet's documents and payments read as a ledger."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.ledger import due, exclusion_reason, in_practice, receivable, settled, settlements, sides
from daemon.core.model import Document, DocumentStatus, Payment
from daemon.core.rules import Rules
from tests.core.builders import RULES, credit_note, invoice, paid, rules


def chain(*links: tuple[str, str, bool, str]) -> list[Document]:
    """Documents as (id, gross, credit note?, credits)."""
    return [
        (credit_note if credit else invoice)(identifier, gross, credits=original)
        for identifier, gross, credit, original in links
    ]


@pytest.mark.parametrize(
    ("documents", "credit_side"),
    [
        pytest.param(chain(("1", "10", False, "")), "", id="an invoice"),
        pytest.param(chain(("1", "-10", False, "")), "1", id="a negative invoice"),
        pytest.param(chain(("1", "0", False, "")), "", id="an invoice of nothing"),
        pytest.param(chain(("1", "10", False, ""), ("2", "-10", True, "1")), "2", id="credit note, negative"),
        pytest.param(chain(("1", "10", False, ""), ("2", "10", True, "1")), "2", id="credit note, positive"),
        pytest.param(chain(("1", "10", False, ""), ("2", "0", True, "1")), "2", id="credit note of nothing"),
        pytest.param(chain(("1", "-10", False, ""), ("2", "10", True, "1")), "1", id="credit of a negative invoice"),
        pytest.param(chain(("1", "-10", False, ""), ("2", "-10", True, "1")), "1", id="the same, negative too"),
        pytest.param(
            chain(("1", "10", False, ""), ("2", "-10", True, "1"), ("3", "10", True, "2")), "2", id="credit of a credit"
        ),
        pytest.param(
            chain(("1", "10", False, ""), ("2", "10", True, "1"), ("3", "10", True, "2")), "2", id="all positive"
        ),
        pytest.param(
            chain(("1", "10", False, ""), ("2", "-10", True, "1"), ("3", "-10", True, "2"), ("4", "-10", True, "3")),
            "24",
            id="four in a row",
        ),
        pytest.param(chain(("2", "-10", True, "1")), "2", id="credit note whose original is not known, negative"),
        pytest.param(chain(("2", "10", True, "1")), "2", id="credit note whose original is not known, positive"),
        pytest.param(chain(("1", "10", False, ""), ("2", "10", False, "1")), "", id="a link without the mark"),
    ],
)
def test_sides_of_a_chain(documents: list[Document], credit_side: str) -> None:
    assert {identifier for identifier, credit in sides(documents).items() if credit} == set(credit_side)
    assert sides(documents[::-1]) == sides(documents)


def test_documents_that_credit_each_other_do_not_hang() -> None:
    assert set(sides(chain(("1", "10", True, "2"), ("2", "10", True, "1")))) == {"1", "2"}


def standing(document: Document, *payments: Payment) -> tuple[str, str]:
    found = settlements(document, payments)
    return "".join(p.id for p in found.standing), "".join(p.id for p in found.unmatched)


@pytest.mark.parametrize(
    ("payments", "left", "unmatched"),
    [
        pytest.param([("1", "60", {}), ("2", "60", {})], "12", "", id="two payments"),
        pytest.param([("1", "60", {"cancelled": True})], "", "", id="cancelled by status"),
        pytest.param([("1", "60", {}), ("2", "-60", {})], "", "", id="cancelled by an opposite row"),
        pytest.param([("1", "60", {"cancelled": True}), ("2", "-60", {})], "", "", id="cancelled by both"),
        pytest.param(
            [("1", "60", {"cancelled": True}), ("2", "60", {}), ("3", "-60", {})], "2", "", id="both, beside another"
        ),
        pytest.param([("1", "60", {}), ("2", "60", {}), ("3", "-60", {})], "1", "", id="the newest goes first"),
        pytest.param(
            [("1", "60", {"method": "0"}), ("2", "60", {}), ("3", "-60", {"method": "0"})], "2", "", id="same method"
        ),
        pytest.param([("1", "60", {}), ("2", "-60", {}), ("3", "60", {})], "3", "", id="cancelled and entered anew"),
        pytest.param([("9", "60", {}), ("10", "-60", {}), ("11", "60", {})], "11", "", id="ids are numbers"),
        pytest.param([("1", "60", {}), ("2", "-60", {"method": "0"})], "", "", id="cancelled under another method"),
        pytest.param([("1", "60", {}), ("2", "-20", {})], "1", "2", id="an opposite row that cancels nothing"),
        pytest.param([("1", "60", {}), ("2", "-60", {"cancelled": True})], "1", "", id="a cancelled opposite row"),
        pytest.param([("1", "60", {"method": "12"}), ("2", "-60", {})], "", "2", id="credit applied is no money"),
        pytest.param([("1", "0", {})], "", "", id="nothing paid"),
    ],
)
def test_which_payments_stand(payments: list[tuple[str, str, dict[str, Any]]], left: str, unmatched: str) -> None:
    rows = [paid(identifier, value, **fields) for identifier, value, fields in payments]
    assert standing(invoice(), *rows, paid("99", "5", "other")) == (left, unmatched)
    assert standing(invoice(), *rows[::-1]) == (left, unmatched)


def test_refunds_of_a_negative_credit_note_are_negative() -> None:
    note = credit_note("1", "-50")
    assert standing(note, paid("1", "-50"), paid("2", "50"), paid("3", "-20")) == ("3", "")
    assert settled(note, [paid("1", "-20")]) == 20


@pytest.mark.parametrize(
    ("document", "payments", "credit", "owed", "left"),
    [
        pytest.param(invoice(), [], False, "120", "120", id="unpaid"),
        pytest.param(invoice(), [paid("1", "50")], False, "70", "70", id="part paid"),
        pytest.param(invoice(), [paid("1", "150")], False, "-30", "-30", id="overpaid"),
        pytest.param(invoice(), [paid("1", "30", method="12")], False, "120", "90", id="credit applied"),
        pytest.param(invoice(), [paid("1", "100"), paid("2", "-20")], False, "40", "40", id="money given back"),
        pytest.param(credit_note("1"), [], True, "-50", "50", id="credit note"),
        pytest.param(credit_note("1"), [paid("1", "-20")], True, "-30", "30", id="credit note, part refunded"),
        pytest.param(credit_note("1", "50"), [paid("1", "20")], True, "-30", "30", id="positive credit note"),
        pytest.param(invoice(status=DocumentStatus.VOID), [paid("1", "50")], False, "0", "70", id="void"),
    ],
)
def test_what_a_client_owes(document: Document, payments: list[Payment], credit: bool, owed: str, left: str) -> None:
    assert receivable(document, payments, credit=credit) == Decimal(owed)
    assert due(document, payments) == Decimal(left)


@pytest.mark.parametrize(
    ("document", "practice", "reason"),
    [
        pytest.param(invoice(), RULES, "", id="in scope"),
        pytest.param(invoice(status=DocumentStatus.DRAFT), RULES, "draft", id="draft"),
        pytest.param(invoice(status=DocumentStatus.PENDING), RULES, "not finalised", id="sent, open or invoicing"),
        pytest.param(invoice(date=dt.date(2025, 12, 31)), RULES, "before start date", id="before the start date"),
        pytest.param(invoice(date=dt.date(2026, 1, 1)), RULES, "", id="on the start date"),
        pytest.param(invoice(contact_id=""), RULES, "anonymous sale", id="anonymous"),
        pytest.param(invoice(contact_id=""), rules(anonymous_contact="Walk-in"), "", id="anonymous, booked"),
        pytest.param(invoice(status=DocumentStatus.VOID), RULES, "", id="void: nothing to leave out"),
    ],
)
def test_what_is_left_out(document: Document, practice: Rules, reason: str) -> None:
    assert exclusion_reason(document, practice, linked=False) == reason
    assert exclusion_reason(document, practice, linked=True) == ""


def test_departments_of_the_practice() -> None:
    assert in_practice(invoice(), RULES)
    assert in_practice(invoice(), rules(departments=("1", "2")))
    assert not in_practice(invoice(), rules(departments=("2",)))
