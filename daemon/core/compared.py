"""What is compared of a document once it exists on both sides: contact, date, gross and tax per rate.

Accounts, tracking, due date, reference and texts are Xero's then: bookkeepers recode daily, and that is no drift.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from daemon.core.amounts import money, rate_text
from daemon.core.diff import Change, Facts, accepted, agreed, changes
from daemon.core.family import linked
from daemon.core.model import ZERO, Contact, Document, Kind, Link, Origin, System, Value
from daemon.core.rules import Rules
from daemon.core.view import Scene, View

_MERGES_MAX = 10


class Compared(Value, frozen=True, kw_only=True):
    """The compared facts of one document on both sides, as text.

    A client and a contact never read the same: ``same_contact`` says whether the one is the other, None where nobody
    can tell. A baseline keeps the two beside each other, as it does for accepted differences.
    """

    provet: dict[str, str]
    xero: dict[str, str]
    same_contact: bool | None


def compare(view: View, booked: Document, scene: Scene) -> Compared:
    """Lay the compared facts of a document and its partner side by side."""
    return Compared(
        provet=_provet_facts(view),
        xero=_xero_facts(booked, scene.rules),
        same_contact=_same_contact(view.document.contact_id, booked.contact_id, scene),
    )


def moved_fields(compared: Compared, link: Link | None) -> dict[str, Change]:
    """Which compared fields differ, and who moved them."""
    baseline = link.baseline if link is not None else None
    unknown = compared.same_contact is None and "contact" not in (baseline or {})
    moved = changes(compared.provet, compared.xero, _with_new_rates(compared, baseline))
    moved |= _brought(moved, compared, link)
    return {name: e for name, e in moved.items() if name != "contact" or not (compared.same_contact or unknown)}


def _with_new_rates(compared: Compared, baseline: Facts | None) -> Facts | None:
    """The baseline with no tax at rates that came with another total than the agreed one: whoever changed that brought
    them."""
    if baseline is None or "gross" not in baseline:
        return baseline
    if compared.provet["gross"] == baseline["gross"] and compared.xero["gross"] == baseline["gross"]:
        return baseline
    rates = (name for name in compared.provet.keys() | compared.xero.keys() if name.startswith("tax "))
    return dict.fromkeys(rates, "") | dict(baseline)


def _brought(moved: Mapping[str, Change], compared: Compared, link: Link | None) -> dict[str, Change]:
    """Who brought tax at rates that were never agreed on, as far as one side alone has it: that side took it from other
    rates; or Xero did, where the document stood as this program posted it."""
    taxes = {name: change for name, change in moved.items() if name.startswith("tax ")}
    known = {change for change in taxes.values() if change is not Change.UNKNOWN}
    posted = link is not None and link.origin is Origin.CREATED and bool(link.baseline)
    if known == {Change.PROVET}:
        by, other = Change.PROVET, compared.xero
    elif known == {Change.XERO} or (posted and not known):
        by, other = Change.XERO, compared.provet
    else:
        return {}
    return {name: by for name, change in taxes.items() if change is Change.UNKNOWN and name not in other}


def _provet_facts(view: View) -> dict[str, str]:
    posting = view.posted.posting
    facts = {"contact": f"client {posting.client_id}", "date": posting.date.isoformat(), "gross": money(posting.gross)}
    return facts | {f"tax {rate}": money(tax) for rate, tax in posting.tax_by_rate.items()}


def _xero_facts(document: Document, rules: Rules) -> dict[str, str]:
    """Xero's facts; TaxTypes are read as the percentages they stand for."""
    taxes: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in document.lines:
        taxes[_rate_of(line.tax_code, line.tax_rate, rules)] += line.tax
    contact, date = f"contact {document.contact_id}", document.date.isoformat()
    facts = {"contact": contact, "date": date, "gross": money(document.gross)}
    return facts | {f"tax {rate}": money(tax) for rate, tax in taxes.items() if tax}


def _rate_of(tax_code: str, fallback: Decimal, rules: Rules) -> str:
    """The percentage that settings give a TaxType, else Xero's own: a rate changed there must not change old books."""
    mapped = [rate for rate, code in rules.tax.items() if code == tax_code and not rate.startswith("group:")]
    return mapped[0] if len(mapped) == 1 else rate_text(rules.tax_rates.get(tax_code, fallback))


def _same_contact(client_id: str, contact_id: str, scene: Scene) -> bool | None:
    """Whether a Xero contact is a client's, merges followed; None while the client is linked to none."""
    link = linked(scene.family.links, Kind.CONTACT, provet_id=client_id)
    if not client_id or link is None:
        return None
    contacts = {contact.id: contact for contact in scene.family.contacts if contact.system is System.XERO}
    return contact_id in _with_successors(link.xero_id, contacts)


def _with_successors(contact_id: str, contacts: dict[str, Contact]) -> list[str]:
    """A contact and those it was merged into, one after the other."""
    chain = [contact_id]
    while len(chain) <= _MERGES_MAX and chain[-1] in contacts and contacts[chain[-1]].merged_into:
        chain.append(contacts[chain[-1]].merged_into)
    return chain


def agreed_link(view: View, scene: Scene) -> Link | None:
    """The document's link with its baseline brought up to date; None if there is nothing to link or to change."""
    link = view.match.link
    if link is None or view.booked is None or view.void:
        return None
    fresh = msgspec.structs.replace(link, baseline=agreed_facts(compare(view, view.booked, scene), link))
    return fresh if view.match.adopted or fresh != link else None


def agreed_facts(compared: Compared, link: Link) -> dict[str, str]:
    """The baseline of a link after this comparison; a client and its contact agree by being linked."""
    facts = agreed(compared.provet, compared.xero, link.baseline)
    return accepted(compared.provet, compared.xero, facts, ("contact",)) if compared.same_contact else facts
