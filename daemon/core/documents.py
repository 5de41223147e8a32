"""Judges documents as a whole: which of them are held, void, duplicated, missing or changed."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.core.amounts import money
from daemon.core.changed import judge_change, relied
from daemon.core.correction import VoidDocument
from daemon.core.discrepancy import Policy, Subject
from daemon.core.findings import Case, document_candidate, document_name, document_subject, option, with_currency
from daemon.core.late_credit_option import credit_in_open_period, left_to_people
from daemon.core.missing import judge_missing, judge_voided_in_xero
from daemon.core.model import ZERO, Document
from daemon.core.removal import removal
from daemon.core.turned import judge_turned
from daemon.core.view import Scene, View


def judge_document(view: View, scene: Scene) -> list[Case]:
    """The cases of one Provet document that belongs into Xero or is there."""
    if view.match.turned is not None:
        return [judge_turned(view, view.match.turned, scene)]
    if view.lost:
        return [judge_voided_in_xero(view, scene)]
    cases = [_duplicates(view, scene)] if view.match.duplicates else []
    if view.void:
        if view.booked is not None and view.booked.gross:
            cases.append(_voided_in_provet(view, view.booked, scene))
        return cases
    if view.absent:
        return [*cases, judge_missing(view, scene)]
    return cases if view.booked is None else cases + judge_change(view, view.booked, scene)


def _duplicates(view: View, scene: Scene) -> Case:
    """All further living documents of one posting: what is free of payments and credit may go."""
    duplicates = view.match.duplicates
    label, numbers = view.posted.posting.label, ", ".join(duplicate.number for duplicate in duplicates)
    steps = [
        VoidDocument(xero_id=duplicate.id, provet_id="", credit=duplicate.credit, label=duplicate.number)
        for duplicate in duplicates
    ]
    void = option(
        "void",
        f"Void {numbers}",
        steps,
        f"{numbers} is void in Xero" if len(steps) == 1 else f"{numbers} are void in Xero",
        relies_on={f"xero {duplicate.number}": money(duplicate.balance) for duplicate in duplicates},
        recommended=True,
    )
    gross = sum((duplicate.gross for duplicate in duplicates), ZERO)
    return Case(
        kind="invoice.duplicate_in_xero",
        subject=Subject(label=label, provet=view.document.ref, xero=duplicates[0].ref),
        amount=gross,
        effect=-view.duplicate_balance,
        summary=f"{label} stands in Xero once more, as {numbers} of {with_currency(gross, scene.rules)}",
        options=(void,) if _may_be_voided(duplicates, scene) else (),
        candidates=tuple(document_candidate(each, scene.rules) for each in (*filter(None, [view.booked]), *duplicates)),
    )


def _may_be_voided(duplicates: Sequence[Document], scene: Scene) -> bool:
    return all(d.balance == d.gross and not scene.rules.closed(d.date) for d in duplicates)


def _voided_in_provet(view: View, booked: Document, scene: Scene) -> Case:
    removed = removal(view, booked, scene)
    void = VoidDocument(
        xero_id=booked.id, provet_id=view.document.id, credit=view.credit, label=view.posted.posting.label
    )
    words = (f"{booked.number} is void in Xero", *removed.consequences)
    relies_on = relied(view, booked, scene)
    whole = option("void", "Void it in Xero", (*removed.steps, void), *words, relies_on=relies_on, recommended=True)
    closed = scene.rules.closed(booked.date)
    kept = closed or removed.locked or bool(view.foreign)
    late = credit_in_open_period(view, booked, scene, relies_on, void=True) if kept else ()
    hand = (left_to_people(view, booked, scene, relies_on, recommended=not late),) if kept else ()
    gone = f"document/{view.document.id}" in scene.family.vanished
    return Case(
        kind="period.locked" if closed else "invoice.voided_in_provet",
        subject=document_subject(view),
        amount=booked.gross,
        effect=-view.xero_balance,
        summary=f"{document_name(view, scene.rules)} {'is gone from' if gone else 'was voided in'} Provet"
        " but stands in Xero" + (f", dated {booked.date.isoformat()} in a closed period" if closed else ""),
        options=(*late, *hand) or (whole,),
        policy=Policy.HAND_WORK if closed and not late else Policy.PERSON if view.touched or gone else None,
    )
