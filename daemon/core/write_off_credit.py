"""The write-off of a Provet payment as a credit note: coded to bad debts with the original's tax, so that VAT is
relieved as well."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import msgspec

from daemon.core.amounts import half_even, rate_text, xero_tax
from daemon.core.correction import (
    Allocate,
    CreateDocument,
    Deallocate,
    Option,
    Posting,
    PostingLine,
    Step,
    VoidDocument,
)
from daemon.core.family import payment_reference
from daemon.core.findings import option, with_currency
from daemon.core.ledger import settlement
from daemon.core.mappings import payment_account
from daemon.core.matching import free_number
from daemon.core.model import ZERO, Document, Payment
from daemon.core.payment_options import relied
from daemon.core.view import Scene, View
from daemon.core.write_off import credit_key


def write_off_credit(view: View, payment: Payment, scene: Scene, *, recommended: bool) -> tuple[Option, ...]:
    """Write ``payment`` off an open invoice by a credit note; none where a closed day, a gap or what is due forbids."""
    booked, amount = view.booked, settlement(view.document, payment)
    account, gap = payment_account(payment.method, scene.rules)
    day = payment.date if booked is None else max(payment.date, booked.date)
    if booked is None or view.credit or gap is not None or amount > view.xero_room or scene.rules.closed(day):
        return ()
    posting = _posting(view, booked, payment, account, scene)
    allocate = Allocate(
        credit_id=posting.provet_id,
        invoice_id=view.document.id,
        amount=amount,
        date=day,
        already=ZERO,
        label=f"{posting.number} on {view.posted.posting.label}",
    )
    relief = with_currency(sum(posting.tax_by_rate.values(), ZERO), scene.rules)
    words = (
        f"{posting.number} of {with_currency(amount, scene.rules)} on account {account} is set against {booked.number}",
        f"VAT of {relief} is taken back: make sure that the debt is old enough for bad debt relief",
    )
    steps = (CreateDocument(posting=posting), allocate)
    relies_on = relied(payment, None) | {"xero gross": str(booked.gross), "xero left": str(view.xero_left)}
    title = f"Write it off by a credit note on account {account}"
    return (option("write-off-credit", title, steps, *words, relies_on=relies_on, recommended=recommended),)


def write_off_back(payment: Payment, view: View, scene: Scene) -> tuple[Option, ...]:
    """Take back a credit note that wrote off what Provet no longer writes off; none where a closed day forbids, or
    where the note is set against other documents too."""
    note = scene.write_offs.get(payment.id)
    if note is None or view.booked is None:
        return ()
    taken = [a for a in note.allocations if a.document_id == view.booked.id and a.id]
    days = (note.date, *(allocation.date for allocation in taken))
    if sum((a.amount for a in taken), ZERO) != note.gross or any(map(scene.rules.closed, days)):
        return ()
    steps: list[Step] = [
        *(Deallocate(xero_credit_id=note.id, allocation_id=a.id, amount=a.amount, label=note.number) for a in taken),
        VoidDocument(xero_id=note.id, provet_id="", credit=True, label=note.number),
    ]
    words = (
        f"{note.number} is void; {view.posted.posting.label} has {with_currency(note.gross, scene.rules)} more open",
        f"VAT of {with_currency(note.tax, scene.rules)} is owed again",
    )
    relies_on = relied(None, payment) | {"xero allocations": ",".join(sorted(a.id for a in taken))}
    title = f"Take the credit off and void {note.number}"
    return (option("void", title, steps, *words, relies_on=relies_on, recommended=True),)


def _posting(view: View, booked: Document, payment: Payment, account: str, scene: Scene) -> Posting:
    amount, number = settlement(view.document, payment), f"{booked.number}-W{payment.id}"
    lines = _lines(booked, amount, account, scene)
    taxes: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        taxes[rate_text(scene.rules.tax_rates.get(line.tax_code, ZERO))] += line.tax
    date = max(payment.date, booked.date)
    posting = Posting(
        provet_id=credit_key(payment.id),
        credit=True,
        number=number,
        reference=payment_reference(payment.id),
        client_id=view.document.contact_id,
        date=date,
        due_date=date,
        gross=amount,
        tax_by_rate={rate: tax for rate, tax in sorted(taxes.items()) if tax},
        lines=lines,
        label=f"Write-off {number}",
    )
    return msgspec.structs.replace(posting, number=free_number(posting, scene.family))


def _lines(booked: Document, amount: Decimal, account: str, scene: Scene) -> tuple[PostingLine, ...]:
    """The amount spread over the original's TaxTypes as its lines are; the largest takes what rounding leaves."""
    shares: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rates: dict[str, Decimal] = {}
    for line in booked.lines:
        shares[line.tax_code] += line.gross
        rates[line.tax_code] = scene.rules.tax_rates.get(line.tax_code, line.tax_rate)
    parts = {code: half_even(amount * share / booked.gross) for code, share in shares.items() if share}
    largest = max(parts, key=lambda code: parts[code])
    parts[largest] += amount - sum(parts.values(), ZERO)
    return tuple(
        PostingLine(
            description=f"Bad debt, {booked.number}",
            gross=part,
            tax=xero_tax(part, rates[code]),
            tax_code=code,
            account=account,
            unit_gross=part,
        )
        for code, part in parts.items()
        if part
    )
