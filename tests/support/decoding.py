"""Decodes the records of both systems into ledgers.

Part of the independent checker: it shares no code with the program, only the facts of docs/reference.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tests.support.ledgers import (
    ZERO,
    Allocation,
    Client,
    Line,
    ProvetDocument,
    ProvetLedger,
    ProvetPayment,
    Row,
    XeroDocument,
    XeroLedger,
    XeroPayment,
)

Json = dict[str, Any]
_LINK_ID = re.compile(r"/(\d+)/$")
_DATE_STAMP = re.compile(r"/Date\((-?\d+)")


def provet_ledger(
    invoices: Iterable[Json],
    rows: Iterable[Json],
    payments: Iterable[Json],
    clients: Iterable[Json],
    items: Iterable[Json],
) -> ProvetLedger:
    """The ledger in Provet's records (docs/reference/provet.md 2.7 to 2.12)."""
    accounts = {item["url"]: item["account_number"] or "" for item in items}
    rows_of: dict[str, list[Row]] = {}
    for row in rows:
        rows_of.setdefault(row["invoice"], []).append(_row(row, accounts))
    payments_of: dict[str, list[ProvetPayment]] = {}
    for payment in payments:
        payments_of.setdefault(payment["invoice"], []).append(_provet_payment(payment))
    documents = [_invoice(invoice, rows_of, payments_of) for invoice in invoices]
    return ProvetLedger({found.id: found for found in documents}, {str(c["id"]): _client(c) for c in clients})


def _row(row: Json, accounts: Mapping[str, str]) -> Row:
    account = accounts.get(row["item"], "") if row["item"] else ""
    return Row(money(row["vat_percentage"]), money(row["sum_vat"]), money(row["sum_total"]), account)


def _provet_payment(payment: Json) -> ProvetPayment:
    day = payment.get("payment_date")
    return ProvetPayment(
        str(payment["id"]),
        str(payment["payment_type"]),
        money(payment["paid"]),
        payment["status"] == 3,
        payment["info"],
        dt.date.fromisoformat(day) if day else None,
    )


def _invoice(
    invoice: Json, rows: Mapping[str, list[Row]], payments: Mapping[str, list[ProvetPayment]]
) -> ProvetDocument:
    prefix, number = invoice["invoice_prefix"], invoice["invoice_number"]
    return ProvetDocument(
        id=str(invoice["id"]),
        number="" if number is None else f"{prefix}-{number}" if prefix else str(number),
        status=invoice["status"],
        client=_linked(invoice["client"]),
        date=dt.date.fromisoformat(invoice["invoice_date"]),
        credit_note=invoice["credit_note"],
        credits=_linked(invoice["credit_note_original_invoice"]),
        consolidates=bool(invoice.get("consolidated_invoices")),
        gross=money(invoice["total_with_vat"]),
        vat=money(invoice["total_vat"]),
        due=money(invoice["due_sum"]),
        rows=tuple(rows.get(invoice["url"], ())),
        payments=tuple(payments.get(invoice["url"], ())),
        originals=tuple(filter(None, map(_linked, invoice.get("consolidated_invoices") or ()))),
    )


def _client(client: Json) -> Client:
    phones = client["phone_numbers"]
    return Client(
        id=str(client["id"]),
        number=str(client["id"]),
        name=client["organization_name"] or f"{client['firstname']} {client['lastname']}".strip(),
        first=client["firstname"],
        last=client["lastname"],
        email=client["email"] or "",
        phone=phones[0]["number"] if phones else "",
        street=client["street_address"] or "",
        city=client["city"] or "",
        post_code=client["zip_code"] or "",
        vat_number=client["vat_number"] or "",
        living=not client["archived"],
    )


