"""The judgement of one family: what differs, what pairs, what is left out, and whether every cent is explained."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from daemon.core.booking import payment_gaps
from daemon.core.compared import agreed_link
from daemon.core.consolidated import closing_gaps, judge_inner, judge_whole
from daemon.core.contact_match import match_contact
from daemon.core.contacts import contact_link, judge_contact
from daemon.core.correction import REMOVING, UpdateDocument, settled_documents
from daemon.core.credits import judge_credit
from daemon.core.discrepancy import Exclusion, Finding, Policy
from daemon.core.documents import judge_document
from daemon.core.family import CLIENT_KEY, Family, copy_key, invoice_family, marked_document
from daemon.core.findings import Case, found, gap_finding, gap_id
from daemon.core.ledger import exclusion_reason, in_practice
from daemon.core.mappings import Gap
from daemon.core.matching import adopted_link
from daemon.core.model import ZERO, Contact, DocumentStatus, Kind, Link, System, Value
from daemon.core.payments import judge_payments, payment_links
from daemon.core.rules import Rules
from daemon.core.scenes import scene
from daemon.core.split import joined
from daemon.core.unexplained import explaining
from daemon.core.view import Scene, View
from daemon.core.walk_in import is_walk_in
from daemon.core.walk_in_contact import judge_walk_in, match_walk_in
from daemon.core.write_off_credit import judge_loose, loose_balance


class Books(Value, frozen=True, kw_only=True):
    """Receivables of a family's documents in scope, positive where the client owes."""

    provet: Decimal = ZERO
    xero: Decimal = ZERO


