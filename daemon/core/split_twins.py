"""Money that may have been typed in on both sides in other portions: 30 and 20 in one system, 50 in the other."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.core.amounts import money
from daemon.core.booking import from_xero, payment_step
from daemon.core.by_hand import by_hand, may_be_removed
from daemon.core.correction import Option, Step
from daemon.core.findings import Case, option, with_currency
from daemon.core.ledger import settlement
from daemon.core.mappings import payment_account
from daemon.core.model import ZERO, Payment
from daemon.core.payment_options import payment_subject, relied
from daemon.core.removal import delete_step
from daemon.core.view import Scene, View


def split_twins(view: View, scene: Scene) -> list[Case]:
    """The case of all payments of a document that stand on one side alone, where both sides add up to the same; none
    where they do not."""
    mine = [payment for payment in view.payments.provet_only if not from_xero(payment, scene.rules)]
    theirs = view.payments.xero_only
    total = sum((settlement(view.document, payment) for payment in mine), ZERO)
    if not mine or not theirs or total != sum((payment.amount for payment in theirs), ZERO):
        return []
    subject = payment_subject(view, mine[0], None)
    provet = " + ".join(money(settlement(view.document, payment)) for payment in mine)
    xero = " + ".join(money(payment.amount) for payment in theirs)
    again = _in_their_place(view, mine, theirs, scene)
    hand = _by_hand(mine, theirs, with_currency(2 * total, scene.rules), recommended=not again)
    return [
        Case(
            kind="payment.probable_twin",
            subject=subject,
            amount=total,
            summary=f"{view.posted.posting.label} has {provet} in Provet and {xero} in Xero without a link: probably"
            " the same money, typed in on both sides in other portions",
            options=(*again, hand),
        )
    ]


def _in_their_place(view: View, mine: Sequence[Payment], theirs: Sequence[Payment], scene: Scene) -> tuple[Option, ...]:
    """Xero gets Provet's portions in place of its own, where nothing of that is locked, closed or unmapped."""
    accounts = [payment_account(payment.method, scene.rules) for payment in mine]
    lawful = all(may_be_removed(payment, scene.rules) for payment in theirs)
    lawful = lawful and not any(scene.rules.closed(payment.date) for payment in mine)
    if not lawful or view.supplements or any(gap is not None for _, gap in accounts):
        return ()
    steps: tuple[Step, ...] = (
        *(delete_step(payment, view) for payment in theirs),
        *(
            payment_step(view, payment, account, settlement(view.document, payment))
            for payment, (account, _) in zip(mine, accounts, strict=True)
        ),
    )
    words = (
        f"Xero's payments are removed and entered anew as Provet has them; {view.posted.posting.label} owes the same"
    )
    title = "They are the same money: enter Provet's portions in Xero"
    return (option("recreate-payment", title, steps, words, relies_on=_relied(mine, theirs), recommended=True),)


def _by_hand(mine: Sequence[Payment], theirs: Sequence[Payment], both: str, *, recommended: bool) -> Option:
    return by_hand(
        "Settle it by hand",
        "If they are the same money: make the portions of one system those of the other; equal sums can then be linked",
        f"If they are different payments, {both} in all: enter one of them in the other system by hand, which is then"
        " offered to be linked; the rest follows",
        relies_on=_relied(mine, theirs),
        recommended=recommended,
    )


def _relied(mine: Sequence[Payment], theirs: Sequence[Payment]) -> dict[str, str]:
    facts = [(payment.id, relied(payment, None)) for payment in mine]
    facts += [(payment.id, relied(None, payment)) for payment in theirs]
    return {f"{name} {id_}": value for id_, own in facts for name, value in own.items()}
