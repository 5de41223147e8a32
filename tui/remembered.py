"""What the UI remembers of a person between sessions, in their own state folder. Never a reason not to start."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec

_BYTES_MAX = 64 * 1024
_VIEWS_MAX = 200
_NAME_MAX = 200

Text = Annotated[str, msgspec.Meta(max_length=_NAME_MAX)]


class ViewMemory(msgspec.Struct, frozen=True, kw_only=True):
    """How a list was last looked at: ``sort`` names an order, "" is the usual one; ``filter`` is what was typed."""

    sort: Text = ""
    descending: bool = True
    filter: Text = ""
    group: Text = ""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """``views`` maps "name practice socket" to how it was looked at: it is of that daemon alone."""

    theme: Text = ""
    views: dict[Text, ViewMemory] = msgspec.field(default_factory=dict)

    def view(self, place: tuple[str, ...]) -> ViewMemory:
        """How the view of that name, practice and socket was last looked at."""
        return self.views.get(_key(place), ViewMemory())

    def with_view(self, place: tuple[str, ...], view: ViewMemory) -> Memory:
        """The memory with this one newest; the oldest are forgotten."""
        name = _key(place)
        kept = {key: known for key, known in self.views.items() if key != name}
        newest = [*kept.items(), (name, view)][-_VIEWS_MAX:]
        return msgspec.structs.replace(self, views=dict(newest))


def _key(place: tuple[str, ...]) -> str:
    return " ".join(place)[:_NAME_MAX]


class Keeper:
    """Holds the memory while the UI is open; without a ``path`` nothing outlives it."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.memory = recall(path) if path else Memory()

    def keep(self, change: Callable[[Memory], Memory]) -> None:
        """Change what is remembered; what another session of the same person kept meanwhile stays."""
        if self._path is None:
            self.memory = change(self.memory)
        else:
            self.memory = change(recall(self._path))
            remember(self._path, self.memory)


def memory_path(env: Mapping[str, str]) -> Path:
    """Where it is kept, as the XDG base directory specification says: relative values are ignored."""
    state = env.get("XDG_STATE_HOME", "")
    home = Path(state) if state.startswith("/") else Path(env.get("HOME", "/nonexistent")) / ".local" / "state"
    return home / "reconcile" / "ui.json"


def recall(path: Path) -> Memory:
    """What was remembered; rubbish, or a file that cannot be read, is an empty memory."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_BYTES_MAX), type=Memory)
    except (OSError, ValueError, RecursionError):
        return Memory()


def remember(path: Path, memory: Memory) -> None:
    """Replace what is remembered, whole or not at all; a folder that cannot be written is no trouble."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.write_bytes(msgspec.json.format(msgspec.json.encode(memory)))
        new.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
