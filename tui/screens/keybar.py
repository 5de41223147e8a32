"""The last line of every view: the keys that matter here, folded to the width, for the mouse too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual.app import App
from textual.binding import Binding
from textual.events import Click, Mount, Resize
from textual.screen import Screen

from tui.keys import Key, footer, footer_line
from tui.prose import Line

_PINNED = ("back", "app.quit", "command", "app.help")
_SHARED = ("app.", "screen.")
_UNSAID = ("app.focus_next", "app.focus_previous")
_SECTIONS = _HERE, _MOVING, _EVERYWHERE = ("Here", "Moving about", "Everywhere")


class KeyBar(Line):
    """Drawn from the bindings that are active now, once however often something asks for it in one go.

    ``display`` is False as soon as the screen is taken apart.
    """

    _due = False

    def on_mount(self, _: Mount) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.show_keys()

    def on_resize(self, _: Resize) -> None:
        self.show_keys()

    def show_keys(self) -> None:
        """Draw the keys that are active, once all else is done; on a screen that is covered nothing is."""
        if not self._due:
            self._due = self.call_later(self._draw)

    def _draw(self) -> None:
        self._due = False
        if self.is_attached and self.display and self.screen.is_current:
            pieces, _ = footer_line(self._fitting())
            self.show(pieces)

    def on_click(self, event: Click) -> None:
        _, spans = footer_line(self._fitting())
        for begin, end, press in spans:
            if begin <= event.x < end:
                self.app.simulate_key(press)

    def _changed(self, _: Screen[object]) -> None:
        self.show_keys()

    def _fitting(self) -> list[Key]:
        return footer(keys_of(self.screen), self.size.width)


def keys_of(screen: Screen[object]) -> list[Key]:
    """Every key that means something on ``screen`` now: its own first, then those of lists, then those of all views."""
    found: dict[str, Key] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.description or binding.action in _UNSAID:
            continue
        name = screen.app.get_key_display(binding)
        known = found.get(binding.description)
        if known:
            keeps = known if known.footer or not binding.show else replace(known, press=binding.key, footer=True)
            found[binding.description] = replace(keeps, shown=tuple(dict.fromkeys((*known.shown, name))))
        else:
            found[binding.description] = _key(screen, active.node, binding, name)
    return sorted(found.values(), key=_rank)


def _rank(key: Key) -> tuple[int, int]:
    return _SECTIONS.index(key.section), _PINNED.index(key.action) if key.pinned else -1


def _key(screen: Screen[object], node: object, binding: Binding, name: str) -> Key:
    action = binding.action.partition("(")[0]
    refusal: Callable[[str], str] | None = getattr(node, "refusal", None)
    if node is not screen and not isinstance(node, App):
        section = _MOVING
    elif node is not screen or action in _PINNED or (action.startswith(_SHARED) and not binding.show):
        section = _EVERYWHERE
    else:
        section = _HERE
    return Key(
        press=binding.key,
        action=action,
        shown=(name,),
        text=binding.description,
        section=section,
        why_not=refusal(action) if refusal is not None else "",
        footer=binding.show,
        pinned=action in _PINNED,
    )
