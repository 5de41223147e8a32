"""Invoices, rows, credit notes and what staff do to them (docs/reference/provet.md 1.2, 2.8, 2.9)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from daemon.sandbox.provet import Refusal, RowSpec, SignPattern
from tests.sandbox.provet.tenant import CHECKUP, Tenant

FEED = RowSpec(name="Feed", price=Decimal("1.125"), quantity=Decimal("12.5"), vat_percentage=Decimal(0), item=21)


def rows(tenant: Tenant, invoice: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tenant.get(f"invoicerow/?invoice__is={invoice}")["results"]
    return found


def test_a_draft_has_no_number_and_a_finalised_invoice_the_next_one() -> None:
    tenant = Tenant(prefix="RV", first_number=500)
    client = tenant.client("Quinn", street_address="4 Mill Lane", city="Aberlow", organization_name="Quinn Farm")
    draft = tenant.hands.draft(client, [CHECKUP], tenant.now)
    shown = tenant.get(f"invoice/{draft}/")
    assert (shown["status"], shown["invoice_number"], shown["total_with_vat"]) == (0, None, 120)
    tenant.hands.finalise(draft, tenant.now)
    shown = tenant.get(f"invoice/{draft}/")
    assert (shown["status"], shown["invoice_prefix"], shown["invoice_number"]) == (3, "RV", 500)
    assert (shown["due_sum"], shown["date_paid"], shown["payer_name"]) == (120, None, "Ada Quinn")
    assert (shown["payer_organization_name"], shown["payer_city"]) == ("Quinn Farm", "Aberlow")
    assert shown["client"] == tenant.url("client", client)
    with pytest.raises(Refusal):
        tenant.hands.finalise(draft, tenant.now)


def test_fees_and_discounts_make_quantity_times_price_wrong() -> None:
    tenant = Tenant()
    tablets = RowSpec(
        name="Tablets",
        price=Decimal("0.8917"),
        quantity=Decimal(14),
        fee=Decimal("2.5"),
        percentage_change=Decimal(-20),
    )
    (row,) = rows(tenant, tenant.invoice(tablets))
    assert row["sum"] == Decimal("11.9870")
    assert row["sum_vat"] == Decimal("2.3974")
    assert row["sum_total"] == Decimal("14.38")
    assert row["original_sum_total"] == Decimal("17.98")
    assert row["discount_amount"] == Decimal("3.60")


@pytest.mark.parametrize(("net", "gross"), [("2.235", "2.24"), ("2.245", "2.24"), ("-2.245", "-2.24")])
def test_row_totals_are_rounded_half_to_even(net: str, gross: str) -> None:
    tenant = Tenant()
    (row,) = rows(tenant, tenant.invoice(RowSpec(name="x", price=Decimal(net), vat_percentage=Decimal(0))))
    assert row["sum_total"] == Decimal(gross)


def test_header_vat_is_rounded_for_each_rate() -> None:
    tenant = Tenant()
    shown = tenant.get(f"invoice/{tenant.invoice(CHECKUP, FEED)}/")
    assert [shown[key] for key in ("total", "total_vat", "total_with_vat")] == [
        Decimal("114.06"),
        20,
        Decimal("134.06"),
    ]


def test_an_anonymous_counter_sale_has_neither_client_nor_consultation() -> None:
    tenant = Tenant()
    shown = tenant.get(f"invoice/{tenant.hands.sell(None, [CHECKUP], tenant.now)}/")
    assert (shown["client"], shown["consultation"], shown["countersale"]) == (None, None, True)
    assert tenant.get(f"invoice/{tenant.invoice()}/")["consultation"] is not None


@pytest.mark.parametrize(
    ("pattern", "quantity", "total"),
    [
        (SignPattern.NEGATED_QUANTITY, -1, -120),
        (SignPattern.NEGATIVE_SUM, 1, -120),
        (SignPattern.POSITIVE, 1, 120),
    ],
)
def test_credit_notes_come_in_all_sign_patterns(pattern: SignPattern, quantity: int, total: int) -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    note = tenant.get(f"invoice/{tenant.hands.credit(invoice, tenant.now, pattern=pattern)}/")
    assert (note["credit_note"], note["status"], note["consultation"]) == (True, 3, None)
    assert (note["total_with_vat"], note["due_sum"], note["invoice_number"]) == (total, total, 1002)
    assert note["credit_note_original_invoice"] == note["first_original_invoice"] == tenant.url("invoice", invoice)
    (row,) = rows(tenant, note["id"])
    assert (row["quantity"], row["credited_invoicerow"]) == (quantity, tenant.url("invoicerow", 1))
    assert rows(tenant, invoice)[0]["first_credit_invoicerows"] == [row["url"]]
    assert tenant.get(f"invoice/{invoice}/")["due_sum"] == 120


def test_credits_may_lack_links_exceed_their_row_and_credit_a_credit() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    doubled = tenant.hands.credit(invoice, tenant.now, parts=[(1, Decimal(2))], linked=False)
    assert tenant.get(f"invoice/{doubled}/")["total_with_vat"] == -240
    assert rows(tenant, doubled)[0]["credited_invoicerow"] is None
    back = tenant.get(f"invoice/{tenant.hands.credit(doubled, tenant.now)}/")
    assert (back["credit_note"], back["total_with_vat"]) == (True, 240)
    assert back["credit_note_original_invoice"] == tenant.url("invoice", doubled)
    assert back["first_original_invoice"] == tenant.url("invoice", invoice)


def test_a_credit_note_can_be_dated_back() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.let_days_pass(10)
    note = tenant.hands.credit(invoice, tenant.now, date=dt.date(2026, 8, 3))
    assert tenant.get(f"invoice/{note}/")["invoice_date"] == "2026-08-03"


def test_refunds_by_api() -> None:
    tenant = Tenant()
    invoice = tenant.invoice(CHECKUP, FEED)
    half = {"rows": [{"invoicerow": 2, "quantity": 6.25}]}
    note = tenant.write("POST", f"invoice/{invoice}/partial_refund/", half)
    assert (note["total_with_vat"], note["credit_note"]) == (Decimal("-7.03"), True)
    assert tenant.write("POST", f"invoice/{invoice}/full_refund/", {})["total_with_vat"] == Decimal("-134.06")
    assert "rows" in tenant.refusal("POST", f"invoice/{invoice}/partial_refund/", {"rows": [{"invoicerow": 99}]})
    draft = tenant.hands.draft(tenant.client(), [CHECKUP], tenant.now)
    assert "status" in tenant.refusal("POST", f"invoice/{draft}/full_refund/", {})


def test_the_date_of_a_finalised_invoice_can_change_and_modified_moves() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    before = tenant.get(f"invoice/{invoice}/")["modified"]
    tenant.wait(minutes=5)
    shown = tenant.write("POST", f"invoice/{invoice}/invoice_date/", {"invoice_date": "2026-07-31"})
    assert shown["invoice_date"] == "2026-07-31"
    assert shown["modified"] > before
    assert "invoice_date" in tenant.refusal("POST", f"invoice/{invoice}/invoice_date/", {"invoice_date": "31.7."})


def test_the_payer_can_change_and_old_payers_do_not_follow_their_client() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.hands.edit_client(1, {"lastname": "Married"}, tenant.now)
    assert tenant.get(f"invoice/{invoice}/")["payer_name"] == "Ada Quinn"
    other = tenant.client("Other")
    tenant.hands.change_payer(invoice, other, tenant.now)
    shown = tenant.get(f"invoice/{invoice}/")
    assert (shown["client"], shown["payer_name"]) == (tenant.url("client", other), "Ada Other")


def test_an_extra_fee_raises_what_is_due_after_finalisation() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.hands.pay_in_full(invoice, 0, tenant.now)
    assert tenant.get(f"invoice/{invoice}/")["date_paid"] == "2026-08-03"
    tenant.hands.add_extra_fee(invoice, FEED, tenant.now)
    shown = tenant.get(f"invoice/{invoice}/")
    assert (shown["total_with_vat"], shown["due_sum"]) == (Decimal("134.06"), Decimal("14.06"))
    assert shown["date_paid"] is None


def test_a_total_is_rounded_by_a_row_without_item() -> None:
    tenant = Tenant()
    draft = tenant.hands.draft(tenant.client(), [FEED], tenant.now)
    tenant.hands.round_total(draft, Decimal("0.50"), tenant.now)
    assert tenant.get(f"invoice/{draft}/")["total_with_vat"] == 14
    assert rows(tenant, draft)[-1]["item"] is None
    assert rows(tenant, draft)[-1]["sum_total"] == Decimal("-0.06")


def test_void_owes_nothing() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.hands.void(invoice, tenant.now)
    shown = tenant.get(f"invoice/{invoice}/")
    assert (shown["status"], shown["due_sum"], shown["total_with_vat"]) == (99, 0, 120)


def test_nothing_is_dated_before_the_period_lock() -> None:
    tenant = Tenant(period_lock=dt.date(2026, 8, 3))
    invoice = tenant.invoice()
    assert tenant.get("settings/department/1/")["financial_period_lock_date"] == "2026-08-03"
    tenant.hands.lock_period(dt.date(2026, 8, 4))
    assert "invoice_date" in tenant.refusal("POST", f"invoice/{invoice}/invoice_date/", {"invoice_date": "2026-08-05"})
    assert "invoice_date" in tenant.refusal("POST", f"invoice/{invoice}/full_refund/", {})
    with pytest.raises(Refusal):
        tenant.invoice()


def test_a_counter_sale_by_api() -> None:
    tenant = Tenant()
    sale = tenant.write("POST", "countersale/", {"client": None, "department": tenant.url("department", 1)})
    item = {"item": tenant.url("item", 16), "quantity": 2}
    row = tenant.write("POST", f"countersale/{sale['id']}/add_item/", item)
    assert row["sum_total"] == Decimal("89.98")
    assert tenant.write("POST", f"countersale/{sale['id']}/finalize/", {})["finalized"] is True
    shown = tenant.get("invoice/1/")
    assert (shown["status"], shown["client"], shown["total_with_vat"]) == (3, None, Decimal("89.98"))
    assert tenant.call("POST", f"countersale/{sale['id']}/finalize/", {}).status == 400
    assert "quantity" in tenant.refusal("POST", f"countersale/{sale['id']}/add_item/", item)
