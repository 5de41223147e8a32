"""What the command adds to the judgement: tokens that the running service keeps, groups of this machine, its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.app import store_path
from daemon.check import command
from daemon.check.problems import Level, Problem
from daemon.connect import tokens_name
from daemon.sealing import seal_in
from daemon.store import state
from daemon.store.database import open_aiosqlite
from tests.check.premises import Premises, premises, texts


@pytest.fixture
def clinic(tmp_path: Path) -> Premises:
    return premises(tmp_path)


async def test_tokens_are_read_beside_the_service_that_keeps_them(clinic: Premises) -> None:
    """The service holds the store; the token that it keeps is good, so that nothing has to be renewed."""
    clinic.reload(lambda text: text.replace("concurrent = 5", 'concurrent = 5\ngrant = "authorization_code"'))
    practice, folder = clinic.settings.practices["riverside"], clinic.settings.daemon.state_dir
    folder.mkdir(parents=True)
    access = clinic.world.hosts["xero"].system.identity._issue(
        "accounting.invoices accounting.payments accounting.contacts accounting.settings.read app.connections",
        clinic.clock.utc(),
        clinic.world.rng,
        refreshable=False,
    )
    token = f'{{"seed":"x","access_token":"{access["access_token"]}","expires_at":"2026-11-02T08:30:00Z"}}'
    sealed = seal_in(folder).close(token.encode())
    db = await open_aiosqlite(store_path(clinic.settings))
    try:
        await db.write(lambda tx: state.set_sealed(tx, tokens_name(practice), sealed))
        kept = await command._kept(clinic.settings, practice)()
    finally:
        await db.close()

    async def load() -> bytes | None:
        return kept

    clinic.kept = load
    assert [problem.text for problem in await clinic.check() if "Xero" in problem.text] == []


async def test_without_a_store_there_is_no_token_and_none_is_made(clinic: Premises) -> None:
    clinic.kept = command._kept(clinic.settings, clinic.settings.practices["riverside"])
    assert await clinic.kept() is None
    assert texts(await clinic.check()) == []
    assert not clinic.settings.daemon.state_dir.exists()


def test_a_group_that_the_machine_lacks_is_an_error(clinic: Premises) -> None:
    control = clinic.settings.control.model_copy(update={"viewer_group": "no-such-group-here"})
    (problem,) = command._of_machine(clinic.settings.model_copy(update={"control": control}))
    assert "control.viewer_group: no group named 'no-such-group-here'" in problem.text


async def test_the_report_is_one_line_each_and_steers_no_terminal(clinic: Premises) -> None:
    hostile = Problem(level=Level.ERROR, practice="riverside", text="bad \x1b[31mred\nline", mend="mend it")
    facts = {
        name: command.facts_of(clinic.settings.practices[name], each) for name, each in (await clinic.read()).items()
    }
    lines = command.report([hostile], facts).splitlines()
    assert lines[0].startswith("riverside: organisation Riverside Vets Ltd, GBP, VAT basis ACCRUAL, ")
    assert lines[1:] == ["error: riverside: bad [31mred line; mend: mend it", "errors: 1, warnings: 0"]
