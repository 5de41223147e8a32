"""What stands in the way of a document's creation in Xero: what it waits for, and what a person must see first."""

from __future__ import annotations

from daemon.core.closing import awaited, closes_late, held
from daemon.core.discrepancy import finding_id
from daemon.core.family import linked
from daemon.core.findings import gap_id
from daemon.core.model import Contact, Kind, System
from daemon.core.view import Scene, View


def cause_of(view: View, scene: Scene) -> str | None:
    """The id of the discrepancy that must be mended before a document can be created, most basic first."""
    if scene.rules.held_by:
        return scene.rules.held_by
    if view.posted.gaps:
        return gap_id(view.posted.gaps[0], scene.rules)
    contact = contact_cause(view, scene)
    if contact is not None:
        return contact
    first = awaited(view, scene) or scene.original(view)
    if first is None or not (first.absent or (first.lost and not view.document.credits)):
        return None
    kind = missing_kind(first, scene) if first.absent else "invoice.voided_in_xero"
    return finding_id(scene.rules.practice, kind, f"provet/document/{first.document.id}")


def contact_cause(view: View, scene: Scene) -> str | None:
    """The id of the discrepancy that must be decided before the document's client can have documents in Xero."""
    client_id = view.document.contact_id
    contact = linked_contact(client_id, scene)
    if contact is None:
        known = linked(scene.family.links, Kind.CONTACT, provet_id=client_id) is not None
        return None if known else scene.family.held_contacts.get(client_id)
    if f"contact/{contact.id}" in scene.family.vanished:
        return finding_id(scene.rules.practice, "contact.missing", f"provet/contact/{client_id}")
    if contact.merged_into:
        return finding_id(scene.rules.practice, "contact.merged", f"provet/contact/{client_id}")
    client = provet_client(client_id, scene)
    if contact.archived and client is not None and not client.archived:
        return finding_id(scene.rules.practice, "contact.archived", f"provet/contact/{client_id}")
    return None


def missing_kind(view: View, scene: Scene) -> str:
    """The kind of discrepancy that a document which is not in Xero is."""
    original = awaited(view, scene) or scene.original(view)
    waits = bool(scene.rules.held_by or view.posted.gaps) or contact_cause(view, scene) is not None
    if held(view, scene):
        return "consolidated.held"
    if not waits and (original is None or not original.absent):
        if not view.posted.consistent or abs(view.posted.rounded) > scene.rules.rounding_max:
            return "invoice.total_differs"
        if scene.rules.closed(view.document.date) or closes_late(view, scene):
            return "period.locked"
        if view.match.collision is not None:
            return "invoice.number_collision"
        if view.posted.off_by or view.posted.rounded:
            return "invoice.rounding"
    return "credit.missing" if view.credit else "invoice.missing"


def linked_contact(client_id: str, scene: Scene) -> Contact | None:
    """The Xero contact that a client is linked to, as far as it was read."""
    link = linked(scene.family.links, Kind.CONTACT, provet_id=client_id)
    contacts = (c for c in scene.family.contacts if c.system is System.XERO and link and c.id == link.xero_id)
    return next(contacts, None)


def provet_client(client_id: str, scene: Scene) -> Contact | None:
    """A client as Provet has it, as far as it was read."""
    clients = (c for c in scene.family.contacts if c.system is System.PROVET and c.id == client_id)
    return next(clients, None)
