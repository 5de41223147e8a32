"""Lines and totals of a document: defaults, checks and per-line tax arithmetic (``docs/reference/xero.md`` 8.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.fields import Fields
from daemon.sandbox.xero.records import Account, Line
from daemon.sandbox.xero.wire import ZERO, round2

HUNDRED = Decimal(100)
LARGEST = Decimal("9999999999.99")
QUANTITY = Decimal("0.0001")
CLASSES = {
    "SALES": "REVENUE",
    "REVENUE": "REVENUE",
    "OTHERINCOME": "REVENUE",
    "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE",
    "DIRECTCOSTS": "EXPENSE",
    "CURRLIAB": "LIABILITY",
    "TERMLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY",
    "EQUITY": "EQUITY",
}


@dataclass(slots=True)
class Remarks:
    """What is wrong with an element, and what was mended with a warning."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LineRules:
    """What the document around the lines decides.

    ``approving``: it is to be SUBMITTED or AUTHORISED. ``keep_tax``: tax of a line that stays the same is kept, since
    it may have been stated by hand.
    """

    line_amount_types: str
    approving: bool
    discounts: bool
    keep_tax: bool = True


def account_class(account: Account) -> str:
    """ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE."""
    return CLASSES.get(account.type, "ASSET")


def line_tax(amount: Decimal, rate: Decimal, line_amount_types: str) -> Decimal:
    """Tax of one line amount; an inclusive amount contains it."""
    if line_amount_types == "NoTax":
        return ZERO
    whole = HUNDRED + rate if line_amount_types == "Inclusive" else HUNDRED
    return round2(amount * rate / whole)


def totals(lines: Sequence[Line], line_amount_types: str) -> tuple[Decimal, Decimal, Decimal]:
    """(SubTotal, TotalTax, Total): tax is rounded per line, then summed."""
    amount = sum((line.line_amount for line in lines), ZERO)
    tax = sum((line.tax_amount for line in lines), ZERO)
    return (amount - tax, tax, amount) if line_amount_types == "Inclusive" else (amount, tax, amount + tax)


def read_lines(
    context: Context, sent: list[Fields], existing: Sequence[Line], rules: LineRules, remarks: Remarks
) -> tuple[Line, ...]:
    """The lines that result; ones of ``existing`` that were not sent are gone."""
    known = {line.id: line for line in existing}
    return tuple(
        _LineReader(context, fields, known.get(fields.guid("LineItemID") or ""), rules, remarks).read()
        for fields in sent
    )


