"""Records as both systems show them (docs/reference), and a way to vary them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

_HERE = Path(__file__).parent


def sample(name: str, /, **changes: Any) -> bytes:
    """A sample with some keys changed; the value ``ABSENT`` takes a key away."""
    found = msgspec.json.decode((_HERE / f"{name}.json").read_bytes(), type=dict[str, Any])
    changed = {**found, **changes}
    return msgspec.json.encode({key: value for key, value in changed.items() if value is not ABSENT})


def text_sample(name: str, old: str, new: str) -> bytes:
    """A sample with one piece of its text replaced, for spellings that an encoder would change."""
    found = (_HERE / f"{name}.json").read_text()
    assert found.count(old) == 1, f"{old} is not there exactly once"
    return found.replace(old, new).encode()


ABSENT: Any = object()
