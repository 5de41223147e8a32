"""Textual's driver for terminals, with three differences.

Esc by itself is sooner told from the beginning of a key, what is pasted is never a key, and memory is tidied up while
nobody types.
"""

from __future__ import annotations

import gc
import os
from codecs import getincrementaldecoder
from select import select

from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver

from tui.pasting import Pasting

_IDLE_S, _LATER_S = 0.1, 0.001
_IDLE_ROUNDS = 10
"""After so many times ``_IDLE_S`` without a key, nobody waits for an answer."""
_FULL_COLLECTIONS = 200
"""A full collection by itself is as rare as so many of the younger objects."""


def leave_tidying_to_idle_times() -> None:
    """Have full collections of garbage take place hardly ever by themselves, as each takes as long as some keys, and
    leave out what the program is made of."""
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _FULL_COLLECTIONS)


class QuickDriver(LinuxDriver):
    """Reads the keys that are typed; after an Esc it looks after ``ESCAPE_DELAY`` whether more has come.

    Textual's own looks after a tenth of a second, however short that delay is.
    """

    def start_application_mode(self) -> None:
        """As Textual's; the program is whole then."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        leave_tidying_to_idle_times()

    def run_input_thread(self) -> None:
        """Wait for input and pass on what it means, until the driver is stopped; tidy up once after each input."""
        parser = XTermParser(self._debug)
        decode, pasting = getincrementaldecoder("utf-8")("replace").decode, Pasting()
        wait_s, idle = _IDLE_S, 0
        while not self.exit_event.is_set():
            text = ""
            if select([self.fileno], [], [], wait_s)[0]:
                typed, idle = os.read(self.fileno, 4096), 0
                if not typed:
                    return
                text = pasting.feed(decode(typed))
            else:
                idle += 1
                if idle == _IDLE_ROUNDS:
                    self._loop.call_soon_threadsafe(gc.collect, 2)
            wait_s = ESCAPE_DELAY + _LATER_S if text.endswith("\x1b") else _IDLE_S
            for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                self.process_message(message)
