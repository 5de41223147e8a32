"""Judges money and credit around the notes that correct documents which may not be edited (``late_credit``): refunds of
such a note, what of it is set against another document or against none, and payments that stay on a document which is
credited whole.
"""

from __future__ import annotations

import msgspec

from daemon.core.amounts import money
from daemon.core.by_hand import by_hand
from daemon.core.correction import Option, SetLink
from daemon.core.discrepancy import Policy, Subject
from daemon.core.findings import Case, document_subject, option, with_currency
from daemon.core.ledger import settlement
from daemon.core.matching import adopted_link
from daemon.core.model import ZERO, Kind, Payment
from daemon.core.payment_options import first_recommended, payment_subject, relied
from daemon.core.removed import removed_in_provet
from daemon.core.unpaired import unmatched_in_provet
from daemon.core.view import Scene, View


def given_back(view: View, scene: Scene) -> list[Case]:
    """The cases of money that went back: Provet's opposite rows, and refunds in Xero of what corrects the document.

    Two of one sum may be one; linked they are no case.
    """
    pairs = {(link.provet_id, link.xero_id) for link in scene.family.links if link.kind is Kind.PAYMENT}
    rows = [row for row in view.unmatched if not any((row.id, refund.id) in pairs for refund in view.refunds)]
    refunds = [refund for refund in view.refunds if not any((row.id, refund.id) in pairs for row in view.unmatched)]
    cases = []
    for row in tuple(rows):
        same = next((refund for refund in refunds if refund.amount == -settlement(view.document, row)), None)
        if same is not None:
            rows.remove(row)
            refunds.remove(same)
            cases.append(_twin(row, same, view))
    cases += unmatched_in_provet(view, rows)
    return cases + [_refund(refund, view, scene) for refund in refunds]


def _subject(view: View, row: Payment | None, refund: Payment) -> Subject:
    named = payment_subject(view, row, refund)
    label = f"Refund of {refund.amount} on {view.posted.posting.label}"
    return msgspec.structs.replace(named, label=label)


def _twin(row: Payment, refund: Payment, view: View) -> Case:
    step = SetLink(link=adopted_link(Kind.PAYMENT, row.id, refund.id), label=view.posted.posting.label)
    words = "The two are treated as one refund from now on; nothing is written to either system"
    subject = _subject(view, row, refund)
    return Case(
        kind="payment.probable_twin",
        subject=subject,
        amount=refund.amount,
        summary=f"{subject.label} stands in both systems without a link: in Xero on the note that corrects it",
        options=(option("link", "Link the two", (step,), words, relies_on=relied(row, refund), recommended=True),),
    )


def _refund(refund: Payment, view: View, scene: Scene) -> Case:
    """A refund that Provet does not have; no program enters money that goes out."""
    subject = _subject(view, None, refund)
    words = with_currency(refund.amount, scene.rules)
    hand = by_hand(
        "Enter it in Provet, or remove it in Xero",
        f"If {words} went back to the client: enter that in Provet on {view.posted.posting.label}",
        "If it did not: in Xero remove the refund from the credit note that corrects the invoice",
        relies_on=relied(None, refund),
        recommended=True,
    )
    return Case(
        kind="payment.missing_in_provet",
        subject=subject,
        amount=refund.amount,
        effect=-view.sign * refund.amount,
        summary=f"{subject.label} of {refund.date.isoformat()}, of the note that corrects it, is not in Provet",
        options=(hand,),
        policy=Policy.PERSON,
    )


def strayed(view: View, scene: Scene) -> list[Case]:
    """The case of what corrects a document and is set against another one."""
    if not view.strayed or view.booked is None:
        return []
    words, numbers = with_currency(view.strayed, scene.rules), _numbers(view, scene)
    hand = by_hand(
        "Take it off by hand in Xero",
        f"In Xero open {numbers} and remove the allocation to the other document",
        "If it is to settle that one: apply the same credit in Provet",
        relies_on={"xero strayed": str(view.strayed)},
        recommended=True,
    )
    return [
        Case(
            kind="credit.allocation_extra",
            subject=document_subject(view),
            amount=view.strayed,
            effect=-view.sign * view.strayed,
            summary=f"{words} of {numbers} is set against a document that it does not correct",
            options=(hand,),
        )
    ]


def loose(view: View, scene: Scene) -> list[Case]:
    """The case of what corrects a document and stays open beside it: clients see a debt that is none."""
    late = scene.late.get(view.xero.id, ()) if view.xero is not None else ()
    notes = [note for note in late if note.credit and note.balance > 0]
    if view.xero is None or not notes:
        return []
    due = view.xero.balance + sum((note.balance if note.credit else -note.balance for note in late), ZERO)
    amount = min(due, sum((note.balance for note in notes), ZERO))
    if amount <= 0:
        return []
    words, numbers = with_currency(amount, scene.rules), ", ".join(note.number for note in notes)
    hand = by_hand(
        "Allocate it by hand in Xero",
        f"In Xero open {numbers}, choose Allocate credit, and set {words} against {view.xero.number}",
        relies_on={"xero loose": money(amount)},
        recommended=True,
    )
    return [
        Case(
            kind="credit.allocation_missing",
            subject=document_subject(view),
            amount=amount,
            summary=f"{words} of {numbers}, which corrects {view.posted.posting.label}, is not set against it",
            options=(hand,),
            policy=Policy.PERSON,
        )
    ]


def _numbers(view: View, scene: Scene) -> str:
    return ", ".join(note.number for note in scene.late.get(view.booked.id if view.booked is not None else "", ()))


def still_paid(view: View, scene: Scene) -> list[Case]:
    """The cases of payments in Xero on a document that is void in Provet and credited whole; what was refunded of the
    credit is gone from them, the oldest first."""
    if view.booked is None or view.booked.gross or view.booked.id not in scene.late:
        return []
    back = sum((refund.amount for refund in view.refunds), ZERO)
    cases = []
    for payment in sorted(view.taken, key=lambda p: (p.date, p.id)):
        covered = min(back, payment.amount)
        back -= covered
        if covered < payment.amount:
            case = removed_in_provet(payment, view, scene)
            effect = view.sign * (payment.amount - covered)
            options = (*case.options, _refunding(payment, view, scene))
            cases.append(msgspec.structs.replace(case, effect=effect, options=_one_by_hand(options)))
    return cases


def _refunding(payment: Payment, view: View, scene: Scene) -> Option:
    account = scene.rules.account_prepayments or "of prepayment clearing"
    return by_hand(
        "Refund the credit in Xero",
        f"In Xero open {_numbers(view, scene)} and choose Cash refund: from the bank account if the money went back to"
        f" the client, from prepayment clearing, account {account}, if Provet keeps it as a prepayment",
        relies_on=relied(None, payment),
    )


def _one_by_hand(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Work by hand as one option that says all of it."""
    hands = [each for each in options if not each.steps]
    words = dict.fromkeys(word for each in reversed(hands) for word in each.consequences[:-1])
    hand = by_hand(hands[-1].title, *words, relies_on=hands[-1].relies_on)
    return first_recommended((*(each for each in options if each.steps), hand))
