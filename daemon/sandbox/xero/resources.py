"""The endpoints of invoices, credit notes, prepayments, overpayments and their allocations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from daemon.ports import Response
from daemon.sandbox.xero.allocations import create_allocation, delete_allocation
from daemon.sandbox.xero.call import Answer, Call, Envelope, Routes
from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.documents import WRITABLE, create_document, match_document, update_document
from daemon.sandbox.xero.errors import Refused, not_found
from daemon.sandbox.xero.fields import Fields, listed
from daemon.sandbox.xero.kinds import CREDITS, INVOICE, KINDS, Kind
from daemon.sandbox.xero.listing import listed_view, select
from daemon.sandbox.xero.properties import document_properties
from daemon.sandbox.xero.records import Allocation, Document
from daemon.sandbox.xero.views import Shape, allocation_view, document_view
from daemon.sandbox.xero.wire import date_stamp, json_response
from daemon.sandbox.xero.writes import Endpoint, Written, validation_exception, write_elements

ENFORCED_PAGING = ("statuses", "ids", "invoicenumbers", "contactids")


def list_documents(kind: Kind, call: Call) -> Answer:
    """GET of a collection; unpaged answers are slim (5.2)."""
    ledger = call.context.ledger
    summary = kind is INVOICE and call.flag("summaryonly") is True
    forced = kind is INVOICE and (summary or any(call.query.get(name) for name in ENFORCED_PAGING))
    selection = select(
        call,
        kind.rows(ledger),
        document_properties(ledger),
        kind.singular,
        *_filters(kind, call),
        paged=True if forced else None,
    )
    shape = Shape(lines=selection.pagination is not None, summary=summary, unit_places=call.context.unit_places)
    return listed_view(kind.plural, selection, lambda row: document_view(ledger, row, shape))


def get_document(kind: Kind, call: Call) -> Answer:
    """GET of one by id or number."""
    return Envelope(kind.plural, [document_view(call.context.ledger, _one(kind, call), call.shape)])


def put_documents(kind: Kind, call: Call) -> Answer:
    """PUT: creates only."""

    def write(context: Context, sent: Fields) -> Written:
        document, warnings = create_document(context, kind, sent)
        return document_view(context.ledger, document, call.shape), warnings

    return write_elements(call, _endpoint(kind), write)


def post_documents(kind: Kind, call: Call) -> Answer:
    """POST: creates, or updates what matches by id or number."""

    def write(context: Context, sent: Fields) -> Written:
        existing = match_document(context, kind, sent)
        if existing is None:
            document, warnings = create_document(context, kind, sent)
            return document_view(context.ledger, document, call.shape), warnings
        return _update(kind, call, existing, sent)

    return write_elements(call, _endpoint(kind), write)


def post_document(kind: Kind, call: Call) -> Answer:
    """POST to an id: updates one."""
    existing = _one(kind, call)
    return write_elements(
        call, _endpoint(kind), lambda _, sent: _update(kind, call, existing, sent), own_id=existing.id
    )


def put_allocations(kind: Kind, call: Call) -> Answer:
    """PUT of allocations of a credit; every one is new, repeated or not."""
    credit = _one(kind, call)

    def write(context: Context, sent: Fields) -> Written:
        return allocation_view(context.ledger, create_allocation(context, credit.id, sent)), ()

    return write_elements(call, Endpoint("Allocations", "Allocation", "AllocationID", "HasErrors"), write)


def remove_allocation(kind: Kind, call: Call) -> Answer:
    """DELETE of one allocation; its answer has a shape of its own (9)."""
    credit = _one(kind, call)
    allocation = call.context.ledger.allocations.get(call.args[1])
    if allocation is None or allocation.credit_id != credit.id:
        raise not_found()
    try:
        delete_allocation(call.context, allocation)
    except Refused as refusal:
        messages = [{"Message": message} for message in refusal.messages]
        return validation_exception([{"AllocationID": allocation.id, "ValidationErrors": messages}])
    return _deleted_allocation(allocation)


def _deleted_allocation(allocation: Allocation) -> Response:
    """Odd spellings as recorded; ``Amount`` because the official schema and SDK demand it."""
    payload = {
        "AllocationId": allocation.id,
        "Amount": allocation.amount,
        "Date": date_stamp(allocation.day).replace("+0000", ""),
        "Invoice": [{"InvoiceID": allocation.invoice_id}],
        "IsDeleted": True,
    }
    return json_response(200, payload)


def _update(kind: Kind, call: Call, existing: Document, sent: Fields) -> Written:
    """An update's answer; a void still shows the old AmountDue (8.4)."""
    context = call.context
    document, warnings = update_document(context, kind, existing, sent)
    view = document_view(context.ledger, document, call.shape)
    if document.status == "VOIDED" and kind is INVOICE:
        view["AmountDue"] = existing.outstanding
    return view, warnings


def _one(kind: Kind, call: Call) -> Document:
    rows = kind.rows(call.context.ledger)
    found = rows.get(call.args[0]) or next(iter(rows.find("number", call.args[0].casefold())), None)
    if found is None:
        raise not_found()
    return found


def _filters(kind: Kind, call: Call) -> list[Callable[[Document], bool]]:
    query = call.query
    filters: list[Callable[[Document], bool]] = []
    if numbers := {number.casefold() for number in listed(query.get("invoicenumbers"))}:
        filters.append(lambda row: row.number.casefold() in numbers)
    if references := set(listed(query.get("references"))):
        filters.append(lambda row: row.reference in references)
    if kind is not INVOICE:
        return filters
    if ids := {wanted.lower() for wanted in listed(query.get("ids"))}:
        filters.append(lambda row: row.id in ids)
    if contacts := {wanted.lower() for wanted in listed(query.get("contactids"))}:
        filters.append(lambda row: row.contact_id in contacts)
    if statuses := {status.upper() for status in listed(query.get("statuses"))}:
        filters.append(lambda row: row.status in statuses)
    if term := query.get("searchterm", "").casefold():
        filters.append(lambda row: term in row.number.casefold() or term in row.reference.casefold())
    if call.flag("createdbymyapp"):
        filters.append(lambda row: row.by_app)
    return filters


def _endpoint(kind: Kind) -> Endpoint:
    return Endpoint(kind.plural, kind.noun, kind.id_key, "HasErrors")


def routes() -> Routes:
    """Method and path pattern to handler."""
    found: Routes = {}
    for kind in KINDS:
        found["GET", kind.plural] = partial(list_documents, kind)
        found["GET", f"{kind.plural}/*"] = partial(get_document, kind)
    for kind in WRITABLE:
        found["PUT", kind.plural] = partial(put_documents, kind)
        found["POST", kind.plural] = partial(post_documents, kind)
        found["POST", f"{kind.plural}/*"] = partial(post_document, kind)
    for kind in CREDITS:
        found["PUT", f"{kind.plural}/*/Allocations"] = partial(put_allocations, kind)
        found["DELETE", f"{kind.plural}/*/Allocations/*"] = partial(remove_allocation, kind)
    return found
