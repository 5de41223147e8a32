"""Turns the next steps of corrections into requests: resolves the ids they depend on, batches what goes together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from daemon.applier.outcomes import mark_of
from daemon.core.correction import (
    Allocate,
    Correction,
    CreateContact,
    CreateDocument,
    CreatePayment,
    ProvetStep,
    Step,
    XeroStep,
)
from daemon.core.model import Kind, System
from daemon.errors import Rejected
from daemon.practice import Practice
from daemon.store import journal, links
from daemon.store.tx import Tx
from daemon.transport.answers import WireRequest
from daemon.xero.requests import plan_requests

Resolve = Callable[[Kind, str], str | None]


@dataclass(frozen=True, slots=True)
class Element:
    """One step of one correction inside a request."""

    correction: Correction
    step: Step

    @property
    def key(self) -> str:
        return f"{self.correction.id}:{self.correction.cursor}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """One request ready to be journaled and sent; its ``id`` is its idempotency key."""

    id: str
    system: System
    wire: WireRequest
    elements: tuple[Element, ...]


@dataclass(slots=True)
class Round:
    """What the next steps of a set of corrections come to."""

    requests: list[Prepared] = field(default_factory=list)
    skipped: list[Correction] = field(default_factory=list)
    waiting: list[Correction] = field(default_factory=list)
    impossible: list[tuple[Correction, str]] = field(default_factory=list)


async def prepare(corrections: Sequence[Correction], practice: Practice) -> Round:
    """Prepare one round; a contact that several corrections need is created for the first of them only.

    While a creation of it is in doubt, whoever needs the contact waits.
    """
    elements = [Element(correction=c, step=c.steps[c.cursor]) for c in corrections]
    resolve = await practice.db.read(lambda tx: resolver(tx, practice.id, [e.step for e in elements]))
    doubted = await practice.db.read(lambda tx: {intent.mark for intent, _ in journal.unsettled(tx, practice.id)})
    found = Round()
    sendable = _sendable(elements, resolve, doubted, found)
    await _to_provet(sendable, practice, found)
    _to_xero(sendable, practice, resolve, found)
    return found


def _sendable(elements: Sequence[Element], resolve: Resolve, doubted: set[str], found: Round) -> list[Element]:
    created: set[str] = set()
    chosen = []
    for element in elements:
        if isinstance(element.step, CreateContact):
            if resolve(Kind.CONTACT, element.step.client_id) is not None:
                found.skipped.append(element.correction)
                continue
            if mark_of(element.step) in doubted:
                found.waiting.append(element.correction)
                continue
            if element.step.client_id in created:
                continue
            created.add(element.step.client_id)
        chosen.append(element)
    return chosen


async def _to_provet(elements: Sequence[Element], practice: Practice, found: Round) -> None:
    for element in elements:
        if not isinstance(element.step, ProvetStep):
            continue
        try:
            wire = await practice.provet.prepare(element.key, element.step)
        except Rejected as error:
            found.impossible.append((element.correction, str(error)))
            continue
        found.requests.append(_prepared(wire, System.PROVET, [element], practice))


def _to_xero(elements: Sequence[Element], practice: Practice, resolve: Resolve, found: Round) -> None:
    by_key = {element.key: element for element in elements if isinstance(element.step, XeroStep)}
    rates = practice.references.xero.rates if practice.references is not None else {}
    steps = [(key, element.step) for key, element in by_key.items() if isinstance(element.step, XeroStep)]
    planned = plan_requests(steps, resolve, rates)
    for wire in planned.requests:
        found.requests.append(_prepared(wire, System.XERO, [by_key[key] for key in wire.elements], practice))
    found.waiting += [by_key[key].correction for key in planned.waiting]
    found.impossible += [(by_key[refused.key].correction, "; ".join(refused.messages)) for refused in planned.refused]


def _prepared(wire: WireRequest, system: System, elements: Sequence[Element], practice: Practice) -> Prepared:
    return Prepared(id=practice.new_id(), system=system, wire=wire, elements=tuple(elements))


def resolver(tx: Tx, practice: str, steps: Sequence[Step]) -> Resolve:
    """Xero's ids of the Provet records that the steps depend on, as linked now."""
    known: dict[tuple[Kind, str], str] = {}
    for kind, provet_id in {needed for step in steps for needed in _needs(step)}:
        for link in links.find(tx, practice, kind, provet_id=provet_id):
            known[kind, provet_id] = link.xero_id
    return lambda kind, provet_id: known.get((kind, provet_id))


def _needs(step: Step) -> tuple[tuple[Kind, str], ...]:
    match step:
        case CreateContact(client_id=client_id):
            return ((Kind.CONTACT, client_id),)
        case CreateDocument(posting=posting):
            return ((Kind.CONTACT, posting.client_id), (Kind.DOCUMENT, posting.provet_id))
        case CreatePayment(document_id=document_id):
            return ((Kind.DOCUMENT, document_id),)
        case Allocate(credit_id=credit_id, invoice_id=invoice_id):
            return ((Kind.DOCUMENT, credit_id), (Kind.DOCUMENT, invoice_id))
        case _:
            return _needs_posting(step)


def _needs_posting(step: Step) -> tuple[tuple[Kind, str], ...]:
    posting = getattr(step, "posting", None)
    return ((Kind.CONTACT, posting.client_id),) if posting is not None else ()
