"""The correction of a document that may not be edited any more by a credit note or an invoice of its own; never
automatic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from daemon.core.amounts import rate_text
from daemon.core.by_hand import by_hand
from daemon.core.correction import Allocate, CreateDocument, Option, Posting, PostingLine, Step
from daemon.core.creation import renumbered
from daemon.core.discrepancy import shown
from daemon.core.family import correction_reference, linked
from daemon.core.findings import option, with_currency
from daemon.core.late_credit import late_key
from daemon.core.matching import free_number
from daemon.core.model import ZERO, Document, Kind, Line, System
from daemon.core.obstacles import linked_contact
from daemon.core.rules import Rules
from daemon.core.view import Scene, View

Sums = Mapping[tuple[str, str], tuple[Decimal, Decimal]]
"""(TaxType, account) -> gross and tax."""
_Line = Line | PostingLine


def credit_in_open_period(
    view: View, booked: Document, scene: Scene, relies_on: dict[str, str], *, void: bool = False
) -> tuple[Option, ...]:
    """Take back what a document has too much in Xero, or all of it where Provet voided it, unless credit is set against
    it, or it is paid and need not stay as it is; none where anything of it grew, or where Xero would not take it."""
    excess = _excess(booked.lines, () if void else view.posted.posting.lines)
    paid_late = scene.rules.closed(booked.date) and not (view.allocated or view.foreign or view.unseen)
    stays = void and view.touched and not paid_late
    if view.credit or not excess or stays or not _same_contact(view, booked, scene):
        return ()
    posting = _posting(view, booked, excess, scene, credit=True)
    left = max(min(posting.gross, view.own_left), ZERO)
    steps: list[Step] = [CreateDocument(posting=posting)]
    if left:
        label = f"{posting.number} on {view.posted.posting.label}"
        steps.append(
            Allocate(
                credit_id=posting.provet_id,
                invoice_id=view.document.id,
                amount=left,
                date=posting.date,
                already=ZERO,
                label=label,
            )
        )
    closed = scene.rules.closed(booked.date)
    title = f"Credit {with_currency(posting.gross, scene.rules)} on {posting.date.isoformat()}"
    words = _consequences(posting, booked, left, scene.rules)
    if void and view.taken:
        words.append(f"What is paid on {booked.number} stays for now; each payment is then told by itself")
    option_id = "credit-in-open-period" if closed else "supplement"
    return (option(option_id, title, steps, *words, relies_on=relies_on, recommended=True),)


def supplement(view: View, booked: Document, scene: Scene, relies_on: dict[str, str]) -> tuple[Option, ...]:
    """Invoice apart what a document has too little in Xero; none where anything of it is less, or where Xero would not
    take the invoice."""
    growth = _less_of(booked.lines, view.posted.posting.lines)
    if view.credit or view.unseen or not growth or not _same_contact(view, booked, scene):
        return ()
    posting = _posting(view, booked, growth, scene, credit=False)
    vat = with_currency(sum(posting.tax_by_rate.values(), ZERO), scene.rules)
    gross, day = with_currency(posting.gross, scene.rules), posting.date.isoformat()
    closed = " and its closed period" if scene.rules.closed(booked.date) else ""
    words = (
        f"{booked.number} of {booked.date.isoformat()}{closed} stays as it was reported",
        f"{posting.number} raises income in the period of {day}, and the VAT return of that period by {vat}",
        f"The client owes {gross} more in Xero, as in Provet; {posting.number} counts as part of {booked.number}",
    )
    steps = (CreateDocument(posting=posting),)
    title = f"Invoice {gross} on {day}"
    return (option("supplement", title, steps, *words, relies_on=relies_on, recommended=True),)


def _same_contact(view: View, booked: Document, scene: Scene) -> bool:
    """Whether what corrects a document would go to the document's own contact, and Xero takes new documents of that."""
    link = linked(scene.family.links, Kind.CONTACT, provet_id=view.document.contact_id)
    contact = linked_contact(view.document.contact_id, scene)
    return link is not None and link.xero_id == booked.contact_id and not (contact is not None and contact.archived)


