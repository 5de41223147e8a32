"""What API clients may change, verb by verb (docs/reference/provet.md 2.7-2.11, 3.1). Everything else is a 405."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from daemon.sandbox.provet import books as rules
from daemon.sandbox.provet import clients, payments
from daemon.sandbox.provet.amounts import CreditForm
from daemon.sandbox.provet.arguments import Call, amount, date, found, integer, linked, text
from daemon.sandbox.provet.books import refuse
from daemon.sandbox.provet.records import PAYMENT_DONE, CounterSale, Hook, PaymentType, Receipt, RowSpec
from daemon.sandbox.provet.wire import Json

TRIGGERS = range(1, 69)
CONTENT_TYPES = (1, 2)
URL_MAX = 2000

Answer = tuple[int, Json | None]


def create_payment(call: Call) -> Answer:
    state = call.books.state
    invoice = linked(call, "invoice", "invoice", state.invoices)
    payment_type = integer(call, "payment_type")
    known = {method.payment_type for method in state.payment_methods.values() if not method.archived}
    if payment_type not in known or payment_type == PaymentType.PREPAYMENT:
        raise refuse("payment_type", f'"{payment_type}" is not a valid choice.')
    ignored = call.books.config.payment_date_ignored
    receipt = Receipt(
        amount=amount(call, "paid"),
        payment_type=payment_type,
        date=None if ignored else date(call, "payment_date"),
        info=text(call, "info"),
        status=integer(call, "status", PAYMENT_DONE),
    )
    payment = payments.pay(call.books, state.invoices[invoice or 0], receipt, call.now)
    return 201, call.wire.invoice_payment(payment)


def cancel_payment(call: Call) -> Answer:
    payment = found(call.books.state.payments, call.id)
    cancelled = payments.cancel(
        call.books, payment, call.now, date=date(call, "payment_date"), remark=text(call, "remarks")
    )
    return 200, call.wire.invoice_payment(cancelled)


def create_client(call: Call) -> Answer:
    return 201, call.wire.client(clients.create_client(call.books, call.body, call.now))


def patch_client(call: Call) -> Answer:
    client = found(call.books.state.clients, call.id)
    return 200, call.wire.client(clients.edit_client(call.books, client, call.body, call.now))


def put_client(call: Call) -> Answer:
    if not call.body.get("lastname") and not call.body.get("organization_name"):
        raise refuse("lastname", "This field is required.")
    return patch_client(call)


def delete_client(call: Call) -> Answer:
    clients.delete_client(call.books, found(call.books.state.clients, call.id), call.now)
    return 204, None


def create_phone(call: Call) -> Answer:
    client = linked(call, "client", "client", call.books.state.clients)
    owner = call.books.state.clients[client or 0]
    return 201, call.wire.phone_number(clients.add_phone(call.books, owner, call.body, call.now))


def patch_phone(call: Call) -> Answer:
    phone = found(call.books.state.phone_numbers, call.id)
    return 200, call.wire.phone_number(clients.edit_phone(phone, call.body, call.now))


def delete_phone(call: Call) -> Answer:
    clients.remove_phone(call.books, found(call.books.state.phone_numbers, call.id))
    return 204, None


def invoice_date(call: Call) -> Answer:
    invoice = found(call.books.state.invoices, call.id)
    new = date(call, "invoice_date")
    if new is None:
        raise refuse("invoice_date", "This field is required.")
    rules.change_date(call.books, invoice, new, call.now)
    return 200, call.wire.invoice(invoice)


def full_refund(call: Call) -> Answer:
    invoice = found(call.books.state.invoices, call.id)
    parts = [(row, row.quantity) for row in call.books.state.rows_of(invoice)]
    return 201, call.wire.invoice(rules.credit(call.books, invoice, CreditForm(parts=parts), call.now))


def partial_refund(call: Call) -> Answer:
    """Credit chosen quantities: ``{"rows": [{"invoicerow": <id>, "quantity": <n>}]}`` (shape assumed in 2.8)."""
    invoice = found(call.books.state.invoices, call.id)
    wanted = call.body.get("rows")
    if not isinstance(wanted, list) or not wanted:
        raise refuse("rows", "This field is required.")
    parts = [_part(call, invoice.rows, part) for part in wanted]
    return 201, call.wire.invoice(rules.credit(call.books, invoice, CreditForm(parts=parts), call.now))


def _part(call: Call, rows: list[int], part: Any) -> tuple[Any, Decimal]:
    row, quantity = (part.get("invoicerow"), part.get("quantity")) if isinstance(part, dict) else (None, None)
    if row not in rows or isinstance(quantity, bool) or not isinstance(quantity, int | Decimal):
        raise refuse("rows", "Each row needs an invoicerow of this invoice and a quantity.")
    return call.books.state.rows[row], Decimal(quantity)


def create_counter_sale(call: Call) -> Answer:
    state = call.books.state
    client = linked(call, "client", "client", state.clients, required=False)
    department = linked(call, "department", "department", state.departments) or 0
    draft = rules.create_draft(call.books, client, call.books.today(call.now), call.now, countersale=True)
    draft.department = department
    sale = CounterSale(
        id=state.new_id("countersale"),
        created=call.now,
        modified=call.now,
        client=client,
        department=department,
        invoice=draft.id,
    )
    state.counter_sales[sale.id] = sale
    return 201, call.wire.counter_sale(sale)


def add_item(call: Call) -> Answer:
    state = call.books.state
    sale = found(state.counter_sales, call.id)
    item = state.items[linked(call, "item", "item", state.items) or 0]
    quantity = call.body.get("quantity", 1)
    if sale.finalized or isinstance(quantity, bool) or not isinstance(quantity, int | Decimal):
        raise refuse("quantity", "A number is required, and an open sale.")
    rate = state.vat_groups[item.vat_group].vat_percentage
    spec = RowSpec(name=item.name, price=item.price, quantity=Decimal(quantity), vat_percentage=rate, item=item.id)
    row = rules.add_row(call.books, state.invoices[sale.invoice], spec, call.now)
    return 201, call.wire.invoice_row(row)


def finalize_sale(call: Call) -> Answer:
    sale = found(call.books.state.counter_sales, call.id)
    rules.finalise(call.books, call.books.state.invoices[sale.invoice], call.now)
    sale.finalized = True
    return 200, call.wire.counter_sale(sale)


def _hook_fields(call: Call) -> Json:
    fields: Json = {}
    if "trigger" in call.body:
        fields["trigger"] = integer(call, "trigger")
    if "content_type" in call.body:
        fields["content_type"] = integer(call, "content_type")
    if "target_url" in call.body:
        fields["target_url"] = text(call, "target_url", URL_MAX)
    if "name" in call.body:
        fields["name"] = text(call, "name")
    if "active" in call.body:
        fields["active"] = call.body["active"] is True
    if "department" in call.body:
        departments = call.books.state.departments
        fields["department"] = linked(call, "department", "department", departments, required=False)
    _check_hook(fields)
    return fields


def _check_hook(fields: Json) -> None:
    if fields.get("trigger", 1) not in TRIGGERS:
        raise refuse("trigger", f'"{fields["trigger"]}" is not a valid choice.')
    if fields.get("content_type", 1) not in CONTENT_TYPES:
        raise refuse("content_type", f'"{fields["content_type"]}" is not a valid choice.')
    if not fields.get("target_url", "http://").startswith(("http://", "https://")):
        raise refuse("target_url", "Enter a valid URL.")


def create_hook(call: Call) -> Answer:
    for field in ("trigger", "target_url"):
        if field not in call.body:
            raise refuse(field, "This field is required.")
    fields = _hook_fields(call)
    hook = Hook(id=call.books.state.new_id("hook"), created=call.now, modified=call.now, **fields)
    call.books.state.hooks[hook.id] = hook
    return 201, call.wire.hook(hook)


def patch_hook(call: Call) -> Answer:
    hook = found(call.books.state.hooks, call.id)
    for field, value in _hook_fields(call).items():
        setattr(hook, field, value)
    return 200, call.wire.hook(hook)


def delete_hook(call: Call) -> Answer:
    found(call.books.state.hooks, call.id)
    del call.books.state.hooks[call.id]
    return 204, None


WRITES: dict[str, Callable[[Call], Answer]] = {
    "POST invoicepayment": create_payment,
    "POST invoicepayment/id/cancel_payment": cancel_payment,
    "POST client": create_client,
    "PATCH client/id": patch_client,
    "PUT client/id": put_client,
    "DELETE client/id": delete_client,
    "POST phonenumber": create_phone,
    "PATCH phonenumber/id": patch_phone,
    "PUT phonenumber/id": patch_phone,
    "DELETE phonenumber/id": delete_phone,
    "POST invoice/id/invoice_date": invoice_date,
    "POST invoice/id/full_refund": full_refund,
    "POST invoice/id/partial_refund": partial_refund,
    "POST countersale": create_counter_sale,
    "POST countersale/id/add_item": add_item,
    "POST countersale/id/finalize": finalize_sale,
    "POST hook/webhook": create_hook,
    "PATCH hook/webhook/id": patch_hook,
    "PUT hook/webhook/id": patch_hook,
    "DELETE hook/webhook/id": delete_hook,
}
