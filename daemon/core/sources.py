"""What the writes of a correction are made of in the other system: while that stands, a correction that has begun may
go on, whatever its own first writes have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daemon.core.amounts import money
from daemon.core.correction import (
    Allocate,
    CancelPayment,
    CreateDocument,
    CreatePayment,
    DeletePayment,
    RecordPayment,
    Step,
    UpdateDocument,
    VoidDocument,
)
from daemon.core.family import Family
from daemon.core.ledger import credit_applied, settlements
from daemon.core.methods import method_name
from daemon.core.model import Document, Payment, System

_GONE = "gone"
_Facts = Iterator[tuple[str, str]]


def sources(steps: Sequence[Step], family: Family) -> dict[str, str]:
    """The values that steps are made of, by name ("provet payment 12") and as people read them. What a family does not
    hold, or holds no longer, is "gone"."""
    return dict(fact for step in steps for fact in _of(step, family))


def _of(step: Step, family: Family) -> _Facts:
    match step:
        case CreatePayment() | CancelPayment():
            yield _provet_payment(step.payment_id, family)
        case RecordPayment() | DeletePayment():
            yield _xero_payment(step.xero_id, family)
        case CreateDocument() | UpdateDocument():
            yield _provet_document(step.posting.provet_id, family)
        case VoidDocument():
            yield _provet_document(step.provet_id, family)
        case Allocate():
            for document_id in (step.credit_id, step.invoice_id):
                yield _provet_document(document_id, family)
                yield _credit_applied(document_id, family)
        case _:
            return


def _provet_payment(payment_id: str, family: Family) -> tuple[str, str]:
    """A payment with what its opposite row would take from it: either cancels it (docs/reference/provet.md U-4)."""
    payments = family.payments_of(System.PROVET)
    payment = next((each for each in payments if each.id == payment_id), None)
    document = _document(payment.document_id, family) if payment is not None else None
    stands = payment is not None and not payment.cancelled
    if document is not None:
        stands = payment in settlements(document, payments).all
    return f"provet payment {payment_id}", _read(payment) if payment is not None and stands else _GONE


def _xero_payment(payment_id: str, family: Family) -> tuple[str, str]:
    living = (each for each in family.payments_of(System.XERO) if not each.cancelled)
    payment = next((each for each in living if each.id == payment_id), None)
    locked = " locked" if payment is not None and payment.locked else ""
    return f"xero payment {payment_id}", f"{_read(payment)}{locked}" if payment is not None else _GONE


def _read(payment: Payment) -> str:
    by = f"by {method_name(payment.method, {})}" if payment.system is System.PROVET else f"on account {payment.method}"
    return f"{money(payment.amount)} of {payment.date.isoformat()} {by if payment.method else 'by nothing'}"


def _provet_document(document_id: str, family: Family) -> tuple[str, str]:
    document = _document(document_id, family)
    if document is None:
        return f"provet document {document_id}", _GONE
    amounts = f"{money(document.gross)} with {money(document.tax)} tax"
    return (
        f"provet document {document_id}",
        f"{document.status} {amounts} of {document.date.isoformat()} for {document.contact_id or 'nobody'}",
    )


def _credit_applied(document_id: str, family: Family) -> tuple[str, str]:
    document = _document(document_id, family)
    applied = credit_applied(document, family.payments_of(System.PROVET)) if document is not None else None
    return f"provet credit applied to {document_id}", _GONE if applied is None else money(applied)


def _document(document_id: str, family: Family) -> Document | None:
    return next((each for each in family.of(System.PROVET) if each.id == document_id), None)
