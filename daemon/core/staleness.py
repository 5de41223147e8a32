"""What moved between the approval of an option and its application, in words."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.core.correction import Correction, Option

_SHOWN_MAX = 8
_TEXT_MAX = 80


def moved_since(relied_on: Mapping[str, str], now: Option | None) -> str:
    """Why an approved option no longer fits: each value it relied on as it was and as it is.

    ``now`` is the same option as it is judged now, None if it is no longer offered. Values are cut at 80 characters,
    and after eight of them the rest is counted.
    """
    if now is None:
        return "what it relied on has moved: this correction is no longer possible or needed"
    moves = _moves(relied_on, now.relies_on) if relied_on else []
    return f"what it relied on has moved: {_listed(moves) or 'it would write something else now'}"


def moved_between(correction: Correction, now: Mapping[str, str]) -> str:
    """Why the rest of a correction that has begun no longer fits, "" if it does: ``now`` are the sources of that
    rest."""
    then = {name: value for name, value in correction.sources.items() if name in now}
    moves = _moves(then, now)
    done = f"after {correction.cursor} of {len(correction.steps)} writes"
    return f"{done} what the rest relied on has moved: {_listed(moves)}" if then and moves else ""


def _moves(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        f"{name} was {_shown(before.get(name))}, is {_shown(now.get(name))}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


def _listed(moves: list[str]) -> str:
    more = f"; and {len(moves) - _SHOWN_MAX} more" if len(moves) > _SHOWN_MAX else ""
    return f"{'; '.join(moves[:_SHOWN_MAX])}{more}"


def _shown(value: str | None) -> str:
    if not value:
        return "nothing"
    return value if len(value) <= _TEXT_MAX else f"{value[: _TEXT_MAX - 1]}…"
