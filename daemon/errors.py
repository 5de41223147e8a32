"""Every error the program raises on purpose. A class exists only where a handler treats it differently.

Vendor exceptions are wrapped once, where they occur, and chained. Messages never hold secrets or whole bodies.
"""

from __future__ import annotations


class ReconError(Exception):
    """Base of all errors of this program. ``hint`` says what a person can do next; ``system`` is the remote system that
    it is about ("Xero"), "" while that is not known."""

    system: str = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Transient(ReconError):
    """Worth trying again later: the request was certainly not executed, or was only a read."""


class RateLimited(Transient):
    """The remote side refused for its limits; nothing was executed."""

    def __init__(self, message: str, *, retry_after_s: float, problem: str = "") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.problem = problem


class Unreachable(Transient):
    """No answer, or a 5xx, to a read or to connection set-up."""


class Permanent(ReconError):
    """Trying the same again changes nothing."""


class Unauthorised(Permanent):
    """Credentials, consent or a permission are missing; only a person can mend it."""


class Rejected(Permanent):
    """The remote side refused one request for what it says.

    ``messages`` are its own words, ``number`` its own number for this error, 0 if it has none.
    """

    def __init__(self, message: str, *, status: int = 400, messages: tuple[str, ...] = (), number: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.messages = messages
        self.number = number


class Stale(Permanent):
    """What an approval relied on has moved."""


class BadMessage(Permanent):
    """A body that cannot be read, with the place of the fault."""


class InDoubt(ReconError):
    """A write whose outcome is unknown: never repeat it without settling it first (docs/reliability.md)."""


class StoreUnavailable(ReconError):
    """The store cannot be read or written (disk full, read-only or damaged): nothing may be sent until it can."""


class Invalid(Permanent):
    """Wrong settings, arguments or state on this side; each of ``problems`` is one line for the operator."""

    def __init__(self, message: str, *, problems: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.problems = problems
