"""The way back of a changed record: the values that stood before, unless somebody has changed them since."""

from __future__ import annotations

import datetime as dt

import msgspec

from daemon.core.aftermath import Aftermath, Back
from daemon.core.amounts import money
from daemon.core.contact_form import facts, texts
from daemon.core.correction import Posting, PostingLine, SetLink, UpdateClient, UpdateContact, UpdateDocument
from daemon.core.model import Contact, Document, Kind, Link, System

_NAMES = frozenset({"name", "first_name", "last_name"})


def put_back(step: UpdateContact | UpdateClient | UpdateDocument, after: Aftermath) -> Back:
    """Write the values before back, and the baseline of these fields with them, so that the same difference shows."""
    match step:
        case UpdateDocument():
            return _document_back(step, after)
        case UpdateContact(contact_id=contact_id):
            return _contact_back(step, System.XERO, contact_id, after)
        case UpdateClient(client_id=client_id):
            return _contact_back(step, System.PROVET, client_id, after)


def _contact_back(step: UpdateContact | UpdateClient, system: System, record_id: str, after: Aftermath) -> Back:
    name = step.contact.name
    stood, now = after.record_before(system, Kind.CONTACT, record_id), after.contact(system, record_id)
    if not isinstance(stood, Contact) or now is None:
        return Back(obstacle=f"what stood of {name} before is not known")
    if system is System.XERO and now.archived:
        return Back(obstacle=f"{name} is archived in Xero, where only a person can restore it")
    if "archived" in step.fields:
        return Back(obstacle=f"only a person can restore {name} in {system.title()}")
    if system is System.PROVET and "phone" in step.fields and not stood.phone:
        return Back(obstacle=f"Provet does not let a phone number of {name} be emptied")
    mine, theirs = facts(step.contact, step.client_id), facts(now, step.client_id)
    if moved := [field for field in step.fields if mine[field] != theirs[field]]:
        return Back(obstacle=f"{name} has changed since in {', '.join(moved)}")
    back = msgspec.structs.replace(step, contact=stood, was=texts(now, step.fields))
    return Back(links=_rebased(Kind.CONTACT, step.client_id, name, after), writes=(back,))


def _document_back(step: UpdateDocument, after: Aftermath) -> Back:
    posting = step.posting
    stood, now = after.record_before(System.XERO, Kind.DOCUMENT, step.xero_id), after.document(step.xero_id)
    if not isinstance(stood, Document) or now is None:
        return Back(obstacle=f"what stood of {posting.label} before is not known")
    if (now.gross, now.date) != (posting.gross, posting.date):
        return Back(obstacle=f"{now.number} has changed since in Xero")
    if after.rules.closed(now.date) or after.rules.closed(stood.date):
        return Back(obstacle=f"{now.number} is in a closed period")
    if now.balance != now.gross and not (step.fields == ("contact",) and not now.credited):
        return Back(obstacle=f"money or credit is set against {now.number}: undo that first")
    contact = after.contact(System.XERO, stood.contact_id)
    if contact is not None and contact.archived:
        return Back(obstacle=f"{contact.name} is archived in Xero, where only a person can restore it")
    client = _client_of(stood, after)
    if "contact" in step.fields and not client:
        return Back(obstacle=f"the contact that {now.number} had belongs to no client")
    known = {"gross": money(now.gross), "date": now.date.isoformat(), "contact": now.contact_name}
    back = UpdateDocument(
        xero_id=step.xero_id,
        posting=_posted(stood, posting, client),
        fields=step.fields,
        was={name: known[name] for name in step.fields if name in known},
        client_name=stood.contact_name,
    )
    note = f"Tracking of the lines of {now.number} is not restored" if set(step.fields) - {"contact", "date"} else ""
    return Back(links=_rebased(Kind.DOCUMENT, posting.provet_id, posting.label, after), writes=(back,), note=note)


def _client_of(stood: Document, after: Aftermath) -> str:
    """The client whose contact a document had."""
    links = (*after.before.links, *after.links_now(Kind.CONTACT))
    pairs = (link for link in links if link.kind is Kind.CONTACT and link.xero_id == stood.contact_id)
    return next((link.provet_id for link in pairs), "")


def _posted(stood: Document, posting: Posting, client: str) -> Posting:
    """The posting that a Xero document stood for."""
    return msgspec.structs.replace(
        posting,
        number=stood.number,
        reference=stood.reference,
        client_id=client or posting.client_id,
        date=stood.date,
        due_date=_later(stood.due_date, stood.date),
        gross=stood.gross,
        tax_by_rate={},
        lines=tuple(
            PostingLine(
                description=line.description,
                gross=line.gross,
                tax=line.tax,
                tax_code=line.tax_code,
                account=line.account,
                quantity=line.quantity,
                unit_gross=line.unit_gross,
            )
            for line in stood.lines
        ),
    )


def _later(due: dt.date | None, date: dt.date) -> dt.date:
    return max(due or date, date)


def _rebased(kind: Kind, provet_id: str, label: str, after: Aftermath) -> tuple[SetLink, ...]:
    """The pair with the baseline of every changed field as it was; none if the pair is another by now."""
    stood = after.links_before(kind, provet_id)
    now = after.links_now(kind, provet_id=provet_id)
    if not stood or not now or stood[0].xero_id != now[0].xero_id:
        return ()
    fields = _fields(after)
    kept = {name: value for name, value in (now[0].baseline or {}).items() if name.removesuffix("/xero") not in fields}
    old = {name: value for name, value in (stood[0].baseline or {}).items() if name.removesuffix("/xero") in fields}
    link: Link = msgspec.structs.replace(now[0], baseline=dict(sorted((kept | old).items())))
    return (SetLink(link=link, label=label),)


def _fields(after: Aftermath) -> frozenset[str]:
    """All fields that the correction changed; a name in one part changes the name in every part."""
    changed = frozenset(
        field
        for step in after.applied.steps
        if isinstance(step, UpdateContact | UpdateClient | UpdateDocument)
        for field in step.fields
    )
    return changed | _NAMES if changed & _NAMES else changed
