"""Judges documents: missing, changed, in conflict, voided, duplicated, with differing totals."""

from __future__ import annotations

import msgspec

from daemon.core.compared import provet_facts, xero_facts
from daemon.core.correction import CreateDocument, Option, Posting, SetLink, Step, UpdateDocument, VoidDocument
from daemon.core.creation import Creation, creation, redated, renumbered
from daemon.core.diff import Change, accepted, changes, field_diffs
from daemon.core.discrepancy import FieldDiff, Policy
from daemon.core.findings import Case, document_subject, gap_id, option, with_currency
from daemon.core.matching import adopted_link, free_number
from daemon.core.model import ZERO, Document, Kind, Link
from daemon.core.posting import with_rounding_line
from daemon.core.removal import removal
from daemon.core.view import Scene, View


def judge_document(view: View, scene: Scene) -> list[Case]:
    """The cases of one Provet document that belongs into Xero or is there."""
    if view.held:
        return [_held(view, scene)]
    cases = [_duplicate(view, duplicate, scene) for duplicate in view.match.duplicates]
    if view.void:
        return cases + _voided_in_provet(view, scene)
    if view.xero is None:
        return [*cases, _missing(view, scene)]
    if view.booked is None:
        return [*cases, _voided_in_xero(view, scene)]
    return cases + _changed(view, view.booked, scene)


def _missing(view: View, scene: Scene) -> Case:
    if view.posted.off_by:
        return _rows_do_not_add_up(view, scene)
    if view.match.collision is not None:
        return _collision(view, view.match.collision, scene)
    if scene.rules.closed(view.document.date):
        return _in_closed_period(view, scene)
    made = creation(view, scene)
    return Case(
        kind="credit.missing" if view.credit else "invoice.missing",
        subject=document_subject(view),
        amount=view.posted.posting.gross,
        effect=view.provet_balance,
        summary=f"{_name(view, scene)} is not in Xero{_unreadable_client(view, made)}",
        options=_options(made, "create", "Create it in Xero"),
        cause=made.cause,
    )


def _name(view: View, scene: Scene) -> str:
    return f"{view.posted.posting.label} of {with_currency(view.posted.posting.gross, scene.rules)}"


def _unreadable_client(view: View, made: Creation) -> str:
    stuck = not made.steps and made.cause is None
    return f": its client {view.document.contact_id} cannot be read in Provet" if stuck else ""


def _options(made: Creation, option_id: str, title: str) -> tuple[Option, ...]:
    if not made.steps:
        return ()
    return (option(option_id, title, made.steps, *made.consequences, recommended=True),)


def _collision(view: View, other: Document, scene: Scene) -> Case:
    number = free_number(view.posted.posting, scene.family)
    made = creation(view, scene, renumbered(view.posted.posting, number))
    return Case(
        kind="invoice.number_collision",
        subject=document_subject(view),
        amount=view.posted.posting.gross,
        effect=view.provet_balance,
        summary=f"{_name(view, scene)} is not in Xero, where another document already has its number",
        fields=(
            FieldDiff(name="gross", provet=str(view.posted.posting.gross), xero=str(other.gross)),
            FieldDiff(name="date", provet=view.document.date.isoformat(), xero=other.date.isoformat()),
            FieldDiff(name="contact", provet=view.document.contact_name, xero=other.contact_name),
        ),
        options=_options(made, "create", f"Post it as {number}"),
        cause=made.cause,
    )


def _in_closed_period(view: View, scene: Scene) -> Case:
    day = scene.rules.first_open_day
    made = creation(view, scene, redated(view.posted.posting, day))
    return Case(
        kind="period.locked",
        subject=document_subject(view),
        amount=view.posted.posting.gross,
        effect=view.provet_balance,
        summary=f"{_name(view, scene)} is dated {view.document.date.isoformat()}, in a closed period",
        options=_options(made, "first-open-day", f"Post it on {day.isoformat()}, the first open day"),
        cause=made.cause,
    )


def _rows_do_not_add_up(view: View, scene: Scene) -> Case:
    posted, rules = view.posted, scene.rules
    made = creation(view, scene, with_rounding_line(posted, rules)) if rules.account_rounding else Creation()
    by = with_currency(posted.off_by, rules)
    small = abs(posted.off_by) <= rules.rounding_max
    return Case(
        kind="invoice.rounding" if small else "invoice.total_differs",
        subject=document_subject(view),
        amount=posted.posting.gross,
        effect=view.provet_balance,
        summary=f"{_name(view, scene)} is not in Xero: its rows miss its total by {by}",
        options=_options(made, "rounding-line", f"Post it with a line of {by} on account {rules.account_rounding}"),
        cause=made.cause,
    )


