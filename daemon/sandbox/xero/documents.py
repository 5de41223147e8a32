"""Invoices and credit notes: creation, the status machine and what may be edited (``docs/reference/xero.md`` 8, 9)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from daemon.sandbox.xero.contacts import mark_traded, resolve_contact
from daemon.sandbox.xero.context import Context, fixed_id
from daemon.sandbox.xero.errors import Refused
from daemon.sandbox.xero.fields import Fields
from daemon.sandbox.xero.kinds import CREDIT_NOTE, INVOICE, Kind, keeps_number_unique
from daemon.sandbox.xero.lines import LineRules, Remarks, read_lines, totals
from daemon.sandbox.xero.records import Document, Line
from daemon.sandbox.xero.settlement import save_document, with_settled_status
from daemon.sandbox.xero.wire import absolute_url

STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED")
AMOUNT_TYPES = ("Exclusive", "Inclusive", "NoTax")
MOVES = {
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "SUBMITTED": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "VOIDED"),
}
LOCKED_BY_SETTLEMENT = "This document cannot be edited as it has a payment or credit note allocated to it."


def create_document(context: Context, kind: Kind, sent: Fields) -> tuple[Document, tuple[str, ...]]:
    """A new invoice or credit note, with the warnings that it was saved with."""
    remarks = Remarks()
    document_type, status = _type_and_status(kind, sent, remarks)
    contact = resolve_contact(context, sent.part("Contact"))
    types = sent.choice("LineAmountTypes", AMOUNT_TYPES, "LineAmountType") or "Exclusive"
    rules = LineRules(types, status in ("SUBMITTED", "AUTHORISED"), document_type == "ACCREC")
    lines = read_lines(context, sent.parts("LineItems") or [], (), rules, remarks)
    sub_total, total_tax, total = totals(lines, types)
    blank = Document(
        id=context.new_id(),
        type=document_type,
        number="",
        contact_id=contact.id,
        day=sent.day("Date") or context.today(),
        status=status,
        line_amount_types=types,
        lines=lines,
        sub_total=sub_total,
        total_tax=total_tax,
        total=total,
        currency=_currency(context, sent, context.config.base_currency, remarks),
        updated=context.now,
        branding_theme_id=fixed_id(context.config.tenant_id, "branding"),
        by_app=context.by_app,
    )
    document = _with_texts(context, kind, blank, sent, remarks)
    _check_whole(context, kind, document, remarks)
    if not document.number and keeps_number_unique(kind, document_type):
        document = replace(document, number=_next_number(context, kind))
    mark_traded(context, contact.id, document_type)
    return save_document(context, with_settled_status(context, document)), tuple(remarks.warnings)


def update_document(context: Context, kind: Kind, document: Document, sent: Fields) -> tuple[Document, tuple[str, ...]]:
    """Apply the sent fields to a document, as far as its status and settlement allow."""
    status = sent.choice("Status", STATUSES, "InvoiceStatus") or document.status
    _check_status(kind, document, status)
    context.check_unlocked(document.day)
    remarks = Remarks()
    changed = _edited(context, kind, replace(document, status=status), sent, remarks)
    if document.settled_in_part or document.status == "PAID":
        _check_limited_edit(kind, document, changed)
    _check_whole(context, kind, changed, remarks)
    quiet = document.settled_in_part and changed == replace(
        document, due_date=changed.due_date, sent_to_contact=changed.sent_to_contact
    )
    if not quiet:
        changed = replace(changed, updated=context.now)
    if changed.contact_id != document.contact_id:
        mark_traded(context, changed.contact_id, changed.type)
    return save_document(context, with_settled_status(context, changed)), tuple(remarks.warnings)


def match_document(context: Context, kind: Kind, sent: Fields) -> Document | None:
    """The document that a POST means: by id, or by the number of one that is not deleted (8.6)."""
    wanted = sent.guid(kind.id_key)
    if wanted:
        found = kind.rows(context.ledger).get(wanted)
        if found is None:
            raise Refused(f"An existing {kind.noun} with the specified {kind.id_key} could not be found")
        return found
    number = sent.text(kind.number_key)
    document_type = sent.text("Type") or kind.types[0]
    if not number or not keeps_number_unique(kind, document_type):
        return None
    return next(iter(_numbered(context, kind, number)), None)


def _numbered(context: Context, kind: Kind, number: str) -> list[Document]:
    found = kind.rows(context.ledger).find("number", number.casefold())
    return [row for row in found if keeps_number_unique(kind, row.type)]


def _type_and_status(kind: Kind, sent: Fields, remarks: Remarks) -> tuple[str, str]:
    known = ("ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT")
    document_type = sent.choice("Type", known, "InvoiceType") or ""
    status = sent.choice("Status", STATUSES, "InvoiceStatus") or "DRAFT"
    if document_type not in kind.types:
        remarks.errors.append(f"{kind.noun} not of valid type for creation")
    if status not in MOVES:
        remarks.errors.append(f"{kind.noun} not of valid status for creation")
    return document_type or kind.types[0], status


def _edited(context: Context, kind: Kind, document: Document, sent: Fields, remarks: Remarks) -> Document:
    types = sent.choice("LineAmountTypes", AMOUNT_TYPES, "LineAmountType") or document.line_amount_types
    lines: Sequence[Line] = document.lines
    sent_lines = sent.parts("LineItems")
    if sent_lines is None and types != document.line_amount_types:
        sent_lines = [Fields({"LineItemID": line.id}, sent.path) for line in lines]
        lines = [replace(line, tax_type="") if line.tax_type == "NONE" else line for line in lines]
    if sent_lines is not None:
        approving = document.status in ("SUBMITTED", "AUTHORISED")
        rules = LineRules(types, approving, document.type == "ACCREC", types == document.line_amount_types)
        lines = read_lines(context, sent_lines, lines, rules, remarks)
    sub_total, total_tax, total = totals(lines, types)
    contact_id = document.contact_id
    if sent.has("Contact"):
        contact = sent.part("Contact")
        same = contact is not None and contact.sent.keys() == {"ContactID"} and contact.guid("ContactID") == contact_id
        contact_id = contact_id if same else resolve_contact(context, contact).id
    changed = replace(
        document,
        contact_id=contact_id,
        day=sent.day("Date") or document.day,
        line_amount_types=types,
        lines=tuple(lines),
        sub_total=sub_total,
        total_tax=total_tax,
        total=total,
        currency=_currency(context, sent, document.currency, remarks),
    )
    return _with_texts(context, kind, changed, sent, remarks)


def _with_texts(context: Context, kind: Kind, document: Document, sent: Fields, remarks: Remarks) -> Document:
    number = sent.limited(kind.number_key, 255)
    reference = sent.limited("Reference", 255)
    url = sent.text("Url")
    if url and absolute_url(url) is None:
        remarks.errors.append("Url must be a valid absolute url")
    if number and not (number.isascii() and number.isprintable()):
        remarks.errors.append(f"{kind.noun} # contains invalid characters.")
    unique = keeps_number_unique(kind, document.type)
    if number and unique and any(other.id != document.id for other in _numbered(context, kind, number)):
        remarks.errors.append(f"{kind.noun} # must be unique.")
    sent_to_contact = sent.flag("SentToContact")
    return replace(
        document,
        number=number or document.number,
        reference=document.reference if reference is None else reference,
        url=url or document.url,
        due_date=sent.day("DueDate") or document.due_date,
        expected_payment_date=sent.day("ExpectedPaymentDate") or document.expected_payment_date,
        currency_rate=sent.number("CurrencyRate") or document.currency_rate,
        sent_to_contact=document.sent_to_contact if sent_to_contact is None else sent_to_contact,
    )


def _currency(context: Context, sent: Fields, current: str, remarks: Remarks) -> str:
    code = sent.text("CurrencyCode") or current
    if code != context.config.base_currency:
        remarks.errors.append(f"Organisation is not subscribed to currency {code}")
    return code


def _check_whole(context: Context, kind: Kind, document: Document, remarks: Remarks) -> None:
    """What must hold of the document as it would be saved; every complaint is raised together."""
    if not document.lines:
        remarks.errors.append("One or more line items must be specified")
    if kind is INVOICE and document.status in ("SUBMITTED", "AUTHORISED") and document.due_date is None:
        remarks.errors.append("The DueDate field must be specified for this status")
    if document.total < 0:
        remarks.errors.append(f"The {kind.noun} total must not be negative")
    if remarks.errors:
        raise Refused(*dict.fromkeys(remarks.errors))
    context.check_unlocked(document.day)


def _check_status(kind: Kind, document: Document, status: str) -> None:
    wrong = f"{kind.noun} not of valid status for modification"
    if document.status in ("VOIDED", "DELETED"):
        raise Refused(wrong)
    if document.settled_in_part and status != document.status:
        raise Refused(
            f"The status {status} cannot be applied to the {kind.noun.lower()} because it has payments or credit notes "
            "allocated to it."
        )
    if status != document.status and status not in MOVES.get(document.status, ()):
        raise Refused(wrong)


def _check_limited_edit(kind: Kind, before: Document, after: Document) -> None:
    """Part-paid documents keep dates, amounts, tax and lines; a credited one keeps its contact (8.5)."""
    moved = before.credited and before.contact_id != after.contact_id
    if moved or _frozen_part(before) != _frozen_part(after):
        raise Refused(f"{kind.noun} not of valid status for modification", LOCKED_BY_SETTLEMENT)


def _frozen_part(document: Document) -> tuple[object, ...]:
    lines = tuple(
        (line.id, line.quantity, line.unit_amount, line.line_amount, line.tax_type, line.tax_amount)
        for line in sorted(document.lines, key=lambda line: line.id)
    )
    return (document.day, document.line_amount_types, document.currency, document.currency_rate, lines)


def _next_number(context: Context, kind: Kind) -> str:
    while True:
        number = f"{kind.series}{context.ledger.next_number(kind.series):04d}"
        if not _numbered(context, kind, number):
            return number


WRITABLE = (INVOICE, CREDIT_NOTE)
