"""Where the command line writes: answers to one stream, notes and errors to the other, as text or as JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

import msgspec

from daemon.protocol import Failure, Message, Problem
from daemon.safe import safe


@dataclass(frozen=True, slots=True)
class Console:
    """Three streams and the form of answers. JSON is written in ASCII: no character of it can steer a terminal."""

    out: TextIO
    err: TextIO
    source: TextIO
    json: bool = False

    def say(self, message: Message, lines: Sequence[str]) -> None:
        """The one answer of a command."""
        self._write(json.dumps(msgspec.to_builtins(message), indent=2) if self.json else "\n".join(lines))

    def entry(self, message: Message, line: str) -> None:
        """One of many answers, on a line of its own at once."""
        self._write(json.dumps(msgspec.to_builtins(message)) if self.json else line)
        self.out.flush()

    def progress(self, text: str) -> None:
        """A passing note in place of the last one, for somebody who watches."""
        if self.err.isatty() and not self.json:
            self.err.write(f"\r\x1b[K{safe(text)}")
            self.err.flush()

    def note(self, lines: Sequence[str]) -> None:
        """Something to read before the answer; not part of it."""
        if not self.json:
            self._write("\n".join(lines))
            self.out.flush()

    def confirm(self, question: str) -> bool:
        """Whether somebody at a terminal says yes; False where nobody can be asked."""
        if self.json or not (self.source.isatty() and self.err.isatty()):
            return False
        self.err.write(f"{safe(question)} Type yes: ")
        self.err.flush()
        return self.source.readline().strip().casefold() == "yes"

    def complain(self, problem: Problem) -> None:
        """Why a command failed, and what to do."""
        if self.json:
            self.err.write(json.dumps(msgspec.to_builtins(Failure(error=problem))) + "\n")
            return
        self.err.write(f"reconcile: {safe(problem.message)}\n")
        if problem.hint:
            self.err.write(f"  {safe(problem.hint)}\n")

    @property
    def width(self) -> int:
        """The terminal's width, or 0 when nobody looks at one."""
        return shutil.get_terminal_size().columns if self.out.isatty() else 0

    def _write(self, text: str) -> None:
        self.out.write(text + "\n")
