"""Sessions in a real terminal against a real desk: each decision, many at once, and what is refused to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.control.access import Access, Peer
from daemon.protocol import ListQuery, Role
from tests.support.serving import serving
from tests.support.stocked import stocked
from tests.support.tmux import SIZES, Tmux, needs_tmux, pane
from tests.support.workshop import Workshop

pytestmark = [needs_tmux, pytest.mark.parametrize(("columns", "rows"), SIZES)]

COUNT = 40


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with stocked(tmp_path, COUNT) as opened:
        yield opened


@pytest.fixture
async def tmux(shop: Workshop, tmp_path: Path, columns: int, rows: int) -> AsyncIterator[Tmux]:
    """A session of an approver, at the overview."""
    socket = tmp_path / "c.sock"
    async with serving(shop.app.desk, socket), pane(str(socket), tmp_path, columns, rows) as opened:
        await opened.shows("Riverside", "(approver)", "● live")
        yield opened


async def total(shop: Workshop, *status: str) -> int:
    return (await shop.app.desk.page(ListQuery(status=status))).total


async def filtered(tmux: Tmux, text: str, *texts: str) -> None:
    """Filter the list, and wait for what that makes of it."""
    await tmux.press("/", "Tab:")
    await tmux.typed(text)
    await tmux.press("Enter", *texts)


async def filled(tmux: Tmux, *texts: str) -> None:
    """Type into one line of a form after the other, as fast as a terminal takes it."""
    await tmux.typed("\t".join(texts))
    await tmux.shows(*texts)


async def test_another_option_is_approved(tmux: Tmux, shop: Workshop) -> None:
    await tmux.press("d", f"{COUNT} ·")
    await filtered(tmux, "kind:contact policy:person", "8 ·")
    await tmux.press("Enter", "BASELINE", "(•) Provet is right", "( ) Xero is right")
    await tmux.press("j", "( ) Provet is right", "(•) Xero is right")
    await tmux.press("a", "Xero is right?", "1 correction", "→ Change phone of the client", "in Provet", "No (n)")
    await tmux.press("y", "approved “Xero is right”", gone="No (n)")
    assert await total(shop, "approved") == 1
    await tmux.press("n", "(•) Provet is right", gone="approved “Xero is right” by")


async def test_one_discrepancy_sees_every_decision(tmux: Tmux, shop: Workshop) -> None:
    await tmux.press("d", f"{COUNT} ·")
    await filtered(tmux, "kind:payment policy:person", "28 ·")
    await tmux.press("Enter", "BASELINE")
    await tmux.press("c", "Comment", "Enter notes it")
    await tmux.typed("asked the clinic")
    await tmux.press("Enter", "comment noted")
    await tmux.press("@", "Who looks after it")
    await tmux.press("Enter", "assigned to")
    await tmux.press("s", "Snooze?", "Until")
    await tmux.typed("tomorrow")
    await tmux.press("Enter", "snoozed until", "00:00 GMT")
    assert await total(shop, "snoozed") == 1
    await tmux.press("w", "Waive?", "Ceiling", "Last day")
    await filled(tmux, "goodwill", "0.01")
    await tmux.press("Enter", "Waive?", "the ceiling 0.01 is below the difference")
    await filled(tmux, "9999.50", "2030-01-31")
    await tmux.press("Enter", "waived by", "up to 9,999.50 GBP until 2030-01-31: goodwill")
    assert await total(shop, "waived") == 1
    await tmux.press("r", "Reject?", "Reason")
    await tmux.typed("a yes of the clinic, q n y")
    await tmux.press("Enter", "rejected", gone="Reject?")
    assert await total(shop, "rejected") == 1
    await tmux.press("S", "a cycle of riverside begins")
    await tmux.press("u", "nothing was applied for it")
    assert await total(shop, "approved") == 0


async def test_many_are_decided_after_a_summary(tmux: Tmux, shop: Workshop) -> None:
    await tmux.press("d", f"{COUNT} ·")
    await filtered(tmux, "kind:contact", "10 ·")
    await tmux.press("*", "10 selected")
    await tmux.press("a", "Approve 8 corrections over 0.00 GBP?", "× contact.conflict", "on hold", "No (n)")
    await tmux.press("Enter", "10 selected", gone="No (n)")
    assert await total(shop, "approved") == 0
    await tmux.press("a", "Approve 8 corrections", "No (n)")
    await tmux.press("y", "8 of 10 approved")
    assert await total(shop, "approved") == 8
    await tmux.press("Escape", "2 selected", gone="Esc closes this")
    await tmux.press("r", "Reject 2 selected?", "Reason")
    await tmux.typed("agreed")
    await tmux.press("Enter", "Reject 2 discrepancies", "Nothing is written to either system")
    await tmux.press("y", "2 of 2 rejected", gone="2 selected")
    assert await total(shop, "rejected") == 2


async def test_how_the_list_was_looked_at_is_there_again_in_the_next_session(
    shop: Workshop, tmp_path: Path, columns: int, rows: int
) -> None:
    socket = tmp_path / "c.sock"
    async with serving(shop.app.desk, socket):
        async with pane(str(socket), tmp_path, columns, rows) as tmux:
            await tmux.shows("● live")
            await tmux.press("d", f"{COUNT} ·")
            await filtered(tmux, "kind:payment", "30 ·")
            await tmux.press("K", "KIND↑")
            await tmux.press("b", "by kind")
            await tmux.press("1", "Riverside Vets")
            await tmux.press("q", "back in the shell")
        async with pane(str(socket), tmp_path, columns, rows) as tmux:
            await tmux.shows("● live")
            await tmux.press("d", "30 ·", "kind:payment", "by kind", "KIND↑")


async def test_id_and_amounts_of_a_discrepancy_are_copied_through_tmux(tmux: Tmux, shop: Workshop) -> None:
    largest = (await shop.app.desk.page(ListQuery())).discrepancies[0]
    await tmux.press("d", f"{COUNT} ·")
    await tmux.press("Enter", "BASELINE")
    await tmux.press("y", "Copy", largest.id, largest.amount)
    await tmux.press("y", "copied", gone="Esc")
    await tmux.holds(largest.id)
    await tmux.press("y", "Copy")
    await tmux.press("2", "copied", largest.amount)
    await tmux.holds(largest.amount)


class Viewers(Access):
    """Everybody may look and nobody decide."""

    def role(self, peer: Peer) -> Role | None:
        return Role.VIEWER


async def test_nothing_that_is_pasted_is_taken_for_a_key(tmux: Tmux, shop: Workshop) -> None:
    await tmux.pasted("\x1b[31md3ay\x1b\r")
    await tmux.press("?", "Every practice and its health")
    await tmux.press("Escape", gone="Every practice and its health")
    await tmux.press("d", f"{COUNT} ·")
    await filtered(tmux, "kind:contact policy:person", "8 ·")
    await tmux.press("a", "No (n)")
    await tmux.pasted("\x1bOPy\ry")
    await tmux.press("n", gone="No (n)")
    await tmux.press("/", gone="Approve")
    await tmux.press("C-u", "Tab:")
    await tmux.pasted("\x1b[31mkind:pay\x1b\x1ba\ry")
    await tmux.press("x", "[31mkind:payax")
    assert await total(shop, "approved") == 0


async def test_a_viewer_may_look_and_is_told_why_not_more(
    shop: Workshop, tmp_path: Path, columns: int, rows: int
) -> None:
    socket = tmp_path / "c.sock"
    why = "may look but not decide"
    async with (
        serving(shop.app.desk, socket, Viewers(own_uid=1)),
        pane(str(socket), tmp_path, columns, rows) as tmux,
    ):
        await tmux.shows("Riverside", "(viewer)", "read-only")
        await tmux.press("p", why, "(p) Pause")
        await tmux.press("d", f"{COUNT} ·")
        await tmux.press("*", f"{COUNT} selected")
        await tmux.press("a", why)
        await tmux.press("Enter", "BASELINE")
        await tmux.press("r", why, "(a) Approve" if columns > 80 else "n Next")
        await tmux.press("?", "Approve (not now", why)
    assert await total(shop, "open") == COUNT
