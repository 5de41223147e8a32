"""Laws that hold whatever staff do: totals, due sums, ids, and a state that survives being written down."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from daemon.sandbox.provet import Cancellation, ProvetSystem, Refusal, RowSpec, SignPattern
from tests.sandbox.provet.tenant import Tenant

RATES = (Decimal(20), Decimal(5), Decimal(0), Decimal("13.5"))


def some_row(rng: Random) -> RowSpec:
    return RowSpec(
        name="Anything",
        price=Decimal(rng.randrange(-20_000, 2_000_000)) / 10_000,
        quantity=Decimal(rng.randrange(1, 4_000)) / 100,
        vat_percentage=rng.choice(RATES),
        percentage_change=Decimal(rng.choice((0, 0, -10, -33))),
        fee=Decimal(rng.choice((0, 0, 3))),
    )


def live(tenant: Tenant, rng: Random) -> None:
    """One thing that staff try; Provet may refuse it."""
    hands, now = tenant.hands, tenant.now
    invoices, payments = list(hands.state.invoices), list(hands.state.payments)
    if not invoices or rng.random() < 0.3:
        tenant.invoice(*(some_row(rng) for _ in range(rng.randint(1, 4))), client=1)
        return
    invoice = rng.choice(invoices)
    share = Decimal(rng.randint(1, 100)) / 100
    part = (hands.invoice(invoice).due_sum * share).quantize(Decimal("0.01"))
    acts = [
        lambda: hands.pay(invoice, part, rng.choice((0, 1, 17)), now),
        lambda: hands.pay_in_full(invoice, 2, now),
        lambda: hands.credit(invoice, now, pattern=rng.choice(list(SignPattern))),
        lambda: hands.cancel_payment(rng.choice(payments or [0]), now),
        lambda: hands.change_payment(rng.choice(payments or [0]), now, payment_type=1),
        lambda: hands.apply_credit(rng.choice(invoices), invoice, part, now),
        lambda: hands.use_prepayment(hands.take_prepayment(1, part, 0, now), invoice, part, now),
        lambda: hands.add_extra_fee(invoice, some_row(rng), now),
        lambda: hands.consolidate([invoice, rng.choice(invoices)], now),
        lambda: hands.void(invoice, now),
    ]
    rng.choice(acts)()


@pytest.mark.parametrize("cancellation", list(Cancellation))
@pytest.mark.parametrize("seed", range(5))
def test_headers_agree_with_rows_and_payments(seed: int, cancellation: Cancellation) -> None:
    tenant = Tenant(cancellation=cancellation, rate_scale=Decimal(100))
    rng = Random(seed)
    tenant.client()
    for _ in range(120):
        tenant.wait(minutes=rng.randint(1, 90))
        try:
            live(tenant, rng)
        except (Refusal, KeyError):
            continue
    tenant.bearer = tenant.new_token()
    check_books(tenant)
    check_restart(tenant)


def check_books(tenant: Tenant) -> None:
    invoices = tenant.get("invoice/?page_size=1000")["results"]
    rows = tenant.get("invoicerow/?page_size=1000")["results"]
    payments = tenant.get("invoicepayment/?page_size=1000")["results"]
    assert len(invoices) > 20
    for invoice in invoices:
        own = [row for row in rows if row["invoice"] == invoice["url"]]
        assert invoice["invoice_row"] == [row["url"] for row in own]
        assert invoice["total_with_vat"] == sum(row["sum_total"] for row in own)
        assert invoice["total"] + invoice["total_vat"] == invoice["total_with_vat"]
        paid = [p["paid"] for p in payments if p["invoice"] == invoice["url"] and p["status"] == 3]
        left = invoice["total_with_vat"] - sum(paid)
        assert invoice["due_sum"] == (0 if invoice["status"] == 99 else left)
    numbers = [invoice["invoice_number"] for invoice in invoices if invoice["invoice_number"]]
    assert len(numbers) == len(set(numbers))


def check_restart(tenant: Tenant) -> None:
    dumped = tenant.system.dump()
    again = ProvetSystem(tenant.config)
    again.restore(dumped)
    assert again.dump() == dumped
    path = "invoicerow/?page_size=1000"
    shown = tenant.call("GET", path)
    tenant.system = again
    assert tenant.call("GET", path).body == shown.body
    assert again.hands.state.invoices
