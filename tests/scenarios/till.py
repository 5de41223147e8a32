"""A clinic where money comes in on both sides; at its end nothing that was written has been refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from daemon.core.correction import CorrectionStatus
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.provet.config import Cancellation
from daemon.sandbox.xero.records import Document, Payment
from daemon.store import corrections
from tests.scenarios.clinic import VISIT, Clinic, clinic

GROSS = Decimal("51.00")


@asynccontextmanager
async def till(
    folder: Path,
    changes: Mapping[str, str] | None = None,
    variant: Cancellation = Cancellation.OPPOSITE_ROW,
    *,
    overpayment: bool = False,
) -> AsyncIterator[Clinic]:
    """A clinic; at the end nothing that was written has been refused, so nothing went above what was due."""
    async with clinic(folder, changes) as it:
        books = it.shop.world.hosts["provet"].system._books
        books.config = replace(books.config, cancellation=variant, overpayment_allowed=overpayment)
        it.shop.world.faults.plan = FaultPlan((Rule(Kind.SLOW, system="xero", seconds=0.1),))
        yield it
        assert [each for each in answers(it) if each >= 400] == []
        failed = (CorrectionStatus.FAILED,)
        assert await it.shop.app.db.read(lambda tx: corrections.with_status(tx, "riverside", failed, 9)) == []


def answers(it: Clinic) -> list[int]:
    """How the systems answered what the program wrote."""
    logs = (it.shop.world.hosts[name].log for name in ("provet", "xero"))
    return [entry.executed or 0 for log in logs for entry in log.entries(writes_only=True)]


async def visit(it: Clinic, *paid: tuple[str, int]) -> int:
    """An invoice of 51.00 with payments of Provet, in step."""
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
    for amount, kind in paid:
        it.do(it.provet.pay, invoice, Decimal(amount), kind)
    await it.sync()
    assert await it.kinds() == []
    return invoice


def booked(it: Clinic, invoice: int) -> Document:
    return it.documents()[str(invoice)]


def accounts(it: Clinic, invoice: int) -> dict[str, Decimal]:
    """What is paid on an invoice in Xero by account."""
    codes = {account.id: account.code for account in it.xero.ledger.accounts.ordered()}
    found: Counter[str] = Counter()
    for payment in it.payments(booked(it, invoice)):
        found[codes[payment.account_id]] += payment.amount  # type: ignore[assignment]
    return dict(found)  # type: ignore[arg-type]


def take(it: Clinic, invoice: int, amount: str, code: str = "090", days: int = 0) -> Payment:
    """The bookkeeper enters a payment in Xero."""
    now = it.shop.world.clock.utc()
    day = it.today + dt.timedelta(days=days)
    typed = Payment("", booked(it, invoice).id, it.account(code), day, Decimal(amount), now)
    taken = it.keep(it.xero.take_payment, typed)
    assert isinstance(taken, Payment)
    return taken


def paid_rows(it: Clinic, invoice: int) -> list[int]:
    """The payments that Provet shows on an invoice, cancelled ones and cancelling entries included."""
    return list(it.provet.invoice(invoice).payments)


async def in_step(it: Clinic) -> None:
    assert (await it.kinds(), it.differences()) == ([], [])
