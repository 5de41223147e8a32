"""Judges consolidated invoices and the payments of type 6 that close their originals.

What becomes of the originals and of the money on either is judged like that of any other document.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from daemon.core.amounts import money
from daemon.core.closing import closing_effect, closing_steps, incomplete, originals, whole_of
from daemon.core.closing_by_hand import mend_half_revoked, mend_unrecognised, mend_whole
from daemon.core.correction import CreateDocument, Option, Step, VoidDocument
from daemon.core.discrepancy import Policy
from daemon.core.documents import judge_document
from daemon.core.findings import Case, document_name, document_subject, option, with_currency
from daemon.core.ledger import settlement
from daemon.core.mappings import Gap, payment_account
from daemon.core.model import ZERO, Document, Payment
from daemon.core.pairing import PaymentMatch
from daemon.core.payment_options import delete_options, payment_subject
from daemon.core.payments import judge_payments
from daemon.core.removal import Removal, delete_step, removal
from daemon.core.rules import Consolidated
from daemon.core.view import Scene, View

_VOIDED = ("invoice.voided_in_provet", "period.locked")


def judge_whole(view: View, scene: Scene) -> list[Case]:
    """The cases of one consolidated invoice."""
    if view.excluded:
        return _excluded(view, scene)
    cases = judge_document(view, scene)
    if view.void:
        return [case for case in cases if case.kind not in _VOIDED] + _revoked(view, scene)
    if view.booked is None:
        return [_with_closing(case, view, scene) for case in cases]
    doubtful = {"policy": Policy.PERSON} if incomplete(view, scene) else {}
    cases = [msgspec.structs.replace(case, **doubtful) for case in cases]
    return [*cases, *_revoked(view, scene), *_residual(view, scene)]


def _excluded(view: View, scene: Scene) -> list[Case]:
    """One that is booked on its originals and does not equal what it closed of them."""
    why = incomplete(view, scene)
    whole = scene.wholes.get(view.document.id)
    if whole is None or not whole.missing:
        return []
    return [
        Case(
            kind="consolidated.held",
            subject=document_subject(view),
            amount=abs(whole.missing),
            summary=f"{document_name(view, scene.rules)} is booked on its originals, but {why}",
            options=(mend_whole(view, scene),),
        )
    ]


def _with_closing(case: Case, view: View, scene: Scene) -> Case:
    """A missing consolidated invoice together with the payments that close its originals."""
    if not any(isinstance(step, CreateDocument) for each in case.options for step in each.steps):
        unfit = case.cause is None and bool(incomplete(view, scene))
        options = (mend_whole(view, scene),) if unfit else case.options
        return msgspec.structs.replace(case, effect=case.effect + closing_effect(view, scene), options=options)
    steps = closing_steps(view, scene)
    words = f"{len(steps)} of its originals are closed in Xero from account {scene.rules.account_consolidation}"
    options = tuple(
        msgspec.structs.replace(
            each,
            steps=(*each.steps, *steps),
            consequences=(*each.consequences, *((words,) if steps else ())),
            relies_on={**each.relies_on, **_relied(view, scene)},
        )
        for each in case.options
    )
    return msgspec.structs.replace(case, effect=case.effect + closing_effect(view, scene), options=options)


def _relied(view: View, scene: Scene) -> dict[str, str]:
    whole = scene.wholes[view.document.id]
    facts = {f"closed by {payment.id}": money(payment.amount) for payment in whole.payments}
    return facts | {f"xero open on {id_}": money(scene.views[id_].xero_left) for id_ in whole.closing}


def _revoked(view: View, scene: Scene) -> list[Case]:
    """A consolidation that was undone in Provet and stands in Xero: its originals are open again, itself is void."""
    gone = _freed(view, scene)
    booked = view.booked if view.void else None
    if booked is None and not gone:
        return []
    if view.void and (standing := _still_closed(view, scene)):
        return [_half_revoked(view, standing, scene)]
    cleared = removal(view, booked, scene) if booked is not None else Removal()
    locked = cleared.locked or any(p.locked or scene.rules.closed(p.date) for _, p in gone)
    locked = locked or (booked is not None and scene.rules.closed(booked.date))
    vanished = f"document/{view.document.id}" in scene.family.vanished
    paid = not view.void or view.touched or vanished
    return [
        Case(
            kind="consolidation.revoked",
            subject=document_subject(view),
            amount=view.posted.posting.gross,
            effect=sum((o.sign * p.amount for o, p in gone), ZERO) - (view.xero_balance if booked else ZERO),
            summary=f"{document_name(view, scene.rules)} was revoked in Provet but stands in Xero"
            + (": its payments there may not be removed by the program" if locked else ""),
            options=() if locked or view.foreign else (_undo(view, booked, cleared, gone, scene),),
            policy=Policy.HAND_WORK if locked else Policy.PERSON if paid else None,
        )
    ]


def _undo(
    view: View, booked: Document | None, cleared: Removal, gone: Sequence[tuple[View, Payment]], scene: Scene
) -> Option:
    """Open the originals again and void the consolidated invoice, as one."""
    steps: list[Step] = [*(delete_step(payment, original) for original, payment in gone), *cleared.steps]
    words = [f"{o.posted.posting.label} has {with_currency(p.amount, scene.rules)} more open in Xero" for o, p in gone]
    relies_on = {f"xero payment {payment.id}": money(payment.amount) for _, payment in gone}
    if booked is None:
        title = "Open its originals again in Xero"
        return option("delete-payment", title, steps, *words, relies_on=relies_on, recommended=True)
    label = view.posted.posting.label
    steps.append(VoidDocument(xero_id=booked.id, provet_id=view.document.id, credit=view.credit, label=label))
    relies_on |= {"xero open": money(view.xero_left), "xero gross": money(booked.gross)}
    words += [f"{booked.number} is void in Xero", *cleared.consequences]
    title = "Void it in Xero and open its originals again"
    return option("void", title, steps, *words, relies_on=relies_on, recommended=True)


def _freed(view: View, scene: Scene) -> list[tuple[View, Payment]]:
    """The Xero payments on its originals whose payments of type 6 are gone, unless another one answers for them."""
    return [
        (original, payment)
        for original in originals(view, scene)
        if not original.void and _answers_for(original, scene) is view
        for payment, _ in original.inner.gone_in_provet
    ]


def _answers_for(original: View, scene: Scene) -> View | None:
    """Of the consolidated invoices that list a document, the one that takes care of what was revoked: a void one."""
    listing = [view for view in scene.views.values() if original.document.id in view.document.consolidates]
    listing = [view for view in listing if view.void or view.booked is not None]
    return min(listing, key=lambda view: (not view.void, len(view.document.id), view.document.id), default=None)


def _still_closed(view: View, scene: Scene) -> list[View]:
    inside = [original for original in originals(view, scene) if not original.void]
    return [original for original in inside if whole_of(original, scene) is None and _standing(original)]


def _standing(original: View) -> list[Payment]:
    return [*(pair.provet for pair in original.inner.pairs), *original.inner.provet_only]


def _half_revoked(view: View, standing: Sequence[View], scene: Scene) -> Case:
    inside = ", ".join(original.posted.posting.label for original in standing)
    return Case(
        kind="consolidated.held",
        subject=document_subject(view),
        amount=view.posted.posting.gross,
        effect=sum((o.sign * p.amount for o, p in _freed(view, scene)), ZERO) - view.xero_balance,
        summary=f"{document_name(view, scene.rules)} is void in Provet, but {inside} is still closed by it",
        options=(mend_half_revoked(view, standing, scene.rules),),
    )


def judge_inner(view: View, scene: Scene) -> list[Case]:
    """The cases of the payments of type 6 on one document that stands in Xero."""
    if view.booked is None or view.void or view.inner == PaymentMatch():
        return []
    alone = _with_inner(view, scene)
    return [
        *judge_payments(alone, scene),
        *_unrecognised(view, scene),
        *(_foreign(p, view, scene) for p in view.inner.xero_only),
    ]


def closing_gaps(view: View, scene: Scene) -> list[Gap]:
    """The mapping that the payments of type 6 lack which are judged by themselves."""
    waits = view.booked is not None and not view.void and _with_inner(view, scene).payments.provet_only
    gap = payment_account(view.inner.provet_only[0].method, scene.rules)[1] if waits else None
    return [] if gap is None else [gap]


def _with_inner(view: View, scene: Scene) -> View:
    """The view with those payments of type 6 in place of money that no consolidated invoice answers for."""
    inner = view.inner
    whole = whole_of(view, scene)
    alone = whole is not None and whole.booked is not None and not scene.wholes[whole.document.id].missing
    own = PaymentMatch(
        pairs=inner.pairs,
        provet_only=inner.provet_only if alone else (),
        gone_in_xero=inner.gone_in_xero if whole is None or whole.booked is not None else (),
        gone_in_provet=inner.gone_in_provet if _answers_for(view, scene) is None else (),
    )
    return msgspec.structs.replace(view, payments=own, unmatched=())


def _unrecognised(view: View, scene: Scene) -> list[Case]:
    """Payments of type 6 whose consolidated invoice is not known, or does not add up."""
    whole = whole_of(view, scene)
    unknown = whole is None or (whole.booked is not None and bool(scene.wholes[whole.document.id].missing))
    payments = view.inner.provet_only if unknown else ()
    if not payments:
        return []
    amount = sum((settlement(view.document, payment) for payment in payments), ZERO)
    label, closed = view.posted.posting.label, with_currency(amount, scene.rules)
    reason = incomplete(whole, scene) if whole is not None else "that invoice is not known"
    return [
        Case(
            kind="consolidated.held",
            subject=document_subject(view),
            amount=amount,
            effect=-view.sign * amount,
            summary=f"{closed} of {label} is closed by a consolidated invoice, but {reason}",
            options=(mend_unrecognised(view, payments, scene.rules) if whole is None else mend_whole(whole, scene),),
        )
    ]


def _foreign(payment: Payment, view: View, scene: Scene) -> Case:
    """A payment that somebody made from the clearing account: it is no money, so Provet never gets it."""
    subject = payment_subject(view, None, payment)
    fixed = payment.locked or scene.rules.closed(payment.date)
    return Case(
        kind="payment.missing_in_provet",
        subject=subject,
        amount=payment.amount,
        effect=view.sign * payment.amount,
        summary=f"{subject.label} comes from the consolidation clearing account, but Provet has none of type 6 for it",
        options=() if fixed else delete_options(payment, view, scene),
        policy=Policy.PERSON,
    )


def _residual(view: View, scene: Scene) -> list[Case]:
    """What a consolidation leaves on the clearing account once all that is missing of it is booked."""
    whole = scene.wholes.get(view.document.id)
    if whole is None or whole.scheme is not Consolidated.CLEARING:
        return []
    amount = _on_clearing(view.booked, scene) - _closed_in_xero(view, scene) - _credited(view, scene)
    if not amount:
        return []
    account, words = scene.rules.account_consolidation, with_currency(amount, scene.rules)
    return [
        Case(
            kind="clearing.residual",
            subject=document_subject(view),
            amount=amount,
            summary=f"{document_name(view, scene.rules)} and its originals leave {words} on account {account}",
        )
    ]


def _on_clearing(booked: Document | None, scene: Scene) -> Decimal:
    account = scene.rules.account_consolidation
    return sum((line.gross for line in booked.lines if line.account == account), ZERO) if booked else ZERO


def _closed_in_xero(view: View, scene: Scene) -> Decimal:
    """What the payments on its originals take from the clearing account, counting those that are yet to come."""
    account = scene.rules.account_consolidation
    total = ZERO
    for id_ in scene.wholes[view.document.id].closing:
        original, inner = scene.views[id_], scene.views[id_].inner
        coming = (*inner.provet_only, *(payment for payment, _ in inner.gone_in_xero))
        amounts = [settlement(original.document, payment) for payment in coming]
        amounts += [pair.xero.amount for pair in inner.pairs if pair.xero.method == account]
        total += original.sign * sum(amounts, ZERO)
    return total


def _credited(view: View, scene: Scene) -> Decimal:
    notes = (note for note in scene.views.values() if scene.original(note) is view)
    return sum((_on_clearing(note.booked, scene) for note in notes), ZERO)