def _held(view: View, scene: Scene) -> Case:
    return Case(
        kind="consolidated.held",
        subject=document_subject(view),
        amount=view.posted.posting.gross,
        effect=view.provet_balance - view.xero_balance,
        summary=f"{_name(view, scene)} is part of a consolidation, which is booked by hand for now",
    )


def _duplicate(view: View, duplicate: Document, scene: Scene) -> Case:
    steps = (VoidDocument(xero_id=duplicate.id, provet_id="", credit=duplicate.credit, label=duplicate.number),)
    free = not duplicate.paid and not duplicate.credited and not scene.rules.closed(duplicate.date)
    gross = with_currency(duplicate.gross, scene.rules)
    return Case(
        kind="invoice.duplicate_in_xero",
        subject=document_subject(view),
        amount=duplicate.gross,
        effect=-view.sign * duplicate.balance,
        summary=f"{view.posted.posting.label} stands in Xero a second time, as {duplicate.number} of {gross}",
        options=(
            option("void", f"Void {duplicate.number}", steps, f"{duplicate.number} is void in Xero", recommended=True),
        )
        if free
        else (),
    )


def _voided_in_provet(view: View, scene: Scene) -> list[Case]:
    if view.booked is None:
        return []
    removed = removal(view, scene)
    void = VoidDocument(
        xero_id=view.booked.id, provet_id=view.document.id, credit=view.credit, label=view.posted.posting.label
    )
    unpaid = not removed.steps and not removed.locked and not view.foreign
    consequences = (f"{view.booked.number} is void in Xero", *removed.consequences)
    return [
        Case(
            kind="invoice.voided_in_provet",
            subject=document_subject(view),
            amount=view.booked.gross,
            effect=-view.xero_balance,
            summary=f"{_name(view, scene)} was voided in Provet but stands in Xero",
            options=()
            if removed.locked or view.foreign or scene.rules.closed(view.booked.date)
            else (
                option(
                    "void",
                    "Void it in Xero",
                    (*removed.steps, void),
                    *consequences,
                    relies_on=_relied(view, scene),
                    recommended=True,
                ),
            ),
            policy=Policy.AUTOMATIC if unpaid else Policy.PERSON,
        )
    ]


def _voided_in_xero(view: View, scene: Scene) -> Case:
    number = free_number(view.posted.posting, scene.family)
    made = creation(view, scene, renumbered(view.posted.posting, number))
    return Case(
        kind="invoice.voided_in_xero",
        subject=document_subject(view),
        amount=view.posted.posting.gross,
        effect=view.provet_balance,
        summary=f"{_name(view, scene)} was voided or deleted in Xero",
        fields=(FieldDiff(name="status", provet="final", baseline="final", xero="void"),),
        options=_options(made, "repost", f"Post it anew as {number}"),
        cause=made.cause,
    )


def _changed(view: View, booked: Document, scene: Scene) -> list[Case]:
    link = view.match.link
    baseline = link.baseline if link is not None else None
    mine, theirs = provet_facts(view, scene), xero_facts(booked, scene)
    if "contact" not in mine:
        theirs.pop("contact", None)
    moved = changes(mine, theirs, baseline)
    if not moved:
        return []
    kind = _kind_of_change(set(moved.values()))
    names = tuple(moved)
    effect = view.sign * (view.posted.posting.gross - booked.gross)
    return [
        Case(
            kind=kind,
            subject=document_subject(view),
            amount=view.posted.posting.gross,
            effect=effect,
            summary=f"{_name(view, scene)} differs in {', '.join(names)}",
            fields=field_diffs(mine, theirs, baseline, names),
            options=_change_options(view, booked, scene, kind, names),
            policy=_change_policy(kind, view),
            cause=_update_gap(view, scene),
        )
    ]


def _kind_of_change(moved: set[Change]) -> str:
    if moved == {Change.PROVET}:
        return "invoice.changed_in_provet"
    if moved == {Change.XERO}:
        return "invoice.changed_in_xero"
    return "invoice.total_differs" if moved == {Change.UNKNOWN} else "invoice.conflict"


def _change_policy(kind: str, view: View) -> Policy | None:
    touched = bool(view.taken) or bool(view.allocated) or bool(view.foreign)
    return Policy.PERSON if kind == "invoice.changed_in_provet" and touched else None


