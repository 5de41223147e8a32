"""The chapter of what policy allows: it has reached the other side by itself."""

from __future__ import annotations

from daemon.demo.drift import Drift
from daemon.demo.story import Story

FROM_XERO = 17


async def corrected(story: Story, drift: Drift) -> None:
    """What policy allows has reached the other side."""
    story.narrator.chapter("What was put right by itself")
    story.narrator.command("reconcile sync --wait")
    await story.reconcile.sync()
    await _says_reached_xero(story, drift)
    await _says_reached_provet(story, drift)


async def _says_reached_xero(story: Story, drift: Drift) -> None:
    cast, books, says = drift.cast, await story.books(), story.narrator.says
    reference = next(
        p for p in await story.provet.payments() if p.invoice_id == cast.paid.id and p.paid == cast.paid.due
    )
    booked = [p.amount for p in await story.xero.payments() if p.reference == f"Provet payment {reference.id}"]
    says(
        f"Xero has the card payment once, and nothing is due on {cast.paid.number}.",
        expected=([cast.paid.due], 0),
        seen=(booked, (await story.in_xero(cast.paid)).due),
    )
    emails = {contact.client: contact.email for contact in await story.xero.contacts()}
    says("Xero has the new e-mail address.", expected=drift.email, seen=emails[str(cast.moved.id)])
    note = next(entry.number for entry in books.provet.values() if entry.id == drift.note)
    allocated = [
        (allocation.invoice.number, allocation.amount)
        for found in await story.xero.credit_notes()
        for allocation in found.allocations
        if found.number == note
    ]
    says(
        f"Xero has the credit note {note}, allocated to {cast.credited.number}, on which nothing is due.",
        expected=([(cast.credited.number, cast.credited.total)], 0),
        seen=(allocated, (await story.in_xero(cast.credited)).due),
    )


async def _says_reached_provet(story: Story, drift: Drift) -> None:
    cast, books, says = drift.cast, await story.books(), story.narrator.says
    marked = [p for p in await story.provet.payments() if p.info == f"Xero payment {drift.part_id}"]
    left = cast.part_paid.due - drift.part
    says(
        f"Provet has the bookkeeper's payment once, under its method for Xero; GBP {left:,.2f} are left to pay.",
        expected=([(FROM_XERO, drift.part)], left),
        seen=([(p.payment_type, p.paid) for p in marked], books.provet[cast.part_paid.number].due),
    )
    phones = {str(client.id): [p.number for p in client.phone_numbers] for client in await story.provet.clients()}
    says("Provet has the new phone number.", expected=drift.phone, seen=phones[cast.called.client][0])
