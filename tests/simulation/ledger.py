"""What stands in both systems, without ids and times: for comparing two runs, and for finding what stands twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.provet.records import PAYMENT_DONE
from daemon.sandbox.xero import XeroSystem
from daemon.sandbox.xero.records import LIVING, Document, Payment

RECEIVED = "Xero payment "
DOCUMENT, SENT = "Provet invoice ", "Provet payment "


def standing(provet: ProvetSystem, xero: XeroSystem) -> Counter[str]:
    """One line for each thing that lives in either system."""
    return Counter([*_in_xero(xero, provet), *_in_provet(provet)])


def _in_xero(xero: XeroSystem, provet: ProvetSystem) -> Iterator[str]:
    """Contacts with nothing to their name are left out: whether a document lived long enough to need one is chance."""
    ledger = xero.ledger
    buyers = {document.contact_id for document in _living(xero)}
    for contact in (each for each in ledger.contacts.ordered() if each.id in buyers):
        texts = sorted((name, value) for name, value in contact.texts.items() if value)
        yield f"xero contact {contact.number} {contact.name} {contact.status} {texts} {sorted(contact.phones.items())}"
    for document in _living(xero):
        contact = ledger.contacts[document.contact_id].number
        money = (document.total, document.total_tax, document.paid, document.credited)
        amounts = " ".join(f"{amount:.2f}" for amount in money)
        yield f"xero {document.type} {document.number} {document.reference} {contact} {document.day} {amounts}"
    for payment in ledger.payments.ordered():
        if payment.status == "AUTHORISED":
            number = ledger.document_of(payment).number
            yield f"xero payment {_origin(payment, provet)} on {number} {payment.amount:.2f} {payment.day}"
    for each in ledger.allocations.ordered():
        credit, invoice = ledger.document(each.credit_id), ledger.document(each.invoice_id)
        assert credit is not None
        assert invoice is not None
        yield f"xero allocation {credit.number} to {invoice.number} {each.amount:.2f} {each.day}"


def _origin(payment: Payment, provet: ProvetSystem) -> str:
    """What a payment's mark says, with the invoice in place of the payment's id."""
    if not payment.reference.startswith(SENT):
        return payment.reference
    marked = provet.hands.payment(int(payment.reference.removeprefix(SENT)))
    return f"of {marked.paid:.2f} by {marked.payment_type} on {marked.invoice}"


def _living(xero: XeroSystem) -> Iterator[Document]:
    for table in (xero.ledger.invoices, xero.ledger.credit_notes):
        yield from (document for document in table.ordered() if document.status in LIVING)


def _in_provet(provet: ProvetSystem) -> Iterator[str]:
    state = provet.hands.state
    for client in state.clients.values():
        phones = [state.phone_numbers[phone].phone_number for phone in client.phones]
        yield f"provet client {client.id} {client.name} {client.email} {client.city} {phones}"
    for invoice in state.invoices.values():
        yield f"provet invoice {invoice.id} {invoice.status} {invoice.total_with_vat:.2f} due {invoice.due_sum:.2f}"
    for payment in state.payments.values():
        if payment.status == PAYMENT_DONE and not payment.reversed:
            what = f"{payment.payment_type} {payment.paid:.2f} {payment.payment_date}"
            yield f"provet payment on {payment.invoice} {what}"


def doubled(provet: ProvetSystem, xero: XeroSystem) -> list[str]:
    """Marks that more than one living record bears."""
    ledger = xero.ledger
    marks: Iterable[str] = [
        *(document.reference for document in _living(xero) if document.reference.startswith(DOCUMENT)),
        *(
            f"{payment.reference} on {payment.document_id}"
            for payment in ledger.payments.ordered()
            if payment.status == "AUTHORISED" and payment.reference.startswith(SENT)
        ),
        *(f"contact {each.number}" for each in ledger.contacts.ordered() if each.number and each.status == "ACTIVE"),
        *(
            f"{payment.info} on {payment.invoice}"
            for payment in provet.hands.state.payments.values()
            if payment.info.startswith(RECEIVED) and payment.status == PAYMENT_DONE and not payment.reversed
        ),
    ]
    return [mark for mark, count in Counter(marks).items() if count > 1]
