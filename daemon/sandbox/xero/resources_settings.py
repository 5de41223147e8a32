"""The endpoints of what is read once and cached: organisation, accounts, tax rates, tracking, currencies."""

from __future__ import annotations

from daemon.sandbox.xero.call import Answer, Call, Envelope, Routes
from daemon.sandbox.xero.context import fixed_id
from daemon.sandbox.xero.errors import not_found
from daemon.sandbox.xero.lines import account_class
from daemon.sandbox.xero.listing import listed_view, select
from daemon.sandbox.xero.properties import account_properties, tax_rate_properties, tracking_properties
from daemon.sandbox.xero.records import Account, TaxRate, TrackingCategory
from daemon.sandbox.xero.wire import Element, date_stamp, present, stamps

VERSIONS = {"GB": "UK", "NZ": "NZ", "AU": "AU", "US": "US"}
ACTIONS = {
    "CreateApprovedInvoice": True,
    "CreateDraftInvoice": True,
    "UseMulticurrency": False,
    "ApproveTransactionsBeforePeriodLockDate": False,
}
REPORTED = {"OUTPUT2": "OUTPUT", "INPUT2": "INPUT", "RROUTPUT": "OUTPUT", "ZERORATEDOUTPUT": "OUTPUT"}
CREATED = "/Date(1704067200000)/"


def get_organisation(call: Call) -> Answer:
    """The one organisation, with its lock dates if set (13.1)."""
    config, ledger = call.context.config, call.context.ledger
    period, year = ledger.period_lock_date, ledger.end_of_year_lock_date
    organisation = present(
        {
            "OrganisationID": config.tenant_id,
            "Name": config.organisation_name,
            "LegalName": config.organisation_name,
            "PaysTax": True,
            "Version": VERSIONS.get(config.country_code, "GLOBAL"),
            "OrganisationType": "COMPANY",
            "BaseCurrency": config.base_currency,
            "CountryCode": config.country_code,
            "IsDemoCompany": False,
            "OrganisationStatus": "ACTIVE",
            "FinancialYearEndDay": 31,
            "FinancialYearEndMonth": 3,
            "SalesTaxBasis": config.sales_tax_basis,
            "SalesTaxPeriod": "QUARTERLY",
            "DefaultSalesTax": "Tax Inclusive",
            "DefaultPurchasesTax": "Tax Inclusive",
            "PeriodLockDate": date_stamp(period) if period else None,
            "EndOfYearLockDate": date_stamp(year) if year else None,
            "CreatedDateUTC": CREATED,
            "Timezone": config.timezone,
            "OrganisationEntityType": "COMPANY",
            "ShortCode": "!" + config.tenant_id[:5],
            "Class": "COMPREHENSIVE",
            "Edition": "BUSINESS",
            "Addresses": [],
            "Phones": [],
            "ExternalLinks": [],
            "PaymentTerms": {},
        }
    )
    return Envelope("Organisations", [organisation])


def get_actions(_: Call) -> Answer:
    """What the connection may do."""
    words = {True: "ALLOWED", False: "NOT-ALLOWED"}
    return Envelope("Actions", [{"Name": name, "Status": words[allowed]} for name, allowed in ACTIONS.items()])


def list_accounts(call: Call) -> Answer:
    """The chart of accounts, archived ones included."""
    ledger = call.context.ledger
    selection = select(call, ledger.accounts, account_properties(ledger), "Account", paged=False)
    return listed_view("Accounts", selection, _account_view)


def get_account(call: Call) -> Answer:
    """One account."""
    found = call.context.ledger.accounts.get(call.args[0])
    if found is None:
        raise not_found()
    return Envelope("Accounts", [_account_view(found)])


def list_tax_rates(call: Call) -> Answer:
    """Every tax rate."""
    ledger = call.context.ledger
    selection = select(call, ledger.tax_rates, tax_rate_properties(ledger), "TaxRate", paged=False)
    return listed_view("TaxRates", selection, _tax_rate_view)


