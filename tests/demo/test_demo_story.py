"""``reconciled demo`` without a terminal: one story, checked, and nothing left of it."""

from __future__ import annotations

import asyncio
import io
import sys

from daemon.clock import SystemClock
from daemon.demo.command import DONE, FAILED, narrate
from daemon.demo.narrator import Narrator
from daemon.demo.stage import open_stage
from daemon.demo.story import open_story

SEED = 7


async def test_the_story_is_told_to_its_end(scratch):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "daemon", "demo", "--seed", str(SEED)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    text = " ".join(out.decode().split())
    assert (process.returncode, err.decode()) == (DONE, ""), text
    for words in (
        "Nothing was written",
        "Xero has the card payment once",
        "Provet has the bookkeeper's payment once",
        "is refused as stale",
        "Restore Provet's values in Xero: applied.",
        "A last full comparison of both systems writes nothing.",
        "residual 0.00",
    ):
        assert words in text
    assert text.endswith("statements held.")
    assert list(scratch.iterdir()) == []


async def test_a_statement_that_does_not_hold_ends_the_story(scratch):
    out = io.StringIO()
    async with open_stage(SEED, SystemClock(), live=False) as stage:
        async with open_story(stage, Narrator(io.StringIO())) as story:
            typed_before = (await story.xero.invoices())[0]
            await story.xero.act("void_document", document_id=typed_before.id)
        status = await narrate(stage, Narrator(out))
    *_, broken, expected, seen = out.getvalue().splitlines()
    assert status == FAILED
    assert broken.startswith("NOT TRUE: ")
    assert (expected[:12], seen[:12]) == ("  expected: ", "  seen:     ")
    assert list(scratch.iterdir()) == []
