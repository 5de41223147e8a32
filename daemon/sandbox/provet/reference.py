"""The tenant's reference data: VAT groups, payment methods, account numbers, items, one department."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.sandbox.provet.books import Books
from daemon.sandbox.provet.records import AccountNumber, Department, Item, PaymentMethod, VatGroup

STANDARD, REDUCED, ZERO_RATED = 1, 2, 3
XERO_PAYMENTS = 17
PROVET_PAY = 18
WRITE_OFF = 21
METHOD_IDS_FROM = 100
"""A payment method's id is not its code (provet.md U-8)."""

VAT_GROUPS = {
    STANDARD: ("Standard 20 %", Decimal(20)),
    REDUCED: ("Reduced 5 %", Decimal(5)),
    ZERO_RATED: ("Zero 0 %", Decimal(0)),
}

ACCOUNTS = {
    "200": "Consultations and procedures",
    "201": "Medicines",
    "202": "Laboratory",
    "203": "Food and goods",
    "090": "Bank account",
    "091": "Cash register",
    "092": "Provet Pay settlement",
    "404": "Bad debts",
    "815": "Prepayment clearing",
    "816": "Consolidation clearing",
    "861": "Rounding",
}

PAYMENT_METHODS: dict[int, tuple[str, str | None]] = {
    0: ("Card", "090"),
    1: ("Cash", "091"),
    2: ("Bank transfer", "090"),
    3: ("Rounding", "861"),
    4: ("Cheque", "090"),
    5: ("Voucher", None),
    6: ("Consolidated invoice", "816"),
    7: ("Mobile payment", "092"),
    8: ("Prepayment", "815"),
    9: ("Gift card", None),
    10: ("Financing", None),
    11: ("Other", "090"),
    12: ("Credit invoice", None),
    15: ("Insurance claim", None),
    XERO_PAYMENTS: ("Xero payments", None),
    PROVET_PAY: ("Provet Pay", "092"),
    WRITE_OFF: ("Write-off", "404"),
}

ITEMS = (
    ("Consultation", "42.50", STANDARD, "200"),
    ("Follow-up consultation", "28.00", STANDARD, "200"),
    ("Vaccination, annual booster", "51.6667", STANDARD, "200"),
    ("Dental scale and polish", "185.00", STANDARD, "200"),
    ("Neutering, cat", "79.1667", STANDARD, "200"),
    ("Radiograph, first view", "118.3333", STANDARD, "200"),
    ("Overnight hospitalisation", "96.25", STANDARD, "200"),
    ("Home visit", "75.00", STANDARD, "200"),
    ("Amoxicillin 250 mg, tablet", "0.8917", STANDARD, "201"),
    ("Meloxicam oral suspension, ml", "1.3475", STANDARD, "201"),
    ("Antibiotic injection, vial", "38.6204", STANDARD, "201"),
    ("Flea and tick treatment", "12.4583", STANDARD, "201"),
    ("Blood panel, full", "88.00", STANDARD, "202"),
    ("Urinalysis", "24.1667", STANDARD, "202"),
    ("Histology, per sample", "64.2875", STANDARD, "202"),
    ("Renal diet, 5 kg", "37.4917", STANDARD, "203"),
    ("Puppy food, 2 kg", "14.1583", STANDARD, "203"),
    ("Collar, protective", "7.9167", STANDARD, "203"),
    ("Insulation wrap, energy saving", "9.50", REDUCED, "203"),
    ("Export health certificate", "60.00", ZERO_RATED, "200"),
    ("Livestock feed, kg", "1.125", ZERO_RATED, "203"),
)


def stock(books: Books, now: dt.datetime) -> None:
    """Fill an empty tenant with its reference data."""
    state = books.state
    state.departments[1] = Department(
        id=1, created=now, modified=now, name="Main clinic", invoice_prefix=books.config.prefix
    )
    for group, (name, rate) in VAT_GROUPS.items():
        state.vat_groups[group] = VatGroup(id=group, created=now, modified=now, name=name, vat_percentage=rate)
    for method, (name, account) in PAYMENT_METHODS.items():
        key = METHOD_IDS_FROM + method
        state.payment_methods[key] = PaymentMethod(
            id=key, created=now, modified=now, name=name, payment_type=method, account_number=account
        )
    for key, (number, description) in enumerate(ACCOUNTS.items(), start=1):
        state.account_numbers[key] = AccountNumber(
            id=key, created=now, modified=now, number=number, description=description
        )
    for key, (name, price, group, account) in enumerate(ITEMS, start=1):
        state.items[key] = Item(
            id=key, created=now, modified=now, name=name, price=Decimal(price), vat_group=group, account_number=account
        )