def xero_ledger(
    invoices: Iterable[Json],
    credit_notes: Iterable[Json],
    payments: Iterable[Json],
    contacts: Iterable[Json],
    rates: Iterable[Json],
) -> XeroLedger:
    """The sales ledger in Xero's records (docs/reference/xero.md 8.7, 9, 10.1, 12.2); bills are left out."""
    found = [_document(invoice, credit=False) for invoice in invoices if invoice["Type"] == "ACCREC"]
    found += [_document(note, credit=True) for note in credit_notes if note["Type"] == "ACCRECCREDIT"]
    people = [_contact(contact) for contact in contacts]
    return XeroLedger(
        {document.id: document for document in found},
        tuple(_xero_payment(payment) for payment in payments),
        {contact.id: contact for contact in people},
        {rate["TaxType"]: money(rate["EffectiveRate"]) for rate in rates},
    )


def _document(shown: Json, *, credit: bool) -> XeroDocument:
    key = "CreditNote" if credit else "Invoice"
    return XeroDocument(
        id=shown[f"{key}ID"],
        credit=credit,
        number=shown.get(f"{key}Number", ""),
        reference=shown.get("Reference", ""),
        status=shown["Status"],
        contact=shown["Contact"]["ContactID"],
        date=_day(shown["Date"]),
        total=money(shown["Total"]),
        tax=money(shown["TotalTax"]),
        left=money(shown["RemainingCredit" if credit else "AmountDue"]),
        credited=ZERO if credit else money(shown["AmountCredited"]),
        currency=shown["CurrencyCode"],
        lines=tuple(_line(line, shown["LineAmountTypes"]) for line in shown["LineItems"]),
        allocations=tuple(
            Allocation(each["Invoice"]["InvoiceID"], money(each["Amount"]), _day(each["Date"]))
            for each in shown.get("Allocations", ())
        ),
    )


def _line(line: Json, amount_types: str) -> Line:
    tax = money(line.get("TaxAmount", 0))
    gross = money(line["LineAmount"]) + (tax if amount_types == "Exclusive" else ZERO)
    return Line(line.get("AccountCode", ""), line.get("TaxType", "NONE"), tax, gross)


def _xero_payment(shown: Json) -> XeroPayment:
    account = shown["Account"]
    return XeroPayment(
        id=shown["PaymentID"],
        document=shown["Invoice"]["InvoiceID"],
        amount=money(shown["Amount"]),
        date=_day(shown["Date"]),
        reference=shown.get("Reference", ""),
        living=shown["Status"] != "DELETED",
        accounts=frozenset({account.get("Code", ""), account["AccountID"]} - {""}),
    )


def _contact(shown: Json) -> Client:
    address: Json = next((slot for slot in shown["Addresses"] if slot["AddressType"] == "POBOX"), {})
    phone: Json = next((slot for slot in shown["Phones"] if slot["PhoneType"] == "DEFAULT"), {})
    street = [address.get(f"AddressLine{number}", "") for number in range(1, 5)]
    return Client(
        id=shown["ContactID"],
        number=shown.get("ContactNumber", ""),
        name=shown["Name"],
        first=shown.get("FirstName", ""),
        last=shown.get("LastName", ""),
        email=shown.get("EmailAddress", ""),
        phone="".join(phone.get(f"Phone{part}", "") for part in ("CountryCode", "AreaCode", "Number")),
        street=", ".join(line for line in street if line),
        city=address.get("City", ""),
        post_code=address.get("PostalCode", ""),
        vat_number=shown.get("TaxNumber", ""),
        living=shown["ContactStatus"] == "ACTIVE",
        merged_into=shown.get("MergedToContactID", ""),
    )


def money(value: object) -> Decimal:
    """An amount of either wire, number or text; minus zero is zero."""
    return Decimal(str(value)) + ZERO


def _linked(url: str | None) -> str | None:
    found = _LINK_ID.search(url) if url else None
    return found[1] if found else None


def _day(stamp: str) -> dt.date:
    found = _DATE_STAMP.match(stamp)
    if found is None:
        raise ValueError(f"no date: {stamp!r}")
    return dt.date(1970, 1, 1) + dt.timedelta(milliseconds=int(found[1]))
