"""Which families become dirty when a record changes: exactly those that look at it."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from daemon.core.discrepancy import Policy
from daemon.core.model import Kind, Link, Record, System
from daemon.store import links, records
from daemon.store.database import Database, Tx
from tests.store.made import (
    CLINIC,
    clean_all,
    contact,
    credit_note,
    dirty_ids,
    document,
    finding,
    later,
    link,
    payment,
    saving,
    xero_document,
    xero_payment,
)


@dataclasses.dataclass(frozen=True)
class Case:
    """What is stored, what arrives, and which families must be dirty after it."""

    name: str
    stored: list[Record]
    arrives: Record
    dirty: list[str]
    links: list[Link] = dataclasses.field(default_factory=list)


DOC = xero_document("x")
PAID = xero_payment("xp", "x")
CLIENT = contact("c", System.XERO, name="Somebody", email="", number="")
CREDIT = credit_note("cn", "x")

CASES = [
    Case("provet document: its own", [document("2")], document("1"), ["invoice:1"]),
    Case("provet credit: its root's", [document("1")], document("2", credits="1"), ["invoice:1"]),
    Case(
        "provet payment: its document's", [document("2", credits="1"), document("1")], payment("p", "2"), ["invoice:1"]
    ),
    Case(
        "provet client seen for the first time: its own and its documents'",
        [document("1", contact_id="7"), document("2", contact_id="8")],
        contact("7"),
        ["client:7", "invoice:1"],
    ),
    Case(
        "provet client known before: its own and not its documents'",
        [contact("7"), document("1", contact_id="7")],
        later(contact("7", name="Ann Moved"), 1),
        ["client:7"],
    ),
    Case(
        "provet document of a client without a contact in Xero: the client's too",
        [contact("7")],
        document("1", contact_id="7"),
        ["client:7", "invoice:1"],
    ),
    Case(
        "provet document of a client with a contact in Xero",
        [contact("7")],
        document("1", contact_id="7"),
        ["invoice:1"],
        [link(Kind.CONTACT, "7", "c")],
    ),
    Case("xero document, unrelated: none", [document("1")], DOC, []),
    Case("xero document, linked", [document("1"), document("2")], DOC, ["invoice:1"], [link(Kind.DOCUMENT, "1", "x")]),
    Case("xero document, marked", [document("1"), document("2")], xero_document("x", "2"), ["invoice:2"]),
    Case(
        "xero document, same number",
        [document("1", number="N 1"), document("2", number="n 1"), document("3", number="N2")],
        xero_document("x", number="N 1"),
        ["invoice:1", "invoice:2"],
    ),
    Case(
        "xero document loses its mark: the family that had it",
        [document("1"), document("2"), xero_document("x", "1")],
        later(xero_document("x", "2"), 1),
        ["invoice:1", "invoice:2"],
    ),
    Case(
        "xero payment of a linked document", [document("1"), DOC], PAID, ["invoice:1"], [link(Kind.DOCUMENT, "1", "x")]
    ),
    Case("xero payment of a marked document", [document("1"), xero_document("x", "1")], PAID, ["invoice:1"]),
    Case(
        "xero payment, linked", [document("1"), payment("p", "1")], PAID, ["invoice:1"], [link(Kind.PAYMENT, "p", "xp")]
    ),
    Case("xero payment, marked", [document("1"), payment("p", "1")], xero_payment("xp", "x", "p"), ["invoice:1"]),
    Case(
        "xero payment known to provet by its mark",
        [document("1"), payment("p", "1", note="Xero payment xp")],
        PAID,
        ["invoice:1"],
    ),
    Case(
        "xero payment moves: both documents",
        [document("1"), document("2"), xero_document("x", "1"), xero_document("y", "2"), PAID],
        later(xero_payment("xp", "y"), 1),
        ["invoice:1", "invoice:2"],
    ),
    Case(
        "xero credit note: the invoice that its allocation names",
        [document("1"), xero_document("x", "1")],
        CREDIT,
        ["invoice:1"],
    ),
    Case(
        "xero credit note loses its allocation: the invoice that it named",
        [document("1"), xero_document("x", "1"), CREDIT],
        later(credit_note("cn"), 1),
        ["invoice:1"],
    ),
    Case(
        "xero refund: its credit note's family only",
        [document("1"), document("2"), xero_document("x", "1"), credit_note("cn", "x")],
        xero_payment("xp", "cn"),
        ["invoice:2"],
        [link(Kind.DOCUMENT, "2", "cn")],
    ),
    Case("xero contact, linked", [contact("7"), contact("8")], CLIENT, ["client:7"], [link(Kind.CONTACT, "7", "c")]),
    Case(
        "xero contact, same number, name or e-mail",
        [contact("7"), contact("8", name="Ann Lee"), contact("9", email="A@b.c"), contact("10")],
        contact("c", System.XERO, name="ann  lee", email="a@B.c", number="7"),
        ["client:8", "client:9"],
    ),
    Case(
        "xero contact into which the linked one was merged",
        [contact("7"), contact("old", System.XERO, name="x", merged_into="c")],
        CLIENT,
        ["client:7"],
        [link(Kind.CONTACT, "7", "old")],
    ),
    Case(
        "keys of different kinds do not meet",
        [document("1", number="5"), contact("7")],
        xero_payment("xp", "?", "1"),
        [],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_exactly_the_families_that_look_at_a_record_become_dirty(db: Database, case: Case) -> None:
    def store(tx: Tx) -> None:
        records.upsert(tx, CLINIC, case.stored)
        for each in case.links:
            links.put(tx, CLINIC, each)

    await db.write(store)
    await clean_all(db)
    assert await db.write(lambda tx: records.upsert(tx, CLINIC, [case.arrives])) == 1
    assert await dirty_ids(db) == sorted(case.dirty)
    assert await dirty_ids(db, "elsewhere") == []
    await clean_all(db)
    assert await db.write(lambda tx: records.upsert(tx, CLINIC, [case.arrives])) == 0
    assert await dirty_ids(db) == []


async def test_a_client_that_changes_also_wakes_the_invoices_that_wait_for_its_contact(db: Database) -> None:
    client = finding("7", family="client:7", kind="contact.ambiguous", policy=Policy.PERSON)
    held = finding("1", cause=client.id, policy=Policy.HOLD)
    other = finding("2", cause="of something else", policy=Policy.HOLD)
    await db.write(lambda tx: records.upsert(tx, CLINIC, [contact("7"), document("1"), document("2")]))
    for each in (client, held, other):
        await db.write(saving(each))
    await clean_all(db)
    await db.write(lambda tx: records.upsert(tx, CLINIC, [later(contact("7"), 1, email="new@example.org")]))
    assert await dirty_ids(db) == ["client:7", "invoice:1"]


async def test_a_key_that_very_many_share_brings_nobody_together(db: Database) -> None:
    clients = [contact(f"{n}", email="none@example.org") for n in range(150)]
    await db.write(lambda tx: records.upsert(tx, CLINIC, clients))
    await clean_all(db)
    stand_in = contact("c", System.XERO, name="Name 5", email="none@example.org")
    await db.write(lambda tx: records.upsert(tx, CLINIC, [stand_in]))
    assert await dirty_ids(db) == ["client:5"]


async def test_changing_a_link_dirties_nothing(db: Database) -> None:
    await db.write(lambda tx: records.upsert(tx, CLINIC, [document("1"), DOC]))
    await clean_all(db)
    await db.write(lambda tx: links.put(tx, CLINIC, link(Kind.DOCUMENT, "1", "x")))
    await db.write(lambda tx: links.remove(tx, CLINIC, Kind.DOCUMENT, "1", "x"))
    assert await dirty_ids(db) == []


async def test_a_document_that_moves_dirties_the_family_it_left_too(db: Database) -> None:
    family = [document("1"), document("2", credits="1"), document("9"), payment("p", "2")]
    await db.write(lambda tx: records.upsert(tx, CLINIC, family))
    await clean_all(db)
    await db.write(lambda tx: records.upsert(tx, CLINIC, [later(document("2", credits="9"), 1)]))
    assert await dirty_ids(db) == ["invoice:1", "invoice:9"]


async def test_a_parent_that_arrives_later_dirties_the_old_and_the_new_family(db: Database) -> None:
    await db.write(lambda tx: records.upsert(tx, CLINIC, [document("3", credits="2"), payment("p", "3")]))
    assert await dirty_ids(db) == ["invoice:3"]
    await clean_all(db)
    await db.write(lambda tx: records.upsert(tx, CLINIC, [document("2", credits="1", gross=Decimal(-5))]))
    assert await dirty_ids(db) == ["invoice:2", "invoice:3"]
