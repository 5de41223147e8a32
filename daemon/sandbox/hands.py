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

    ``refusals`` are the exceptions by which the system says no.
    """

    call: Callable[..., object]
    says: str
    arguments: Mapping[str, str]
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
    refusals: tuple[type[Exception], ...] = (ValueError, TypeError, *hand.refusals)
    try:
        return hand.call(**_arguments(hand, order, {"now": now, "rng": rng}))
    except KeyError as error:
        raise ValueError(f"{name}: there is no {error}") from error
    except refusals as error:
        raise ValueError(f"{name}: {error}") from error


def _hand(method: Callable[..., object], refusals: tuple[type[Exception], ...]) -> Hand:
    parameters = inspect.signature(method).parameters.values()
    hints = typing.get_type_hints(method)
    shown = {p.name: _shown(p, hints[p.name]) for p in parameters if p.name not in GIVEN}
    return Hand(method, (inspect.getdoc(method) or "").partition("\n")[0], shown, refusals)


def _shown(parameter: inspect.Parameter, hint: object) -> str:
    text = str(parameter.annotation)
    fields = getattr(hint, "__struct_fields__", None) or tuple(getattr(hint, "__dataclass_fields__", ()))
    if fields:
        text = f"{text} {{{', '.join(fields)}}}"
    if parameter.default is inspect.Parameter.empty:
        return text
    return f"{text} = {getattr(parameter.default, 'value', parameter.default)!r}"


def _arguments(hand: Hand, order: Mapping[str, Any], given: Mapping[str, object]) -> dict[str, object]:
    unknown = order.keys() - hand.arguments.keys() - {"do"}
    if unknown:
        raise ValueError(f"no argument {min(unknown)!r}; it takes {', '.join(hand.arguments) or 'none'}")
    hints = typing.get_type_hints(hand.call)
    taken = {name: msgspec.convert(order[name], hints[name], str_keys=True) for name in hand.arguments if name in order}
    wanted = inspect.signature(hand.call).parameters
    return {**{name: value for name, value in given.items() if name in wanted}, **taken}
