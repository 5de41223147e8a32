"""What people do about a consolidation that cannot be booked as it stands: what is off, by how much, where to mend it.

Whether Provet or Xero is mended, the discrepancy closes by itself: it is judged anew from what stands then.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from daemon.core.amounts import money
from daemon.core.by_hand import by_hand
from daemon.core.closing import misfit, originals
from daemon.core.correction import Option
from daemon.core.findings import document_name, with_currency
from daemon.core.ledger import CONSOLIDATED, settlement
from daemon.core.methods import method_name
from daemon.core.model import ZERO, Payment
from daemon.core.rules import Rules
from daemon.core.view import Scene, View

_TYPE = f"type {CONSOLIDATED} ({method_name(CONSOLIDATED, {})})"


def mend_whole(view: View, scene: Scene) -> Option:
    """Mend a consolidated invoice that does not fit what it closed."""
    whole = scene.wholes[view.document.id]
    off = _sums_off(view, scene) if whole.missing else ()
    unfit = misfit(view, scene)
    way = _anew(view) if unfit is None or whole.missing else _for_original(unfit, view, scene)
    relies_on = {"closed": str(whole.closed), "carried": str(whole.carried)}
    return by_hand("Mend the consolidation", *off, *way, relies_on=relies_on, recommended=True)


def _sums_off(view: View, scene: Scene) -> tuple[str, ...]:
    """How far the sums are apart, and each original of which another part than its total was closed."""
    whole, rules = scene.wholes[view.document.id], scene.rules
    closed, carried, off = (with_currency(e, rules) for e in (whole.closed, whole.carried, abs(whole.missing)))
    words = [f"The payments of {_TYPE} that closed its originals come to {closed}, its content to {carried}: {off} off"]
    for original in originals(view, scene):
        part = _sum(original, whole.closing.get(original.document.id, ()))
        if part != abs(original.document.gross):
            words.append(f"{document_name(original, rules)} is closed with {with_currency(part, rules)}")
    return tuple(words)


def _sum(original: View, payments: Sequence[Payment]) -> Decimal:
    return sum((settlement(original.document, payment) for payment in payments), ZERO)


def _anew(view: View) -> tuple[str, ...]:
    label = view.posted.posting.label
    return (
        f"In Provet revoke the consolidation {label}; money on it must be cancelled or moved to prepayments first",
        "Then consolidate anew, without invoices on which something is paid already: all of it goes to Xero by itself",
    )


def _for_original(original: View, view: View, scene: Scene) -> tuple[str, ...]:
    """What to do where the sums agree but an original cannot be closed in Xero."""
    label, rules = original.posted.posting.label, scene.rules
    if original.excluded:
        return (
            f"{document_name(original, rules)} inside it is not booked: {original.excluded}",
            "If it belongs into Xero, mend the settings of the practice (start_date, anonymous)",
            f"Else in Provet revoke the consolidation {view.posted.posting.label} and consolidate without {label}",
        )
    number = original.booked.number if original.booked is not None else original.posted.posting.number
    return (
        f"In Xero open {number}: payments or credit that Provet does not have leave less due than was closed in Provet",
        f"Take them off there, and set them against {view.posted.posting.label} once it is in Xero",
    )


def mend_half_revoked(view: View, standing: Sequence[View], rules: Rules) -> Option:
    """Finish a revoke: the consolidated invoice is void, but some of its originals are still closed."""
    inside = (
        f"{each.posted.posting.label} with {with_currency(_sum(each, _closing(each)), rules)}" for each in standing
    )
    label = view.posted.posting.label
    return by_hand(
        "Finish the revoke in Provet",
        f"{label} is void, yet payments of {_TYPE} still close {', '.join(inside)}",
        "In Provet cancel these payments; Xero then follows by itself",
        relies_on={"still closed": ",".join(each.document.id for each in standing)},
        recommended=True,
    )


def _closing(original: View) -> tuple[Payment, ...]:
    return (*(pair.provet for pair in original.inner.pairs), *original.inner.provet_only)


def mend_unrecognised(view: View, payments: Sequence[Payment], rules: Rules) -> Option:
    """Find the consolidated invoice that payments of type 6 belong to."""
    label = view.posted.posting.label
    sums = ", ".join(with_currency(settlement(view.document, payment), rules) for payment in payments)
    return by_hand(
        "Find its consolidated invoice",
        f"In Provet open {label}: payments of {_TYPE} over {sums} close it. See which consolidated invoice they name",
        "If there is one, the key provet.consolidated_field of the settings must name where it lists its originals, and"
        " its department must belong to this practice",
        f"If there is none, cancel these payments in Provet: {label} is due again on both sides",
        relies_on={f"closed by {payment.id}": money(payment.amount) for payment in payments},
        recommended=True,
    )
