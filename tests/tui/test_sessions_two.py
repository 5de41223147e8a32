"""Sessions in a real terminal on a whole daemon: two people at once, and facts that move while one person decides."""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.control import routes
from daemon.control.access import Access, Peer, peer_of
from tests.desk.office import VISIT, Office, office
from tests.desk.test_decisions_cycle import FOUR_EYES, edit, edited, invoice_of
from tests.support.serving import serving
from tests.support.tmux import SIZES, Tmux, needs_tmux, pane

pytestmark = [needs_tmux, pytest.mark.parametrize(("columns", "rows"), SIZES)]

ME = pwd.getpwuid(os.getuid()).pw_name
OTHER = pwd.getpwnam("nobody" if ME != "nobody" else "daemon")
APPROVERS = Access(own_uid=os.getuid(), approver_gid=OTHER.pw_gid)
SECOND_SEAT = "other.sock"


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


@pytest.fixture
def second_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel names whoever connects to the second socket as another user."""

    def seen(sock: socket.socket) -> Peer:
        other = sock.getsockname().endswith(SECOND_SEAT)
        return Peer(OTHER.pw_uid, frozenset({OTHER.pw_gid})) if other else peer_of(sock)

    monkeypatch.setattr(routes, "peer_of", seen)


@contextlib.asynccontextmanager
async def seat(clinic: Office, folder: Path, name: str, columns: int, rows: int) -> AsyncIterator[Tmux]:
    """A person's own terminal, at the overview."""
    path, home = folder / name, folder / f"home-{name}"
    home.mkdir()
    async with serving(clinic.desk, path, APPROVERS), pane(str(path), home, columns, rows) as tmux:
        await tmux.shows("Riverside", "(approver)", "● live")
        yield tmux


async def reviewed(tmux: Tmux, *texts: str) -> None:
    """The first of the list under review."""
    await tmux.press("d", "1 ·")
    await tmux.press("Enter", "BASELINE", *texts)


@pytest.mark.usefixtures("second_seat")
async def test_what_is_above_the_limit_waits_until_another_person_wants_the_same(
    tmp_path: Path, columns: int, rows: int
) -> None:
    async with (
        office(tmp_path, FOUR_EYES) as clinic,
        seat(clinic, tmp_path, "c.sock", columns, rows) as mine,
        seat(clinic, tmp_path, SECOND_SEAT, columns, rows) as theirs,
    ):
        found = await edited(clinic)
        written = len(clinic.shop.writes("xero"))
        await reviewed(mine, "(•)")
        await mine.press("a", "Above 20.00 GBP two people must agree: your yes waits for a second person.", "No (n)")
        await mine.press("y", f"{ME} approved", "a second person must approve the same", gone="No (n)")
        await mine.press("a", "another person must approve it too")
        await clinic.cycle()
        assert len(clinic.shop.writes("xero")) == written
        await reviewed(theirs, f"{ME} approved", "a second person must approve the same")
        await theirs.press("a", f"{ME} approved it first", "you are the second, your yes carries it out", "No (n)")
        await theirs.press("y", f"by {ME}, {OTHER.pw_name}", gone="No (n)")
        await mine.shows(f"by {ME}, {OTHER.pw_name}")
        await clinic.cycle()
        for tmux in (mine, theirs):
            await tmux.shows("gone: both systems agree")
        assert len(clinic.shop.writes("xero")) == written + 1
        assert str(clinic.living(int(invoice_of(found))).total) == "48.00"


async def test_what_moved_between_a_question_and_its_answer_is_shown_and_decided_anew(
    clinic: Office, tmp_path: Path, columns: int, rows: int
) -> None:
    found = await edited(clinic, "40.00")
    async with seat(clinic, tmp_path, "c.sock", columns, rows) as tmux:
        await reviewed(tmux, "*40.00")
        await tmux.press("a", "Restore Provet's values in Xero?", "No (n)")
        edit(clinic, invoice_of(found), "41.50")
        await clinic.cycle()
        await tmux.press("y", "What you saw has moved meanwhile", "xero gross: was 40.00, is 41.50", "No (n)")
        await tmux.press("y", "*41.50", "approved", gone="No (n)")
        edit(clinic, invoice_of(found), "42.25")
        await clinic.cycle()
        await tmux.shows("stale", "*42.25")
        await tmux.press("u", "nothing was applied for it")
        await tmux.press("a", "Restore Provet's values in Xero?", "No (n)")
        await tmux.press("y", "approved", gone="No (n)")
        await clinic.cycle()
        await tmux.shows("gone: both systems agree")
    assert str(clinic.living(int(invoice_of(found))).total) == "48.00"


async def test_a_conflict_is_settled_field_by_field(clinic: Office, tmp_path: Path, columns: int, rows: int) -> None:
    clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    await clinic.cycle()
    clinic.act("provet", "edit_client", client=3, changes={"email": "a@example.test"})
    clinic.act("provet", "change_phone", client=3, phone="01632 960111")
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "01632 960222"}]
    fields = {"EmailAddress": "b@example.test", "Phones": phones}
    clinic.act("xero", "edit_contact", contact_id=clinic.contact(3).id, fields=fields)
    await clinic.cycle()
    async with seat(clinic, tmp_path, "c.sock", columns, rows) as tmux:
        await reviewed(tmux)
        await tmux.press("f", "Settle it field by field", "email (•) a@example.test ( ) b@example.test")
        await tmux.press("j", "▸ phone")
        await tmux.press("l", "phone ( ) 01632960111 (•) 01632960222")
        mixed = "Email from Provet and phone from Xero"
        await tmux.press("Enter", f"(•) {mixed}", gone="Esc leaves")
        await tmux.press("a", f"{mixed}?", "2 writes", "→ Change email", "→ Change phone", "No (n)")
        await tmux.press("y", "approved", gone="No (n)")
        await clinic.cycle()
        await tmux.shows("gone: both systems agree")
    assert clinic.contact(3).texts["EmailAddress"] == "a@example.test"
    client = clinic.provet.client(3)
    assert [clinic.provet.state.phone_numbers[each].phone_number for each in client.phones] == ["01632 960222"]
