"""What a consolidated invoice needs in Xero beside itself: the payments that close its originals there.

It and these payments are one correction: each alone would leave money on the consolidation clearing account.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from daemon.core.booking import coming, payment_step
from daemon.core.correction import CreatePayment
from daemon.core.findings import with_currency
from daemon.core.ledger import CONSOLIDATED, settlement
from daemon.core.mappings import payment_account
from daemon.core.model import ZERO, Payment
from daemon.core.rules import Consolidated
from daemon.core.view import Scene, View


def originals(view: View, scene: Scene) -> list[View]:
    """The originals of a consolidated invoice as far as they are known, also once it is revoked."""
    return [scene.views[id_] for id_ in view.document.consolidates if id_ in scene.views]


def whole_of(original: View, scene: Scene) -> View | None:
    """The consolidated invoice that closed a document and stands."""
    return next(
        (scene.views[id_] for id_, whole in scene.wholes.items() if original.document.id in whole.closing), None
    )


def unclosed(view: View, scene: Scene) -> Iterator[tuple[View, Payment]]:
    """Each payment that closed an original of a consolidated invoice and that Xero lacks."""
    whole = scene.wholes.get(view.document.id)
    for id_ in whole.closing if whole is not None and whole.scheme is not Consolidated.ORIGINALS else ():
        original = scene.views[id_]
        lost = original.inner.gone_in_xero if view.booked is None or original.booked is None else ()
        for payment in (*original.inner.provet_only, *(payment for payment, _ in lost)):
            yield original, payment


def closing_effect(view: View, scene: Scene) -> Decimal:
    """What the missing payments explain of the difference between the books; those of a document that is not in Xero
    either are part of that one's difference."""
    booked = [(original, payment) for original, payment in unclosed(view, scene) if original.booked is not None]
    return sum((-original.sign * settlement(original.document, payment) for original, payment in booked), ZERO)


def closing_steps(view: View, scene: Scene) -> tuple[CreatePayment, ...]:
    """Book the missing payments from the clearing account, on the first open day where their own is closed."""
    account, _ = payment_account(CONSOLIDATED, scene.rules)
    return tuple(
        payment_step(
            original,
            payment,
            account,
            settlement(original.document, payment),
            scene.rules.first_open_day if scene.rules.closed(payment.date) else None,
        )
        for original, payment in unclosed(view, scene)
    )


def closes_late(view: View, scene: Scene) -> bool:
    """Whether a missing payment falls into a closed period."""
    return any(scene.rules.closed(payment.date) for _, payment in unclosed(view, scene))


def incomplete(view: View, scene: Scene) -> str:
    """Why a consolidated invoice cannot be brought into Xero as one with its originals, or ""."""
    whole = scene.wholes.get(view.document.id)
    if whole is None:
        return ""
    if whole.missing:
        closed, carried = (with_currency(amount, scene.rules) for amount in (whole.closed, whole.carried))
        off = with_currency(abs(whole.missing), scene.rules)
        return f"the payments that closed its originals come to {closed}, its content to {carried}: {off} off"
    unfit = misfit(view, scene)
    return _refusal(unfit, view, scene) if unfit is not None else ""


def misfit(view: View, scene: Scene) -> View | None:
    """The first original of a consolidated invoice that cannot be closed in Xero."""
    inside = (scene.views[id_] for id_ in scene.wholes[view.document.id].closing)
    return next((original for original in inside if _refusal(original, view, scene)), None)


def _refusal(original: View, view: View, scene: Scene) -> str:
    """Why an original cannot be closed in Xero, or ""."""
    label = original.posted.posting.label
    if original.excluded:
        return f"{label} inside it is not booked: {original.excluded}"
    amounts = [settlement(o.document, p) for o, p in unclosed(view, scene) if o is original]
    room = original.xero_room - coming(original, scene)
    if original.booked is None or sum(amounts, ZERO) <= room:
        return ""
    return f"only {with_currency(max(room, ZERO), scene.rules)} of {label} inside it is still due in Xero"


def held(view: View, scene: Scene) -> bool:
    """Whether a consolidated invoice waits for a person: it does not add up, or the practice wants to see each."""
    if view.document.id not in scene.wholes:
        return False
    return scene.rules.consolidated is Consolidated.HOLD or bool(incomplete(view, scene))


def awaited(view: View, scene: Scene) -> View | None:
    """The original of a consolidated invoice that must be in Xero before it."""
    whole = scene.wholes.get(view.document.id)
    inside = (scene.views[id_] for id_ in whole.closing) if whole is not None else iter(())
    return next((original for original in inside if original.absent or original.lost), None)
