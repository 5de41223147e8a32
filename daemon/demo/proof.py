"""The last chapter: both ledgers once more, a comparison that finds nothing to write, the audit log."""

from __future__ import annotations

from daemon.demo.drift import Drift
from daemon.demo.story import Story


async def proof(story: Story, drift: Drift) -> None:
    """Everything is where it should be, and stays there."""
    story.narrator.chapter("The proof")
    story.narrator.command("reconcile sync --full --wait; reconcile audit verify")
    before = [await story.provet.writes(), await story.xero.writes()]
    await story.reconcile.sync(full=True)
    after = [await story.provet.writes(), await story.xero.writes()]
    says = story.narrator.says
    says("A last full comparison of both systems writes nothing.", expected=before, seen=after)
    books = await story.books()
    waiting = story.undecidable | {books.provet[drift.cast.deleted.invoice.number].id}
    settled = books.numbers_without(waiting)
    says(
        f"{len(settled)} documents agree in both systems, none stands twice; {len(waiting)} wait for a person.",
        expected=(frozenset(), []),
        seen=(settled ^ books.equal, books.doubled),
    )
    await story.says_all_is_explained(books)
    audit, writes = await story.reconcile.proof(), len(after[0]) + len(after[1])
    audited = sum(entry.action == "request" for entry in await story.reconcile.audit())
    says(
        f"The audit log's chain of {audit.entries} entries holds; each of the {writes} requests that wrote is in it.",
        expected=(True, writes),
        seen=(audit.ok, audited),
    )
