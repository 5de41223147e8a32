"""The grammar of the commands that decide."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from tui import deciding
from tui.session import Session
from tui.times import FORMS

Command = Callable[[Session, argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]


def add_decisions(add: Add) -> None:
    """The decisions on one discrepancy."""
    approve = _on_one(add, "approve", deciding.approve, "approve a correction")
    approve.add_argument("--option", metavar="O", default="", help="else the recommended one")
    _add_following(approve)
    _add_following(_on_one(add, "undo", deciding.undo, "correct back what was applied; it re-opens for a person"))
    _add_reason(_on_one(add, "reject", deciding.reject, "refuse a correction until the facts change"))
    _add_until(_on_one(add, "snooze", deciding.snooze, "out of sight until a time, or until the facts change"))
    _add_terms(_on_one(add, "waive", deciding.waive, "accept the difference until it grows or a day has passed"))
    comment = _on_one(add, "comment", deciding.comment, "add a comment to the history")
    comment.add_argument("text", metavar="TEXT")
    assign = _on_one(add, "assign", deciding.assign, "say who looks after it")
    assign.add_argument("user", metavar="USER", nargs="?", help='else yourself; "" takes the assignment away')


def add_bulk(add: Add, parser: type[argparse.ArgumentParser], globals_: argparse.ArgumentParser) -> None:
    """One decision on all open discrepancies that a filter lets through."""
    bulk = add("bulk", deciding.bulk, "decide on many at once, after a summary of count and money")
    subparsers = bulk.add_subparsers(metavar="DECISION", dest="decision", required=True, parser_class=parser)
    texts = {
        "approve": "approve the recommended option of each, or the one named",
        "reject": "refuse until the facts change",
        "snooze": "out of sight until a time, or until the facts change",
        "waive": "accept the differences; each re-opens if it grows or the day passes",
    }
    for name, text in texts.items():
        sub = subparsers.add_parser(name, help=text, description=text, parents=[globals_], allow_abbrev=False)
        for option, metavar in (("practice", "P"), ("kind", "K"), ("cause", "ID"), ("text", "TEXT")):
            sub.add_argument(f"--{option}", metavar=metavar, default="")
        sub.add_argument("--yes", action="store_true", help="decide without asking")
        _OWN[name](sub)


def _on_one(add: Add, name: str, command: Command, text: str) -> argparse.ArgumentParser:
    parser = add(name, command, text)
    parser.add_argument("id", metavar="ID")
    return parser


def _add_following(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--expect", metavar="FINGERPRINT", default="", help="refuse if it is another by now")
    parser.add_argument("--wait", action="store_true", help="return when it is applied, or cannot be")


def _add_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--option", metavar="O", default="", help="else the recommended one of each")


def _add_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="TEXT", required=True)


def _add_until(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--until", metavar="TIME", required=True, help=FORMS)


def _add_terms(parser: argparse.ArgumentParser) -> None:
    _add_reason(parser)
    parser.add_argument("--ceiling", metavar="AMOUNT", type=_amount, help="else what the difference is now")
    parser.add_argument("--until", metavar="DATE", type=_day, help="the last day, YYYY-MM-DD")


_OWN = {"approve": _add_option, "reject": _add_reason, "snooze": _add_until, "waive": _add_terms}


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount: write it like 12.50") from None


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it like 2026-03-31") from None
