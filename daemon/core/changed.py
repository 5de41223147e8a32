"""Judges documents that stand on both sides and differ: which side changed, and how they can agree again."""

from __future__ import annotations

import msgspec

from daemon.core.amounts import money
from daemon.core.compared import Compared, agreed_facts, compare, moved_fields
from daemon.core.correction import CreateDocument, Option, SetLink, Step, UpdateDocument, VoidDocument
from daemon.core.creation import contact_steps, renumbered, untaxed
from daemon.core.diff import Change, accepted, field_diffs
from daemon.core.discrepancy import FieldDiff, Policy, finding_id
from daemon.core.findings import Case, document_name, document_subject, gap_id, option, with_currency
from daemon.core.late_credit_option import credit_in_open_period, left_to_people, supplement
from daemon.core.matching import adopted_link, free_number
from daemon.core.missing import why_rounded, with_correction
from daemon.core.model import ZERO, Document, Kind, Value
from daemon.core.obstacles import contact_cause, linked_contact
from daemon.core.payment_options import first_recommended
from daemon.core.removal import removal
from daemon.core.view import Scene, View

_AUTOMATIC = ("invoice.changed_in_provet", "invoice.rounding")


class Difference(Value, frozen=True, kw_only=True):
    """A document that differs: its partner, what is compared, the fields that moved and what kind of change it is."""

    booked: Document
    compared: Compared
    names: tuple[str, ...]
    kind: str

    @property
    def has_money(self) -> bool:
        return any(_is_money(name) for name in self.names)

    @property
    def only_contact(self) -> bool:
        return self.names == ("contact",)


def judge_change(view: View, booked: Document, scene: Scene) -> list[Case]:
    """The case of a document that differs from its partner in Xero, if it does."""
    difference = _difference(view, booked, scene)
    if difference is None:
        return []
    watched = difference.kind in _AUTOMATIC and (
        view.touched
        or _stands_fast(view, difference)
        or not view.posted.consistent
        or _is_closed(view, booked, scene)
        or _never_agreed(view, difference)
    )
    why = why_rounded(view, scene) if _is_rounding(difference.names, view, booked) else ""
    late = _is_late(difference, scene)
    when = f"; it is dated {booked.date.isoformat()}, in a closed period" if late else ""
    return [
        Case(
            kind="period.locked" if late else difference.kind,
            subject=document_subject(view),
            amount=view.posted.posting.gross,
            effect=view.sign * (view.posted.posting.gross - booked.gross),
            summary=f"{document_name(view, scene.rules)} differs in {', '.join(difference.names)}{why}{when}",
            fields=_fields(view, difference),
            options=_options(view, difference, scene),
            policy=Policy.PERSON if watched or late or booked.id in scene.late else None,
            cause=_cause(view, difference, scene),
        )
    ]


def _never_agreed(view: View, difference: Difference) -> bool:
    """Whether tax moved to a rate that both sides never agreed on, under the same total: by all that is known Provet
    moved it, but nothing proves that Xero did not differ there before."""
    agreed = view.match.link.baseline if view.match.link is not None else None
    taxes = [name for name in difference.names if name.startswith("tax ")]
    return "gross" not in difference.names and any(name not in (agreed or {}) for name in taxes)


def awaited_change(view: View, scene: Scene) -> str | None:
    """The id of the discrepancy that makes a booked document as large as Provet has made it; None if none does."""
    if view.booked is None or view.posted.posting.gross <= view.booked.gross:
        return None
    difference = _difference(view, view.booked, scene)
    rounding = difference is not None and _is_rounding(difference.names, view, view.booked)
    if difference is None or not (rounding or difference.kind in _AUTOMATIC):
        return None
    kind = "period.locked" if _is_late(difference, scene) else difference.kind
    return finding_id(scene.rules.practice, kind, document_subject(view).key)


def _difference(view: View, booked: Document, scene: Scene) -> Difference | None:
    compared = compare(view, booked, scene)
    moved = moved_fields(compared, view.match.link)
    if not moved:
        return None
    kind = _kind(moved)
    if _is_rounding(tuple(moved), view, booked):
        small = abs(view.posted.rounded) <= scene.rules.rounding_max
        kind = "invoice.rounding" if small else "invoice.total_differs"
    return Difference(booked=booked, compared=compared, names=tuple(moved), kind=kind)


