"""What moved between the approval of an option and its application, in words."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.core.correction import Option

_SHOWN_MAX = 8
_TEXT_MAX = 80


def moved_since(relied_on: Mapping[str, str], now: Option | None) -> str:
    """Why an approved option no longer fits: each value it relied on as it was and as it is.

    ``now`` is the same option as it is judged now, None if it is no longer offered. Values are cut at 80 characters,
    and after eight of them the rest is counted.
    """
    if now is None:
        return "what it relied on has moved: this correction is no longer possible or needed"
    names = sorted(relied_on.keys() | now.relies_on.keys())
    moves = [
        f"{name} was {_shown(relied_on.get(name))}, is {_shown(now.relies_on.get(name))}"
        for name in names
        if relied_on and relied_on.get(name) != now.relies_on.get(name)
    ]
    if not moves:
        return "what it relied on has moved: it would write something else now"
    more = f"; and {len(moves) - _SHOWN_MAX} more" if len(moves) > _SHOWN_MAX else ""
    return f"what it relied on has moved: {'; '.join(moves[:_SHOWN_MAX])}{more}"


def _shown(value: str | None) -> str:
    if not value:
        return "nothing"
    return value if len(value) <= _TEXT_MAX else f"{value[: _TEXT_MAX - 1]}…"
