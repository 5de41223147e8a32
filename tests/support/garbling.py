"""Spoils JSON as systems, proxies and attackers might: one place of a value, or the bytes themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.support.hostile import HOSTILE

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**40,
    1e308,
    -0.0,
    "",
    "0",
    "NaN",
    "1e999999",
    "٣",
    "2026-02-30",
    "0000-00-00T00:00:00Z",
    "/Date(99999999999999999+9999)/",
    [],
    {},
    [[]],
    {"": {}},
    *HOSTILE,
)


def spoiled(value: Any, rng: Random) -> Any:
    """A copy with one place changed: another value, a missing key, a doubled element, or an unknown key more."""
    place = rng.choice(list(_places(value)))
    return _changed(value, place, _change(rng))


def garbled(body: bytes, rng: Random) -> bytes:
    """A body that broke on its way."""
    cut = rng.randrange(len(body) + 1)
    return rng.choice(
        [
            body[:cut],
            body[:cut] + bytes([rng.randrange(256)]) + body[cut + 1 :],
            body + body[:cut],
            b"[" * 100_000,
            b"\xff\xfe" + body,
            b"<html>Bad gateway</html>",
            b"",
            b"null",
        ]
    )


def spoiled_elements(body: bytes, keys: tuple[str, ...], rng: Random) -> tuple[bytes, int]:
    """A list's body with some of its elements spoiled, and how many elements it holds."""
    page = json.loads(body)
    elements = next(page[key] for key in keys if key in page)
    for place in range(len(elements)):
        if rng.random() < 0.3:
            elements[place] = spoiled(elements[place], rng)
    return json.dumps(page).encode(), len(elements)


def _places(value: Any, here: tuple[Any, ...] = ()) -> Any:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield (*here, key)
        yield from _places(child, (*here, key))
    if not here:
        yield ()


def _change(rng: Random) -> Callable[[Any, Any], None]:
    def put(box: Any, key: Any) -> None:
        box[key] = rng.choice(ODD)

    def drop(box: Any, key: Any) -> None:
        del box[key]

    def more(box: Any, key: Any) -> None:
        if isinstance(box, list):
            box.append(box[key])
        else:
            box[f"new_{key}"] = rng.choice(ODD)

    return rng.choice([put, put, put, drop, more])


def _changed(value: Any, place: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    holder = [json.loads(json.dumps(value))]
    box: Any = holder
    path = (0, *place)
    for key in path[:-1]:
        box = box[key]
    if len(path) == 1:
        holder[0] = {}
    else:
        change(box, path[-1])
    return holder[0]
