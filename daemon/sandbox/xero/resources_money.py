"""The endpoints of payments, batch payments, contacts and history notes."""

from __future__ import annotations

from collections.abc import Callable

from daemon.sandbox.xero.call import Answer, Call, Envelope, Routes
from daemon.sandbox.xero.contact_views import contact_view
from daemon.sandbox.xero.contacts import post_contact, put_contact
from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.errors import Refused, not_found
from daemon.sandbox.xero.fields import Fields, listed
from daemon.sandbox.xero.listing import listed_view, select
from daemon.sandbox.xero.payments import create_payment, post_payment
from daemon.sandbox.xero.properties import batch_properties, contact_properties, payment_properties
from daemon.sandbox.xero.records import Contact, Note
from daemon.sandbox.xero.views import batch_view, payment_view
from daemon.sandbox.xero.wire import Element, instant_stamp, instant_string
from daemon.sandbox.xero.writes import Endpoint, Written, write_elements

PAYMENTS = Endpoint("Payments", "Payment", "PaymentID", "HasValidationErrors")
CONTACTS = Endpoint("Contacts", "Contact", "ContactID", "HasValidationErrors")
SEARCHED = ("FirstName", "LastName", "CompanyNumber", "EmailAddress")
NOTED = ("Invoices", "CreditNotes", "Payments", "Prepayments", "Overpayments", "Contacts", "BatchPayments")


def list_payments(call: Call) -> Answer:
    """GET of payments, deleted ones included."""
    ledger = call.context.ledger
    selection = select(call, ledger.payments, payment_properties(ledger), "Payment")
    return listed_view("Payments", selection, lambda row: payment_view(ledger, row))


def get_payment(call: Call) -> Answer:
    """GET of one payment, with its document's amounts and its batch."""
    found = call.context.ledger.payments.get(call.args[0])
    if found is None:
        raise not_found()
    return Envelope("Payments", [payment_view(call.context.ledger, found, whole=True)])


def create_payments(call: Call) -> Answer:
    """PUT: one or many. POST: one."""

    def write(context: Context, sent: Fields) -> Written:
        return payment_view(context.ledger, create_payment(context, sent), whole=True), ()

    return write_elements(call, PAYMENTS, write)


def change_payment(call: Call) -> Answer:
    """POST to an id: deletes it, nothing else."""
    found = call.context.ledger.payments.get(call.args[0])
    if found is None:
        raise not_found()

    def write(context: Context, sent: Fields) -> Written:
        return payment_view(context.ledger, post_payment(context, found, sent), whole=True), ()

    return write_elements(call, PAYMENTS, write, own_id=found.id)


def list_batches(call: Call) -> Answer:
    """GET of batch payments, never paged."""
    ledger = call.context.ledger
    selection = select(call, ledger.batches, batch_properties(ledger), "BatchPayment", paged=False)
    return listed_view("BatchPayments", selection, lambda row: batch_view(ledger, row))


def get_batch(call: Call) -> Answer:
    """GET of one batch payment."""
    found = call.context.ledger.batches.get(call.args[0])
    if found is None:
        raise not_found()
    return Envelope("BatchPayments", [batch_view(call.context.ledger, found)])


def list_contacts(call: Call) -> Answer:
    """GET of contacts; archived ones only when asked for (12.7)."""
    ledger = call.context.ledger
    summary = call.flag("summaryonly") is True
    forced = True if summary else None
    found = select(call, ledger.contacts, contact_properties(ledger), "Contact", *_filters(call), paged=forced)
    paged = found.pagination is not None
    detail = paged and not summary
    return listed_view(
        "Contacts", found, lambda row: contact_view(ledger, row, detail=detail, balances=detail, merged=paged)
    )


def get_contact(call: Call) -> Answer:
    """GET of one contact by id or ContactNumber; of several with that number the first is picked."""
    return Envelope("Contacts", [contact_view(call.context.ledger, _contact(call))])


def put_contacts(call: Call) -> Answer:
    """PUT: creates only."""

    def write(context: Context, sent: Fields) -> Written:
        return contact_view(context.ledger, put_contact(context, sent)), ()

    return write_elements(call, CONTACTS, write)


