"""What is compared of a document once it exists on both sides: contact, date, gross and tax per rate.

Accounts, tracking, due date, reference and texts are Xero's then: bookkeepers recode daily, and that is no drift.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import msgspec

from daemon.core.amounts import money, rate_text
from daemon.core.diff import agreed
from daemon.core.family import linked
from daemon.core.model import ZERO, Document, Kind, Link
from daemon.core.rules import Rules
from daemon.core.view import Scene, View


def provet_facts(view: View, scene: Scene) -> dict[str, str]:
    """What is compared of a Provet document, as text; no contact while its client has no partner in Xero."""
    posting = view.posted.posting
    facts = {"date": posting.date.isoformat(), "gross": money(posting.gross)}
    facts |= {f"tax {rate}": money(tax) for rate, tax in posting.tax_by_rate.items()}
    if linked(scene.family.links, Kind.CONTACT, provet_id=posting.client_id) is not None:
        facts["contact"] = f"client {posting.client_id}"
    return facts


def xero_facts(document: Document, scene: Scene) -> dict[str, str]:
    """What is compared of a Xero document, as text; its TaxTypes are read as the percentages they stand for."""
    facts = {"date": document.date.isoformat(), "gross": money(document.gross)}
    taxes: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in document.lines:
        taxes[_rate_of(line.tax_code, line.tax_rate, scene.rules)] += line.tax
    facts |= {f"tax {rate}": money(tax) for rate, tax in taxes.items() if tax}
    client = linked(scene.family.links, Kind.CONTACT, xero_id=document.contact_id)
    facts["contact"] = f"client {client.provet_id}" if client else f"contact {document.contact_id}"
    return facts


def _rate_of(tax_code: str, fallback: Decimal, rules: Rules) -> str:
    if tax_code in rules.tax_rates:
        return rate_text(rules.tax_rates[tax_code])
    for rate, code in rules.tax.items():
        if code == tax_code and not rate.startswith("group:"):
            return rate
    return rate_text(fallback)


def agreed_link(view: View, scene: Scene) -> Link | None:
    """The document's link with its baseline brought up to date; None if there is nothing to link or to change."""
    link = view.match.link
    if link is None or view.booked is None or view.void:
        return None
    facts = agreed(provet_facts(view, scene), xero_facts(view.booked, scene), link.baseline)
    fresh = msgspec.structs.replace(link, baseline=facts)
    return fresh if view.match.adopted or fresh != link else None
