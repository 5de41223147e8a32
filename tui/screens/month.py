"""The month report: a practice's totals on both sides, the residual, and what explains each difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from daemon.protocol import ApprovalWindow, By, Changed, Closed, DiscrepancyWindow, Event
from daemon.safe import safe
from tui import report_calls
from tui.desk import Desk
from tui.drawing import Piece
from tui.monthly import (
    Layout,
    ReportLine,
    Row,
    Sheet,
    filled,
    layout,
    line,
    month_after,
    month_before,
    residual_line,
    wanted,
)
from tui.report_calls import PartWindow
from tui.screens.reading import CURSOR, Reading
from tui.times import local, month_of
from tui.widgets import Rows


class Month(Reading):
    ABOUT: ClassVar[str] = (
        "The month-end proof: totals of both systems, VAT by rate, net by account, what nothing explains (it must "
        "read 0.00), and all that explains a difference. p and n go through the months, c through the practices, b "
        "breaks the difference down by client or day, r reads it again. Enter opens the discrepancy of a line."
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
        self.month = self._present()
        self.by: By | None = None
        self.sheet: Sheet | None = desk.months.get(self.key)
        self._layout = Layout()
        self._stale = self._moved = False

    def headline(self) -> str:
        known = self.desk.state.practice(self.practice)
        return f"month {self.month} · {known.name if known else self.practice}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What the report is of."""
        return self.practice, self.month, self.by.value if self.by else ""

    def on_mount(self) -> None:
        self._take(self.sheet)

    async def read(self) -> None:
        """What a report explains is asked for where it is looked at; its totals only if they may have moved."""
        if self._stale or self.sheet is None:
            await self._read_report()
        while self.sheet and self.query(Rows) and not self._stale:
            rows, asked = self.query_one(Rows), (self.key, self.sheet.report)
            need = wanted(self.sheet, self._layout, rows.first, rows.height)
            if need is None:
                return
            window = await self.answered(report_calls.part_call(self.practice, need[0], self.month, need[1]))
            if window is None or (self.key, self.sheet.report) != asked:
                return
            self.sheet = filled(self.sheet, *need, _rows(window), last=not window.after)
            self.desk.keep_month(self.key, self.sheet)
            self.redraw()

    async def _read_report(self) -> None:
        asked = self.key
        report = await self.answered(report_calls.month_call(*asked))
        if asked != self.key:
            self.look()
        elif report:
            self._stale = self._moved = False
            self._take(Sheet(report))
            self.desk.keep_month(asked, Sheet(report))

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, Changed | Closed):
            practice = event.practice if isinstance(event, Closed) else event.discrepancy.practice
            self._moved = self._moved or (practice == self.practice and self.sheet is not None)
        if not self.practice and self.desk.state.practices:
            self.practice = self.desk.state.practices[0].id
            self._anew()
        super().told(event)

    def on_screen_resume(self) -> None:
        self._stale = self.sheet is not None and self.sheet.report.seq != self.desk.state.seq

    def on_rows_viewed(self) -> None:
        rows = self.query_one(Rows)
        if self.sheet and wanted(self.sheet, self._layout, rows.first, rows.height):
            self.look()

    def action_reread(self) -> None:
        self._stale = True
        super().action_reread()

    def action_month(self, by: int) -> None:
        month = month_before(self.month) if by < 0 else month_after(self.month)
        if by > 0 and month > self._present():
            self.explain(f"{month} has not begun: there is nothing to prove yet")
            return
        self.month = month
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
        self._take(self.sheet)

    def count(self) -> int:
        return self._layout.count

    def row(self, place: int) -> list[Piece] | None:
        found = self._line(place)
        return found.pieces if found else None

    def summary(self) -> list[Piece]:
        if self.sheet is None:
            return []
        report = self.sheet.report
        made = f"  made {local(report.made_at, report.timezone, self.desk.world.utc())}"
        moved = "; something changed since: r reads again" if self._moved else ""
        return [*residual_line(report), (made, "dim"), (moved, "warn")]

    def subject(self) -> str:
        found = self._line(self.cursor) if self.cursor < self.count() else None
        return found.opens if found else ""

    def practice_here(self) -> str:
        return self.practice

    def copy(self, text: str) -> None:
        super().copy(text or f"reconcile report {safe(self.practice)} --month {self.month}")

    def action_copy(self) -> None:
        self.copy(self.subject())

    def _present(self) -> str:
        """The month that it is where the practice is."""
        return month_of(self.desk.world.utc(), self.desk.state.zone(self.practice))

    def _anew(self) -> None:
        """Show another report: at once as it was last read, if nothing changed since."""
        known = self.desk.months.get(self.key)
        self.loaded = known is not None
        self._moved = False
        self._take(known)
        self.redraw(0)
        self.refresh_frame()
        self._stale = known is None or known.report.seq != self.desk.state.seq
        self.look()

    def _take(self, sheet: Sheet | None) -> None:
        self.sheet = sheet
        self.loaded = self.loaded or sheet is not None
        self._layout = layout(sheet.report, self.size.width - CURSOR) if sheet else Layout()
        self.redraw()

    def _line(self, place: int) -> ReportLine | None:
        if self.sheet is None:
            return None
        return line(self.sheet, self._layout, place, self.size.width - CURSOR, self.desk.world.utc())


def _rows(window: PartWindow) -> Sequence[Row]:
    if isinstance(window, DiscrepancyWindow):
        return window.discrepancies
    return window.approvals if isinstance(window, ApprovalWindow) else window.excluded