def _is_rounding(names: tuple[str, ...], view: View, booked: Document) -> bool:
    """Whether it differs by nothing but the rounding of its payments."""
    rounded = view.posted.rounded
    return bool(rounded) and names == ("gross",) and view.posted.posting.gross - booked.gross == rounded


def _kind(moved: dict[str, Change]) -> str:
    sides = set(moved.values())
    if sides == {Change.PROVET}:
        return "invoice.changed_in_provet"
    if sides == {Change.XERO}:
        return "invoice.changed_in_xero"
    unknown = sides == {Change.UNKNOWN} and any(_is_money(name) for name in moved)
    return "invoice.total_differs" if unknown else "invoice.conflict"


def _is_money(name: str) -> bool:
    return name == "gross" or name.startswith("tax ")


def _fields(view: View, difference: Difference) -> tuple[FieldDiff, ...]:
    """The fields that moved, contacts by the names that people know."""
    compared, link = difference.compared, view.match.link
    baseline = link.baseline if link is not None else None
    found = field_diffs(compared.provet, compared.xero, baseline, difference.names)
    names = {"provet": view.document.contact_name, "xero": difference.booked.contact_name}
    shown = {side: name for side, name in names.items() if name}
    return tuple(msgspec.structs.replace(field, **shown) if field.name == "contact" else field for field in found)


def _cause(view: View, difference: Difference, scene: Scene) -> str | None:
    """What must be mended before Provet's values can go to Xero."""
    if "contact" in difference.names or _stands_fast(view, difference):
        cause = contact_cause(view, scene)
        if cause is not None:
            return cause
    gaps = () if difference.only_contact else view.posted.gaps
    return gap_id(gaps[0], scene.rules) if gaps else None


def _options(view: View, difference: Difference, scene: Scene) -> tuple[Option, ...]:
    options = list(with_correction(view, tuple(_provet_wins(view, difference, scene))))
    fixed = _is_closed(view, difference.booked, scene) or not difference.booked.gross
    theirs_may_stay = difference.kind != "invoice.changed_in_provet" or fixed
    if theirs_may_stay and not difference.has_money:
        options.append(_keep_xero(view, difference, scene, recommended=not options))
    if (
        difference.has_money
        and (not options or (_is_late(difference, scene) and view.posted.consistent))
        and _cause(view, difference, scene) is None
    ):
        relies_on = relied(view, difference.booked, scene)
        options.append(left_to_people(view, difference.booked, scene, relies_on, recommended=not options))
    return tuple(options)


def _provet_wins(view: View, difference: Difference, scene: Scene) -> list[Option]:
    """Bring Provet's values to Xero: by an edit where Xero still allows one, else by posting anew."""
    booked = difference.booked
    if _cause(view, difference, scene) is not None or not view.posted.taxed:
        return []
    apart = _apart(view, booked, scene) if difference.has_money else ()
    if scene.rules.closed(booked.date) or booked.id in scene.late:
        return list(apart)
    if scene.rules.closed(view.document.date):
        return []
    if not _stands_fast(view, difference):
        return [] if _is_of_archived(view, difference, scene) else [_update(view, difference, scene)]
    return list(first_recommended((*_repost(view, booked, scene), *apart)))


def _is_of_archived(view: View, difference: Difference, scene: Scene) -> bool:
    """Whether an edit would give the document to a contact that is archived in Xero, which Xero refuses."""
    contact = linked_contact(view.document.contact_id, scene)
    return "contact" in difference.names and contact is not None and contact.archived


def _apart(view: View, booked: Document, scene: Scene) -> tuple[Option, ...]:
    """What is less credited apart, what is more invoiced apart."""
    relies_on = relied(view, booked, scene)
    return credit_in_open_period(view, booked, scene, relies_on) or supplement(view, booked, scene, relies_on)


def _is_closed(view: View, booked: Document, scene: Scene) -> bool:
    """Whether either side dates the document in a closed period."""
    return scene.rules.closed(booked.date) or scene.rules.closed(view.document.date)


def _is_late(difference: Difference, scene: Scene) -> bool:
    """Whether amounts of a document in a closed period moved."""
    return difference.has_money and scene.rules.closed(difference.booked.date)


def _stands_fast(view: View, difference: Difference) -> bool:
    """Whether Xero edits the document no more: only the contact of one that is paid, nothing of one that is credited,
    and of one over nothing as if it were paid (docs/reference/xero.md 8.4, 8.5)."""
    settled = view.touched or not difference.booked.gross
    return settled and not (difference.only_contact and not view.allocated and not view.foreign)


