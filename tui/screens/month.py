"""The month report: a practice's totals on both sides, the residual, and what explains each difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType

from daemon.protocol import (
    ApprovalWindow,
    By,
    DiscrepancyWindow,
    Event,
    ExcludedWindow,
    Message,
    MonthReport,
    PracticeChanged,
)
from daemon.safe import safe
from tui import report_calls
from tui.desk import Desk
from tui.drawing import Piece
from tui.month import MonthProof, proof_of
from tui.monthly import ROWS_MAX, ReportLine, month_after, month_before, report_lines, residual_line
from tui.screens.reading import CURSOR, Reading
from tui.times import local

W = TypeVar("W", bound=Message)
T = TypeVar("T")


class Month(Reading):
    ABOUT: ClassVar[str] = (
        "The month-end proof: totals of both systems, VAT by rate, net by account, what nothing explains (it must "
        "read 0.00), and all that explains a difference. p and n go through the months, c through the practices, b "
        "breaks the difference down by client or day. Enter opens the discrepancy of a line."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p,left_square_bracket", "month(-1)", "Month before", key_display="p"),
        Binding("n,right_square_bracket", "month(1)", "Month after", key_display="n"),
        Binding("c", "practice", "Next practice"),
        Binding("b", "by", "By client or day"),
    ]

    def __init__(self, desk: Desk, practice: str) -> None:
        super().__init__(desk)
        known = desk.state.practices
        self.practice = practice or (known[0].id if known else "")
        self.month = f"{desk.world.utc():%Y-%m}"
        self.by: By | None = None
        self.proof: MonthProof | None = None
        self._lines: list[ReportLine] = []
        self._stale = True
        self._moved = False

    def headline(self) -> str:
        known = self.desk.state.practice(self.practice)
        return f"month {self.month} · {known.name if known else self.practice}"

    async def read(self) -> None:
        if not self._stale:
            return
        asked = (self.practice, self.month, self.by)
        report = await self.answered(report_calls.month_call(asked[0], asked[1], asked[2].value if asked[2] else ""))
        proof = await self._whole(report) if report else None
        if asked != (self.practice, self.month, self.by):
            self.action_reread()
        elif proof:
            self.proof, self._stale, self._moved = proof, False, False
            self._draw()

    async def _whole(self, report: MonthReport) -> MonthProof | None:
        found = await self._windows(report, "discrepancies", DiscrepancyWindow, lambda w: w.discrepancies)
        excluded = await self._windows(report, "excluded", ExcludedWindow, lambda w: w.excluded)
        approvals = await self._windows(report, "approvals", ApprovalWindow, lambda w: w.approvals)
        if found is None or excluded is None or approvals is None:
            return None
        return proof_of(report, found, excluded, approvals)

    async def _windows(
        self, report: MonthReport, part: str, kind: type[W], rows: Callable[[W], tuple[T, ...]]
    ) -> list[T] | None:
        """The first rows of a part of the report; None if they cannot be had."""
        found: list[T] = []
        after = ""
        while len(found) < ROWS_MAX:
            call = report_calls.part_call(report.practice, part, report.month, kind, after)
            window = await self.answered(call)
            if window is None:
                return None
            found += rows(window)
            after = getattr(window, "after", "")
            if not after:
                break
        return found[:ROWS_MAX]

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, PracticeChanged) and event.practice.id == self.practice and self.proof:
            self._moved = True
        if not self.practice and self.desk.state.practices:
            self.practice = self.desk.state.practices[0].id
            self._anew()
        super().told(event)

    def action_reread(self) -> None:
        self._stale = True
        super().action_reread()

    def action_month(self, by: int) -> None:
        self.month = month_before(self.month) if by < 0 else month_after(self.month)
        self._anew()

    def action_practice(self) -> None:
        every = sorted(practice.id for practice in self.desk.state.practices)
        if every:
            place = every.index(self.practice) if self.practice in every else -1
            self.practice = every[(place + 1) % len(every)]
            self._anew()

    def action_by(self) -> None:
        every = [None, *By]
        self.by = every[(every.index(self.by) + 1) % len(every)]
        self._anew()

    def refusal(self, action: str) -> str:
        if action == "month":
            return ""
        if action == "practice" and len(self.desk.state.practices) < 2:
            return "there is no other practice"
        return super().refusal(action)

    def on_resize(self) -> None:
        self._draw()

    def count(self) -> int:
        return len(self._lines)

    def row(self, place: int) -> list[Piece] | None:
        return self._lines[place].pieces

    def summary(self) -> list[Piece]:
        if self.proof is None:
            return []
        zone = self.desk.state.zone(self.practice)
        made = f"  made {local(self.proof.made_at, zone, self.desk.world.utc())}"
        moved = "; something changed since: r reads again" if self._moved else ""
        return [*residual_line(self.proof), (made, "dim"), (moved, "warn")]

    def subject(self) -> str:
        return self._lines[self.cursor].opens if self.cursor < self.count() else ""

    def practice_here(self) -> str:
        return self.practice

    def copy(self, text: str) -> None:
        super().copy(text or f"reconcile report {safe(self.practice)} --month {self.month}")

    def action_copy(self) -> None:
        self.copy(self.subject())

    def _anew(self) -> None:
        self.proof, self._lines, self.loaded = None, [], False
        self.redraw(0)
        self.refresh_frame()
        self.action_reread()

    def _draw(self) -> None:
        width = self.size.width - CURSOR
        self._lines = report_lines(self.proof, width, self.desk.world.utc()) if self.proof else []
        self.redraw()
