"""Whom the acceptance tests look for in the books, and what a bookkeeper does there."""

from __future__ import annotations

import datetime as dt

from tests.acceptance.rig import Rig
from tests.support.ledgers import XeroDocument
from tests.support.pairing import Books, Match

LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).isoformat()


def unpaid_invoice(laid_out: Books) -> Match:
    """An invoice that owes all of its total, neither paid nor credited."""
    credited = {match.provet.credits for match in laid_out.matches.values()}
    return next(
        match
        for match in laid_out.matches.values()
        if match.xero.left == match.xero.total > 0 and not match.credit and match.provet.id not in credited
    )


def invoice_paid_once(laid_out: Books) -> Match:
    """An invoice settled by a single payment."""
    credited = {match.provet.credits for match in laid_out.matches.values()}
    return next(
        match
        for match in laid_out.matches.values()
        if len(match.provet.payments) == 1 and not match.xero.left and match.provet.id not in credited
    )


def pay_in_xero(rig: Rig, document: XeroDocument, amount: str) -> str:
    """The bookkeeper finds a bank transfer for a document; returns the PaymentID."""
    account = max(rig.books().xero.payments[0].accounts, key=len)
    payment = {"id": "", "document_id": document.id, "account_id": account, "day": document.date.isoformat()}
    made = rig.act("xero", "take_payment", payment={**payment, "amount": amount, "updated": LONG_AGO})
    return str(made["id"])
