"""What the organisation starts with: a clinic's chart of accounts, UK tax rates, one tracking category."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from daemon.sandbox.xero.config import XeroConfig
from daemon.sandbox.xero.context import fixed_id
from daemon.sandbox.xero.ledger import Ledger
from daemon.sandbox.xero.records import Account, TaxRate, TrackingCategory, TrackingOption

STARTED = datetime(2024, 1, 1, tzinfo=UTC)
ALL_CLASSES = ("ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE")
# code, name, type, tax type, payments enabled, system account
ACCOUNTS = (
    ("090", "Current account", "BANK", "NONE", False, ""),
    ("091", "Till", "BANK", "NONE", False, ""),
    ("092", "Card clearing", "BANK", "NONE", False, ""),
    ("", "Savings account", "BANK", "NONE", False, ""),
    ("200", "Sales", "REVENUE", "OUTPUT2", False, ""),
    ("201", "Medicines", "REVENUE", "OUTPUT2", False, ""),
    ("202", "Laboratory", "REVENUE", "OUTPUT2", False, ""),
    ("203", "Food", "REVENUE", "OUTPUT2", False, ""),
    ("400", "Purchases", "EXPENSE", "INPUT2", False, ""),
    ("404", "Bad debts", "EXPENSE", "NONE", True, ""),
    ("610", "Accounts Receivable", "CURRENT", "NONE", False, "DEBTORS"),
    ("800", "Accounts Payable", "CURRLIAB", "NONE", False, "CREDITORS"),
    ("815", "Prepayment clearing", "CURRLIAB", "NONE", True, ""),
    ("816", "Consolidation clearing", "CURRLIAB", "NONE", True, ""),
    ("820", "VAT", "CURRLIAB", "NONE", False, "GST"),
    ("860", "Rounding", "CURRLIAB", "NONE", False, "ROUNDING"),
    ("861", "Invoice rounding", "CURRLIAB", "NONE", False, ""),
)
TAX_RATES = (
    ("OUTPUT2", "20% (VAT on Income)", "20.0000", ALL_CLASSES),
    ("RROUTPUT", "5% (VAT on Income)", "5.0000", ALL_CLASSES),
    ("ZERORATEDOUTPUT", "Zero Rated Income", "0.0000", ALL_CLASSES),
    ("EXEMPTOUTPUT", "Exempt Income", "0.0000", ALL_CLASSES),
    ("INPUT2", "20% (VAT on Expenses)", "20.0000", ALL_CLASSES[:-1]),
    ("NONE", "No VAT", "0.0000", ALL_CLASSES),
)
LOCATIONS = ("Main Street", "Harbour", "Farm visits")


def new_ledger(config: XeroConfig) -> Ledger:
    """The books of a new organisation."""
    ledger = Ledger()
    tenant = config.tenant_id
    for code, name, account_type, tax_type, payable, system in ACCOUNTS:
        account_id = fixed_id(tenant, f"account {name}")
        ledger.accounts.put(Account(account_id, code, name, account_type, tax_type, STARTED, "ACTIVE", payable, system))
    for tax_type, name, rate, classes in TAX_RATES:
        ledger.tax_rates.put(TaxRate(tax_type, name, Decimal(rate), classes, STARTED))
    options = tuple(TrackingOption(fixed_id(tenant, f"option {name}"), name) for name in LOCATIONS)
    ledger.tracking.put(TrackingCategory(fixed_id(tenant, "tracking"), "Location", options, STARTED))
    ledger.period_lock_date = config.period_lock_date
    ledger.end_of_year_lock_date = config.end_of_year_lock_date
    ledger.commit()
    return ledger
