"""Two ledgers of any number of invoices as JSON, made when they are asked for. No I/O.

Invoice ``n`` reads the same in both systems, but every two-hundredth moves in Xero with each wave: it gets another
total and a later time stamp.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from daemon.core.model import Kind, Link, Origin

ROWS = 3
ONE_IN = 200
PER_CLIENT = 5
MOVED_BY = 100
_XERO_ID = "10000000-0000-4000-8000-%012x"
_STEP = dt.timedelta(minutes=1)
_PROVET_INVOICE = (
    '{"id":%d,"url":"/invoice/%d/","status":3,"invoice_number":%d,"invoice_prefix":"INV","reference_number":null,'
    '"client":"/client/%d/","patients":[],"department":"/department/1/","consultation":null,"countersale":false,'
    '"invoice_date":"%s","total_vat":%s,"total_with_vat":%s,"due_sum":%s,"credit_note":false,'
    '"credit_note_original_invoice":null,"invoice_row":[%s],"invoice_payment":[],"remarks":"","payer_name":"Client %d",'
    '"payer_organization_name":"","payer_street_address":"4 Station Road","payer_zip_code":"TW9 8AW",'
    '"payer_city":"Thornwick","modified":"%s","consolidated_invoices":[]}'
)
_PROVET_ROW = (
    '{"id":%d,"url":"/invoicerow/%d/","invoice":"/invoice/%d/","item":null,"name":"Treatment %d","invoice_group":"",'
    '"quantity":1.0,"price_with_vat":%s,"vat_percentage":20.0,"additional_tax_percentage":0.0,"sum_vat":%s,'
    '"sum_total":%s,"percentage_change":0.0,"discount_amount":0.0,"invoicable_quantity":1.0,'
    '"credited_invoicerow":null,"first_credit_invoicerows":[],"prescription":false}'
)
_XERO_INVOICE = (
    '{"Type":"ACCREC","InvoiceID":"%s","InvoiceNumber":"INV-%d","Reference":'
    '"Provet invoice %d","CurrencyRate":1.0000000000,"HasAttachments":false,"Contact":{"ContactID":'
    '"30000000-0000-4000-8000-%012x","Name":"Client %d","Addresses":[],"Phones":[],"ContactGroups":[],'
    '"ContactPersons":[],"HasValidationErrors":false},"DateString":"%sT00:00:00","DueDateString":"%sT00:00:00",'
    '"Status":"AUTHORISED","LineAmountTypes":"Inclusive","LineItems":[%s],"TotalTax":%s,"Total":%s,"AmountDue":%s,'
    '"AmountPaid":0.00,"AmountCredited":0.00,"UpdatedDateUTC":"\\/Date(%d+0000)\\/","CurrencyCode":"GBP","Payments":[],'
    '"CreditNotes":[],"Prepayments":[],"Overpayments":[],"SentToContact":false,"IsDiscounted":false,"HasErrors":false,'
    '"InvoicePaymentServices":[],"InvoiceAddresses":[]}'
)
_XERO_LINE = (
    '{"LineItemID":"20000000-0000-4000-8000-%012x","Description":"Treatment %d","Quantity":1.0000,"UnitAmount":%s,'
    '"TaxType":"OUTPUT2","TaxAmount":%s,"LineAmount":%s,"AccountCode":"200","AccountID":'
    '"e702867d-7bd8-5f78-88b6-99e19e72029e","Tracking":[],"ValidationErrors":[]}'
)


@dataclass(frozen=True, slots=True)
class Ledgers:
    """``count`` invoices in either system, one a minute, all before ``day``; in ``wave`` 0 none has moved."""

    count: int
    day: dt.date
    wave: int = 0

    @property
    def begun(self) -> dt.datetime:
        """When the first one was written."""
        return self.read_at - dt.timedelta(days=1) - self.count * _STEP

    @property
    def read_at(self) -> dt.datetime:
        """When they are read: after the last change."""
        return dt.datetime.combine(self.day, dt.time(), dt.UTC)

    def after(self, number: int, since: dt.datetime | None) -> Iterator[int]:
        """The Provet invoices after a number and changed since, in order of number."""
        return iter(range(max(number + 1, self._first(since)), self.count + 1))

    def changed(self, since: dt.datetime | None) -> Iterator[int]:
        """The Xero invoices changed since, in order of change: those that have moved come last."""
        numbers = range(self._first(since), self.count + 1)
        if not self.wave:
            return iter(numbers)
        late = range(ONE_IN, self.count + 1, ONE_IN)
        return chain((n for n in numbers if n % ONE_IN), (n for n in late if since is None or self._stamp(n) >= since))

    def _first(self, since: dt.datetime | None) -> int:
        return 1 if since is None else max(1, -((self.begun - since) // _STEP))

    def _stamp(self, number: int) -> dt.datetime:
        if self.wave and number % ONE_IN == 0:
            return self.begun + self.count * _STEP + dt.timedelta(hours=self.wave, milliseconds=number)
        return self.begun + number * _STEP

    def provet_invoice(self, number: int) -> str:
        """As ``GET /invoice/`` lists it (docs/reference/provet.md 2.8)."""
        client, gross, tax = number // PER_CLIENT, sum(_gross(number)), sum(map(_tax, _gross(number)))
        rows = ",".join(f'"/invoicerow/{row}/"' for row in _rows(number))
        modified = (self.begun + number * _STEP).isoformat()
        amounts = (_money(tax), _money(gross), _money(gross))
        return _PROVET_INVOICE % (number, number, number, client, self._date, *amounts, rows, client, modified)

    def provet_rows(self, number: int) -> Iterator[str]:
        """As ``GET /invoicerow/`` lists them (docs/reference/provet.md 2.9)."""
        for row, gross in zip(_rows(number), _gross(number), strict=True):
            yield _PROVET_ROW % (row, row, number, row, _money(gross), _money(_tax(gross)), _money(gross))

    def xero_invoice(self, number: int) -> str:
        """As ``GET /Invoices`` lists it (docs/reference/xero.md 8.7)."""
        lines, taxes = list(_gross(number)), [_tax(gross) for gross in _gross(number)]
        if number % ONE_IN == 0:
            lines[0] += self.wave * MOVED_BY
        items = ",".join(
            _XERO_LINE % (row, row, _money(gross), _money(tax), _money(gross))
            for row, gross, tax in zip(_rows(number), lines, taxes, strict=True)
        )
        client, total = number // PER_CLIENT, _money(sum(lines))
        stamp = int(self._stamp(number).timestamp() * 1000)
        named = (_XERO_ID % number, number, number, client, client, self._date, self._date)
        return _XERO_INVOICE % (*named, items, _money(sum(taxes)), total, total, stamp)

    def link(self, number: int) -> Link:
        """The pair of both, as agreed before anything moved."""
        gross, tax = sum(_gross(number)), sum(map(_tax, _gross(number)))
        return Link(
            kind=Kind.DOCUMENT,
            provet_id=str(number),
            xero_id=_XERO_ID % number,
            origin=Origin.ADOPTED,
            baseline={"date": self._date, "gross": _money(gross), "tax 20": _money(tax)},
        )

    @property
    def _date(self) -> str:
        return (self.day - dt.timedelta(days=30)).isoformat()


def _rows(number: int) -> range:
    return range(number * ROWS, number * ROWS + ROWS)


def _gross(number: int) -> list[int]:
    return [500 + (number * 37 + row * 911) % 20_000 for row in _rows(number)]


def _tax(gross: int) -> int:
    """The 20 % inside a gross amount, in whole cents."""
    return (gross + 3) // 6


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
