"""Judges documents that changed sides: what was an invoice is a credit in Provet now, or the other way round."""

from __future__ import annotations

from daemon.core.amounts import money
from daemon.core.by_hand import by_hand
from daemon.core.correction import Option, Step, VoidDocument
from daemon.core.creation import Creation, creation
from daemon.core.discrepancy import FieldDiff, Policy, Subject
from daemon.core.findings import Case, document_name, option, with_currency
from daemon.core.model import Document
from daemon.core.view import Scene, View


def judge_turned(view: View, old: Document, scene: Scene) -> Case:
    """The case of a document whose copy stands on the other side of Xero's books.

    Xero turns no credit note into an invoice: the old one is voided, where nothing is paid on it or set against it, and
    the document is posted anew.
    """
    made = Creation(posting=view.posted.posting) if view.void or view.excluded else creation(view, scene)
    there = "credit note" if old.credit else "invoice"
    return Case(
        kind="invoice.voided_in_provet" if view.void else "invoice.changed_in_provet",
        subject=Subject(label=view.posted.posting.label, provet=view.document.ref, xero=old.ref),
        amount=max(view.posted.posting.gross, old.gross),
        effect=view.provet_balance - view.turned_balance,
        summary=f"{document_name(view, scene.rules)} stands in Xero as {there} {old.number}"
        f" of {with_currency(old.gross, scene.rules)}",
        fields=(
            FieldDiff(name="gross", provet=money(view.sign * made.posting.gross), xero=money(-view.sign * old.gross)),
        ),
        options=_options(view, old, made, scene),
        policy=Policy.PERSON,
        cause=made.cause,
    )


def _options(view: View, old: Document, made: Creation, scene: Scene) -> tuple[Option, ...]:
    """To void and post anew; by hand what must come off first, or what is closed."""
    relies_on = {"xero gross": money(old.gross), "xero balance": money(old.balance)}
    relies_on["provet gross"] = money(view.document.gross)
    if old.balance != old.gross or scene.rules.closed(old.date):
        return (by_hand("Make room in Xero", _room(old, scene), relies_on=relies_on, recommended=True),)
    posted = bool(made.steps)
    if not posted and not view.void:
        return ()
    void = VoidDocument(xero_id=old.id, provet_id=view.document.id, credit=old.credit, label=old.number)
    steps: tuple[Step, ...] = (*((void,) if old.gross else ()), *made.steps)
    after = f"{old.number} is void in Xero" if old.gross else f"{old.number} over nothing stays in Xero"
    name, title = ("repost", "Void it and post it anew") if posted else ("void", "Void it in Xero")
    return (option(name, title, steps, after, *made.consequences, relies_on=relies_on, recommended=True),)


def _room(old: Document, scene: Scene) -> str:
    if scene.rules.closed(old.date):
        return f"{old.number} lies in a closed period: whoever closed it decides how it is corrected on an open day"
    return f"In Xero take off what is paid on {old.number} or set against it; then it can be voided from here"
