"""Judges documents that are not in Xero, or no longer: the most specific reason, and the way to bring them there."""

from __future__ import annotations

import msgspec

from daemon.core.amounts import money
from daemon.core.by_hand import by_hand
from daemon.core.correction import Option, SetLink
from daemon.core.creation import Creation, creation
from daemon.core.discrepancy import FieldDiff, Policy
from daemon.core.family import fold
from daemon.core.findings import Case, document_candidate, document_name, document_subject, option, with_currency
from daemon.core.matching import adopted_link
from daemon.core.model import Document, Kind
from daemon.core.obstacles import missing_kind
from daemon.core.view import Scene, View


def judge_missing(view: View, scene: Scene) -> Case:
    """The case of a document that never was in Xero; ``missing_kind`` names the most specific reason."""
    made = creation(view, scene)
    kind = missing_kind(view, scene)
    option_id, title, why = _ways(kind, view, made, scene)
    collision = view.match.collision
    return Case(
        kind=kind,
        subject=document_subject(view),
        amount=view.posted.posting.gross,
        effect=view.provet_balance,
        summary=f"{document_name(view, scene.rules)} is not in Xero{why}{_blocked(made)}",
        fields=_collision_fields(view, collision) if kind == "invoice.number_collision" and collision else (),
        options=with_correction(view, _options(made, option_id, title)),
        policy=Policy.PERSON if kind == "invoice.total_differs" else None,
        cause=made.cause,
        candidates=(document_candidate(collision, scene.rules),) if collision is not None else (),
    )


def _ways(kind: str, view: View, made: Creation, scene: Scene) -> tuple[str, str, str]:
    """Option id, title, and what the summary adds."""
    number, day = made.posting.number, made.posting.date.isoformat()
    match kind:
        case "period.locked":
            why = f" and dated {view.document.date.isoformat()}, in a closed period"
            return "first-open-day", f"Post it on {day}, the first open day", why
        case "invoice.number_collision":
            return "create", f"Post it as {number}", _collides(view)
        case "invoice.rounding" | "invoice.total_differs":
            by = with_currency(view.posted.off_by + view.posted.rounded, scene.rules)
            title = f"Post it with a line of {by} on account {scene.rules.account_rounding}"
            return "rounding-line", title, why_rounded(view, scene)
        case _:
            return "create", "Create it in Xero", ""


def _collides(view: View) -> str:
    other, own = view.match.collision, view.posted.posting.number
    if other is None or fold(other.number) == fold(own):
        return ", where another document already has its number"
    return f", but {other.number} of the same client, total and date may be it"


def why_rounded(view: View, scene: Scene) -> str:
    """How rows, payments and total of a document disagree, for its summary."""
    paper, rules = view.posted, scene.rules
    rows = f": its rows miss its total by {with_currency(paper.off_by, rules)}" if paper.off_by else ""
    way = "up" if paper.rounded > 0 else "down"
    paid = f": its payment was rounded {way} by {with_currency(abs(paper.rounded), rules)}" if paper.rounded else ""
    return rows + paid


def with_correction(view: View, options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options of a document that Provet itself has wrong: first to correct it there, as a bookkeeper would."""
    if view.posted.consistent:
        return options
    number = view.document.number or view.document.id
    again = (
        f"correct {number} by another credit note on it, and what it credits by a new one"
        if view.document.credit
        else f"credit {number} and invoice it again"
    )
    hand = by_hand(
        "Correct it in Provet",
        f"In Provet {again}; both then go to Xero with totals that add up",
        relies_on={"provet gross": money(view.document.gross), "provet tax": money(view.document.tax)},
        recommended=True,
    )
    return (hand, *(msgspec.structs.replace(each, recommended=False) for each in options))


def _blocked(made: Creation) -> str:
    return f": {made.blocked}" if made.blocked else ""


def _options(made: Creation, option_id: str, title: str) -> tuple[Option, ...]:
    if not made.steps:
        return ()
    return (option(option_id, title, made.steps, *made.consequences, recommended=True),)


def _collision_fields(view: View, other: Document) -> tuple[FieldDiff, ...]:
    return (
        FieldDiff(name="gross", provet=money(view.posted.posting.gross), xero=money(other.gross)),
        FieldDiff(name="date", provet=view.document.date.isoformat(), xero=other.date.isoformat()),
        FieldDiff(name="contact", provet=view.document.contact_name, xero=other.contact_name),
    )


def judge_voided_in_xero(view: View, scene: Scene) -> Case:
    """The case of a document that was in Xero and is void there, or gone.

    Where a living document bears its mark or is a copy of it, that one may be its successor; else it can be posted
    anew, under another number, since a void one keeps its own.
    """
    made = creation(view, scene)
    successor = next(iter(view.match.duplicates), None)
    after = f"; {successor.number} is as it was" if successor is not None else _blocked(made)
    return Case(
        kind="invoice.voided_in_xero",
        subject=document_subject(view),
        amount=view.posted.posting.gross,
        effect=view.provet_balance - view.duplicate_balance,
        summary=f"{document_name(view, scene.rules)} was voided or deleted in Xero{after}",
        fields=(FieldDiff(name="status", provet="final", baseline="final", xero="void"),),
        options=_anew(view, made, scene) if successor is None else (_succeed(view, successor),),
        cause=made.cause if successor is None else None,
    )


def _anew(view: View, made: Creation, scene: Scene) -> tuple[Option, ...]:
    closed = scene.rules.closed(view.document.date)
    when = f" on {made.posting.date.isoformat()}, the first open day" if closed else ""
    return _options(made, "first-open-day" if closed else "repost", f"Post it anew as {made.posting.number}{when}")


def _succeed(view: View, successor: Document) -> Option:
    step = SetLink(link=adopted_link(Kind.DOCUMENT, view.document.id, successor.id), label=view.posted.posting.label)
    words = f"{successor.number} is treated as this document from now on; nothing is written to either system"
    relies_on = {"xero number": successor.number, "xero gross": money(successor.gross)}
    return option("link", f"Take {successor.number} for it", (step,), words, relies_on=relies_on, recommended=True)