class Assessment(Value, frozen=True, kw_only=True):
    """Everything that one look at a family says.

    ``causes`` are root causes shared with other families; ``links`` are pairs to note, with their baselines.
    ``unmarked`` maps the numbers of documents that were adopted without our mark to when Xero last changed them.
    """

    findings: tuple[Finding, ...] = ()
    causes: tuple[Finding, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    links: tuple[Link, ...] = ()
    books: Books = Books()
    unmarked: dict[str, dt.datetime] = msgspec.field(default_factory=dict)


def assess(family: Family, rules: Rules) -> Assessment:
    """Judge a family under a practice's rules; the same values always give the same judgement."""
    if family.id.startswith(CLIENT_KEY):
        return _of_client(_assess_client(family, rules), family, family.id.removeprefix(CLIENT_KEY))
    root = next((d for d in family.of(System.PROVET) if invoice_family(d.id) == family.id), None)
    return _of_client(_assess_invoice(family, rules), family, root.contact_id if root else "")


def _of_client(assessment: Assessment, family: Family, client_id: str) -> Assessment:
    """The assessment with the client that all its findings are about named in each."""
    known = (c for c in family.contacts if c.system is System.PROVET and c.id == client_id)
    name = next((c.name for c in known), "")
    named = [msgspec.structs.replace(f, client=client_id, client_name=name) for f in assessment.findings]
    return msgspec.structs.replace(assessment, findings=tuple(named))


def _assess_client(family: Family, rules: Rules) -> Assessment:
    client_id = family.id.removeprefix(CLIENT_KEY)
    client = next((c for c in family.contacts if c.system is System.PROVET and c.id == client_id), None)
    if client is None:
        return Assessment()
    if is_walk_in(client.id):
        return _assess_walk_in(client, family, rules)
    match = match_contact(client, family)
    if match.link not in family.links and f"contact/{client.id}" in family.vanished:
        return Assessment()
    cases = judge_contact(client, match, family, needed=_needs_contact(family, rules))
    link = contact_link(client, match)
    return Assessment(
        findings=tuple(found(case, family.id, rules) for case in cases),
        links=(link,) if link is not None else (),
    )


def _assess_walk_in(client: Contact, family: Family, rules: Rules) -> Assessment:
    match = match_walk_in(client, family)
    cases = judge_walk_in(client, match, family, rules)
    new = match.link is not None and match.link not in family.links
    return Assessment(
        findings=tuple(found(case, family.id, rules) for case in cases),
        links=(match.link,) if new and match.link is not None else (),
    )


def _needs_contact(family: Family, rules: Rules) -> bool:
    """Whether a document of the client waits to be posted."""
    mine = [document for document in family.documents if in_practice(document, rules)]
    return any(d.status is DocumentStatus.FINAL and not exclusion_reason(d, rules, linked=False) for d in mine)


def _assess_invoice(family: Family, rules: Rules) -> Assessment:
    stage = scene(family, rules)
    in_scope = [view for view in stage.views.values() if not view.excluded]
    judged = [(view, _with_all_gaps(view, _cases(view, stage), stage)) for view in stage.views.values()]
    cases = joined(case for _, found_cases in judged for case in found_cases)
    exclusions = tuple(_exclusion(view, stage) for view in stage.views.values() if view.excluded or view.set_aside)
    books = Books(
        provet=sum((view.provet_balance - view.sign * view.set_aside for view in stage.views.values()), ZERO),
        xero=sum((view.in_xero for view in in_scope), ZERO) - loose_balance(stage),
    )
    excluded = sum((exclusion.amount for exclusion in exclusions), ZERO)
    left = books.provet - books.xero - excluded - sum((case.effect for case in cases), ZERO)
    if left and in_scope:
        cases = explaining(cases, in_scope, left, rules)
    gaps = {gap.key: gap for view, own in judged if not view.excluded for gap in _gaps(view, own, stage)}
    return Assessment(
        findings=_documents_first([_cautious(found(case, family.id, rules), family) for case in cases]),
        causes=tuple(gap_finding(gap, rules) for gap in gaps.values()),
        exclusions=exclusions,
        links=tuple(_links(in_scope, stage)),
        books=books,
        unmarked=_unmarked(in_scope),
    )


def _unmarked(views: list[View]) -> dict[str, dt.datetime]:
    adopted = [view.booked for view in views if view.match.adopted and view.booked is not None]
    return {document.number: document.updated_at for document in adopted if not marked_document(document)}


def _cautious(finding: Finding, family: Family) -> Finding:
    """A record that is gone without a word may have been misread: nothing is removed for it without a person."""
    removes = any(isinstance(step, REMOVING) for option in finding.options for step in option.steps)
    gone = any(not name.startswith("contact/") for name in family.vanished)
    automatic = finding.policy is Policy.AUTOMATIC
    return msgspec.structs.replace(finding, policy=Policy.PERSON) if automatic and removes and gone else finding


def _documents_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Money waits for a document that is about to be edited: Xero edits none that anything is paid on or set against
    (docs/reference/xero.md 8.5)."""
    edited = {
        step.posting.provet_id: finding.id
        for finding in findings
        if finding.policy is Policy.AUTOMATIC
        for step in finding.options[0].steps
        if isinstance(step, UpdateDocument)
    }
    return tuple(_waiting(finding, edited) for finding in findings)


def _waiting(finding: Finding, edited: dict[str, str]) -> Finding:
    if finding.policy is not Policy.AUTOMATIC:
        return finding
    settled = {document for step in finding.options[0].steps for document in settled_documents(step)}
    cause = next((edited[document] for document in sorted(settled & edited.keys())), None)
    return finding if cause is None else msgspec.structs.replace(finding, policy=Policy.HOLD, cause=cause)


def _gaps(view: View, cases: list[Case], stage: Scene) -> list[Gap]:
    """The mappings that a document or its payments wait for; one that waits for nothing needs none."""
    waits = any(case.cause is not None for case in cases)
    return [*(view.posted.gaps if waits else ()), *payment_gaps(view, stage), *closing_gaps(view, stage)]


def _with_all_gaps(view: View, cases: list[Case], stage: Scene) -> list[Case]:
    """What waits for a mapping of its document waits for every other gap of the document and its payments as well, so
    that all show at once."""
    first = {gap_id(gap, stage.rules) for gap in view.posted.gaps}
    gaps = dict.fromkeys(gap_id(gap, stage.rules) for gap in _gaps(view, cases, stage))
    return [
        msgspec.structs.replace(case, also=tuple(each for each in gaps if each != case.cause))
        if case.cause in first
        else case
        for case in cases
    ]


def _cases(view: View, stage: Scene) -> list[Case]:
    cases = judge_whole(view, stage) if view.document.consolidates else []
    if view.excluded:
        return cases
    if not view.document.consolidates:
        cases = judge_document(view, stage)
    return [
        *cases,
        *judge_payments(view, stage),
        *judge_inner(view, stage),
        *judge_credit(view, stage),
        *judge_loose(view, stage),
    ]


def _links(in_scope: list[View], stage: Scene) -> list[Link]:
    links = [agreed_link(view, stage) for view in in_scope]
    copies = [
        adopted_link(Kind.DOCUMENT, copy_key(view.document.id), copy.id)
        for view in in_scope
        for copy in view.match.duplicates
        if not marked_document(copy)
    ]
    paid = [link for view in in_scope for link in payment_links(view)]
    return [*(link for link in links if link is not None), *copies, *paid]


def _exclusion(view: View, stage: Scene) -> Exclusion:
    """What of a document is left out: all of it, or what closed it without being sent."""
    balance = view.provet_balance if view.excluded else ZERO
    return Exclusion(
        practice=stage.rules.practice,
        family=stage.family.id,
        provet_id=view.document.id,
        label=view.posted.posting.label,
        reason=view.excluded or "closed by a consolidated invoice that is booked on its originals",
        amount=balance - view.sign * view.set_aside,
    )
