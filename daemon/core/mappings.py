"""What the practice's mappings name in Xero and in Provet, and the gap where one names nothing that may be used.

A mapping is *missing* where nothing is named or what is named never was there, and *decayed* where it is there but no
longer works: archived, changed, deleted (docs/reference/xero.md 13).
"""

from __future__ import annotations

from decimal import Decimal

from daemon.core.amounts import rate_text
from daemon.core.ledger import CONSOLIDATED, PREPAYMENT_USED
from daemon.core.methods import method_name
from daemon.core.model import ZERO, Value
from daemon.core.rules import Rules

MISSING, DECAYED = "mapping.missing", "mapping.decayed"


class Gap(Value, frozen=True, kw_only=True):
    """One mapping that cannot be used: ``key`` is stable, ``text`` says what to mend, ``kind`` is the discrepancy."""

    key: str
    text: str
    kind: str = MISSING


def tax_type(tax_code: str, tax_rate: Decimal, rules: Rules) -> tuple[str, Gap | None]:
    """The TaxType of a Provet VAT group ("group:<id>") or percentage, and the gap if it cannot be used.

    A group without an entry of its own goes by its percentage, so that one entry mends all that lack it.
    """
    rate = rate_text(tax_rate)
    group = tax_code if rules.tax.get(tax_code) else ""
    code = rules.tax.get(group) or rules.tax.get(rate)
    key = f"tax:{group or rate}"
    name = f"VAT {rate} %" + (f" ({group})" if group else "")
    where = f"[practices.{rules.practice}.tax]"
    if not code:
        return "", Gap(key=key, text=f'{name} has no TaxType: add "{rate}" under {where}')
    return code, _rate_gap(key, name, code, max(tax_rate, ZERO), where, rules)


def no_tax_gap(rules: Rules) -> Gap | None:
    """What is wrong with the TaxType of lines outside VAT."""
    where = f"no_tax_type under [practices.{rules.practice}.xero]"
    return _rate_gap("tax:none", "No VAT", rules.no_tax_type, ZERO, where, rules)


def _rate_gap(key: str, name: str, code: str, rate: Decimal, where: str, rules: Rules) -> Gap | None:
    if code in rules.tax_retired:
        mend = f"restore it in Xero, or name another under {where}"
        return Gap(key=key, kind=DECAYED, text=f"{name}: tax rate {code} may not be used for sales in Xero: {mend}")
    if not rules.tax_rates:
        return None
    if code not in rules.tax_rates:
        return Gap(key=key, text=f"{name}: Xero has no TaxType {code}: name one of the organisation under {where}")
    if rules.tax_rates[code] != rate:
        now = rate_text(rules.tax_rates[code])
        mend = f"mend the rate in Xero, or name the TaxType of {rate_text(rate)} % under {where}"
        return Gap(key=key, kind=DECAYED, text=f"{name}: {code} is {now} % in Xero: {mend}")
    return None


def account_gap(code: str, where: str, rules: Rules) -> Gap | None:
    """What is wrong with an account that lines or payments shall name; ``where`` is the place in the settings."""
    if code and (rules.accounts_known is None or code in rules.accounts_known):
        return None
    key = f"account:{code}"
    if code in rules.accounts_archived:
        mend = f"restore it there, or name another under {where}"
        return Gap(key=key, kind=DECAYED, text=f"account {code} is archived in Xero: {mend}")
    return Gap(
        key=key, text=f"account {code or '(none)'} is not active in Xero: create it there or map it under {where}"
    )


def payment_account(method: str, rules: Rules) -> tuple[str, Gap | None]:
    """The Xero account that takes a Provet payment type, and the first gap if it cannot be used."""
    account, gaps = method_gaps(method, rules)
    return account, next(iter(gaps), None)


def method_gaps(method: str, rules: Rules) -> tuple[str, tuple[Gap, ...]]:
    """The Xero account that takes a Provet payment type, and all that keeps it from being used: one mended leaves the
    others."""
    account = rules.payments.get(method, "")
    if not account and method == PREPAYMENT_USED:
        account = rules.account_prepayments
    where = f"[practices.{rules.practice}.payments]"
    if method == CONSOLIDATED:
        account = rules.account_consolidation
        where = f"consolidation_clearing under [practices.{rules.practice}.accounts]"
    if not account:
        text = f'payments by {method_name(method, rules.method_names)} have no account: add "{method}" under {where}'
        own: Gap | None = Gap(key=f"payment:{method}", text=text)
    else:
        own = account_gap(account, where, rules) or _unpayable(account, where, rules)
    return account, tuple(gap for gap in (own, currency_gap(rules)) if gap is not None)


def _unpayable(account: str, where: str, rules: Rules) -> Gap | None:
    if rules.accounts_paying is None or account in rules.accounts_paying:
        return None
    mend = f'tick "Enable payments to this account" there, or name another under {where}'
    return Gap(key=f"payable:{account}", kind=DECAYED, text=f"account {account} takes no payments in Xero: {mend}")


def recording_gap(rules: Rules) -> Gap | None:
    """What is wrong with the Provet payment method that payments from Xero get."""
    method = rules.xero_payment_type
    if not method or rules.payment_methods is None or method in rules.payment_methods:
        return None
    named = f" ({method_name(method, rules.method_names)})" if method in rules.method_names else ""
    mend = f"restore it, or name another as xero_payment_type under [practices.{rules.practice}.provet]"
    return Gap(key=f"method:{method}", kind=DECAYED, text=f"payment method {method}{named} is gone from Provet: {mend}")


def tracking(department: str, rules: Rules) -> tuple[tuple[str, str] | None, Gap | None]:
    """The tracking category and option of a department, and the gap if Xero has them no longer."""
    category, option = rules.tracking_category, rules.tracking.get(department, "")
    if not category or not option:
        return None, None
    known = rules.tracking_known
    if known is None or option in known.get(category, ()):
        return (category, option), None
    what = f"option {option!r} of tracking category {category!r}" if category in known else f"category {category!r}"
    mend = f"restore it there, or mend [practices.{rules.practice}.tracking]"
    key = f"tracking:{category}/{option}" if category in known else f"tracking:{category}"
    return (category, option), Gap(key=key, kind=DECAYED, text=f"tracking {what} is not active in Xero: {mend}")


def currency_gap(rules: Rules) -> Gap | None:
    """What is wrong when the organisation keeps its books in another currency than the practice."""
    if not rules.books_currency or rules.books_currency == rules.currency:
        return None
    mend = f"connect the organisation of this practice, or set currency under [practices.{rules.practice}]"
    text = f"the organisation keeps its books in {rules.books_currency}, not {rules.currency}: {mend}"
    return Gap(key="currency", kind=DECAYED, text=text)
