"""A clinic's past in Provet: visits, counter sales, their payments and credits, and what stays out of the books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from daemon.sandbox.clinic.plan import Plan
from daemon.sandbox.clinic.timeline import Timeline, opening_hours
from daemon.sandbox.clinic.treatments import counter_rows, visit_rows
from daemon.sandbox.provet.amounts import SignPattern
from daemon.sandbox.provet.hands import Hands
from daemon.sandbox.provet.records import PaymentType, RowSpec
from daemon.sandbox.provet.reference import PROVET_PAY

CENT = Decimal("0.01")
CARD, CASH, TRANSFER, MOBILE = PaymentType.CARD, PaymentType.CASH, PaymentType.BANK_TRANSFER, 7
METHODS = (CARD, CASH, TRANSFER, MOBILE, PROVET_PAY)
METHOD_WEIGHTS = (52, 14, 14, 8, 12)
COUNTER_SHARE = 0.18
CREDIT_SHARE = 0.04
PREPAID_SHARE = 0.01
ANONYMOUS_SHARE, DRAFT_SHARE, EARLY_SHARE, DEPOSIT_SHARE = 0.03, 0.01, 0.02, 0.01
EARLY_DAYS = 60
LATEST_CREDIT_DAYS = 20


class Past:
    """Fills one Provet tenant. Everything random comes from ``rng``; nothing happens after ``now``."""

    def __init__(self, hands: Hands, plan: Plan, clients: list[int], rng: Random, now: dt.datetime) -> None:
        self.hands = hands
        self.rng = rng
        self.plan = plan
        self.today = now.date()
        self.timeline = Timeline(now)
        self._clients = clients
        self._items = hands.items()
        self._groups = hands.state.vat_groups
        self._ways = (
            (self._pay_at_once, 60),
            (self._pay_later, 13),
            (self._pay_in_part, 5),
            (self._pay_in_parts, 5),
            (self._pay_twice_at_once, 4),
            (self._leave_unpaid, 13),
        )

    def happen(self) -> None:
        """Let the whole past happen."""
        first, last = self.plan.start_date, self.today - dt.timedelta(days=1)
        before = first - dt.timedelta(days=1)
        count = self.plan.invoices
        self._schedule(count, self._sale, first, last)
        self._schedule(_some(count, ANONYMOUS_SHARE), self._anonymous_sale, first, last)
        self._schedule(_some(count, EARLY_SHARE), self._early, before - dt.timedelta(days=EARLY_DAYS), before)
        self._schedule(_some(count, DEPOSIT_SHARE), self._deposit, first, last)
        self._schedule(_some(count, DRAFT_SHARE), self._draft, last - dt.timedelta(days=3), last)
        self.timeline.run()

    def _schedule(self, count: int, act: Callable[[dt.datetime], object], first: dt.date, last: dt.date) -> None:
        for _ in range(count):
            self.timeline.at(opening_hours(first, last, self.rng), act)

    def _later(self, now: dt.datetime, least_days: int, most_days: int, act: Callable[[dt.datetime], object]) -> None:
        days = self.rng.randint(least_days, most_days)
        self.timeline.at(now + dt.timedelta(days=days, minutes=self.rng.randint(5, 300)), act)

    def rows(self) -> list[RowSpec]:
        return visit_rows(self._items, self._groups, self.rng)

    def method(self) -> int:
        return self.rng.choices(METHODS, METHOD_WEIGHTS)[0]

    def _client(self) -> int:
        return self.rng.choice(self._clients)

    def _sale(self, now: dt.datetime) -> None:
        client = self._client()
        if self.rng.random() < COUNTER_SHARE:
            invoice = self.hands.sell(client, counter_rows(self._items, self._groups, self.rng), now)
            self.hands.pay_in_full(invoice, self.method(), now)
        elif self.rng.random() < PREPAID_SHARE:
            self._prepaid_visit(client, now)
        else:
            invoice = self.hands.invoice_visit(client, self.rows(), now)
            if self.rng.random() < CREDIT_SHARE:
                self._to_be_credited(invoice, now)
            else:
                self._settle(invoice, now)

    def _anonymous_sale(self, now: dt.datetime) -> None:
        invoice = self.hands.sell(None, counter_rows(self._items, self._groups, self.rng), now)
        self.hands.pay_in_full(invoice, self.rng.choice((CARD, CASH)), now)

    def _early(self, now: dt.datetime) -> None:
        invoice = self.hands.invoice_visit(self._client(), self.rows(), now)
        if self.rng.random() < 0.9:
            self.hands.pay_in_full(invoice, self.method(), now)

    def _draft(self, now: dt.datetime) -> None:
        self.hands.draft(self._client(), self.rows(), now)

    def _deposit(self, now: dt.datetime) -> None:
        amount = Decimal(self.rng.randrange(20, 300, 10))
        self.hands.take_prepayment(self._client(), amount, self.method(), now, description="Deposit for surgery")

    def _prepaid_visit(self, client: int, now: dt.datetime) -> None:
        amount = Decimal(self.rng.randrange(20, 200, 10))
        deposit = self.hands.take_prepayment(client, amount, CARD, now, description="Deposit for surgery")
        invoice = self.hands.invoice_visit(client, self.rows(), now)
        self.hands.use_prepayment(deposit, invoice, min(amount, self.hands.invoice(invoice).due_sum), now)
        if self.hands.invoice(invoice).due_sum:
            self.hands.pay_in_full(invoice, CARD, now)

    def _settle(self, invoice: int, now: dt.datetime) -> None:
        ways, weights = zip(*self._ways, strict=True)
        self.rng.choices(ways, weights)[0](invoice, now)

    def _pay_at_once(self, invoice: int, now: dt.datetime) -> None:
        self.hands.pay_in_full(invoice, self.method(), now)

    def _pay_later(self, invoice: int, now: dt.datetime) -> None:
        self._later(now, 2, 35, lambda moment: self.hands.pay_in_full(invoice, TRANSFER, moment))

    def _pay_in_part(self, invoice: int, now: dt.datetime) -> None:
        self.hands.pay(invoice, self._part(invoice), self.method(), now)

    def _pay_in_parts(self, invoice: int, now: dt.datetime) -> None:
        self._pay_in_part(invoice, now)
        self._later(now, 1, 28, lambda moment: self.hands.pay_in_full(invoice, self.method(), moment))

    def _pay_twice_at_once(self, invoice: int, now: dt.datetime) -> None:
        self.hands.pay(invoice, self._part(invoice), CARD, now)
        self.hands.pay_in_full(invoice, CASH, now + dt.timedelta(minutes=2))

    def _leave_unpaid(self, invoice: int, now: dt.datetime) -> None:
        """Some clients do not pay."""

    def _part(self, invoice: int) -> Decimal:
        due = self.hands.invoice(invoice).due_sum
        share = Decimal(self.rng.choice((25, 40, 50, 60))) / 100
        return max(CENT, (due * share).quantize(CENT, ROUND_HALF_UP))

    def _to_be_credited(self, invoice: int, now: dt.datetime) -> None:
        if self.rng.random() < 0.5:
            self._later(now, 0, LATEST_CREDIT_DAYS, lambda moment: self._credit_unpaid(invoice, moment))
        else:
            self._pay_at_once(invoice, now)
            self._later(now, 0, LATEST_CREDIT_DAYS, lambda moment: self._credit_and_refund(invoice, moment))

    def _credit_unpaid(self, invoice: int, now: dt.datetime) -> None:
        """Full or partial; mostly applied to the invoice at once, the rest of which the client then pays."""
        note = self._credit(invoice, now)
        if self.rng.random() < 0.8:
            self.hands.apply_credit(note, invoice, -self.hands.invoice(note).due_sum, now)
            if self.hands.invoice(invoice).due_sum and self.rng.random() < 0.7:
                self.hands.pay_in_full(invoice, self.method(), now + dt.timedelta(minutes=5))

    def _credit_and_refund(self, invoice: int, now: dt.datetime) -> None:
        note = self._credit(invoice, now)
        self.hands.pay_in_full(note, self.rng.choice((CARD, CASH)), now)

    def _credit(self, invoice: int, now: dt.datetime) -> int:
        """All rows, or one whole row that costs something."""
        costly = [row for row in self.hands.state.rows_of(self.hands.invoice(invoice)) if row.sum_total > 0]
        pattern = SignPattern.NEGATIVE_SUM if self.rng.random() < 0.1 else SignPattern.NEGATED_QUANTITY
        row = self.rng.choice(costly)
        partial = row.sum_total < self.hands.invoice(invoice).total_with_vat and self.rng.random() < 0.5
        parts = [(row.id, row.quantity)] if partial else None
        return self.hands.credit(invoice, now, parts=parts, pattern=pattern)


def _some(count: int, share: float) -> int:
    """A share of a count, at least one unless there is nothing at all."""
    return max(1, round(count * share)) if count else 0
