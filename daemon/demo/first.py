"""The first chapters: what stands in both systems, the first comparison, its release."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from daemon.demo.books import Books
from daemon.demo.stage import ADOPTED, INVOICES
from daemon.demo.story import DOCUMENT_KINDS, Story
from daemon.protocol import PracticeState
from daemon.sandbox.settings_out import PRACTICE

COLLISION = "invoice.number_collision"


async def before(story: Story) -> Story:
    """What there is before anything is compared; the story knows from then on which documents are foreign."""
    story.narrator.chapter("What stands in both systems")
    books = await story.books()
    same = {entry.number for entry in books.xero if _same(books, entry.number)}
    foreign = frozenset(e.id for e in books.xero if e.number in books.provet and e.number not in same)
    notes = sum(entry.total < 0 for entry in books.provet.values())
    says = story.narrator.says
    says(
        f"Provet holds {INVOICES} invoices of named clients since {story.start_date} and {notes} credit notes, beside "
        f"{len(story.undecidable)} awkward documents that only a person can decide on.",
        expected=INVOICES + notes + len(story.undecidable),
        seen=len(books.provet),
    )
    says(
        f"{ADOPTED} of these invoices were typed into Xero by hand before: same number, same total.",
        expected=ADOPTED,
        seen=len(same),
    )
    taken = sum(case.kind == COLLISION for case in story.planted)
    says(f"{taken} more numbers of Provet's are taken in Xero by other sales.", expected=taken, seen=len(foreign))
    return replace(story, foreign=foreign, adopted=frozenset(same))


def _same(books: Books, number: str) -> bool:
    ours, theirs = books.provet.get(number), books.in_xero(number)
    return ours is not None and theirs is not None and ours.total == theirs.total


async def first_comparison(story: Story) -> None:
    """It adopts what is there, reports the rest and writes nothing."""
    story.narrator.chapter("The first comparison")
    story.narrator.command("reconcile sync --wait; reconcile list")
    await story.reconcile.sync()
    books, practice = await story.books(), await story.reconcile.practice()
    listed = await story.reconcile.discrepancies()
    documents = {d.subject.provet.id for d in listed if d.subject.provet and d.kind.startswith(DOCUMENT_KINDS)}
    says = story.narrator.says
    says(
        f"Everything was compared, and {practice.name} waits for a person to release the result.",
        expected=(PracticeState.AWAITING_RELEASE, True),
        seen=(practice.state, practice.last_full is not None),
    )
    says(
        f"Adoption: the {ADOPTED} invoices that stand in Xero are taken over as they are; none is on the list.",
        expected=set(),
        seen=documents & {books.provet[number].id for number in story.adopted},
    )
    others = {entry.id for number, entry in books.provet.items() if number not in story.adopted}
    says(
        f"Each of the other {len(others)} documents is on the list of {len(listed)} discrepancies.",
        expected=set(),
        seen=others ^ documents,
    )
    says(
        "Nothing was written: neither system's request log holds a request that could change it.",
        expected=([], []),
        seen=(await story.provet.writes(), await story.xero.writes()),
    )
    await story.says_all_is_explained(books)


async def release(story: Story) -> None:
    """A person releases it, and what policy allows is written."""
    story.narrator.chapter("The release")
    story.narrator.command(f"reconcile release {PRACTICE}; reconcile sync --wait")
    await story.reconcile.release(PRACTICE)
    await story.reconcile.sync()
    books, practice, says = await story.books(), await story.reconcile.practice(), story.narrator.says
    writes = await story.xero.writes()
    audited = sum(entry.action == "request" for entry in await story.reconcile.audit())
    says(
        f"Xero was asked {len(writes)} times to write, many records at once, and took every request; the audit log "
        "has them all.",
        expected=(len(writes), {200}),
        seen=(audited, {entry.status for entry in writes}),
    )
    says("Provet was asked nothing of the kind.", expected=[], seen=await story.provet.writes())
    plain = books.numbers_without(story.undecidable)
    says(
        f"{len(plain)} documents stand in Xero now, each once, with the same total, and clients owe the same on them.",
        expected=(frozenset(), []),
        seen=(plain ^ books.equal, books.doubled),
    )
    kinds = Counter(case.kind for case in story.planted)
    says(
        f"What is left is what the clinic planted for a person: {_counted(kinds)}.",
        expected=dict(kinds),
        seen=practice.open,
    )
    await story.says_all_is_explained(books)


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