def _update(view: View, difference: Difference, scene: Scene) -> Option:
    """An edit in place (docs/reference/xero.md 8.5)."""
    booked, names = difference.booked, difference.names
    posting = renumbered(view.posted.posting, booked.number)
    first = contact_steps(view, scene) if "contact" in names else ()
    stands = {**difference.compared.xero, "contact": booked.contact_name}
    update = UpdateDocument(
        xero_id=booked.id,
        posting=posting,
        fields=names,
        was={name: stands.get(name, "") for name in names},
        client_name=view.document.contact_name,
    )
    steps: tuple[Step, ...] = (*first, update)
    option_id, title = {
        "invoice.changed_in_provet": ("update", "Update it in Xero"),
        "invoice.conflict": ("use-provet", "Use Provet's values"),
    }.get(difference.kind, ("restore-from-provet", "Restore Provet's values in Xero"))
    if _is_rounding(names, view, booked):
        by = with_currency(view.posted.rounded, scene.rules)
        option_id, title = "rounding-line", f"Add a line of {by} on account {scene.rules.account_rounding}"
    after = f"{booked.number} in Xero equals Provet again: {', '.join(names)}"
    words = (after, *_told_apart(view, scene), *(untaxed(view, scene.rules) if "gross" in names else ()))
    return option(option_id, title, steps, *words, relies_on=relied(view, booked, scene), recommended=True)


def _told_apart(view: View, scene: Scene) -> tuple[str, ...]:
    """What an edit leaves apart: payments that stand in one system alone are discrepancies of their own."""
    sides = (("Provet", view.payments.provet_only), ("Xero", view.payments.xero_only))
    found = [
        f"{with_currency(sum((payment.amount for payment in alone), ZERO), scene.rules)} in {system} alone"
        for system, alone in sides
        if alone
    ]
    return (f"Of its payments there stays {' and '.join(found)}: that is told and corrected apart",) if found else ()


def _repost(view: View, booked: Document, scene: Scene) -> list[Option]:
    """Remove, void and post anew, where nothing that must stay is in the way and everything fits again."""
    removed = removal(view, booked, scene)
    posting = renumbered(view.posted.posting, free_number(view.posted.posting, scene.family))
    contact = linked_contact(view.document.contact_id, scene)
    if removed.locked or removed.lost or sum(step.amount for step in removed.again) > posting.gross:
        return []
    if (contact is not None and contact.archived) or not (booked.gross or posting.gross):
        return []
    void = VoidDocument(xero_id=booked.id, provet_id=view.document.id, credit=view.credit, label=booked.number)
    gone = (*removed.steps, void) if booked.gross else ()
    steps = (*gone, *contact_steps(view, scene), CreateDocument(posting=posting), *removed.again)
    after = f"{booked.number} is void, {posting.number} stands in its place with the same payments"
    empty = f"{posting.number} stands in the place of {booked.number}, which is over nothing and so stays as it is"
    words = (after if gone else empty, *removed.consequences)
    return [
        option("repost", "Void and post anew", steps, *words, relies_on=relied(view, booked, scene), recommended=True)
    ]


def _keep_xero(view: View, difference: Difference, scene: Scene, *, recommended: bool) -> Option:
    """Leave both sides as they are and agree on the difference."""
    link = view.match.link or adopted_link(Kind.DOCUMENT, view.document.id, difference.booked.id)
    compared = difference.compared
    facts = accepted(compared.provet, compared.xero, agreed_facts(compared, link), difference.names)
    step = SetLink(link=msgspec.structs.replace(link, baseline=facts), label=view.posted.posting.label)
    words = "Both systems keep what they have; nothing is written"
    option_id = "use-xero" if difference.kind == "invoice.conflict" else "accept-xero"
    relies_on = relied(view, difference.booked, scene)
    return option(option_id, "Keep Xero's values", (step,), words, relies_on=relies_on, recommended=recommended)


def relied(view: View, booked: Document, scene: Scene) -> dict[str, str]:
    """The values of both sides that a change of a booked document relies on."""
    compared = compare(view, booked, scene)
    facts = {f"provet {name}": value for name, value in compared.provet.items()}
    facts |= {f"xero {name}": value for name, value in compared.xero.items()}
    facts["xero payments"] = ",".join(sorted(payment.id for payment in view.taken))
    facts["xero allocated"] = money(view.allocated)
    return facts
