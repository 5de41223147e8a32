"""One authorised API call as its handler sees it, and the answers that a handler can give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from daemon.ports import Response
from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.views import Shape
from daemon.sandbox.xero.wire import Element


@dataclass(frozen=True, slots=True)
class Call:
    """``args`` are the ids in the path, ``query`` and ``headers`` have lower-case names."""

    context: Context
    method: str
    args: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def flag(self, name: str) -> bool | None:
        """A boolean query parameter in any case; None when absent."""
        value = self.query.get(name)
        return None if value is None else value.lower() == "true"

    @property
    def shape(self) -> Shape:
        """The whole record, as single reads and write answers show it."""
        return Shape(whole_contact=True, unit_places=self.context.unit_places)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A 200 (or a 400 of Elements) with a plural key."""

    key: str
    elements: list[Element]
    pagination: dict[str, int] | None = None


Answer = Envelope | Response
Handler = Callable[[Call], Answer]
Routes = dict[tuple[str, str], Handler]
