"""Payments, prepayments, credit applied, consolidation (docs/reference/provet.md 2.10, 2.11, P-26 to P-33)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.sandbox.provet import Cancellation, Refusal
from tests.sandbox.provet.tenant import CHECKUP, Tenant


def order(tenant: Tenant, invoice: int, **changes: Any) -> dict[str, Any]:
    return {"invoice": tenant.url("invoice", invoice), "payment_type": 17, "paid": 40.5, "status": 3, **changes}


def due(tenant: Tenant, invoice: int) -> Decimal:
    value: Decimal = tenant.get(f"invoice/{invoice}/")["due_sum"]
    return value


def types(tenant: Tenant, invoice: int) -> list[tuple[int, Decimal]]:
    found = tenant.get(f"invoicepayment/?invoice__is={invoice}")["results"]
    return [(payment["payment_type"], payment["paid"]) for payment in found]


def test_a_payment_is_recorded_and_read_back() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    sent = order(tenant, invoice, info="Xero payment 5f1c", payment_date="2026-08-02")
    made = tenant.write("POST", "invoicepayment/", sent)
    assert {key: made[key] for key in sent} == {**sent, "paid": Decimal("40.5")}
    assert tenant.get(f"invoicepayment/{made['id']}/") == made
    shown = tenant.get(f"invoice/{invoice}/")
    assert (shown["due_sum"], shown["invoice_payment"]) == (Decimal("79.5"), [made["url"]])
    assert tenant.write("POST", "invoicepayment/", order(tenant, invoice, paid="79.50"))["paid"] == Decimal("79.5")
    assert tenant.get(f"invoice/{invoice}/")["date_paid"] == "2026-08-03"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("invoice", None),
        ("invoice", 1),
        ("invoice", "http://provet.test:8080/54321/api/0.1/invoice/99/"),
        ("invoice", "http://provet.test:8080/54321/api/0.1/client/1/"),
        ("payment_type", None),
        ("payment_type", 8),
        ("payment_type", 77),
        ("payment_type", "17"),
        ("paid", None),
        ("paid", "lots"),
        ("paid", "NaN"),
        ("paid", True),
        ("paid", 0),
        ("paid", 1.005),
        ("paid", 120.01),
        ("paid", -1),
        ("paid", 1e300),
        ("info", 7),
        ("info", "x" * 256),
        ("payment_date", "3.8.2026"),
        ("payment_date", "2026-07-31"),
    ],
)
def test_bad_payments_are_refused_by_field(field: str, value: object) -> None:
    tenant = Tenant(period_lock=dt.date(2026, 8, 1))
    invoice = tenant.invoice()
    sent = {key: entry for key, entry in (order(tenant, invoice) | {field: value}).items() if entry is not None}
    assert list(tenant.refusal("POST", "invoicepayment/", sent)) == [field]
    assert tenant.get("invoicepayment/")["count"] == 0
    assert due(tenant, invoice) == 120


@pytest.mark.parametrize("status", [0, 1, 2, 4, 99])
def test_only_finalised_invoices_take_payments(status: int) -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.hands.change_status(invoice, status, tenant.now)
    assert "invoice" in tenant.refusal("POST", "invoicepayment/", order(tenant, invoice))


def test_nothing_makes_a_repeated_post_harmless() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    for _ in range(2):
        tenant.write("POST", "invoicepayment/", order(tenant, invoice, info="same"))
    assert due(tenant, invoice) == 39


def test_overpayment_is_a_switch() -> None:
    tenant = Tenant(overpayment_allowed=True)
    invoice = tenant.invoice()
    tenant.write("POST", "invoicepayment/", order(tenant, invoice, paid=150))
    assert due(tenant, invoice) == -30


def test_the_date_may_be_ignored() -> None:
    tenant = Tenant(payment_date_ignored=True)
    made = tenant.write("POST", "invoicepayment/", order(tenant, tenant.invoice(), payment_date="2026-01-01"))
    assert "payment_date" not in made


@pytest.mark.parametrize("touches", [False, True])
def test_whether_a_payment_moves_the_invoice_is_a_switch(touches: bool) -> None:
    tenant = Tenant(payment_touches_invoice=touches)
    invoice = tenant.invoice()
    tenant.wait(minutes=5)
    tenant.write("POST", "invoicepayment/", order(tenant, invoice))
    since = "modified__gte=2026-08-03T09:01:00Z"
    assert tenant.ids(f"invoice/?{since}") == ([invoice] if touches else [])
    assert tenant.ids(f"invoicepayment/?{since}") == [1]


def test_cancelling_adds_an_opposite_row_dated_like_the_invoice() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.let_days_pass(3)
    payment = tenant.hands.pay(invoice, Decimal(40), 0, tenant.now)
    opposite = tenant.write("POST", f"invoicepayment/{payment}/cancel_payment/", {})
    assert (opposite["paid"], opposite["payment_type"], opposite["payment_date"]) == (-40, 0, "2026-08-03")
    assert types(tenant, invoice) == [(0, 40), (0, -40)]
    assert due(tenant, invoice) == 120
    for payment_id in (payment, opposite["id"]):
        assert tenant.call("POST", f"invoicepayment/{payment_id}/cancel_payment/", {}).status == 400


def test_cancelling_may_only_change_the_status() -> None:
    tenant = Tenant(cancellation=Cancellation.STATUS)
    invoice = tenant.invoice()
    payment = tenant.hands.pay(invoice, Decimal(40), 0, tenant.now)
    tenant.wait(minutes=1)
    shown = tenant.write("POST", f"invoicepayment/{payment}/cancel_payment/")
    assert (shown["id"], shown["status"], shown["paid"]) == (payment, 99, 40)
    assert shown["modified"] > shown["created"]
    assert (types(tenant, invoice), due(tenant, invoice)) == ([(0, 40)], 120)
    assert tenant.call("POST", f"invoicepayment/{payment}/cancel_payment/", {}).status == 400


def test_a_closed_period_refuses_the_cancelling_row() -> None:
    tenant = Tenant()
    payment = tenant.hands.pay(tenant.invoice(), Decimal(40), 0, tenant.now)
    tenant.hands.lock_period(dt.date(2026, 8, 4))
    assert "payment_date" in tenant.refusal("POST", f"invoicepayment/{payment}/cancel_payment/", {})
    tenant.write("POST", f"invoicepayment/{payment}/cancel_payment/", {"payment_date": "2026-08-04"})


def test_changing_a_payment_keeps_its_history() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    payment = tenant.hands.pay(invoice, Decimal(40), 0, tenant.now)
    tenant.hands.change_payment(payment, tenant.now, payment_type=1)
    assert types(tenant, invoice) == [(0, 40), (0, -40), (1, 40)]


def test_a_credit_note_is_refunded_by_a_negative_payment() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.hands.pay_in_full(invoice, 0, tenant.now)
    note = tenant.hands.credit(invoice, tenant.now)
    tenant.hands.pay_in_full(note, 1, tenant.now)
    assert types(tenant, note) == [(1, -120)]
    assert due(tenant, note) == due(tenant, invoice) == 0


def test_credit_applied_is_a_pair_of_type_12() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    note = tenant.hands.credit(invoice, tenant.now)
    tenant.hands.apply_credit(note, invoice, Decimal(50), tenant.now)
    assert (types(tenant, invoice), types(tenant, note)) == ([(12, 50)], [(12, -50)])
    assert (due(tenant, invoice), due(tenant, note)) == (70, -70)
    with pytest.raises(Refusal):
        tenant.hands.apply_credit(note, tenant.invoice(), Decimal(10), tenant.now)


def test_a_prepayment_is_taken_used_and_restored() -> None:
    tenant = Tenant()
    client = tenant.client()
    deposit = tenant.hands.take_prepayment(client, Decimal(200), 0, tenant.now, description="Deposit")
    invoice = tenant.invoice(client=client)
    used = tenant.hands.use_prepayment(deposit, invoice, Decimal(120), tenant.now)
    shown = tenant.get(f"unallocatedpayment/{deposit}/")
    assert (shown["sum"], shown["sum_left"], shown["client"]) == (200, 80, tenant.url("client", client))
    assert types(tenant, invoice) == [(8, 120)]
    with pytest.raises(Refusal):
        tenant.hands.use_prepayment(deposit, invoice, Decimal(81), tenant.now)
    tenant.hands.cancel_payment(used, tenant.now)
    assert tenant.get(f"unallocatedpayment/{deposit}/")["sum_left"] == 200


def test_a_payment_is_moved_to_prepayments() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    payment = tenant.hands.pay(invoice, Decimal(40), 0, tenant.now)
    moved = tenant.hands.move_to_prepayments(payment, tenant.now)
    assert tenant.get(f"unallocatedpayment/{moved}/")["sum_left"] == 40
    assert due(tenant, invoice) == 120


@pytest.mark.parametrize(("paid", "rounding"), [("120.02", "-0.02"), ("119.98", "0.02")])
def test_rounding_payments_go_either_way(paid: str, rounding: str) -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.hands.round_due(invoice, Decimal(paid), 1, tenant.now)
    assert types(tenant, invoice) == [(3, Decimal(rounding)), (1, Decimal(paid))]
    assert due(tenant, invoice) == 0


def test_consolidation_closes_the_originals_until_it_is_revoked() -> None:
    tenant = Tenant()
    client = tenant.client()
    first, second = tenant.invoice(client=client), tenant.invoice(CHECKUP, CHECKUP, client=client)
    whole = tenant.hands.consolidate([first, second], tenant.now)
    shown = tenant.get(f"invoice/{whole}/")
    assert (shown["total_with_vat"], len(shown["invoice_row"])) == (360, 3)
    assert shown["consolidated_invoices"] == [tenant.url("invoice", first), tenant.url("invoice", second)]
    assert (types(tenant, first), due(tenant, first)) == ([(6, 120)], 0)
    assert tenant.call("POST", f"invoice/{first}/full_refund/", {}).status == 400
    assert tenant.call("POST", "invoicepayment/1/cancel_payment/", {}).status == 400
    paid = tenant.hands.pay(whole, Decimal(10), 0, tenant.now)
    with pytest.raises(Refusal):
        tenant.hands.revoke(whole, tenant.now)
    tenant.hands.cancel_payment(paid, tenant.now)
    tenant.hands.revoke(whole, tenant.now)
    assert tenant.get(f"invoice/{whole}/")["status"] == 99
    assert (due(tenant, first), due(tenant, second)) == (120, 240)
    assert tenant.get(f"invoice/{first}/")["status"] == 3


def test_the_field_of_consolidated_invoices_may_be_missing() -> None:
    tenant = Tenant(consolidated_field="")
    assert "consolidated_invoices" not in tenant.get(f"invoice/{tenant.invoice()}/")
