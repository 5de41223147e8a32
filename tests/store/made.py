"""Records, findings and corrections with the least that a test must say about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from daemon.core.correction import Correction, CorrectionStatus
from daemon.core.discrepancy import Discrepancy, Exclusion, Finding, Policy, Subject
from daemon.core.family import document_reference, payment_reference
from daemon.core.model import (
    Allocation,
    Contact,
    Document,
    DocumentStatus,
    Kind,
    Link,
    Origin,
    Payment,
    Ref,
    System,
)
from daemon.store import discrepancies, families
from daemon.store.assessments import Books, save
from daemon.store.database import Database, Tx

T = TypeVar("T")

CLINIC = "riverside"
START = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 1)
NOTHING = Books(provet=Decimal(0), xero=Decimal(0))


def at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def document(id_: str, system: System = System.PROVET, **more: Any) -> Document:
    facts = {"updated_at": START, "credit": False, "status": DocumentStatus.FINAL, "date": DAY, "gross": Decimal(100)}
    return Document(**{"system": system, "id": id_, **facts, **more})


def xero_document(id_: str, marked: str = "", **more: Any) -> Document:
    return document(id_, System.XERO, reference=document_reference(marked) if marked else "", **more)


def credit_note(id_: str, *invoices: str, **more: Any) -> Document:
    allocations = tuple(Allocation(document_id=invoice, amount=Decimal(1), date=DAY) for invoice in invoices)
    return document(id_, System.XERO, credit=True, allocations=allocations, **more)


def payment(id_: str, document_id: str, system: System = System.PROVET, **more: Any) -> Payment:
    facts = {"updated_at": START, "amount": Decimal(10), "date": DAY}
    return Payment(**{"system": system, "id": id_, "document_id": document_id, **facts, **more})


def xero_payment(id_: str, document_id: str, marked: str = "", **more: Any) -> Payment:
    return payment(id_, document_id, System.XERO, **{"note": payment_reference(marked) if marked else "", **more})


def contact(id_: str, system: System = System.PROVET, **more: Any) -> Contact:
    return Contact(**{"system": system, "id": id_, "updated_at": START, "name": f"Name {id_}", **more})


def link(kind: Kind, provet_id: str, xero_id: str, **more: Any) -> Link:
    return Link(**{"kind": kind, "provet_id": provet_id, "xero_id": xero_id, "origin": Origin.CREATED, **more})


def finding(id_: str, *, family: str = "", **more: Any) -> Finding:
    facts = {
        "practice": CLINIC,
        "kind": "invoice.missing",
        "family": family or f"invoice:{id_}",
        "subject": Subject(label=f"Invoice {id_}", provet=Ref(system=System.PROVET, kind=Kind.DOCUMENT, id=id_)),
        "policy": Policy.AUTOMATIC,
        "amount": Decimal(100),
        "summary": "not in Xero",
    }
    return Finding(**{**facts, **more})


def correction(
    id_: str, discrepancy_id: str, status: CorrectionStatus = CorrectionStatus.APPROVED, **more: Any
) -> Correction:
    facts = {
        "practice": CLINIC,
        "family": "invoice:1",
        "option": "create",
        "fingerprint": "f",
        "steps": (),
        "approved_by": "policy",
        "created_at": START,
    }
    return Correction(**{"id": id_, "discrepancy_id": discrepancy_id, "status": status, **facts, **more})


def open_to_others(folder: Path) -> dict[str, bool]:
    """The files of a folder, and whether anybody but their owner may read or write them."""
    return {file.name: bool(file.stat().st_mode & 0o077) for file in folder.iterdir()}


def later(record: T, seconds: float, **changes: Any) -> T:
    """The record as its system has it some seconds after the start."""
    return msgspec.structs.replace(record, updated_at=at(seconds), **changes)


async def dirty_ids(db: Database, practice: str = CLINIC) -> list[str]:
    return sorted(family for family, _ in await db.read(lambda tx: families.dirty(tx, practice, 1000)))


async def clean_all(db: Database, practice: str = CLINIC) -> None:
    def work(tx: Tx) -> None:
        for family, seq in families.dirty(tx, practice, 10_000):
            families.clean(tx, practice, family, seq)

    await db.write(work)


def saving(*findings: Finding, family: str = "", now: dt.datetime = START, **more: Any) -> Callable[[Tx], Any]:
    """A work that saves an assessment of one family."""
    facts = {"exclusions": (), "links": (), "books": NOTHING, "seen_seq": 0, **more}
    return lambda tx: save(tx, CLINIC, family or findings[0].family, findings=findings, now=now, **facts)


async def decide(db: Database, id_: str, **changes: Any) -> Discrepancy:
    """Change a stored discrepancy as a person's decision does."""

    def work(tx: Tx) -> Discrepancy:
        before = discrepancies.get(tx, id_)
        assert before
        return discrepancies.put(tx, msgspec.structs.replace(before, **changes))

    return await db.write(work)


def exclusion(id_: str, amount: str, family: str = "invoice:1") -> Exclusion:
    return Exclusion(practice=CLINIC, family=family, provet_id=id_, label=id_, reason="draft", amount=Decimal(amount))
