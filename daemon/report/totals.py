"""What one family adds to the totals of a month, on both sides. Pure.

Only what belongs in Xero counts, each document and payment in the month of its own date on its own side.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from daemon.core.compared import compare
from daemon.core.family import Family
from daemon.core.ledger import settlement
from daemon.core.model import ZERO, Document
from daemon.core.rules import Rules
from daemon.core.scenes import scene
from daemon.core.view import Scene, View

_TAX = "tax "


class Span(NamedTuple):
    """A month or any other run of days, both ends included."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last


@dataclass(slots=True)
class Totals:
    """One system's sums; ``vat`` by percentage and ``accounts`` (net, by Xero code) are less credits."""

    invoices: Decimal = ZERO
    credits: Decimal = ZERO
    payments: Decimal = ZERO
    vat: dict[str, Decimal] = field(default_factory=dict)
    accounts: dict[str, Decimal] = field(default_factory=dict)

    def document(self, gross: Decimal, *, credit: bool) -> None:
        """Count a document; its gross is positive on its own side."""
        if credit:
            self.credits += gross
        else:
            self.invoices += gross

    def tax(self, rate: str, amount: Decimal) -> None:
        self.vat[rate] = self.vat.get(rate, ZERO) + amount

    def account(self, code: str, net: Decimal) -> None:
        self.accounts[code] = self.accounts.get(code, ZERO) + net

    def add(self, other: Totals) -> None:
        """Take in another part of the same side."""
        self.invoices += other.invoices
        self.credits += other.credits
        self.payments += other.payments
        for rate, amount in other.vat.items():
            self.tax(rate, amount)
        for code, net in other.accounts.items():
            self.account(code, net)


@dataclass(slots=True)
class Recoded:
    """Documents of equal net that stand on other accounts in Xero, and by account what Provet has more of them."""

    count: int = 0
    accounts: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: Recoded) -> None:
        self.count += other.count
        for code, net in other.accounts.items():
            self.accounts[code] = self.accounts.get(code, ZERO) + net


@dataclass(frozen=True, slots=True)
class BothTotals:
    provet: Totals = field(default_factory=Totals)
    xero: Totals = field(default_factory=Totals)
    recoded: Recoded = field(default_factory=Recoded)

    def add(self, other: BothTotals) -> None:
        self.provet.add(other.provet)
        self.xero.add(other.xero)
        self.recoded.add(other.recoded)


def totals_of(families: Iterable[Family], rules: Rules, span: Span) -> BothTotals:
    """The totals of some families."""
    both = BothTotals()
    for family in families:
        stage = scene(family, rules)
        for view in stage.views.values():
            if not view.excluded:
                one = BothTotals()
                _count_provet(one.provet, view, span)
                _count_xero(one.xero, view, stage, span)
                both.add(one)
                both.recoded.add(_recoded(one))
    return both


def _recoded(one: BothTotals) -> Recoded:
    """What was recoded of one document; where its sums differ as well, that is a discrepancy and nothing is."""
    mine, theirs = one.provet.accounts, one.xero.accounts
    more = {code: mine.get(code, ZERO) - theirs.get(code, ZERO) for code in mine.keys() | theirs.keys()}
    other = {code: net for code, net in more.items() if net}
    return Recoded(1, other) if other and not sum(other.values(), ZERO) else Recoded()


def _count_provet(totals: Totals, view: View, span: Span) -> None:
    if view.void:
        return
    posting = view.posted.posting
    if view.document.date in span:
        totals.document(posting.gross, credit=view.credit)
        for rate, tax in posting.tax_by_rate.items():
            totals.tax(rate, tax * view.sign)
        for line in posting.lines:
            totals.account(line.account, (line.gross - line.tax) * view.sign)
    for payment in (*view.standing, *view.unmatched):
        if payment.date in span:
            totals.payments += settlement(view.document, payment) * view.sign


def _count_xero(totals: Totals, view: View, stage: Scene, span: Span) -> None:
    for document in (*((view.booked,) if view.booked is not None else ()), *view.match.duplicates):
        if document.date in span:
            _count_document(totals, view, document, stage)
    for payment in view.taken:
        if payment.date in span:
            totals.payments += payment.amount * view.sign


def _count_document(totals: Totals, view: View, document: Document, stage: Scene) -> None:
    totals.document(document.gross, credit=document.credit)
    for name, tax in compare(view, document, stage).xero.items():
        if name.startswith(_TAX):
            totals.tax(name.removeprefix(_TAX), Decimal(tax) * view.sign)
    for line in document.lines:
        totals.account(line.account, (line.gross - line.tax) * view.sign)
