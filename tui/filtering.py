"""What a person types into the filter, as a query: free words and field terms such as ``kind:payment amount>100``."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import msgspec

from daemon.core.discrepancy import Policy, Status
from daemon.protocol import TEXT_MAX, ListQuery

TERMS = "words kind:payment -kind:contact amount>100 status:all"

_TERM = re.compile(r"(?P<not>-?)(?P<field>kind|practice|status|policy|cause|amount)(?P<op>[:=]|[<>]=?)(?P<value>.*)")
_CENT = Decimal("0.01")
_LIMIT = Decimal(10) ** 12


class FilterError(ValueError):
    """A term that cannot be understood; the message says which and why."""


def parse_filter(text: str, base: ListQuery) -> ListQuery:
    """``base`` narrowed by what was typed. Raises ``FilterError``; half-typed terms (``kind:``) are left out."""
    fields: dict[str, object] = {}
    words: list[str] = []
    for term in text.split():
        if match := _TERM.fullmatch(term):
            if match["value"]:
                _add(fields, match, term)
        else:
            words.append(term)
    return msgspec.structs.replace(base, **fields, text=" ".join(words)[:TEXT_MAX])


def _add(fields: dict[str, object], match: re.Match[str], term: str) -> None:
    field, value = match["field"], match["value"].casefold()
    if field == "amount":
        _add_amount(fields, match["op"], value, term)
    elif match["op"] not in ":=" or (match["not"] and field != "kind"):
        raise FilterError(f"{term}: write {field}:{value}")
    elif field == "kind" and match["not"]:
        fields["kind_not"] = (*_texts(fields.get("kind_not")), value)
    elif field == "status":
        fields["status"] = _statuses(value, term)
    elif field == "policy":
        fields["policy"] = _one_of(value.replace("-", "_"), [policy.value for policy in Policy], term)
    else:
        fields[field] = value


def _add_amount(fields: dict[str, object], op: str, value: str, term: str) -> None:
    try:
        amount = Decimal(value.replace(",", ""))
    except InvalidOperation:
        raise FilterError(f"{term}: {value} is no amount") from None
    if not amount.is_finite() or abs(amount) >= _LIMIT:
        raise FilterError(f"{term}: {value} is no amount")
    if op in {">", ">=", ":", "="}:
        fields["min_amount"] = amount + _CENT if op == ">" else amount
    if op in {"<", "<=", ":", "="}:
        fields["max_amount"] = amount - _CENT if op == "<" else amount


def _statuses(value: str, term: str) -> tuple[str, ...]:
    if value == "all":
        return ()
    return tuple(_one_of(part, [status.value for status in Status], term) for part in value.split(",") if part)


def _one_of(value: str, known: list[str], term: str) -> str:
    found = [name for name in known if name.startswith(value)]
    if not found:
        raise FilterError(f"{term}: one of {', '.join(known)}")
    return found[0]


def _texts(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
