"""Whether every account that the settings name exists in Xero, is active, and may be used for what it is meant for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from daemon.check.problems import Findings
from daemon.check.seen import Seen
from daemon.settings import PracticeSettings
from daemon.xero.reference import Account

_BANK = "BANK"
_NAMED = 10


def judge_accounts(found: Findings, practice: PracticeSettings, seen: Seen) -> None:
    """Accounts of lines and clearing, and Provet's account numbers against Xero's codes."""
    if seen.xero.reference is None:
        return
    accounts = seen.xero.accounts
    lines = {"default": practice.accounts.default, "rounding": practice.accounts.rounding}
    for key, code in lines.items():
        _judge_line(found, found.key("accounts", key), code, accounts)
    for number, code in practice.accounts.by_number.items():
        _judge_line(found, found.key("accounts", "by_number", number), code, accounts)
    for key in ("prepayment_clearing", "consolidation_clearing"):
        if key != "consolidation_clearing" or practice.consolidated != "originals":
            _judge_clearing(found, found.key("accounts", key), getattr(practice.accounts, key), accounts)
    if seen.provet.catalogue is not None:
        numbers = set(seen.provet.catalogue.account_numbers.values()) - {""}
        used = set(seen.provet.catalogue.accounts.values()) - {""}
        _judge_numbers(found, practice, accounts, numbers, used)


def active_account(found: Findings, key: str, code: str, accounts: Mapping[str, Account]) -> Account | None:
    """The active account of that code or id; says what is wrong when there is none."""
    account = accounts.get(code) or accounts.get(code.lower())
    if account is None:
        found.error(f"{key}: Xero has no account {code}", f"create it in Xero, or name another in {key}")
        return None
    if not account.active:
        found.error(f"{key}: account {_name(account)} is archived", f"restore it in Xero, or name another in {key}")
        return None
    return account


def _judge_line(found: Findings, key: str, code: str, accounts: Mapping[str, Account]) -> None:
    account = active_account(found, key, code, accounts)
    if account is not None and (reason := _no_line(account)):
        found.error(f"{key}: account {_name(account)} {reason}", f"name an account of your own in {key}")


def _no_line(account: Account) -> str:
    """Why an account cannot stand on a line of an invoice (docs/reference/xero.md 13.2), "" if it can."""
    if account.type == _BANK:
        return "is a bank account, which invoice lines cannot name"
    return f"is Xero's own {account.system_account} account" if account.system_account else ""


def _judge_clearing(found: Findings, key: str, code: str, accounts: Mapping[str, Account]) -> None:
    account = active_account(found, key, code, accounts)
    if account is None:
        return
    if account.type == _BANK:
        mend = f"name a current liability account in {key}"
        found.error(f"{key}: clearing account {_name(account)} is a bank account", mend)
    elif not account.takes_payments:
        mend = 'tick "Enable payments to this account" in Xero'
        found.error(f"{key}: clearing account {_name(account)} takes no payments", mend)
    elif account.system_account:
        found.error(
            f"{key}: {_name(account)} is Xero's own {account.system_account} account",
            f"name an account of your own in {key}",
        )


def _judge_numbers(
    found: Findings, practice: PracticeSettings, accounts: Mapping[str, Account], numbers: set[str], used: set[str]
) -> None:
    """Provet's account numbers should be Xero's codes (docs/reference/provet.md P-14); items need theirs to be."""
    table = practice.accounts.by_number
    mend = f"create the codes in Xero, or map the numbers in {found.key('accounts', 'by_number')}"
    for number in sorted(used - table.keys()):
        account = accounts.get(number)
        if account is None or not account.active:
            found.error(f"items of Provet name account number {number}, which is no active code in Xero", mend)
        elif reason := _no_line(account):
            found.error(f"items of Provet name account number {number}: {_name(account)} {reason}", mend)
    others = sorted(number for number in numbers - used - table.keys() if number not in accounts)
    if others:
        found.warn(f"account numbers of Provet without that code in Xero: {_listed(others)}", mend)
    strangers = sorted(table.keys() - numbers) if numbers else []
    if strangers:
        text = f"accounts.by_number maps numbers that Provet does not have: {_listed(strangers)}"
        found.warn(text, f"take them out of {found.key('accounts', 'by_number')}")


def _listed(names: Iterable[str]) -> str:
    named = list(names)
    return ", ".join(named[:_NAMED]) + (f" and {len(named) - _NAMED} more" if len(named) > _NAMED else "")


def _name(account: Account) -> str:
    return f"{account.code} {account.name}".strip()
