"""The ``where`` language of lists (``docs/reference/xero.md`` 5.5): text to predicate, with Xero's parse errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from daemon.sandbox.xero.errors import Fault, bad_query
from daemon.sandbox.xero.wire import is_guid

R = TypeVar("R")
DEEPEST = 40
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|"")*")|(?P<char>'[^']*')|(?P<number>-?\d+(?:\.\d+)?)[mM]?"""
    r"""|(?P<op>==|!=|<=|>=|&&|\|\||[=<>(),.!])|(?P<name>[A-Za-z_]\w*))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}
_SEARCH: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}
_WORDS = {"and": "&&", "or": "||"}


@dataclass(frozen=True, slots=True)
class Property(Generic[R]):
    """A property that can be asked for. ``kind``: String, Decimal, DateTime, Guid or Boolean."""

    kind: str
    get: Callable[[R], Any]


Properties = Mapping[str, Property[R]]


@dataclass(frozen=True, slots=True)
class _Operand(Generic[R]):
    kind: str
    get: Callable[[R], Any]
    name: str = ""


def comparable(value: Any) -> Any:
    """A property's value in the form in which literals are compared: text folded, dates as naive date-times."""
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  a calendar date has no zone
    return value


def parse_where(text: str, properties: Properties[R], noun: str) -> Callable[[R], bool]:
    """The predicate that ``text`` describes; raises ``Fault`` 16 where it does not parse."""
    parser = _Parser(_tokens(text), properties, noun)
    predicate = parser.either(0)
    parser.finish()
    return predicate


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, place = [], 0
    end = len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise bad_query(f"Syntax error '{text[place:].lstrip()[:1]}'")
        kind = match.lastgroup or ""
        word = match[kind]
        if kind == "char" and len(word) != 3:
            raise bad_query("Character literal must contain exactly one character")
        operator = _WORDS.get(word.lower()) if kind == "name" else None
        tokens.append(("op", operator) if operator else (kind, word))
        place = match.end()
    return tokens


class _Parser(Generic[R]):
    """Recursive descent: or, and, comparison, operand."""

    def __init__(self, tokens: list[tuple[str, str]], properties: Properties[R], noun: str) -> None:
        self._tokens = tokens
        self._at = 0
        self._properties = {name.lower(): found for name, found in properties.items()}
        self._noun = noun

    def finish(self) -> None:
        if self._at < len(self._tokens):
            raise bad_query("Syntax error")

    def either(self, depth: int) -> Callable[[R], bool]:
        parts = [self._both(depth)]
        while self._take("||"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _both(self, depth: int) -> Callable[[R], bool]:
        parts = [self._one(depth)]
        while self._take("&&"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _one(self, depth: int) -> Callable[[R], bool]:
        if depth > DEEPEST:
            raise bad_query("Expression too complex")
        if self._take("!"):
            inner = self._one(depth + 1)
            return lambda row: not inner(row)
        if self._take("("):
            inner = self.either(depth + 1)
            self._expect(")", "')' or operator expected")
            return inner
        return self._comparison()

    def _comparison(self) -> Callable[[R], bool]:
        left = self._operand()
        operator = next((op for op in ("==", "!=", "<=", ">=", "=", "<", ">") if self._take(op)), None)
        if operator is None:
            if left.kind != "Boolean":
                raise bad_query("Expression of type 'Boolean' expected")
            return lambda row: bool(left.get(row))
        right = self._operand()
        operator = "==" if operator == "=" else operator
        if left.kind != right.kind and "Null" not in (left.kind, right.kind):
            raise bad_query(f"Operator '{operator}' incompatible with operand types '{left.kind}' and '{right.kind}'")
        compare = _COMPARE[operator]

        def holds(row: R) -> bool:
            a, b = left.get(row), right.get(row)
            if operator in ("==", "!="):
                return compare(a, b)
            return a is not None and b is not None and compare(a, b)

        return holds

    def _operand(self) -> _Operand[R]:
        kind, word = self._next()
        if kind in ("text", "char"):
            value = comparable(word[1:-1].replace('""', '"'))
            return _Operand("String", lambda _: value)
        if kind == "number":
            number = Decimal(word)
            return _Operand("Decimal", lambda _: number)
        if kind != "name":
            raise bad_query("Expression expected")
        lower = word.lower()
        if lower in ("true", "false"):
            return _Operand("Boolean", lambda _: lower == "true")
        if lower == "null":
            return _Operand("Null", lambda _: None)
        if lower in ("datetime", "guid") and self._take("("):
            return self._literal(lower)
        return self._property(word)

    def _literal(self, kind: str) -> _Operand[R]:
        arguments = []
        while not self._take(")"):
            arguments.append(self._next()[1])
            self._take(",")
        try:
            if kind == "guid":
                return _Operand("Guid", _constant(_guid(arguments)))
            return _Operand("DateTime", _constant(datetime(*map(int, arguments))))  # type: ignore[arg-type]  # noqa: DTZ001
        except (ValueError, TypeError, OverflowError):
            raise bad_query(f"No applicable constructor exists in type '{kind}'") from None

    def _property(self, name: str) -> _Operand[R]:
        while self._take("."):
            word = self._next()[1]
            if word.lower() in _SEARCH and name.lower() in self._properties:
                return self._search(name, _SEARCH[word.lower()])
            name = f"{name}.{word}"
        found = self._properties.get(name.lower())
        if found is None:
            raise bad_query(f"No property or field '{name.split('.')[-1]}' exists in type '{self._noun}'")
        return _Operand(found.kind, lambda row: comparable(found.get(row)), name)

    def _search(self, name: str, search: Callable[[str, str], bool]) -> _Operand[R]:
        found = self._properties[name.lower()]
        self._expect("(", "'(' expected")
        argument = self._operand()
        self._expect(")", "')' or ',' expected")
        if found.kind != "String" or argument.kind != "String":
            raise bad_query(f"No applicable method exists in type '{found.kind}'")

        def holds(row: R) -> bool:
            value = found.get(row)
            if value is None:
                raise bad_query("Object reference not set to an instance of an object.")
            return search(comparable(value), argument.get(row))

        return _Operand("Boolean", holds)

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise bad_query("Expression expected")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, operator: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == ("op", operator):
            self._at += 1
            return True
        return False

    def _expect(self, operator: str, complaint: str) -> None:
        if not self._take(operator):
            raise bad_query(complaint)


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _guid(arguments: list[str]) -> str:
    text = arguments[0][1:-1] if len(arguments) == 1 else ""
    if not is_guid(text):
        raise _bad_guid()
    return text.lower()


def _bad_guid() -> Fault:
    return bad_query("Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).")
