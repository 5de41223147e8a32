"""The catalogue of discrepancies: every kind with its default policy and what it means in words."""

from __future__ import annotations

from daemon.core.discrepancy import Policy
from daemon.core.model import Kind, System, Value

_A, _P, _H, _W = Policy.AUTOMATIC, Policy.PERSON, Policy.HOLD, Policy.HAND_WORK


class KindInfo(Value, frozen=True, kw_only=True):
    """One kind: who corrects it unless settings say otherwise, and its meaning for people.

    ``moved`` are the systems whose linked record it says was changed or has vanished.
    """

    policy: Policy
    title: str
    moved: tuple[System, ...] = ()


def _info(policy: Policy, title: str, *moved: System) -> KindInfo:
    return KindInfo(policy=policy, title=title, moved=moved)


_IN_PROVET, _IN_XERO = System.PROVET, System.XERO


KINDS: dict[str, KindInfo] = {
    "invoice.missing": _info(_A, "Invoice is not in Xero"),
    "invoice.changed_in_provet": _info(_A, "Invoice changed in Provet", _IN_PROVET),
    "invoice.changed_in_xero": _info(_P, "Invoice changed in Xero", _IN_XERO),
    "invoice.conflict": _info(_P, "Invoice changed in both systems", _IN_PROVET, _IN_XERO),
    "invoice.voided_in_provet": _info(_A, "Invoice voided in Provet", _IN_PROVET),
    "invoice.voided_in_xero": _info(_P, "Invoice voided in Xero", _IN_XERO),
    "invoice.duplicate_in_xero": _info(_P, "Invoice stands twice in Xero"),
    "invoice.number_collision": _info(_P, "Number already taken in Xero"),
    "invoice.total_differs": _info(_P, "Totals differ"),
    "invoice.rounding": _info(_A, "Totals differ by rounding"),
    "credit.missing": _info(_A, "Credit note is not in Xero"),
    "credit.allocation_missing": _info(_A, "Credit is not allocated in Xero"),
    "credit.allocation_extra": _info(_P, "Credit is allocated in Xero only"),
    "credit.foreign_in_xero": _info(_P, "Foreign credit on the invoice in Xero"),
    "consolidated.held": _info(_P, "Consolidated invoice waits"),
    "consolidation.revoked": _info(_A, "Consolidation was revoked"),
    "payment.missing_in_xero": _info(_A, "Payment is not in Xero"),
    "payment.missing_in_provet": _info(_A, "Payment is not in Provet"),
    "payment.replaced": _info(_A, "Payment was entered anew", _IN_PROVET, _IN_XERO),
    "payment.probable_twin": _info(_P, "Probably the same payment on both sides"),
    "payment.differs": _info(_P, "Payment differs", _IN_PROVET, _IN_XERO),
    "payment.removed_in_provet": _info(_P, "Payment removed in Provet", _IN_PROVET),
    "payment.removed_in_xero": _info(_P, "Payment removed in Xero", _IN_XERO),
    "payment.reconciled_locked": _info(_W, "Payment may not be removed by the program", _IN_PROVET),
    "payment.overpaid": _info(_P, "Payment exceeds what is due"),
    "contact.missing": _info(_A, "Contact is not in Xero"),
    "contact.changed_in_provet": _info(_A, "Contact changed in Provet", _IN_PROVET),
    "contact.changed_in_xero": _info(_A, "Contact changed in Xero", _IN_XERO),
    "contact.conflict": _info(_P, "Contact changed in both systems", _IN_PROVET, _IN_XERO),
    "contact.ambiguous": _info(_P, "Several contacts may be this client"),
    "contact.archived": _info(_P, "Contact archived on one side", _IN_PROVET, _IN_XERO),
    "contact.merged": _info(_P, "Contact merged in Xero", _IN_XERO),
    "contact.deleted": _info(_P, "Client deleted in Provet", _IN_PROVET),
    "mapping.missing": _info(_H, "Mapping is missing"),
    "mapping.decayed": _info(_H, "Mapping no longer works"),
    "period.locked": _info(_P, "Falls into a closed period"),
    "connection.lost": _info(_H, "Connection lost"),
    "permission.missing": _info(_H, "Permission missing"),
    "writer.foreign": _info(_H, "Another program writes Provet documents into Xero"),
    "guard.tripped": _info(_P, "Guard tripped: automatic writes stopped"),
    "record.unreadable": _info(_P, "Record cannot be read"),
    "clearing.residual": _info(_P, "Clearing account does not net to zero"),
    "balance.unexplained": _info(_P, "Balance differs without a known reason"),
}


_RECORDS = {"invoice": Kind.DOCUMENT, "payment": Kind.PAYMENT, "contact": Kind.CONTACT}


def moved_records(kind: str) -> tuple[tuple[System, Kind], ...]:
    """The classes of record of which a discrepancy of this kind says that a linked one changed or vanished."""
    info = KINDS.get(kind)
    return tuple((system, _RECORDS[kind.partition(".")[0]]) for system in info.moved) if info is not None else ()
