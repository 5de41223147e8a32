"""What is pasted is text: no escape code in it is taken for a key. Pure."""

from __future__ import annotations

_BEGIN, _END = "\x1b[200~", "\x1b[201~"
"""What terminals put around what is pasted."""
_ESC = "\x1b"


class Pasting:
    """Takes the escapes out of what is pasted, wherever the input is cut into parts.

    Terminals are meant to do so, not all do; Textual would read keys from there.
    """

    def __init__(self) -> None:
        self._inside = False
        self._before = ""
        """Outside, the last of what was passed on; inside, what is held back as it may be the beginning of the end."""

    def feed(self, text: str) -> str:
        """The next part of the input, to be passed on."""
        passed = ""
        while text:
            part, text = self._inside_of(text) if self._inside else self._outside_of(text)
            passed += part
        return passed

    def _outside_of(self, text: str) -> tuple[str, str]:
        whole = self._before + text
        at = whole.find(_BEGIN)
        if at < 0:
            self._before = whole[1 - len(_BEGIN) :]
            return text, ""
        cut = at + len(_BEGIN) - len(self._before)
        self._inside, self._before = True, ""
        return text[:cut], text[cut:]

    def _inside_of(self, text: str) -> tuple[str, str]:
        pasted, end, rest = (self._before + text).partition(_END)
        self._inside, self._before = not end, ""
        if not end:
            held = next((size for size in range(len(_END) - 1, 0, -1) if pasted.endswith(_END[:size])), 0)
            pasted, self._before = pasted[: len(pasted) - held], pasted[len(pasted) - held :]
        return pasted.replace(_ESC, "") + end, rest
