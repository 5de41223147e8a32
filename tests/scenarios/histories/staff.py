"""What staff may do in Provet, one act at a time; each returns what happened, None where it finds no occasion."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.sandbox.clinic import people
from daemon.sandbox.clinic.treatments import counter_rows, visit_rows
from daemon.sandbox.provet.amounts import SignPattern
from daemon.sandbox.provet.records import Invoice, PaymentType, RowSpec
from tests.scenarios.histories.stage import CENT, Stage

METHODS = (0, 0, 1, 1, 2, 4, 7, 11, 18, 21)
NOT_MONEY = (PaymentType.ROUNDING, PaymentType.CONSOLIDATED, PaymentType.CREDIT)
PATTERNS = tuple(SignPattern)
SIMPLE = (Decimal("42.50"), Decimal("8.3333"), Decimal("100"), Decimal("0.0042"), Decimal("19.99"))


def _rows(s: Stage) -> list[RowSpec]:
    hands = s.it.provet
    if s.one_in(2):
        return visit_rows(hands.items(), hands.state.vat_groups, s.rng)
    rates = [Decimal(s.rng.choice((20, 20, 5, 0))) for _ in range(s.rng.randint(1, 3))]
    counts = (Decimal(1), Decimal(1), Decimal(3), Decimal("0.25"))
    return [
        RowSpec(name="Visit", price=s.rng.choice(SIMPLE), quantity=s.rng.choice(counts), vat_percentage=rate)
        for rate in rates
    ]


def _told(s: Stage, what: str, invoice: int) -> str:
    document = s.it.provet.invoice(invoice)
    who = "nobody" if document.client is None else s.it.provet.client(document.client).name
    return f"{what} {document.id} {document.number} of {who}: {document.total_with_vat}, due {document.due_sum}"


def visit(s: Stage) -> str | None:
    client = s.pick(s.clients())
    return client and _told(s, "visit", s.it.make(s.it.provet.invoice_visit, client.id, _rows(s)))


def paid_visit(s: Stage) -> str | None:
    client = s.pick(s.clients())
    if client is None:
        return None
    invoice = s.it.make(s.it.provet.invoice_visit, client.id, _rows(s))
    s.it.do(s.it.provet.pay, invoice, s.it.provet.invoice(invoice).due_sum, s.rng.choice(METHODS))
    return _told(s, "paid visit", invoice)


def new_client(s: Stage) -> str:
    fields = people.new_client(max(s.it.provet.state.clients) + 1, s.rng)
    client = s.it.do(s.it.provet.create_client, fields, phone=people.phone_number(s.rng))
    return f"new client {client} {fields}"


def counter_sale(s: Stage) -> str | None:
    client = s.pick([*[client.id for client in s.clients()], None])
    rows = counter_rows(s.it.provet.items(), s.it.provet.state.vat_groups, s.rng)
    return _told(s, "counter sale", s.it.make(s.it.provet.sell, client, rows))


def odd_invoice(s: Stage) -> str | None:
    """A negative or a zero invoice, or one with a rounding row."""
    client = s.pick(s.clients())
    if client is None:
        return None
    kind = s.rng.choice(("negative", "zero", "rounded"))
    price = {"negative": Decimal("-17.5"), "zero": Decimal(0), "rounded": Decimal("12.3456")}[kind]
    rows = [RowSpec(name="Oddity", price=price, vat_percentage=Decimal(s.rng.choice((0, 20))))]
    draft = s.it.make(s.it.provet.draft, client.id, rows)
    if kind == "rounded":
        s.it.do(s.it.provet.round_total, draft, Decimal("0.05"))
    return _told(s, f"{kind} invoice", s.it.make(s.it.provet.finalise, draft))


def draft(s: Stage) -> str | None:
    client = s.pick(s.clients())
    return client and f"draft {s.it.make(s.it.provet.draft, client.id, _rows(s))}"


def finalise(s: Stage) -> str | None:
    drafts = [invoice for invoice in s.it.provet.state.invoices.values() if invoice.status == 0]
    found = s.pick(drafts)
    return found and _told(s, "finalise", s.it.make(s.it.provet.finalise, found.id))


def _open(invoice: Invoice) -> bool:
    return invoice.due_sum != 0


def pay(s: Stage) -> str | None:
    """All or part, today or dated back; on a negative note that pays out."""
    invoice = s.pick(s.invoices(_open))
    if invoice is None:
        return None
    amount, kind, day = s.part_of(invoice.due_sum), s.rng.choice(METHODS), s.day()
    payment = s.it.do(s.it.provet.pay, invoice.id, amount, kind, date=day)
    return _told(s, f"payment {payment} of {amount} by {kind} dated {day} on", invoice.id)


def overpay(s: Stage) -> str | None:
    invoice = s.pick(s.invoices(lambda each: each.due_sum > 0))
    if invoice is None:
        return None
    amount = invoice.due_sum + s.rng.choice((CENT, Decimal(5)))
    payment = s.it.do(s.it.provet.pay, invoice.id, amount, PaymentType.CARD)
    return _told(s, f"payment {payment} of {amount}, too much, on", invoice.id)


def pay_rounded(s: Stage) -> str | None:
    invoice = s.pick(s.invoices(lambda each: each.due_sum > 1))
    if invoice is None:
        return None
    paid = (invoice.due_sum / Decimal("0.05")).quantize(Decimal(1)) * Decimal("0.05")
    if paid == invoice.due_sum:
        return None
    payment = s.it.do(s.it.provet.round_due, invoice.id, paid, PaymentType.CASH)
    return _told(s, f"payment {payment} of {paid}, rounded, on", invoice.id)


def cancel(s: Stage) -> str | None:
    payment = s.pick(s.paid_rows(lambda row: row.payment_type != PaymentType.CONSOLIDATED))
    if payment is None:
        return None
    day = s.pick((None, s.it.today))
    s.it.do(s.it.provet.cancel_payment, payment.id, date=day)
    if payment.payment_type == PaymentType.CREDIT:
        halves = s.paid_rows(lambda row: row.payment_type == PaymentType.CREDIT and abs(row.id - payment.id) == 1)
        for other in [row for row in halves if row.paid == -payment.paid]:
            s.it.do(s.it.provet.cancel_payment, other.id, date=day)
    return f"payment {payment.id} of {payment.paid} by {payment.payment_type} on {payment.invoice} is cancelled"


def change_payment(s: Stage) -> str | None:
    payment = s.pick(s.paid_rows(lambda row: row.payment_type not in (*NOT_MONEY, 8)))
    if payment is None:
        return None
    change = s.rng.choice(({"amount": s.part_of(payment.paid)}, {"payment_type": s.rng.choice(METHODS)}))
    new = s.it.do(s.it.provet.change_payment, payment.id, **change)
    return f"payment {payment.id} of {payment.paid} on {payment.invoice} becomes {new}: {change}"


def to_prepayments(s: Stage) -> str | None:
    payment = s.pick(s.paid_rows(lambda row: row.payment_type in (0, 1, 2, 17) and row.paid > 0))
    if payment is None:
        return None
    s.it.do(s.it.provet.move_to_prepayments, payment.id)
    return f"payment {payment.id} of {payment.paid} on {payment.invoice} is moved to prepayments"


def take_prepayment(s: Stage) -> str | None:
    client = s.pick(s.clients())
    if client is None:
        return None
    s.it.do(s.it.provet.take_prepayment, client.id, Decimal(s.rng.randint(1, 90)), PaymentType.CARD)
    return f"{client.name} pays a deposit"


def use_prepayment(s: Stage) -> str | None:
    held = s.pick([each for each in s.it.provet.state.prepayments.values() if each.sum_left > 0])
    invoice = held and s.pick(s.invoices(lambda each: each.client == held.client and each.due_sum > 0))
    if held is None or invoice is None:
        return None
    amount = min(held.sum_left, s.part_of(invoice.due_sum))
    s.it.do(s.it.provet.use_prepayment, held.id, invoice.id, amount)
    return _told(s, f"{amount} of the deposit is used on", invoice.id)


def credit(s: Stage) -> str | None:
    """All or part of a document of any kind, over-credits and credits of credits among them."""
    invoice = s.pick(s.invoices(lambda each: bool(each.rows)))
    if invoice is None:
        return None
    rows = s.it.provet.state.rows_of(invoice)
    parts = None
    if s.one_in(2):
        chosen = s.rng.sample(rows, s.rng.randint(1, len(rows)))
        shares = [s.rng.choice((Decimal(1), Decimal(1), Decimal("0.5"), Decimal("1.5"))) for _ in chosen]
        parts = [(row.id, row.quantity * share) for row, share in zip(chosen, shares, strict=True)]
    pattern, linked = s.rng.choice(PATTERNS), not s.one_in(4)
    day = s.pick((None, None, s.day()))
    note = s.it.make(s.it.provet.credit, invoice.id, parts=parts, pattern=pattern, linked=linked, date=day)
    return _told(s, f"credit ({pattern}{'' if linked else ', without links'}) of {invoice.id}:", note)


def apply_credit(s: Stage) -> str | None:
    """A credit note against what it credits, now and then against another invoice of the client."""
    note = s.pick(s.invoices(lambda each: each.credit_note and each.due_sum < 0 and _takes_back(s, each)))
    if note is None:
        return None
    others = s.invoices(lambda each: each.client == note.client and each.due_sum > 0 and not each.credit_note)
    own = [each for each in others if each.id == note.credits]
    invoice = s.pick(others if s.one_in(4) else own)
    if invoice is None:
        return None
    amount = min(-note.due_sum, invoice.due_sum)
    s.it.do(s.it.provet.apply_credit, note.id, invoice.id, amount)
    s.applied.append((note.id, invoice.id, amount))
    return f"{amount} of credit {note.id} is applied to {invoice.id}"


def _takes_back(s: Stage, note: Invoice) -> bool:
    """Whether a credit note lowers what the client owes: the credit of a credit note adds to it."""
    original = s.it.provet.invoice(note.credits) if note.credits is not None else None
    return original is None or (not original.credit_note and original.total_with_vat > 0)


def refund(s: Stage) -> str | None:
    note = s.pick(s.invoices(lambda each: each.due_sum < 0))
    if note is None:
        return None
    amount = s.part_of(note.due_sum)
    payment = s.it.do(s.it.provet.pay, note.id, amount, s.rng.choice((0, 1)))
    return _told(s, f"payment {payment} of {amount}, paid out, on", note.id)


def consolidate(s: Stage) -> str | None:
    client = s.pick(s.clients())
    fits = s.invoices(
        lambda each: (
            client is not None
            and each.client == client.id
            and each.due_sum > 0
            and each.due_sum == each.total_with_vat
            and not each.consolidates
            and not each.credit_note
        )
    )
    if len(fits) < 2:
        return None
    chosen = s.rng.sample(fits, s.rng.randint(2, min(3, len(fits))))
    whole = s.it.make(s.it.provet.consolidate, [each.id for each in chosen])
    return _told(s, f"{[each.id for each in chosen]} are consolidated as", whole)


def revoke(s: Stage) -> str | None:
    whole = s.pick(s.invoices(lambda each: bool(each.consolidates) and each.due_sum == each.total_with_vat))
    if whole is None or any(each.credits == whole.id for each in s.it.provet.state.invoices.values()):
        return None
    s.it.do(s.it.provet.revoke, whole.id)
    return f"consolidated {whole.id} is revoked"


def void(s: Stage) -> str | None:
    applied = {row.invoice for row in s.paid_rows(lambda row: row.payment_type == PaymentType.CREDIT)}
    found = s.pick(
        s.invoices(lambda each: not each.consolidates and not s.consolidated(each) and each.id not in applied)
    )
    if found is None:
        return None
    s.it.do(s.it.provet.void, found.id)
    return f"{found.id} is voided"


def change_date(s: Stage) -> str | None:
    found = s.pick(s.invoices())
    if found is None:
        return None
    day = s.it.today - dt.timedelta(days=s.rng.randint(0, 40))
    s.it.do(s.it.provet.change_invoice_date, found.id, day)
    return f"{found.id} is dated {day}"


def change_payer(s: Stage) -> str | None:
    found = s.pick(s.invoices(lambda each: each.client is not None and not each.consolidates))
    client = s.pick(s.clients())
    if found is None or client is None or client.id == found.client or s.consolidated(found):
        return None
    s.it.do(s.it.provet.change_payer, found.id, client.id)
    return f"{found.id} is moved to client {client.id}"


def add_fee(s: Stage) -> str | None:
    found = s.pick(s.invoices(lambda each: not each.credit_note and not each.consolidates and not s.consolidated(each)))
    if found is None:
        return None
    fee = RowSpec(name="Fee", price=s.rng.choice(SIMPLE), vat_percentage=Decimal(s.rng.choice((0, 20))))
    s.it.do(s.it.provet.add_extra_fee, found.id, fee)
    return _told(s, "a fee is added to", found.id)


def edit_client(s: Stage) -> str | None:
    client = s.pick(s.clients())
    if client is None:
        return None
    email = f"{s.rng.randrange(10**6)}@example.test"
    changes = s.rng.choice(({"email": email}, {"email": None}, people.address(s.rng), {"lastname": "Newname"}))
    if s.one_in(4):
        number = f"+447700900{s.rng.randrange(1000):03d}"
        s.it.do(s.it.provet.change_phone, client.id, number)
        return f"client {client.id} has phone {number}"
    s.it.do(s.it.provet.edit_client, client.id, changes)
    return f"client {client.id} becomes {changes}"


def archive_client(s: Stage) -> str | None:
    client = s.pick([each for each in s.it.provet.state.clients.values() if each.archived or s.one_in(2)])
    if client is None:
        return None
    s.it.do(s.it.provet.archive_client, client.id, archived=not client.archived)
    return f"client {client.id} is {'archived' if client.archived else 'brought back'}"


def merge_clients(s: Stage) -> str | None:
    found = s.clients()
    if len(found) < 2:
        return None
    source, target = s.rng.sample(found, 2)
    s.it.do(s.it.provet.merge_clients, source.id, target.id)
    return f"client {source.id} is merged into {target.id}"


def delete_client(s: Stage) -> str | None:
    client = s.pick(s.clients())
    if client is None or any(each.client == client.id for each in s.it.provet.state.invoices.values()):
        return None
    s.it.do(s.it.provet.delete_client, client.id)
    return f"client {client.id} is deleted"


ACTS = {
    visit: 14,
    paid_visit: 4,
    counter_sale: 3,
    odd_invoice: 2,
    draft: 1,
    finalise: 1,
    new_client: 1,
    pay: 10,
    overpay: 1,
    pay_rounded: 3,
    cancel: 5,
    change_payment: 4,
    to_prepayments: 2,
    take_prepayment: 2,
    use_prepayment: 3,
    credit: 8,
    apply_credit: 5,
    refund: 4,
    consolidate: 4,
    revoke: 2,
    void: 2,
    change_date: 3,
    change_payer: 2,
    add_fee: 3,
    edit_client: 3,
    archive_client: 1,
    merge_clients: 1,
    delete_client: 1,
}
