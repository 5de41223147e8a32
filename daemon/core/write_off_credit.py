"""The write-off of a Provet payment as a credit note: coded to bad debts with the original's tax, so that VAT is
relieved as well."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import msgspec

from daemon.core.amounts import half_even, money, rate_text, xero_tax
from daemon.core.by_hand import by_hand
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
from daemon.core.discrepancy import Policy, Subject
from daemon.core.family import payment_reference
from daemon.core.findings import Case, option, with_currency
from daemon.core.ledger import settlement
from daemon.core.mappings import payment_account
from daemon.core.matching import free_number
from daemon.core.model import ZERO, Document, DocumentStatus, Payment, System
from daemon.core.payment_options import relied
from daemon.core.view import Scene, View
from daemon.core.write_off import credit_key


def write_off_credit(view: View, payment: Payment, scene: Scene, *, recommended: bool) -> tuple[Option, ...]:
    """Write ``payment`` off an open invoice by a credit note; none where a closed day, a gap or what is due forbids."""
    booked, amount = view.booked, settlement(view.document, payment)
    account, gap = payment_account(payment.method, scene.rules)
    day = payment.date if booked is None else max(payment.date, booked.date)
    if booked is None or view.credit or gap is not None or amount > view.own_room or scene.rules.closed(day):
        return ()
    posting = _posting(view, booked, payment, account, scene)
    loose = next((n for n in _loose(payment, scene) if n.gross == n.balance == amount), None)
    if loose is not None:
        return _set_against(view, booked, payment, loose, scene, recommended=recommended)
    allocate = _allocate(view, payment, amount, day, posting.number)
    relief = with_currency(sum(posting.tax_by_rate.values(), ZERO), scene.rules)
    words = (
        f"{posting.number} of {with_currency(amount, scene.rules)} on account {account} is set against {booked.number}",
        f"VAT of {relief} is taken back: make sure that the debt is old enough for bad debt relief",
    )
    steps = (CreateDocument(posting=posting), allocate)
    relies_on = relied(payment, None) | {"xero gross": money(booked.gross), "xero left": money(view.xero_left)}
    title = f"Write it off by a credit note on account {account}"
    return (option("write-off-credit", title, steps, *words, relies_on=relies_on, recommended=recommended),)


def _set_against(
    view: View, booked: Document, payment: Payment, note: Document, scene: Scene, *, recommended: bool
) -> tuple[Option, ...]:
    """Set a credit note that was made for this before against the invoice, instead of a second one."""
    day = max(payment.date, booked.date, note.date)
    if scene.rules.closed(day):
        return ()
    allocate = _allocate(view, payment, note.gross, day, note.number)
    words = f"{note.number} of {with_currency(note.gross, scene.rules)} is set against {booked.number}"
    relies_on = relied(payment, None) | {"xero credit": note.id, "xero left": money(view.xero_left)}
    title = f"Write it off by {note.number}, which stands in Xero"
    return (option("write-off-credit", title, (allocate,), words, relies_on=relies_on, recommended=recommended),)


def _allocate(view: View, payment: Payment, amount: Decimal, day: dt.date, number: str) -> Allocate:
    return Allocate(
        credit_id=credit_key(payment.id),
        invoice_id=view.document.id,
        amount=amount,
        date=day,
        already=ZERO,
        label=f"{number} on {view.posted.posting.label}",
    )


def judge_loose(view: View, scene: Scene) -> list[Case]:
    """The cases of credit notes that wrote off payments of a document and are set against nothing: each lowers what the
    client owes and takes VAT back."""
    mine = (p for p in scene.family.payments_of(System.PROVET) if p.document_id == view.document.id)
    return [_loose_case(note, view, scene) for payment in mine for note in _loose(payment, scene)]


def loose_balance(scene: Scene) -> Decimal:
    """What credit notes that wrote off and are set against nothing take off what is owed in Xero."""
    payments = scene.family.payments_of(System.PROVET)
    return sum((note.balance for payment in payments for note in _loose(payment, scene)), ZERO)


def _loose(payment: Payment, scene: Scene) -> list[Document]:
    """The living credit notes made to write a payment off of which something is set against nothing."""
    notes = [n for n in (*scene.write_offs.values(), *scene.family.of(System.XERO)) if n.credit and n.balance > 0]
    made = {link.xero_id for link in scene.family.links if link.provet_id == credit_key(payment.id)}
    return [note for note in notes if note.id in made and note.status is DocumentStatus.FINAL]


def _loose_case(note: Document, view: View, scene: Scene) -> Case:
    left = with_currency(note.balance, scene.rules)
    relies_on = {"xero left": money(note.balance), "xero gross": money(note.gross)}
    if note.balance == note.gross and not scene.rules.closed(note.date):
        words = (
            f"{note.number} is void; the client owes {left} more in Xero",
            f"VAT of {with_currency(note.tax, scene.rules)} is owed again",
        )
        void = VoidDocument(xero_id=note.id, provet_id="", credit=True, label=note.number)
        way = option("void", f"Void {note.number}", (void,), *words, relies_on=relies_on, recommended=True)
    else:
        how = f"In Xero open {note.number}: set it against the invoice that it writes off, or take it off and void it"
        way = by_hand("Mend it by hand in Xero", how, relies_on=relies_on, recommended=True)
    return Case(
        kind="credit.allocation_missing",
        subject=Subject(label=f"Write-off {note.number}", xero=note.ref),
        amount=note.balance,
        effect=note.balance,
        summary=f"{left} of {note.number}, made to write off on {view.posted.posting.label}, is set against nothing",
        options=(way,),
        policy=Policy.PERSON,
    )


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
