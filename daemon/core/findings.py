"""Helpers that every judge uses: build a finding, decide who corrects it, name its subject."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from daemon.core.amounts import money
from daemon.core.correction import Option, Step
from daemon.core.discrepancy import SHARED_CAUSE, Candidate, FieldDiff, Finding, Policy, Subject, finding_id, shown
from daemon.core.kinds import KINDS
from daemon.core.mappings import Gap
from daemon.core.model import ZERO, Contact, Document, Value
from daemon.core.rules import Mode, Rules
from daemon.core.view import View


class Case(Value, frozen=True, kw_only=True):
    """What a judge says of one difference; ``found`` turns it into a finding."""

    kind: str
    subject: Subject
    summary: str
    amount: Decimal = ZERO
    effect: Decimal = ZERO
    fields: tuple[FieldDiff, ...] = ()
    options: tuple[Option, ...] = ()
    parts: tuple[Option, ...] = ()
    policy: Policy | None = None
    cause: str | None = None
    also: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()


def found(case: Case, family: str, rules: Rules) -> Finding:
    """The finding of a case: money never negative, policy decided by the practice's rules."""
    return Finding(
        practice=rules.practice,
        kind=case.kind,
        family=family,
        subject=case.subject,
        policy=_policy(case, rules),
        amount=abs(case.amount),
        effect=case.effect,
        summary=case.summary,
        fields=case.fields,
        options=case.options,
        parts=case.parts,
        cause=case.cause,
        also=case.also,
        candidates=case.candidates,
    )


_STRICTNESS = (Policy.AUTOMATIC, Policy.PERSON, Policy.HAND_WORK, Policy.HOLD)


def _policy(case: Case, rules: Rules) -> Policy:
    """Who corrects it: a cause holds it; settings replace the catalogue but not what a judge wants seen by a person;
    only ``auto`` acts by itself, and only where there is something to do."""
    if case.cause is not None:
        return Policy.HOLD
    usual = KINDS[case.kind].policy
    policy = max(rules.policy.get(case.kind, usual), case.policy or Policy.AUTOMATIC, key=_STRICTNESS.index)
    writes = any(option.recommended and option.steps for option in case.options)
    if policy is Policy.AUTOMATIC and (rules.mode is not Mode.AUTO or not writes):
        return max(usual, Policy.PERSON, key=_STRICTNESS.index)
    return policy


def option(
    option_id: str,
    title: str,
    steps: Sequence[Step],
    *consequences: str,
    relies_on: dict[str, str] | None = None,
    recommended: bool = False,
) -> Option:
    """An option with its consequences in words."""
    return Option(
        id=option_id,
        title=title,
        steps=tuple(steps),
        consequences=consequences,
        relies_on=relies_on or {},
        recommended=recommended,
    )


def document_subject(view: View) -> Subject:
    """The subject of a document's finding; its partner in Xero if there is one."""
    return Subject(
        label=view.posted.posting.label,
        provet=view.document.ref,
        xero=view.xero.ref if view.xero is not None else None,
    )


def document_name(view: View, rules: Rules) -> str:
    """A document with its amount, for sentences: "Invoice INV-1042 of GBP 12.00"."""
    return f"{view.posted.posting.label} of {with_currency(view.posted.posting.gross, rules)}"


def contact_subject(client: Contact, contact: Contact | None) -> Subject:
    return Subject(
        label=f"Client {shown(client.name) or client.id}",
        provet=client.ref,
        xero=contact.ref if contact is not None else None,
    )


def document_candidate(document: Document, rules: Rules) -> Candidate:
    """A Xero document that may be meant, by what people know it by."""
    noun = "Credit note" if document.credit else "Invoice"
    whose = f" of {shown(document.contact_name)}" if document.contact_name else ""
    label = f"{noun} {shown(document.number) or document.id} over {with_currency(document.gross, rules)}{whose}"
    return Candidate(label=f"{label}, dated {document.date.isoformat()}", ref=document.ref, credit=document.credit)


def contact_candidate(contact: Contact) -> Candidate:
    """A Xero contact that may be meant, by what people know it by."""
    known = (f"number {shown(contact.number)}" if contact.number else "", shown(contact.email), shown(contact.phone))
    about = ", ".join(filter(None, known))
    label = f"Contact {shown(contact.name)}"
    return Candidate(label=f"{label} ({about})" if about else label, ref=contact.ref)


def gap_finding(gap: Gap, rules: Rules) -> Finding:
    """The root cause that an unusable mapping is; its id depends on the mapping alone, so documents share it."""
    subject = Subject(label=gap.key)
    return Finding(
        practice=rules.practice,
        kind=gap.kind,
        family=SHARED_CAUSE,
        subject=subject,
        policy=Policy.HOLD,
        amount=ZERO,
        summary=gap.text,
    )


def gap_id(gap: Gap, rules: Rules) -> str:
    return finding_id(rules.practice, gap.kind, gap.key)


def with_currency(amount: Decimal, rules: Rules) -> str:
    """An amount for sentences: "GBP 12.00"."""
    return f"{rules.currency} {money(amount)}"
