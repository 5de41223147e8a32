"""The naive import: the daemon's clients and mappings, but one request for each record, no journal and no store."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from daemon.core.contact_form import new_contact
from daemon.core.correction import Allocate, CreateContact, CreateDocument, CreatePayment, XeroStep
from daemon.core.family import fold, payment_reference
from daemon.core.ledger import exclusion_reason, settlement, settlements, sides
from daemon.core.mappings import payment_account
from daemon.core.model import ZERO, Contact, Document, DocumentStatus, Kind, Payment
from daemon.core.posting import post
from daemon.core.rules import Rules
from daemon.errors import Rejected
from daemon.practice import Practice, References
from daemon.reconciler.reference import build_rules
from daemon.transport.answers import Done
from daemon.transport.call import Priority
from daemon.xero.client import XeroClient
from daemon.xero.requests import plan_requests


@dataclass(frozen=True, slots=True)
class Ledger:
    """All of Provet, held in memory."""

    clients: dict[str, Contact]
    documents: dict[str, Document]
    payments: dict[str, list[Payment]]


async def import_all(practice: Practice) -> int:
    """Bring all finalised Provet documents into an empty Xero; returns how many records were written."""
    references = References(await practice.provet.reference(), await practice.xero.reference())
    rules = build_rules(practice.id, practice.settings, references)
    ledger = await _read(practice)
    credit = sides(list(ledger.documents.values()))
    importer = _Importer(practice.xero, rules, ledger)
    for document in sorted(ledger.documents.values(), key=lambda d: (credit[d.id], int(d.id))):
        if document.status is DocumentStatus.FINAL and not exclusion_reason(document, rules, linked=False):
            await importer.bring(document, credit=credit[document.id])
    return importer.written


async def _read(practice: Practice) -> Ledger:
    ledger = Ledger({}, {}, defaultdict(list))
    async for contacts in practice.provet.contacts(None, priority=Priority.FULL):
        ledger.clients.update((contact.id, contact) for contact in contacts.records)
    async for documents in practice.provet.documents(None, priority=Priority.FULL):
        ledger.documents.update((document.id, document) for document in documents.records)
    async for payments in practice.provet.payments(None, priority=Priority.FULL):
        for payment in payments.records:
            ledger.payments[payment.document_id].append(payment)
    return ledger


class _Importer:
    """Writes step by step and remembers which id each record got."""

    def __init__(self, xero: XeroClient, rules: Rules, ledger: Ledger) -> None:
        self.written = 0
        self._xero = xero
        self._rules = rules
        self._ledger = ledger
        self._ids: dict[tuple[Kind, str], str] = {}
        self._names: list[str] = []
        self._left: dict[str, Decimal] = {}

    async def bring(self, document: Document, *, credit: bool) -> None:
        """Create a document with its contact, its payments and, for a credit, its allocation."""
        await self._contact(self._ledger.clients[document.contact_id])
        posting = post(document, self._rules, credit=credit).posting
        await self._write(CreateDocument(posting=posting), Kind.DOCUMENT, document.id)
        self._left[document.id] = posting.gross
        for payment in settlements(document, self._ledger.payments[document.id]).standing:
            await self._payment(document, payment, credit=credit)
        await self._allocation(document, posting.label)

    async def _contact(self, client: Contact) -> None:
        if (Kind.CONTACT, client.id) not in self._ids:
            contact = new_contact(client, self._names)
            await self._write(CreateContact(client_id=client.id, contact=contact), Kind.CONTACT, client.id)
            self._names.append(fold(contact.name))

    async def _payment(self, document: Document, payment: Payment, *, credit: bool) -> None:
        amount = settlement(document, payment)
        step = CreatePayment(
            payment_id=payment.id,
            document_id=document.id,
            credit=credit,
            amount=amount,
            date=payment.date,
            account=payment_account(payment.method, self._rules)[0],
            reference=payment_reference(payment.id),
            label=payment.id,
        )
        await self._write(step, Kind.PAYMENT, payment.id)
        self._left[document.id] -= amount

    async def _allocation(self, document: Document, label: str) -> None:
        """Set a credit against what is left of its original."""
        amount = min(self._left[document.id], self._left.get(document.credits, ZERO))
        if amount > 0:
            ids = {"credit_id": document.id, "invoice_id": document.credits}
            step = Allocate(**ids, amount=amount, date=document.date, already=ZERO, label=label)
            await self._write(step, Kind.DOCUMENT, document.id)
            self._left[document.credits] -= amount

    async def _write(self, step: XeroStep, kind: Kind, provet_id: str) -> None:
        """Send one step; raises ``Rejected`` if Xero does not take it."""
        plan = plan_requests([(provet_id, step)], lambda k, i: self._ids.get((k, i)), self._rules.tax_rates)
        key = f"{type(step).__name__}-{provet_id}"
        (outcome,) = await self._xero.send(plan.requests[0], idempotency_key=key)
        if not isinstance(outcome, Done):
            raise Rejected(f"{step} was not taken: {outcome}")
        if outcome.records:
            self._ids.setdefault((kind, provet_id), outcome.records[0].id)
        self.written += 1