class _LineReader:
    """Reads one sent line over the line that it changes, if any."""

    def __init__(self, context: Context, sent: Fields, old: Line | None, rules: LineRules, remarks: Remarks) -> None:
        self._context = context
        self._sent = sent
        self._old = old
        self._rules = rules
        self._remarks = remarks

    def read(self) -> Line:
        sent, old = self._sent, self._old
        description = sent.limited("Description", 4_000) or (old.description if old else "")
        if not description:
            self._remarks.errors.append("The description field is mandatory for each line item.")
        if sent.has("ItemCode"):
            self._remarks.errors.append(f"Item code '{sent.text('ItemCode')}' is not valid")
        rate, discount = self._discounts()
        quantity, unit, amount = self._amounts(rate, discount)
        account = self._account(amount)
        tax_type = self._tax_type(account)
        return Line(
            id=old.id if old else self._context.new_id(),
            description=description,
            quantity=quantity,
            unit_amount=unit,
            line_amount=amount,
            tax_type=tax_type,
            tax_amount=self._tax_amount(amount, tax_type),
            account_id=account.id if account else "",
            discount_rate=rate,
            discount_amount=discount,
            tracking=self._tracking(),
        )

    def _discounts(self) -> tuple[Decimal | None, Decimal | None]:
        sent, old = self._sent, self._old
        rate = sent.number("DiscountRate") or (old.discount_rate if old else None)
        amount = sent.number("DiscountAmount") or (old.discount_amount if old else None)
        if (rate or amount) and not self._rules.discounts:
            self._remarks.errors.append("Discounts can only be applied to sales invoices")
        return rate, amount

    def _amounts(self, rate: Decimal | None, discount: Decimal | None) -> tuple[Decimal, Decimal, Decimal]:
        sent, old = self._sent, self._old
        places = Decimal(1).scaleb(-self._context.unit_places)
        stated = sent.number("LineAmount")
        quantity = sent.number("Quantity")
        unit = sent.number("UnitAmount")
        if unit is None and stated is not None and not (old and quantity is None):
            unit = stated / quantity if quantity else stated
        if unit is None:
            unit = old.unit_amount if old else ZERO
        else:
            unit = unit.quantize(places, ROUND_HALF_UP)
        if quantity is None:
            quantity = old.quantity if old else Decimal(1)
        quantity = quantity.quantize(QUANTITY, ROUND_HALF_UP)
        expected = round2(quantity * unit * (1 - (rate or ZERO) / HUNDRED) - (discount or ZERO))
        if stated is not None and round2(stated) != expected:
            self._remarks.errors.append(
                f"The line total {round2(stated)} does not match the expected line total {expected}"
            )
        if abs(expected) > LARGEST:
            self._remarks.errors.append("The line amount exceeds the largest amount allowed")
        return quantity, unit, expected

    def _account(self, amount: Decimal) -> Account | None:
        accounts, sent = self._context.ledger.accounts, self._sent
        code, account_id = sent.text("AccountCode"), sent.guid("AccountID")
        if not code and not account_id:
            return self._no_account(amount)
        found = accounts.get(account_id) if account_id else next(iter(accounts.find("code", code)), None)
        shown = code or account_id
        if found is None and not self._rules.approving:
            self._remarks.warnings.append(
                f"Account code '{shown}' has been removed as it does not match a recognised account."
            )
        elif found is None or found.type == "BANK" or found.system_account:
            self._remarks.errors.append(f"Account code '{shown}' is not a valid code for this document.")
        elif found.status != "ACTIVE" and not (self._old and self._old.account_id == found.id):
            self._remarks.errors.append(f"Account code '{shown}' has been archived, or deleted.")
        return found

    def _no_account(self, amount: Decimal) -> Account | None:
        if self._old and self._old.account_id:
            return self._context.ledger.accounts.get(self._old.account_id)
        if amount and self._rules.approving:
            self._remarks.errors.append("Account code must be specified")
        return None

    def _tax_type(self, account: Account | None) -> str:
        if self._rules.line_amount_types == "NoTax":
            return "NONE"
        old = self._old.tax_type if self._old else None
        tax_type = self._sent.text("TaxType") or old or (account.tax_type if account else "NONE")
        rate = self._context.ledger.tax_rates.get(tax_type.upper())
        if rate is None or (rate.status != "ACTIVE" and rate.id != old):
            self._remarks.errors.append(
                f"The TaxType code {tax_type} does not exist or cannot be used for this type of transaction."
            )
            return tax_type
        if account and account_class(account) not in rate.applies_to:
            self._remarks.errors.append(
                f"The TaxType code '{tax_type}' cannot be used with account code '{account.code}'."
            )
        return rate.id

    def _tax_amount(self, amount: Decimal, tax_type: str) -> Decimal:
        old, stated = self._old, self._sent.number("TaxAmount")
        if self._rules.line_amount_types == "NoTax":
            return ZERO
        if stated is not None:
            return round2(stated)
        if old and self._rules.keep_tax and old.line_amount == amount and old.tax_type == tax_type:
            return old.tax_amount
        rate = self._context.ledger.tax_rates.get(tax_type)
        return line_tax(amount, rate.rate if rate else ZERO, self._rules.line_amount_types)

    def _tracking(self) -> tuple[tuple[str, str], ...]:
        entries = self._sent.parts("Tracking")
        if entries is None:
            return self._old.tracking if self._old else ()
        found = tuple(pair for entry in entries if (pair := self._tracked(entry)))
        if len(entries) > 2:
            self._remarks.errors.append("A line item can have at most two tracking categories")
        return found

    def _tracked(self, entry: Fields) -> tuple[str, str] | None:
        category_id, option_id = entry.guid("TrackingCategoryID"), entry.guid("TrackingOptionID")
        name, option = entry.text("Name"), entry.text("Option")
        for category in self._context.ledger.tracking.ordered():
            if category.id != category_id and (category_id or category.name != name):
                continue
            for candidate in category.options:
                if candidate.id == option_id or (option_id is None and candidate.name == option):
                    return category.id, candidate.id
        self._remarks.errors.append(f"The tracking option '{option or option_id}' could not be found")
        return None