def get_tax_rate(call: Call) -> Answer:
    """One tax rate by its TaxType."""
    found = call.context.ledger.tax_rates.get(call.args[0])
    if found is None:
        raise not_found()
    return Envelope("TaxRates", [_tax_rate_view(found)])


def list_tracking(call: Call) -> Answer:
    """Tracking categories; archived ones and archived options only when asked for."""
    ledger = call.context.ledger
    everything = call.flag("includearchived") is True
    selection = select(
        call,
        ledger.tracking,
        tracking_properties(ledger),
        "TrackingCategory",
        lambda row: everything or row.status == "ACTIVE",
        paged=False,
    )
    return listed_view("TrackingCategories", selection, lambda row: _tracking_view(row, everything))


def get_tracking(call: Call) -> Answer:
    """One tracking category."""
    found = call.context.ledger.tracking.get(call.args[0])
    if found is None:
        raise not_found()
    return Envelope("TrackingCategories", [_tracking_view(found, True)])


def list_currencies(call: Call) -> Answer:
    """The base currency, which is the only one."""
    code = call.context.config.base_currency
    return Envelope("Currencies", [{"Code": code, "Description": code}])


def list_branding(call: Call) -> Answer:
    """The standard theme."""
    theme = {
        "BrandingThemeID": fixed_id(call.context.config.tenant_id, "branding"),
        "Name": "Standard",
        "SortOrder": 0,
        "CreatedDateUTC": CREATED.replace(")", "+0000)"),
    }
    return Envelope("BrandingThemes", [theme])


def _account_view(account: Account) -> Element:
    return present(
        {
            "AccountID": account.id,
            "Code": account.code or None,
            "Name": account.name,
            "Status": account.status,
            "Type": account.type,
            "TaxType": account.tax_type,
            "Class": account_class(account),
            "SystemAccount": account.system_account or None,
            "EnablePaymentsToAccount": account.enable_payments,
            "ShowInExpenseClaims": False,
            "BankAccountNumber": "" if account.type == "BANK" else None,
            "BankAccountType": "BANK" if account.type == "BANK" else "",
            "HasAttachments": False,
            "UpdatedDateUTC": stamps(account.updated)["UpdatedDateUTC"],
            "AddToWatchlist": False,
        }
    )


def _tax_rate_view(rate: TaxRate) -> Element:
    component = {"Name": "VAT", "Rate": rate.rate, "IsCompound": False, "IsNonRecoverable": False}
    classes = {"Assets": "ASSET", "Equity": "EQUITY", "Expenses": "EXPENSE", "Liabilities": "LIABILITY"}
    classes["Revenue"] = "REVENUE"
    return {
        "Name": rate.name,
        "TaxType": rate.id,
        "ReportTaxType": REPORTED.get(rate.id, rate.id),
        **{f"CanApplyTo{name}": wanted in rate.applies_to for name, wanted in classes.items()},
        "DisplayTaxRate": rate.rate,
        "EffectiveRate": rate.rate,
        "Status": rate.status,
        "TaxComponents": [component],
    }


def _tracking_view(category: TrackingCategory, everything: bool) -> Element:
    return {
        "Name": category.name,
        "Status": category.status,
        "TrackingCategoryID": category.id,
        "Options": [
            {"TrackingOptionID": option.id, "Name": option.name, "Status": option.status}
            for option in category.options
            if everything or option.status == "ACTIVE"
        ],
    }


def routes() -> Routes:
    """Method and path pattern to handler."""
    return {
        ("GET", "Organisation"): get_organisation,
        ("GET", "Organisation/Actions"): get_actions,
        ("GET", "Accounts"): list_accounts,
        ("GET", "Accounts/*"): get_account,
        ("GET", "TaxRates"): list_tax_rates,
        ("GET", "TaxRates/*"): get_tax_rate,
        ("GET", "TrackingCategories"): list_tracking,
        ("GET", "TrackingCategories/*"): get_tracking,
        ("GET", "Currencies"): list_currencies,
        ("GET", "BrandingThemes"): list_branding,
    }
