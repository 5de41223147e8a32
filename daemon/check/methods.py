"""Whether payments have somewhere to go: each method with an account that takes payments, and the one for Xero's."""

from __future__ import annotations

from daemon.check.accounts import active_account
from daemon.check.problems import Findings
from daemon.check.seen import Seen
from daemon.core.ledger import CONSOLIDATED, CREDIT_APPLIED, PREPAYMENT_USED
from daemon.core.methods import method_name
from daemon.provet.reference import PaymentMethod
from daemon.settings import PracticeSettings

NOT_CASH = ("3", "5", "6", "8", "9", "10", "12", "15")
"""Payment types that are not plain cash (docs/reference/provet.md 2.10)."""
_BOOKED_BY_RULE = frozenset({CONSOLIDATED, CREDIT_APPLIED, PREPAYMENT_USED})


def judge_methods(found: Findings, practice: PracticeSettings, seen: Seen) -> None:
    """The table ``payments`` and the method "Xero payments" (docs/reference/provet.md P-12)."""
    if seen.xero.reference is not None:
        for kind, code in practice.payments.items():
            _judge_account(found, practice, kind, code, seen)
    provet = seen.provet.reference
    if provet is not None and provet.payment_methods is not None:
        methods = {method.code: method for method in provet.payment_methods if not method.archived}
        _judge_own(found, practice, methods)
        _judge_known(found, practice, methods, provet.method_names)


def _judge_account(found: Findings, practice: PracticeSettings, kind: str, code: str, seen: Seen) -> None:
    key = found.key("payments", kind)
    account = active_account(found, key, code, seen.xero.accounts)
    if account is None:
        return
    if not account.takes_payments:
        mend = f'tick "Enable payments to this account" in Xero, or name another in {key}'
        found.error(f"{key}: account {account.code} {account.name} takes no payments", mend)
    elif account.type == "BANK" and kind in (*NOT_CASH, *practice.provet.write_off_types):
        own = seen.provet.reference.method_names if seen.provet.reference is not None else {}
        mend = f"name a clearing or expense account in {key}"
        found.warn(f"{key}: {method_name(kind, own)} is not cash, but goes to the bank account {account.name}", mend)


def _judge_own(found: Findings, practice: PracticeSettings, methods: dict[str, PaymentMethod]) -> None:
    kind = practice.provet.xero_payment_type
    method = methods.get(kind)
    key = found.key("provet", "xero_payment_type")
    if method is None:
        mend = f'create the payment method "Xero payments" in Provet and put its code into {key}'
        found.error(f"Provet has no payment method {kind}, which payments from Xero are to get", mend)
    elif "xero" not in method.name.casefold():
        mend = f'use a method of its own named "Xero payments", and put its code into {key}'
        found.warn(f"payments from Xero get Provet's method {kind} ({method.name}), which is not named for it", mend)


def _judge_known(
    found: Findings, practice: PracticeSettings, methods: dict[str, PaymentMethod], own: dict[str, str]
) -> None:
    strangers = [kind for kind in practice.payments if kind not in methods]
    if strangers:
        mend = f"take them out of {found.key('payments')}, or restore the methods in Provet"
        named = ", ".join(f"{method_name(kind, own)} ({kind})" for kind in strangers)
        found.warn(f"payment types without a method in Provet: {named}", mend)
    expected = methods.keys() - practice.payments.keys() - _BOOKED_BY_RULE - {practice.provet.xero_payment_type}
    unmapped = [f"{methods[kind].name} ({kind})" for kind in methods if kind in expected]
    if unmapped:
        mend = f"add those in use to {found.key('payments')}"
        found.warn(f"payment methods without an account, whose payments would wait: {', '.join(unmapped)}", mend)