def post_contacts(call: Call) -> Answer:
    """POST: creates, or updates whatever matches."""

    def write(context: Context, sent: Fields) -> Written:
        return contact_view(context.ledger, post_contact(context, sent)), ()

    return write_elements(call, CONTACTS, write)


def change_contact_by_id(call: Call) -> Answer:
    """POST to an id: updates one."""
    found = _contact(call)

    def write(context: Context, sent: Fields) -> Written:
        return contact_view(context.ledger, post_contact(context, sent, found.id)), ()

    return write_elements(call, CONTACTS, write, own_id=found.id)


def get_history(call: Call) -> Answer:
    """GET of a record's notes, newest first."""
    notes = call.context.ledger.notes.find("subject", call.args[0].lower())
    return Envelope("HistoryRecords", [_note_view(note) for note in reversed(notes)])


def put_history(resource: str) -> Callable[[Call], Answer]:
    """PUT of notes to a record of ``resource``."""

    def handler(call: Call) -> Answer:
        subject = call.args[0].lower()

        def write(context: Context, sent: Fields) -> Written:
            if not _known(context, resource, subject):
                raise Refused("The document with the supplied id was not found for this endpoint.")
            details = sent.limited("Details", 2_500)
            if not details:
                raise Refused("The Details field must be specified")
            note = Note(context.new_id(), subject, "Note", "System Generated", details, context.now)
            return _note_view(context.ledger.notes.put(note)), ()

        return write_elements(call, Endpoint("HistoryRecords", "HistoryRecord", "ID", "HasErrors"), write)

    return handler


def _known(context: Context, resource: str, subject: str) -> bool:
    ledger = context.ledger
    if resource == "Payments":
        return ledger.payments.get(subject) is not None
    if resource == "Contacts":
        return ledger.contacts.get(subject) is not None
    if resource == "BatchPayments":
        return ledger.batches.get(subject) is not None
    return ledger.document(subject) is not None


def _note_view(note: Note) -> Element:
    return {
        "Changes": note.changes,
        "DateUTCString": instant_string(note.updated),
        "DateUTC": instant_stamp(note.updated),
        "User": note.user,
        "Details": note.details,
    }


def _contact(call: Call) -> Contact:
    contacts = call.context.ledger.contacts
    found = contacts.get(call.args[0]) or next(iter(contacts.find("number", call.args[0])), None)
    if found is None:
        raise not_found()
    return found


def _filters(call: Call) -> list[Callable[[Contact], bool]]:
    filters: list[Callable[[Contact], bool]] = []
    if not call.flag("includearchived"):
        filters.append(lambda row: row.status == "ACTIVE")
    if ids := {wanted.lower() for wanted in listed(call.query.get("ids"))}:
        filters.append(lambda row: row.id in ids)
    if term := call.query.get("searchterm", "").casefold():
        filters.append(lambda row: _mentions(row, term))
    return filters


def _mentions(contact: Contact, term: str) -> bool:
    searched = (contact.name, contact.number, *(contact.texts.get(key, "") for key in SEARCHED))
    return any(term in text.casefold() for text in searched)


def routes() -> Routes:
    """Method and path pattern to handler."""
    found: Routes = {
        ("GET", "Payments"): list_payments,
        ("GET", "Payments/*"): get_payment,
        ("PUT", "Payments"): create_payments,
        ("POST", "Payments"): create_payments,
        ("POST", "Payments/*"): change_payment,
        ("GET", "BatchPayments"): list_batches,
        ("GET", "BatchPayments/*"): get_batch,
        ("GET", "Contacts"): list_contacts,
        ("GET", "Contacts/*"): get_contact,
        ("PUT", "Contacts"): put_contacts,
        ("POST", "Contacts"): post_contacts,
        ("POST", "Contacts/*"): change_contact_by_id,
    }
    for resource in NOTED:
        found["GET", f"{resource}/*/History"] = get_history
        found["PUT", f"{resource}/*/History"] = put_history(resource)
    return found
