"""Work that only people can do, as an option that writes nothing: what to do where.

Its discrepancy closes by itself once the work is seen; approving the option has both systems read again at once.
"""

from __future__ import annotations

from daemon.core.choices import BY_HAND
from daemon.core.correction import Option
from daemon.core.findings import option, with_currency
from daemon.core.late_credit import SPLIT
from daemon.core.model import Payment
from daemon.core.rules import Rules
from daemon.core.write_off import WRITE_OFF_CREDIT

CLOSES = "This closes by itself once it is seen done; approving it has both systems read again at once"


def by_hand(
    title: str, *instructions: str, relies_on: dict[str, str] | None = None, recommended: bool = False
) -> Option:
    """What a person does in the systems; ``instructions`` in their order."""
    return option(BY_HAND, title, (), *instructions, CLOSES, relies_on=relies_on, recommended=recommended)


def may_be_removed(payment: Payment, rules: Rules) -> bool:
    """Whether a Xero payment may be deleted: not bank-reconciled, in no batch, its day open."""
    return not payment.locked and not rules.closed(payment.date)


def why_it_stays(payment: Payment) -> str:
    """What keeps a payment that may not be removed."""
    if payment.batch_id == WRITE_OFF_CREDIT:
        return "a credit note"
    if payment.batch_id == SPLIT:
        return "in two parts"
    return "bank-reconciled or in a batch" if payment.locked else "in a closed period"


def removing(payment: Payment, number: str, rules: Rules) -> tuple[str, ...]:
    """How a person removes a Xero payment that no program may (docs/reference/xero.md 10.1)."""
    what = f"payment of {with_currency(payment.amount, rules)} dated {payment.date.isoformat()} on {number}"
    words = []
    if rules.closed(payment.date):
        words.append(
            f"The books are closed on {payment.date.isoformat()}: whoever closed them decides. Either they open the"
            " period for this and close it again, or the payment stays and is corrected in an open period"
        )
    if payment.batch_id == WRITE_OFF_CREDIT:
        words.append(f"In Xero open the credit note that writes off {number}, remove its allocation and void it")
    elif payment.batch_id == SPLIT:
        words.append(f"In Xero the {what} stands in two parts with one reference: delete both, under Options")
    elif payment.batch_id:
        words.append(
            f"In Xero open the batch of the {what}; under Options unreconcile it if it is matched, then delete it, and"
            " enter its other payments anew: they are linked to Provet's by themselves"
        )
    elif payment.reconciled:
        words.append(f"In Xero open the {what}; under Options choose Unreconcile, then Delete")
    else:
        words.append(f"In Xero open the {what}; under Options choose Delete")
    return tuple(words)


def kept_as_prepayment(rules: Rules) -> str:
    """Where money belongs that stays with the clinic without an invoice."""
    account = rules.account_prepayments or "of prepayment clearing"
    return f"If Provet keeps the money as a prepayment, code the bank line to prepayment clearing, account {account}"
