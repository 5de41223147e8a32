"""What a person types into the filter, as a query: free words and field terms such as ``kind:payment amount>100``.

``-`` or ``!`` before a term takes out what it names. The daemon filters; here words are only read, and completed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import msgspec

from daemon.core.discrepancy import Policy, Status
from daemon.core.kinds import KINDS
from daemon.protocol import TEXT_MAX, ListQuery
from tui.drawing import WIDE
from tui.nearest import nearest, unknown_term

TERMS = "words kind:payment -kind:contact amount>100 practice:… status:snoozed assignee:me age>7d"
_TERMS_NARROW = "words kind:payment -kind:… amount>100 age>7d status:… assignee:me"

KNOWN_TERMS = "words kind: practice: status: policy: assignee: client: cause: amount> age>"

_FIELDS = ("kind", "practice", "status", "policy", "assignee", "client", "cause", "amount", "age")
_TERM = re.compile(rf"(?P<not>[-!]?)(?P<field>{'|'.join(_FIELDS)})(?P<op>[:=]|[<>]=?)(?P<value>.*)")
_COMPARED = re.compile(r"[-!]?[a-z_]+[<>]=?.*")
"""What can only be meant as a field term: words without a space around ``<`` or ``>``."""
_AGE = re.compile(r"(\d{1,4})(min|h|d|w)")
_UNITS = {"min": dt.timedelta(minutes=1), "h": dt.timedelta(hours=1), "d": dt.timedelta(1), "w": dt.timedelta(7)}
_CENT = Decimal("0.01")
_LIMIT = Decimal(10) ** 12
_WORD_MAX = 64
_ONE_WORD = ("client", "cause")
_BY_ID = {
    "client": "client: takes Provet's number of a client, a name is typed as it is",
    "cause": "cause: takes the id of a discrepancy, b groups by cause",
}
_EVERY_KIND = tuple(sorted({*KINDS, *(kind.partition(".")[0] for kind in KINDS)}))


class FilterError(ValueError):
    """A term that cannot be understood; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a filter's words can refer to: the practices, who types, and the present in UTC."""

    practices: Sequence[str] = ()
    login: str = ""
    now: dt.datetime = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

    def values(self, field: str) -> Sequence[str]:
        """The words that a field knows; none if it takes anything."""
        return {
            "kind": _EVERY_KIND,
            "practice": self.practices,
            "status": (*Status, "all"),
            "policy": tuple(Policy),
            "assignee": ("me", "none"),
            "client": ("none",),
            "cause": ("none",),
        }.get(field, ())


def parse_filter(text: str, base: ListQuery, known: Known) -> ListQuery:
    """``base`` narrowed by what was typed. Raises ``FilterError``; half-typed terms (``kind:``) are left out."""
    fields: dict[str, object] = {}
    words: list[str] = []
    for term in text.split():
        if match := _TERM.fullmatch(term):
            if match["value"]:
                _Reading(fields, match, term, known).add()
        elif _COMPARED.fullmatch(term):
            raise FilterError(f"{term[:_WORD_MAX]}: only amount and age can be compared{_did_you_mean(term)}")
        elif term[0] in "-!" and len(term) > 1:
            _append(fields, "text_not", term[1:][:_WORD_MAX])
        else:
            words.append(term)
    return msgspec.structs.replace(base, **fields, text=" ".join(words)[:TEXT_MAX])


def hint(width: int) -> str:
    """What can be typed, for a line of that width."""
    return f"/ filter: {TERMS if width >= WIDE else _TERMS_NARROW}"


def misread(text: str) -> str:
    """What may be wrong with a filter that finds nothing, as an addition; "" if nothing can be said."""
    if found := unknown_term(text, _FIELDS):
        return found
    for field, says in _BY_ID.items():
        if f"{field}:" in text and f"{field}:none" not in text:
            return f": {says}"
    return "" if "status:" in text else " that is open; status:all looks everywhere"


def candidates(text: str, known: Known) -> list[str]:
    """What the last word could become, as whole terms; none if it is complete or free text."""
    last = text.rpartition(" ")[2]
    bare = last.lstrip("-!")
    sign = last[: len(last) - len(bare)]
    field, colon, typed = bare.partition(":")
    if colon and field in _FIELDS:
        return [f"{sign}{field}:{value}" for value in known.values(field) if value.startswith(typed) and value != typed]
    shown = [f"{field}>" if field in {"amount", "age"} else f"{field}:" for field in _FIELDS]
    return [f"{sign}{field}" for field in shown if field.startswith(bare) and field != bare]


def offered(text: str, known: Known, room: int) -> str:
    """What the last word could become, in ``room`` columns: values alone, and how many do not fit."""
    found = [each.partition(":")[2] or each for each in candidates(text, known)]
    shown = found
    while shown and len(line := _offer(shown, len(found))) > room:
        shown = shown[:-1]
    return line if shown else ""


def _offer(shown: Sequence[str], count: int) -> str:
    more = f"  +{count - len(shown)} more: type on" if len(shown) < count else ""
    return f"Tab: {'  '.join(shown)}{more}"