def left_to_people(
    view: View, booked: Document, scene: Scene, relies_on: dict[str, str], *, recommended: bool
) -> Option:
    """What people can do about amounts that no program may change."""
    day, rules = max(scene.rules.first_open_day, booked.date).isoformat(), scene.rules
    numbers = ", ".join(note.number for note in scene.late.get(booked.id, ()))
    why = f"{booked.number} is dated {booked.date.isoformat()}: whoever closed its period decides whether to open it"
    if not rules.closed(booked.date):
        why = f"What is set against {booked.number} in Xero, {numbers or 'money or credit'}, must come off there first"
    contact = linked_contact(view.document.contact_id, scene)
    concerned = {booked.contact_id, contact.id if contact is not None else ""}
    archived = [c for c in scene.family.contacts if c.system is System.XERO and c.id in concerned and c.archived]
    if archived:
        why = f"{shown(archived[0].name)} is archived in Xero: restore it there first"
    return by_hand(
        "Correct it by hand",
        f"{why}; the change can then go to Xero from here",
        f"If it stays: in Provet take the change back, and credit or invoice it on or after {day}",
        relies_on=relies_on,
        recommended=recommended,
    )


def _consequences(posting: Posting, booked: Document, left: Decimal, rules: Rules) -> list[str]:
    vat = with_currency(sum(posting.tax_by_rate.values(), ZERO), rules)
    day, rest = posting.date.isoformat(), posting.gross - left
    closed = " and its closed period" if rules.closed(booked.date) else ""
    words = [
        f"{booked.number} of {booked.date.isoformat()}{closed} stays as it was reported",
        f"{posting.number} lowers income in the period of {day}, and the VAT return of that period by {vat}",
    ]
    words += [f"{with_currency(left, rules)} of it is set against {booked.number}"] if left else []
    words += [f"{with_currency(rest, rules)} of it stays with the client as credit"] if rest else []
    return words


def _excess(has: Sequence[Line], wanted: Sequence[PostingLine]) -> Sums:
    """What a document has more than is wanted, by account where that tells; nothing where it has less of anything."""
    return _more(has, wanted, ()) or _more(has, wanted, has)


def _less_of(has: Sequence[Line], wanted: Sequence[PostingLine]) -> Sums:
    """What a document has less than is wanted, likewise."""
    return _more(wanted, has, ()) or _more(wanted, has, wanted)


def _more(more: Sequence[_Line], less: Sequence[_Line], main: Sequence[_Line]) -> Sums:
    """What the first have more than the second, by account; by the main account of each TaxType where ``main`` lines
    tell that, and where these have none of it, by what the others have."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for sign, lines in ((1, more), (-1, less)):
        for line in lines:
            key = (line.tax_code, _main_account(line.tax_code, main, (*more, *less)) if main else line.account)
            gross, tax = sums.get(key, (ZERO, ZERO))
            sums[key] = (gross + sign * line.gross, tax + sign * line.tax)
    found = {key: each for key, each in sums.items() if any(each)}
    return found if all(gross > 0 and tax >= 0 for gross, tax in found.values()) else {}


def _main_account(code: str, *lines: Sequence[_Line]) -> str:
    """The account that bears most of a TaxType, in the first lines that have any of it."""
    for each in lines:
        found: dict[str, Decimal] = {}
        for line in each:
            if line.tax_code == code:
                found[line.account] = found.get(line.account, ZERO) + line.gross
        if found:
            return max(found, key=lambda account: (found[account], account))
    return ""


def _posting(view: View, booked: Document, excess: Sums, scene: Scene, *, credit: bool) -> Posting:
    day, taxes = max(scene.rules.first_open_day, booked.date), defaultdict[str, Decimal](lambda: ZERO)
    for (code, _), (_, tax) in excess.items():
        taxes[rate_text(scene.rules.tax_rates.get(code, ZERO))] += tax
    posting = Posting(
        provet_id="",
        credit=credit,
        number=f"{booked.number}-{'C' if credit else 'S'}1",
        reference=correction_reference(view.document.id),
        client_id=view.document.contact_id,
        date=day,
        due_date=day if credit else max(day, view.posted.posting.due_date),
        gross=sum((gross for gross, _ in excess.values()), ZERO),
        tax_by_rate={rate: tax for rate, tax in sorted(taxes.items()) if tax},
        lines=tuple(_line(booked, *key, *sums) for key, sums in excess.items()),
        label=f"Correction of {view.posted.posting.label}",
    )
    documents = (*scene.family.documents, *scene.late.get(booked.id, ()))
    posting = renumbered(posting, free_number(posting, msgspec.structs.replace(scene.family, documents=documents)))
    return msgspec.structs.replace(posting, provet_id=late_key(posting.number))


def _line(booked: Document, tax_code: str, account: str, gross: Decimal, tax: Decimal) -> PostingLine:
    return PostingLine(
        description=f"Correction of {booked.number}",
        gross=gross,
        tax=tax,
        tax_code=tax_code,
        account=account,
        unit_gross=gross,
    )
