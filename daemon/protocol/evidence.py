"""What a person weighs: lines and ledger of both sides, the effect of an option, the progress of a correction."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from daemon.protocol.base import Message


class StepState(StrEnum):
    """``sent`` waits for its answer; ``in_doubt`` was sent and nobody knows yet whether it took effect; ``given_up``
    was sent as often as may be and never took effect."""

    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class StepView(Message, frozen=True, kw_only=True):
    """One write of a correction and how far it is.

    ``detail`` is what the system answered, or why the outcome is unknown; ``mark`` what the record is looked for by;
    ``attempts`` how often it was sent; ``looks`` how often it was looked for in vain; ``at`` when it was last sent.
    ``stuck`` says that looking does not settle its doubt: ``detail`` then ends with what a person can do.
    """

    system: str
    summary: str
    state: StepState
    detail: str = ""
    mark: str = ""
    attempts: int = 0
    looks: int = 0
    stuck: bool = False
    at: dt.datetime | None = None


class LineView(Message, frozen=True, kw_only=True):
    """One line of a document; ``gross`` with tax, ``rate`` the VAT percentage or "" where it is not known."""

    text: str
    gross: str
    tax: str
    rate: str = ""
    account: str = ""


class LinePair(Message, frozen=True, kw_only=True):
    """A line as Provet's document reads in Xero, beside the line that stands there; None where a side has none."""

    provet: LineView | None
    xero: LineView | None

    @property
    def differs(self) -> bool:
        if self.provet is None or self.xero is None:
            return True
        return (self.provet.gross, self.provet.tax) != (self.xero.gross, self.xero.tax)


class EntryView(Message, frozen=True, kw_only=True):
    """One side of a ledger row: ``amount`` is what it adds to what the client owes, signed."""

    amount: str
    date: str
    note: str = ""


class LedgerRow(Message, frozen=True, kw_only=True):
    """A document, payment or allocation of the family; None where a side does not have it."""

    what: str
    label: str
    provet: EntryView | None
    xero: EntryView | None

    @property
    def differs(self) -> bool:
        if self.provet is None or self.xero is None:
            return True
        return self.provet.amount != self.xero.amount


class LedgerView(Message, frozen=True, kw_only=True):
    """The family as a ledger: at most a hundred rows and ``left_out`` behind them; what the client owes on each side.

    In a longer one those that differ come first.
    """

    rows: tuple[LedgerRow, ...]
    provet: str
    xero: str
    left_out: int = 0


class EffectView(Message, frozen=True, kw_only=True):
    """What an option's writes add to what the client owes on each side, signed.

    ``first`` and ``last`` are the earliest and latest date of what it enters, None if it enters nothing with a date.
    """

    provet: str
    xero: str
    first: dt.date | None = None
    last: dt.date | None = None