def completed(text: str, known: Known) -> str:
    """The text with its last word completed as far as all candidates agree."""
    found = candidates(text, known)
    if not found:
        return text
    last = text.rpartition(" ")[2]
    agreed = found[0]
    for each in found[1:]:
        agreed = next((agreed[:n] for n in range(len(agreed), 0, -1) if each.startswith(agreed[:n])), "")
    return text[: len(text) - len(last)] + max(agreed, last, key=len)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One field term on its way into the fields of a query."""

    fields: dict[str, object]
    match: re.Match[str]
    term: str
    known: Known

    def add(self) -> None:
        field, value, refused = self.match["field"], self.match["value"].casefold(), bool(self.match["not"])
        if field == "amount":
            self._amount(value)
        elif field == "age":
            self._age(value)
        elif self.match["op"] not in ":=":
            raise FilterError(f"{self.term}: write {field}:{value}")
        elif field == "status":
            self._status(value, refused=refused)
        elif field in _ONE_WORD:
            if refused:
                raise FilterError(f"{self.term}: {field} cannot be taken out")
            self._set(field, value[:_WORD_MAX])
        else:
            found = self._value(field, value)
            _append(self.fields, f"{field}_not", found) if refused else self._set(field, found)

    def _value(self, field: str, value: str) -> str:
        if field == "assignee":
            return self.known.login if value == "me" and self.known.login else value[:_WORD_MAX]
        if field == "kind" and value not in _EVERY_KIND:
            return self._kind(value)
        return self._one_of(value.replace("-", "_") if field == "policy" else value, self.known.values(field))

    def _kind(self, value: str) -> str:
        """What a beginning means: the group that all that begin so are of, else the only kind; else an ending's."""
        found = [kind for kind in _EVERY_KIND if kind.startswith(value)]
        if not found:
            found = [kind for kind in _EVERY_KIND if kind.partition(".")[2].startswith(value)]
            return self._only(found, _EVERY_KIND)
        groups = {kind.partition(".")[0] for kind in found}
        if len(groups) == 1 and "." not in value:
            return groups.pop()
        return self._only(found, _EVERY_KIND)

    def _one_of(self, value: str, every: Sequence[str]) -> str:
        if value in every:
            return value
        return self._only([name for name in every if name.startswith(value)], every)

    def _only(self, found: Sequence[str], every: Sequence[str]) -> str:
        if len(found) == 1:
            return str(found[0])
        which = ", ".join(found or every)
        raise FilterError(f"{self.term}: {'which of' if found else 'one of'} {which}")

    def _set(self, field: str, value: object) -> None:
        if self.fields.setdefault(field, value) != value:
            raise FilterError(f"{self.term}: {field} is said twice")

    def _status(self, value: str, *, refused: bool) -> None:
        every = tuple(Status)
        named = {self._one_of(part, (*every, "all")) for part in value.split(",") if part}
        chosen = every if "all" in named else tuple(status for status in every if status in named)
        if refused:
            chosen = tuple(status for status in every if status not in chosen)
            if not chosen:
                raise FilterError(f"{self.term}: nothing is left")
        self._set("status", () if len(chosen) == len(every) else tuple(status.value for status in chosen))

    def _amount(self, value: str) -> None:
        try:
            amount = Decimal(value.replace(",", ""))
        except InvalidOperation:
            raise FilterError(f"{self.term}: {value} is no amount") from None
        if not amount.is_finite() or abs(amount) >= _LIMIT:
            raise FilterError(f"{self.term}: {value} is no amount")
        op = self._turned()
        if op in {">", ">=", ":", "="}:
            self.fields["min_amount"] = amount + _CENT if op == ">" else amount
        if op in {"<", "<=", ":", "="}:
            self.fields["max_amount"] = amount - _CENT if op == "<" else amount

    def _age(self, value: str) -> None:
        """An age is told from when it was first seen: older than a week is seen before the day a week ago."""
        match, op = _AGE.fullmatch(value), self._turned()
        if not match or op in ":=":
            raise FilterError(f"{self.term}: write age>7d or age<2h (min, h, d, w)")
        moment = self.known.now - int(match[1]) * _UNITS[match[2]]
        self.fields["seen_before" if op[0] == ">" else "seen_from"] = moment

    def _turned(self) -> str:
        """The comparison, turned round by a sign before the term."""
        op = self.match["op"]
        if not self.match["not"]:
            return op
        if op in ":=":
            raise FilterError(f"{self.term}: write {self.match['field']}> or <")
        return {">": "<=", "<": ">=", ">=": "<", "<=": ">"}[op]


def _did_you_mean(term: str) -> str:
    near = nearest(re.split("[<>]", term.lstrip("-!"))[0], ("amount", "age"))
    return f": did you mean {near}?" if near else ""


def _append(fields: dict[str, object], name: str, value: str) -> None:
    before = fields.get(name)
    fields[name] = (*(before if isinstance(before, tuple) else ()), value)
