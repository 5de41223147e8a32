"""The month report: whole, whatever its length; read once; times and amounts as the practice has them."""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from daemon.protocol import ApprovalView, DiscrepancyView, ExcludedView, Recoded, ReportQuery, WaiverView
from tests.support.fake_books import START
from tests.support.fake_operations import FakeOperations
from tests.tui.test_screens import Ui, attached, screen_text, until
from tests.tui.test_watch_screens import view
from tui.month import totals_lines
from tui.screens.month import Month
from tui.times import month_of
from tui.widgets import Rows

SUMMER = dt.datetime(2026, 7, 1, 9, 0, tzinfo=dt.UTC)


async def month(pilot: Ui) -> Month:
    screen = await view(pilot, "8")
    assert isinstance(screen, Month)
    await arrived(pilot, screen)
    return screen


async def arrived(pilot: Ui, screen: Month) -> None:
    await until(pilot, lambda: screen.sheet is not None and not screen._busy)


async def long_month(operations: FakeOperations, count: int = 1500) -> None:
    """That many of each list; every third discrepancy is waived."""
    page = await operations.show(next(iter(operations.found)))
    waiver = WaiverView(by="cleo", reason="agreed", at=SUMMER, ceiling="2.50", until=dt.date(2026, 12, 31))
    plain = DiscrepancyView(**{name: getattr(page, name) for name in DiscrepancyView.__struct_fields__})

    def one(number: int) -> DiscrepancyView:
        changes = {"status": "waived", "waiver": waiver} if number % 3 == 0 else {}
        label = msgspec.structs.replace(plain.subject, label=f"Invoice D{number}")
        amount = f"{count - number}.00"
        return msgspec.structs.replace(plain, id=f"d{number}", subject=label, amount=amount, **changes)

    reports = operations.reports
    reports.discrepant = tuple(map(one, range(count)))
    reports.left_out = tuple(
        ExcludedView(label=f"Sale {n}", reason="a draft", amount="1.00", gross="2.00", date=START.date(), id=str(n))
        for n in range(count)
    )
    reports.approved = tuple(ApprovalView(id=f"d{n}", by="ann", at=SUMMER, option="create") for n in range(count))


async def test_every_row_of_a_long_month_is_there_and_only_what_is_looked_at_is_read(
    socket_path: str, operations: FakeOperations
) -> None:
    await long_month(operations)
    async with attached(socket_path, (100, 24)) as pilot:
        screen = await month(pilot)
        assert len(operations.reports.windows) <= 2
        assert screen.count() > 1500 * 3 + 500
        text, rows = [], screen.query_one(Rows)
        for place in range(0, screen.count(), rows.height):
            rows.cursor = min(place + rows.height, screen.count()) - 1
            looked_at = range(rows.first, min(rows.first + rows.height, screen.count()))
            await until(pilot, lambda seen=looked_at: all(screen.row(at) for at in seen))  # type: ignore[misc]
            text += ["".join(piece for piece, _ in screen.row(at) or []) for at in looked_at]
        shown = "\n".join(text)
        for number in (0, 777, 1499):
            assert f"Sale {number} " in shown
            assert f"d{number} " in f"{shown} "
        for words in ("1,500 discrepancies", "1,500 documents", "500 waivers", "1,500 approvals", "1,500.00 GBP"):
            assert words in shown, words


async def test_the_end_of_a_long_month_is_reached_at_once(socket_path: str, operations: FakeOperations) -> None:
    await long_month(operations)
    async with attached(socket_path, (100, 24)) as pilot:
        screen = await month(pilot)
        await pilot.press("G")
        await arrived(pilot, screen)
        await until(pilot, lambda: "d1499" in screen_text(pilot))
        assert len(operations.reports.windows) <= 5
        assert "2026-07-01 10:00 BST" in screen_text(pilot), "in the practice's zone"


async def test_a_report_is_read_once_until_something_changes(socket_path: str, operations: FakeOperations) -> None:
    await long_month(operations, 30)
    operations.reports.seq = operations.seq
    async with attached(socket_path) as pilot:
        screen = await month(pilot)
        assert len(operations.reports.asked) == 1
        await pilot.press("p")
        await arrived(pilot, screen)
        await pilot.press("n")
        await arrived(pilot, screen)
        assert [each[1] for each in operations.reports.asked] == ["2026-03", "2026-02"]
        await pilot.press("escape", "8")
        again = await month(pilot)
        assert again is not screen
        assert len(operations.reports.asked) == 2, "the same report, from before"
        operations.close(next(id_ for id_, each in operations.found.items() if each.finding.practice == again.practice))
        await until(pilot, lambda: "something changed since: r reads again" in " ".join(screen_text(pilot).split()))
        assert len(operations.reports.asked) == 2
        operations.reports.seq = operations.seq
        await pilot.press("escape", "8")
        await until(pilot, lambda: len(operations.reports.asked) == 3)


async def test_a_list_that_became_shorter_says_so(socket_path: str, operations: FakeOperations) -> None:
    await long_month(operations, 600)
    async with attached(socket_path) as pilot:
        screen = await month(pilot)
        operations.reports.approved = operations.reports.approved[:10]
        await pilot.press("G")
        await arrived(pilot, screen)
        assert "gone meanwhile: r reads the report again" in screen_text(pilot)
        await pilot.press("r", "G")
        await until(pilot, lambda: "gone meanwhile" not in screen_text(pilot))


async def test_waivers_say_how_far_they_go_and_enter_opens_them(socket_path: str, operations: FakeOperations) -> None:
    await long_month(operations, 1)
    async with attached(socket_path, (160, 40)) as pilot:
        screen = await month(pilot)
        text = screen_text(pilot)
        assert "up to 2.50 until 2026-12-31" in text
        assert "1 waiver among the discrepancies · 1.00 GBP" in text
        opens = [place for place in range(screen.count()) if (line := screen._line(place)) and line.opens == "d0"]
        assert len(opens) == 3, "as a discrepancy, as a waiver, as an approval"


async def test_what_was_recoded_stands_beside_the_difference_it_makes(
    socket_path: str, operations: FakeOperations
) -> None:
    report = await operations.reports.month("riverside", ReportQuery(month="2026-03"))
    assert not any("RECODED" in text for text in totals_lines(report))
    accounts = {"201": "-88.00", "202": "88.00"}
    sides = [
        msgspec.structs.replace(report.provet, accounts=codes)
        for codes in ({"201": "0.00", "202": "188.00"}, {"201": "88.00", "202": "100.00"})
    ]
    recoded = msgspec.structs.replace(
        report, provet=sides[0], xero=sides[1], recoded=Recoded(count=2, accounts=accounts)
    )
    text = "\n".join(totals_lines(recoded))
    assert re.search(r"DIFFERENCE +RECODED$", text, re.MULTILINE)
    assert re.search(r"account 201, net +0\.00 +88\.00 +-88\.00 +-88\.00$", text, re.MULTILINE)
    assert re.search(r"account 202, net +188\.00 +100\.00 +88\.00 +88\.00$", text, re.MULTILINE)
    assert "recoded: 2 documents on other accounts in Xero, no discrepancy" in text


async def test_a_month_to_come_is_not_proven(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        screen = await month(pilot)
        await pilot.press("n")
        await until(pilot, lambda: "2026-04 has not begun" in screen_text(pilot))
        assert screen.month == "2026-03"
        assert [each[1] for each in operations.reports.asked] == ["2026-03"]


def test_a_month_begins_where_the_practice_is() -> None:
    late = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)
    assert (month_of(late, "Europe/London"), month_of(late, "")) == ("2026-07", "2026-06")
