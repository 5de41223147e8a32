"""Scenarios of clients and their contacts: who is who, changed on one side or both, archived, merged, gone."""

from __future__ import annotations

from daemon.core.discrepancy import Policy
from daemon.sandbox.xero.records import Contact
from tests.scenarios.clinic import VISIT, Clinic
from tests.scenarios.kinds.case import Case, scenario
from tests.scenarios.till import booked, visit

A, P = Policy.AUTOMATIC, Policy.PERSON
BEA = {"firstname": "Bea", "lastname": "Lund", "email": "bea@example.test"}


def entered(it: Clinic, **fields: str) -> Contact:
    """A contact that the bookkeeper enters."""
    contact = it.keep(it.xero.make_contact, fields)
    assert isinstance(contact, Contact)
    return contact


def contact(it: Clinic, client: int = 0) -> Contact:
    number = str(client or it.client)
    (found,) = [each for each in it.xero.ledger.contacts.ordered() if each.number == number]
    return found


def known(it: Clinic) -> tuple[int, Contact]:
    """A client without documents whose contact the bookkeeper has entered already."""
    bea = it.make(it.provet.create_client, BEA)
    return bea, entered(it, Name="Bea Lund", EmailAddress="bea@example.test", ContactNumber=str(bea))


@scenario("contact.missing")
async def missing(case: Case) -> None:
    it = case.it
    bea, lost = known(it)
    await it.sync()
    it.xero.ledger.contacts.remove(lost.id)
    it.xero.ledger.commit()
    await case.sees(A, "unlink")
    it.make(it.provet.invoice_visit, bea, [VISIT])
    await it.sync()
    assert contact(it, bea).id != lost.id


@scenario("contact.changed_in_provet")
async def changed_in_provet(case: Case) -> None:
    await visit(case.it)
    case.it.do(case.it.provet.edit_client, case.it.client, {"email": "ada@new.test"})
    await case.sees(A, "update")
    await case.it.sync()
    assert contact(case.it).texts["EmailAddress"] == "ada@new.test"


@scenario("contact.changed_in_xero")
async def changed_in_xero(case: Case) -> None:
    await visit(case.it)
    case.it.keep(case.it.xero.edit_contact, contact(case.it).id, {"EmailAddress": "ada@new.test"})
    await case.sees(A, "update")
    await case.it.sync()
    assert case.it.provet.client(case.it.client).email == "ada@new.test"


@scenario("contact.conflict")
async def conflict(case: Case) -> None:
    it = case.it
    await visit(it)
    it.do(it.provet.edit_client, it.client, {"email": "ada@provet.test"})
    it.keep(it.xero.edit_contact, contact(it).id, {"EmailAddress": "ada@xero.test"})
    await case.sees(P, "use-provet", "use-xero")
    await case.corrected()
    assert contact(it).texts["EmailAddress"] == "ada@provet.test"


@scenario("contact.ambiguous")
async def ambiguous(case: Case) -> None:
    it = case.it
    entered(it, Name="Ada Quinn")
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
    found = await case.sees(P, "create-new", "link", beside=("invoice.missing",))
    await case.corrected(found)
    assert booked(it, invoice).contact_id == contact(it).id


@scenario("contact.archived")
async def archived(case: Case) -> None:
    it = case.it
    await visit(it)
    it.keep(it.xero.edit_contact, contact(it).id, {"ContactStatus": "ARCHIVED"})
    it.make(it.provet.invoice_visit, it.client, [VISIT])
    await case.sees(P, "done-by-hand", beside=("invoice.missing",))
    it.keep(it.xero.edit_contact, contact(it).id, {"ContactStatus": "ACTIVE"})
    bea, _ = known(it)
    await it.sync()
    it.do(it.provet.archive_client, bea)
    await case.sees(P, "update")
    await case.corrected()
    assert contact(it, bea).status == "ARCHIVED"


@scenario("contact.merged")
async def merged(case: Case) -> None:
    it = case.it
    bea = it.make(it.provet.create_client, BEA)
    it.make(it.provet.invoice_visit, bea, [VISIT])
    await visit(it)
    it.keep(it.xero.merge_contacts, contact(it, bea).id, contact(it).id)
    invoice = it.make(it.provet.invoice_visit, bea, [VISIT])
    await case.sees(P, "follow-merge", beside=("invoice.missing",))
    await case.corrected()
    assert booked(it, invoice).contact_id == contact(it).id


@scenario("contact.deleted")
async def deleted(case: Case) -> None:
    it = case.it
    bea, _ = known(it)
    await it.sync()
    before = contact(it, bea)
    it.do(it.provet.delete_client, bea)
    await case.sees(P, "unlink")
    await case.corrected()
    assert it.xero.ledger.contacts[before.id] == before, "it stays as it is"
