"""What people may do in the simulated systems, by name: an explicit list of methods with typed arguments from JSON."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import msgspec

GIVEN = frozenset({"self", "now", "rng"})
"""Arguments that the sandbox fills in itself."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One thing a person may do. ``arguments`` maps each argument to its type and default, for people to read.

    ``open_ended`` hands take any further argument; ``refusals`` are the exceptions by which the system says no.
    """

    call: Callable[..., object]
    says: str
    arguments: Mapping[str, str]
    open_ended: bool
    refusals: tuple[type[Exception], ...]


def hands_of(people: object, names: Iterable[str], *refusals: type[Exception]) -> dict[str, Hand]:
    """The named methods of ``people``; AttributeError when one does not exist."""
    return {name: _hand(getattr(people, name), refusals) for name in sorted(names)}


def act(hands: Mapping[str, Hand], order: Mapping[str, Any], now: datetime, rng: Random) -> object:
    """Do ``{"do": NAME, ...arguments}``; ValueError in words for an unknown name, a wrong argument or a refusal."""
    name = order.get("do")
    hand = hands.get(name) if isinstance(name, str) else None
    if hand is None:
        raise ValueError(f'"do" must be one of: {", ".join(hands)}')
    try:
        return hand.call(**_arguments(hand, order, {"now": now, "rng": rng}))
    except (LookupError, ValueError, TypeError, *hand.refusals) as error:
        raise ValueError(f"{name}: {error or type(error).__name__}") from error


def _hand(method: Callable[..., object], refusals: tuple[type[Exception], ...]) -> Hand:
    parameters = inspect.signature(method).parameters.values()
    shown = {p.name: _shown(p) for p in parameters if p.name not in GIVEN and p.kind is not p.VAR_KEYWORD}
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters)
    return Hand(method, (inspect.getdoc(method) or "").partition("\n")[0], shown, open_ended, refusals)


def _shown(parameter: inspect.Parameter) -> str:
    text = str(parameter.annotation)
    return text if parameter.default is inspect.Parameter.empty else f"{text} = {parameter.default!r}"


def _arguments(hand: Hand, order: Mapping[str, Any], given: Mapping[str, object]) -> dict[str, object]:
    others = {name: value for name, value in order.items() if name != "do" and name not in hand.arguments}
    if (others and not hand.open_ended) or GIVEN & others.keys():
        raise ValueError(f"no argument {min(others)!r}; it takes {', '.join(hand.arguments) or 'none'}")
    hints = typing.get_type_hints(hand.call)
    taken = {name: msgspec.convert(order[name], hints[name], str_keys=True) for name in hand.arguments if name in order}
    wanted = inspect.signature(hand.call).parameters
    return {**{name: value for name, value in given.items() if name in wanted}, **taken, **others}