def _update_gap(view: View, scene: Scene) -> str | None:
    return gap_id(view.posted.gaps[0], scene.rules) if view.posted.gaps else None


def _change_options(
    view: View, booked: Document, scene: Scene, kind: str, names: tuple[str, ...]
) -> tuple[Option, ...]:
    options: list[Option] = []
    relies_on = _relied(view, scene)
    update = _update(view, booked, scene, names)
    if update is not None:
        option_id, title = _update_words(kind)
        after = f"{booked.number} in Xero equals Provet again: {', '.join(names)}"
        options.append(option(option_id, title, (update,), after, relies_on=relies_on, recommended=True))
    elif not view.posted.gaps:
        options += _repost(view, booked, scene)
    if not any(_is_money(name) for name in names) and kind != "invoice.changed_in_provet":
        options.append(_accept(view, booked, scene, kind, names, not options))
    return tuple(options)


def _is_money(name: str) -> bool:
    return name == "gross" or name.startswith("tax ")


def _update_words(kind: str) -> tuple[str, str]:
    return {
        "invoice.changed_in_provet": ("update", "Update it in Xero"),
        "invoice.changed_in_xero": ("restore-from-provet", "Restore Provet's values in Xero"),
        "invoice.conflict": ("use-provet", "Use Provet's values"),
    }.get(kind, ("restore-from-provet", "Set Provet's values in Xero"))


def _update(view: View, booked: Document, scene: Scene, names: tuple[str, ...]) -> UpdateDocument | None:
    """An edit in place, where Xero still allows it (docs/reference/xero.md 8.5)."""
    settled = bool(view.taken) or bool(view.allocated) or bool(view.foreign)
    only_contact = names == ("contact",) and not view.allocated and not view.foreign
    closed = scene.rules.closed(booked.date) or scene.rules.closed(view.document.date)
    if closed or view.posted.gaps or view.posted.off_by or (settled and not only_contact):
        return None
    return UpdateDocument(xero_id=booked.id, posting=_numbered(view, booked), fields=names)


def _numbered(view: View, booked: Document) -> Posting:
    return renumbered(view.posted.posting, booked.number)


def _repost(view: View, booked: Document, scene: Scene) -> list[Option]:
    """Remove, void and post anew, where nothing that must stay is in the way."""
    removed = removal(view, scene)
    if removed.locked or view.foreign or scene.rules.closed(booked.date) or scene.rules.closed(view.document.date):
        return []
    posting = renumbered(view.posted.posting, free_number(view.posted.posting, scene.family))
    void = VoidDocument(xero_id=booked.id, provet_id=view.document.id, credit=view.credit, label=booked.number)
    steps: tuple[Step, ...] = (*removed.steps, void, CreateDocument(posting=posting), *removed.again)
    after = f"{booked.number} is void, {posting.number} stands in its place with the same payments"
    return [option("repost", "Void and post anew", steps, after, relies_on=_relied(view, scene), recommended=True)]


def _accept(view: View, booked: Document, scene: Scene, kind: str, names: tuple[str, ...], recommended: bool) -> Option:
    """Leave both sides as they are and agree on the difference."""
    link = view.match.link
    base = link.baseline if link is not None else None
    facts = accepted(provet_facts(view, scene), xero_facts(booked, scene), base, names)
    fresh = _with_baseline(view, booked, facts)
    return option(
        "use-xero" if kind == "invoice.conflict" else "accept-xero",
        "Keep Xero's values",
        (SetLink(link=fresh, label=view.posted.posting.label),),
        "Both systems keep what they have; nothing is written",
        relies_on=_relied(view, scene),
        recommended=recommended,
    )


def _with_baseline(view: View, booked: Document, baseline: dict[str, str]) -> Link:
    link = view.match.link or adopted_link(Kind.DOCUMENT, view.document.id, booked.id)
    return msgspec.structs.replace(link, baseline=baseline)


def _relied(view: View, scene: Scene) -> dict[str, str]:
    """The values of both sides that a change of a booked document relies on."""
    theirs = xero_facts(view.booked, scene) if view.booked is not None else {}
    facts = {f"provet {name}": value for name, value in provet_facts(view, scene).items()}
    facts |= {f"xero {name}": value for name, value in theirs.items()}
    facts["xero payments"] = ",".join(sorted(payment.id for payment in view.taken))
    facts["xero allocated"] = str(view.allocated if view.allocated else ZERO)
    return facts
