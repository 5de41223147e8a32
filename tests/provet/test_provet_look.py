"""Steps in doubt against Provet: found by their mark, absent, or not to be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from daemon.core.correction import CancelPayment, RecordPayment, UpdateClient
from daemon.core.model import Contact, Payment, System
from daemon.provet.look import Reads, look_reads, settled, together

AT = dt.datetime(2026, 8, 5, tzinfo=dt.UTC)
RECORD = RecordPayment(
    xero_id="5f1c",
    document_id="3051",
    amount=Decimal(40),
    date=AT.date(),
    method="17",
    info="Xero payment 5f1c",
    label="",
)
CANCEL = CancelPayment(payment_id="1", document_id="3051", amount=Decimal(40), label="")
ADA = Contact(system=System.PROVET, id="812", updated_at=AT, name="Ada Quinn", email="a@b.test", phone="+44 1")


def paid(identifier: str, amount: int, *, note: str = "", cancelled: bool = False, document: str = "3051") -> Payment:
    return Payment(
        system=System.PROVET,
        id=identifier,
        updated_at=AT,
        document_id=document,
        amount=Decimal(amount),
        date=AT.date(),
        note=note,
        cancelled=cancelled,
    )


MARK = RECORD.info


@pytest.mark.parametrize(
    ("what", "payments", "found"),
    [
        ("there", [paid("1", 40, note=MARK)], True),
        ("nothing", [], False),
        ("same amount without mark", [paid("1", 40)], False),
        ("mark on another document", [paid("1", 40, note=MARK, document="3052")], False),
        ("cancelled since by somebody", [paid("1", 40, note=MARK, cancelled=True)], True),
        ("longer mark", [paid("1", 40, note=MARK + "9")], False),
    ],
)
def test_a_recorded_payment_is_known_by_its_mark(what: str, payments: list[Payment], found: bool) -> None:
    look = settled(RECORD, payments)
    assert look.found is found, what
    assert bool(look.records) is found


@pytest.mark.parametrize(
    ("what", "payments", "found"),
    [
        ("status says so", [paid("1", 40, cancelled=True)], True),
        ("opposite row", [paid("1", 40), paid("2", -40)], True),
        ("stands", [paid("1", 40)], False),
        ("another amount taken back", [paid("1", 40), paid("2", -30)], False),
        ("two alike, one taken back", [paid("1", 40), paid("2", 40), paid("3", -40)], None),
        ("two alike, both taken back", [paid("1", 40), paid("2", 40), paid("3", -40), paid("4", -40)], True),
        ("not shown any more", [], None),
    ],
)
def test_a_cancelled_payment(what: str, payments: list[Payment], found: bool | None) -> None:
    assert settled(CANCEL, payments).found is found, what


def test_an_updated_client() -> None:
    step = UpdateClient(client_id="812", contact=ADA, fields=("email", "phone"))
    assert settled(step, [msgspec.structs.replace(ADA, phone="+441", name="Other")]).found is True
    assert settled(step, [msgspec.structs.replace(ADA, email="")]).found is False
    assert settled(step, []).found is None
    archive = UpdateClient(client_id="812", contact=msgspec.structs.replace(ADA, archived=True), fields=("archived",))
    assert settled(archive, [ADA]).found is False
    assert settled(archive, [msgspec.structs.replace(ADA, archived=True)]).found is True


def test_records_of_the_other_system_prove_nothing() -> None:
    foreign = msgspec.structs.replace(paid("1", 40, note=MARK), system=System.XERO)
    assert settled(RECORD, [foreign]).found is False


def test_what_to_read() -> None:
    step = UpdateClient(client_id="812", contact=ADA, fields=("email",))
    assert together([look_reads(RECORD), look_reads(CANCEL), look_reads(step)]) == Reads(
        contacts=("812",), payments_of=("3051",)
    )
