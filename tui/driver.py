"""Textual's driver for terminals, with one difference: Esc by itself is sooner told from the beginning of a key."""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from select import select

from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver

_IDLE_S, _LATER_S = 0.1, 0.001


class QuickDriver(LinuxDriver):
    """Reads the keys that are typed; after an Esc it looks after ``ESCAPE_DELAY`` whether more has come.

    Textual's own looks after a tenth of a second, however short that delay is.
    """

    def run_input_thread(self) -> None:
        """Wait for input and pass on what it means, until the driver is stopped."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        wait_s = _IDLE_S
        while not self.exit_event.is_set():
            text = ""
            if select([self.fileno], [], [], wait_s)[0]:
                typed = os.read(self.fileno, 4096)
                if not typed:
                    return
                text = decode(typed)
            wait_s = ESCAPE_DELAY + _LATER_S if text.endswith("\x1b") else _IDLE_S
            for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                self.process_message(message)
