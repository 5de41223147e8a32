"""How Provet's records look on the wire: absolute links, local timestamps, amounts as JSON numbers.

Amounts are written from exact decimals in the short form that a double would have, so no float exists here either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from daemon.sandbox.provet.books import STAFF_USER
from daemon.sandbox.provet.config import ProvetConfig
from daemon.sandbox.provet.records import (
    AccountNumber,
    Client,
    CounterSale,
    Department,
    Hook,
    Invoice,
    InvoicePayment,
    InvoiceRow,
    Item,
    PaymentMethod,
    PhoneNumber,
    Record,
    UnallocatedPayment,
    VatGroup,
)
from daemon.sandbox.provet.state import State

Json = dict[str, Any]

COUNTRIES = {
    "DE": "Germany",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "IE": "Ireland",
    "SE": "Sweden",
    "US": "United States of America",
}
TENTH = Decimal("0.1")
_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(value: object) -> bytes:
    return _encoder.encode(value)


def as_double(value: Decimal) -> Decimal:
    """The shortest decimal with at least one fraction digit: 100.00 -> 100.0, -0 -> -0.0."""
    short = value.normalize()
    exponent = short.as_tuple().exponent
    return short.quantize(TENTH) if isinstance(exponent, int) and exponent > -1 else short


class Wire:
    """Renders records for one request; ``origin`` is the scheme and host that the caller used."""

    def __init__(self, config: ProvetConfig, state: State, origin: str) -> None:
        self.state = state
        self._config = config
        self._base = f"{origin}{config.base_path}"
        self._zone = ZoneInfo(config.timezone)

    def link(self, resource: str, record_id: int | None) -> str | None:
        return None if record_id is None else f"{self._base}{resource}/{record_id}/"

    def links(self, resource: str, ids: Iterable[int]) -> list[str]:
        return [f"{self._base}{resource}/{record_id}/" for record_id in ids]

    def number(self, value: Decimal) -> Decimal | str:
        double = as_double(value)
        return str(double) if self._config.numbers_as_strings else double

    def time(self, value: dt.datetime | None) -> str | None:
        return None if value is None else value.astimezone(self._zone).isoformat(timespec="seconds")

    def head(self, resource: str, record: Record) -> Json:
        shown: Json = {"id": record.id, "url": self.link(resource, record.id)}
        if self._config.unknown_keys:
            shown["x_new_key"] = {"since": "later", "values": [1, None]}
        return shown

    def times(self, record: Record) -> Json:
        return {"created": self.time(record.created), "modified": self.time(record.modified)}

    def client(self, client: Client) -> Json:
        phones = (self.state.phone_numbers[phone] for phone in client.phones)
        return {
            **self.head("client", client),
            "title": client.title,
            "firstname": client.firstname,
            "lastname": client.lastname,
            "organization_name": client.organization_name,
            "customer_type": client.customer_type,
            "id_number": client.id_number,
            "vat_number": client.vat_number,
            "email": client.email,
            "street_address": client.street_address,
            "zip_code": client.zip_code,
            "city": client.city,
            "state": client.state,
            "country": {"code": client.country, "name": COUNTRIES.get(client.country, client.country)},
            "phone_numbers": [{"id": p.id, "number": p.phone_number, "description": p.description} for p in phones],
            "no_sms": client.no_sms,
            "no_email": client.no_email,
            "archived": client.archived,
            "remarks": client.remarks,
            "patients": [],
            "fields_rel": [],
            **self.times(client),
        }

    def phone_number(self, phone: PhoneNumber) -> Json:
        return {
            **self.head("phonenumber", phone),
            "client": self.link("client", phone.client),
            "type_code": phone.type_code,
            "phone_number": phone.phone_number,
            "description": phone.description,
            **self.times(phone),
        }

    def invoice(self, invoice: Invoice) -> Json:
        shown = {
            **self.head("invoice", invoice),
            "status": invoice.status,
            "invoice_number": invoice.invoice_number,
            "invoice_prefix": invoice.invoice_prefix,
            "reference_number": None,
            "additional_reference": None,
            "client": self.link("client", invoice.client),
            "patients": [],
            "department": self.link("department", invoice.department),
            "consultation": self.link("consultation", invoice.consultation),
            "original_consultation": self.link("consultation", invoice.original_consultation),
            "countersale": invoice.countersale,
            "invoice_date": invoice.invoice_date.isoformat(),
            "date_paid": invoice.date_paid and invoice.date_paid.isoformat(),
            "finalized": self.time(invoice.finalized),
            "total": self.number(invoice.total),
            "total_vat": self.number(invoice.total_vat),
            "total_with_vat": self.number(invoice.total_with_vat),
            "due_sum": self.number(invoice.due_sum),
            "client_due_sum": self.number(invoice.due_sum),
            "credit_note": invoice.credit_note,
            "credit_note_original_invoice": self.link("invoice", invoice.credits),
            "first_original_invoice": self.link("invoice", invoice.first_original),
            "invoice_row": self.links("invoicerow", invoice.rows),
            "invoice_payment": self.links("invoicepayment", invoice.payments),
            "remarks": invoice.remarks,
            "payer_name": invoice.payer_name,
            "payer_organization_name": invoice.payer_organization_name,
            "payer_vat_number": invoice.payer_vat_number,
            "payer_country": COUNTRIES.get(invoice.payer_country_code, invoice.payer_country_code),
            "payer_country_code": invoice.payer_country_code,
            "payer_street_address": invoice.payer_street_address,
            "payer_zip_code": invoice.payer_zip_code,
            "payer_city": invoice.payer_city,
            **self.times(invoice),
        }
        if self._config.consolidated_field:
            shown[self._config.consolidated_field] = self.links("invoice", invoice.consolidates)
        return shown

    def invoice_row(self, row: InvoiceRow) -> Json:
        return {
            **self.head("invoicerow", row),
            "invoice": self.link("invoice", row.invoice),
            "consultation_item": None,
            "original_consultation": None,
            "item": self.link("item", row.item),
            "name": row.name,
            "invoice_group": row.invoice_group,
            "quantity": self.number(row.quantity),
            "price": self.number(row.price),
            "price_with_vat": self.number(row.price_with_vat),
            "vat_percentage": self.number(row.vat_percentage),
            "additional_tax_percentage": self.number(Decimal(0)),
            "sum": self.number(row.sum),
            "sum_vat": self.number(row.sum_vat),
            "sum_total": self.number(row.sum_total),
            "percentage_change": self.number(row.percentage_change),
            "discount_amount": self.number(row.discount_amount),
            "original_sum_total": self.number(row.original_sum_total),
            "calculated_price": self.number(row.price),
            "calculated_price_with_vat": self.number(row.price_with_vat),
            "invoicable_quantity": self.number(row.quantity),
            "credited_invoicerow": self.link("invoicerow", row.credited),
            "first_credit_invoicerows": self.links("invoicerow", row.credited_by),
            "is_dispense_fee_item": row.is_dispense_fee_item,
            "royalty_fee": self.number(Decimal(0)),
            "prescription": False,
            "used": self.time(row.created),
            **self.times(row),
        }

    def invoice_payment(self, payment: InvoicePayment) -> Json:
        shown = {
            **self.head("invoicepayment", payment),
            "invoice": self.link("invoice", payment.invoice),
            "payment_type": payment.payment_type,
            "paid": self.number(payment.paid),
            "status": payment.status,
            "info": payment.info,
            "created_user": self.link("user", STAFF_USER),
            **self.times(payment),
        }
        if not self._config.payment_date_ignored:
            shown["payment_date"] = payment.payment_date.isoformat()
        return shown

    def unallocated_payment(self, prepayment: UnallocatedPayment) -> Json:
        return {
            **self.head("unallocatedpayment", prepayment),
            "client": self.link("client", prepayment.client),
            "department": self.link("department", prepayment.department),
            "payment_type": prepayment.payment_type,
            "sum": self.number(prepayment.sum),
            "sum_left": self.number(prepayment.sum_left),
            "status": prepayment.status,
            "description": prepayment.description,
            "payment_date": prepayment.payment_date.isoformat(),
            **self.times(prepayment),
        }

    def counter_sale(self, sale: CounterSale) -> Json:
        return {
            **self.head("countersale", sale),
            "client": self.link("client", sale.client),
            "department": self.link("department", sale.department),
            "invoice": self.link("invoice", sale.invoice),
            "finalized": sale.finalized,
            **self.times(sale),
        }

    def hook(self, hook: Hook) -> Json:
        return {
            **self.head("hook/webhook", hook),
            "name": hook.name,
            "trigger": hook.trigger,
            "content_type": hook.content_type,
            "target_url": hook.target_url,
            "department": self.link("department", hook.department),
            "active": hook.active,
        }

    def vat_group(self, group: VatGroup) -> Json:
        shown = {"name": group.name, "vat_percentage": self.number(group.vat_percentage), "archived": group.archived}
        return {**self.head("vatgroup", group), **shown}

    def payment_method(self, method: PaymentMethod) -> Json:
        return {
            **self.head("paymentmethod", method),
            "name": method.name,
            "payment_type": method.payment_type,
            "account_number": method.account_number,
            "archived": method.archived,
        }

    def account_number(self, account: AccountNumber) -> Json:
        shown = {"number": account.number, "description": account.description}
        return {**self.head("accountnumber", account), **shown}

    def item(self, item: Item) -> Json:
        rate = self.state.vat_groups[item.vat_group].vat_percentage
        return {
            **self.head("item", item),
            "name": item.name,
            "price": self.number(item.price),
            "price_with_vat": self.number(item.price * (1 + rate / 100)),
            "vat_group": self.link("vatgroup", item.vat_group),
            "account_number": item.account_number,
            "archived": item.archived,
            **self.times(item),
        }

    def department(self, department: Department) -> Json:
        shown = {"name": department.name, "invoice_prefix": department.invoice_prefix}
        return {**self.head("department", department), **shown}

    def department_settings(self, department: Department) -> Json:
        lock = self.state.period_lock
        return {
            **self.head("settings/department", department),
            "financial_period_lock_date": lock and lock.isoformat(),
            "automatic_financial_period_lock_enabled": False,
        }
