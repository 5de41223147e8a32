"""The chapter in which people change things in both systems, and what they did there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from daemon.demo.books import CENT, Entry
from daemon.demo.cast import DELETED, Cast, choose
from daemon.demo.story import Story

CARD = 2
BANK = "090"
RAISED_BY = Decimal("5.00")


@dataclass(frozen=True, slots=True)
class Drift:
    """What they have done: ids and values to look for on the other side."""

    cast: Cast
    part: Decimal
    part_id: str
    note: str
    email: str
    phone: str


async def make_drift(story: Story) -> Drift:
    """People change things on both sides."""
    story.narrator.chapter("People change things, in Provet and in Xero")
    cast = await choose(story)
    drift = await _act(story, cast)
    await _says_in_provet(story, drift)
    await _says_in_xero(story, drift)
    return drift


async def _act(story: Story, cast: Cast) -> Drift:
    provet, xero = story.provet, story.xero
    part = (cast.part_paid.total / 4).quantize(CENT)
    part_id = await _take_payment(story, cast.part_paid, part)
    await provet.act("pay_in_full", invoice=int(cast.paid.id), payment_type=CARD)
    email = f"new.address.{cast.moved.id}@example.test"
    await provet.act("edit_client", client=cast.moved.id, changes={"email": email})
    phone = "+447700900123"
    changed = {"PhoneType": "DEFAULT", "PhoneNumber": phone, "PhoneAreaCode": "", "PhoneCountryCode": ""}
    await xero.act("edit_contact", contact_id=cast.called.id, fields={"Phones": [changed]})
    await _raise_total(story, cast.raised)
    await xero.act("remove_payment", payment_id=cast.deleted.id)
    note = await provet.act("credit", invoice=int(cast.credited.id))
    await provet.act("apply_credit", note=note, invoice=int(cast.credited.id), amount=cast.credited.due)
    return Drift(cast, part, part_id, str(note), email, phone)


async def _take_payment(story: Story, entry: Entry, amount: Decimal) -> str:
    """The bookkeeper finds a bank transfer in Xero; the id of its payment."""
    payment = {
        "id": "",
        "document_id": (await story.in_xero(entry)).id,
        "account_id": await story.xero.account_id(BANK),
        "day": story.today,
        "amount": amount,
        "updated": f"{story.today}T00:00:00Z",
    }
    return str((await story.xero.act("take_payment", payment=payment))["id"])


async def _raise_total(story: Story, entry: Entry) -> None:
    """Somebody types another amount over an invoice in Xero."""
    line = {
        "Description": "Typed over by hand",
        "Quantity": 1,
        "UnitAmount": entry.total + RAISED_BY,
        "TaxType": "OUTPUT2",
        "AccountCode": "200",
    }
    document = await story.in_xero(entry)
    await story.xero.act("edit_document", document_id=document.id, fields={"LineItems": [line]})


async def _says_in_provet(story: Story, drift: Drift) -> None:
    cast, books, says = drift.cast, await story.books(), story.narrator.says
    paid = books.provet[cast.paid.number]
    says(f"Provet: {paid.number} is paid by card, GBP {paid.total:,.2f}.", expected=Decimal(0), seen=paid.due)
    emails = {client.id: client.email for client in await story.provet.clients()}
    says(
        f"Provet: {cast.moved.name} has a new e-mail address, {drift.email}.",
        expected=drift.email,
        seen=emails[cast.moved.id],
    )
    note = next(entry for entry in books.provet.values() if entry.id == drift.note)
    says(
        f"Provet: {cast.credited.number} of GBP {cast.credited.total:,.2f} is credited in full by {note.number}.",
        expected=(-cast.credited.total, 0, 0),
        seen=(note.total, note.due, books.provet[cast.credited.number].due),
    )


async def _says_in_xero(story: Story, drift: Drift) -> None:
    cast, says = drift.cast, story.narrator.says
    payments = {payment.id: payment for payment in await story.xero.payments()}
    says(
        f"Xero: the bookkeeper takes a part payment of GBP {drift.part:,.2f} on {cast.part_paid.number}.",
        expected=(drift.part, cast.part_paid.number),
        seen=(payments[drift.part_id].amount, payments[drift.part_id].invoice.number),
    )
    phones = {contact.id: contact.phone for contact in await story.xero.contacts()}
    says(
        f"Xero: {cast.called.name} has a new phone number, {drift.phone}.",
        expected=drift.phone,
        seen=phones[cast.called.id],
    )
    says(
        f"Xero: somebody raises {cast.raised.number} from GBP {cast.raised.total:,.2f} to "
        f"GBP {cast.raised.total + RAISED_BY:,.2f}.",
        expected=cast.raised.total + RAISED_BY,
        seen=(await story.in_xero(cast.raised)).total,
    )
    says(
        f"Xero: somebody deletes the payment of GBP {cast.deleted.amount:,.2f} on {cast.deleted.invoice.number}.",
        expected=DELETED,
        seen=payments[cast.deleted.id].status,
    )
