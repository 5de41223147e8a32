"""What a person is given to weigh: both sides' lines and money, what an option does to a balance, what became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.control import weighing
from daemon.core.rules import Mode
from daemon.protocol import DiscrepancyView, LedgerRow, LedgerView, Outcome
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from tests.desk.office import ANN, BOB, VISIT, Office, office
from tests.desk.test_decisions_cycle import FOUR_EYES, edit, edited

TWO = [{"name": "Visit", "price": "40.00"}, {"name": "Vaccine", "price": "10.00"}]


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


def sums(ledger: LedgerView | None) -> tuple[Decimal, Decimal]:
    """What the rows of a ledger add up to; what is set off adds nothing."""
    assert ledger
    rows = [row for row in ledger.rows if row.what != "set off"]
    mine = sum(Decimal(row.provet.amount) for row in rows if row.provet)
    return Decimal(mine), Decimal(sum(Decimal(row.xero.amount) for row in rows if row.xero))


def shape(rows: tuple[LedgerRow, ...]) -> list[tuple[str, str, str]]:
    return [(row.what, row.provet.amount if row.provet else "", row.xero.amount if row.xero else "") for row in rows]


async def test_lines_stand_beside_each_other_and_what_is_alone_stands_alone(clinic: Office) -> None:
    invoice = clinic.act("provet", "invoice_visit", client=3, rows=TWO)
    await clinic.cycle()
    edit(clinic, invoice, "19.99")
    await clinic.cycle()
    found = await clinic.of("document", invoice, "invoice.changed_in_xero")
    detail = await clinic.show(found.id)
    lines = [(p.provet and p.provet.gross, p.xero and p.xero.gross, p.differs) for p in detail.lines]
    assert lines == [("48.00", None, True), ("12.00", None, True), (None, "19.99", True)]
    await clinic.approve(found.id)
    agreed = (await clinic.show(found.id)).lines
    assert [(p.provet and p.provet.gross, p.xero and p.xero.gross, p.differs) for p in agreed] == [
        ("48.00", "48.00", False),
        ("12.00", "12.00", False),
    ]


async def test_the_ledger_adds_up_to_what_the_client_owes_on_each_side(clinic: Office) -> None:
    invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    first = clinic.act("provet", "pay", invoice=invoice, amount="10.00", payment_type=1)
    clinic.act("provet", "pay", invoice=invoice, amount="8.00", payment_type=1)
    await clinic.cycle()
    gone = next(p for p in clinic.paid(invoice) if p.reference == f"Provet payment {first}")
    clinic.act("xero", "remove_payment", payment_id=gone.id)
    await clinic.cycle()
    found = await clinic.of("payment", first, "payment.removed_in_xero")
    ledger = (await clinic.show(found.id)).ledger
    assert ledger
    assert sorted(shape(ledger.rows)) == [
        ("invoice", "48.00", "48.00"),
        ("payment", "-10.00", ""),
        ("payment", "-8.00", "-8.00"),
    ]
    assert (ledger.provet, ledger.xero) == ("30.00", "40.00")
    assert sums(ledger) == (Decimal("30.00"), Decimal("40.00"))


async def test_a_long_ledger_begins_with_what_differs_and_is_read_window_by_window(
    clinic: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    for _ in range(5):
        last = clinic.act("provet", "pay", invoice=invoice, amount="1.00", payment_type=1)
    await clinic.cycle()
    gone = next(p for p in clinic.paid(invoice) if p.reference == f"Provet payment {last}")
    clinic.act("xero", "remove_payment", payment_id=gone.id)
    await clinic.cycle()
    found = await clinic.of("payment", last, "payment.removed_in_xero")
    whole = (await clinic.show(found.id)).ledger
    monkeypatch.setattr(weighing, "_ROWS_MAX", 2)
    first = (await clinic.show(found.id)).ledger
    assert whole
    assert first
    assert not whole.rows[0].differs
    assert [row.differs for row in first.rows] == [True, False]
    rows, ledger = list(first.rows), first
    while ledger.left_out:
        ledger = await clinic.desk.ledger(found.id, len(rows))
        rows += ledger.rows
    assert sorted(map(str, rows)) == sorted(map(str, whole.rows))
    assert (ledger.provet, ledger.xero) == (whole.provet, whole.xero)


async def test_credit_that_is_set_off_adds_nothing(clinic: Office) -> None:
    invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    note = clinic.act("provet", "credit", invoice=invoice)
    await clinic.cycle()
    found = await clinic.of("document", note, "credit.missing")
    ledger = (await clinic.show(found.id)).ledger
    assert ledger
    assert shape(ledger.rows) == [
        ("invoice", "48.00", "48.00"),
        ("credit note", "-48.00", "-48.00"),
        ("set off", "", "48.00"),
    ]
    assert sums(ledger) == (Decimal(ledger.provet), Decimal(ledger.xero)) == (0, 0)


async def test_an_option_says_what_it_does_to_the_balance_and_does_that(clinic: Office) -> None:
    found = await edited(clinic, "19.99")
    before = await clinic.show(found.id)
    effect = before.options[0].effect
    assert effect
    assert (effect.provet, effect.xero) == ("0.00", "28.01")
    assert effect.first == effect.last is not None
    assert before.ledger
    await clinic.approve(found.id)
    after = (await clinic.show(found.id)).ledger
    assert after
    assert Decimal(after.xero) - Decimal(before.ledger.xero) == Decimal(effect.xero)
    assert after.provet == before.ledger.provet == after.xero


async def test_a_stale_approval_says_what_moved_from_what_to_what(clinic: Office) -> None:
    found = await edited(clinic, "19.99")
    await clinic.desk.approve(found.id, "", "", ANN)
    edit(clinic, found.subject.provet.id if found.subject.provet else "", "21.50")
    await clinic.cycle()
    detail = await clinic.show(found.id)
    assert detail.correction
    assert detail.correction.status == "stale"
    assert "xero gross was 19.99, is 21.50" in str(detail.correction.error)
    assert any("is 21.50" in entry.text for entry in detail.history)


async def test_each_write_is_followed_to_its_answer(clinic: Office) -> None:
    found = await edited(clinic, "19.99")
    await clinic.desk.approve(found.id, "", "", ANN)
    waiting = (await clinic.show(found.id)).correction
    assert waiting
    assert [(step.state, step.attempts) for step in waiting.progress] == [("waiting", 0)]
    await clinic.cycle()
    done = await clinic.desk.correction(waiting.id)
    assert [(step.system, step.state, step.attempts) for step in done.progress] == [("xero", "done", 1)]
    assert done.progress[0].at
    assert done.at == waiting.at


async def test_a_write_in_doubt_says_so_and_what_it_is_looked_for_by(clinic: Office) -> None:
    invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    await clinic.cycle()
    lost = Rule(Kind.TIMEOUT_BEFORE, system="xero", method="PUT", path="Payments", times=1)
    clinic.shop.world.faults.plan = FaultPlan((lost,))
    payment = clinic.act("provet", "pay", invoice=invoice, amount="10.00", payment_type=1)
    await clinic.shop.clock.drive(clinic.shop.engine.turn())
    found = await clinic.of("payment", payment, "payment.missing_in_xero")
    detail = await clinic.show(found.id)
    assert detail.correction
    (step,) = detail.correction.progress
    assert (step.state, step.mark) == ("in_doubt", f"Provet payment {payment}")
    assert step.detail
    assert not step.stuck
    assert detail.settle_s > 0


async def test_the_second_person_is_told_who_was_first_and_when(tmp_path: Path) -> None:
    async with office(tmp_path, FOUR_EYES) as clinic:
        found = await edited(clinic, "19.99")
        detail = await clinic.show(found.id)
        assert detail.four_eyes_over == "20.00"
        approval = await clinic.desk.approve(found.id, "", "", ANN)
        assert approval.outcome is Outcome.WAITING_SECOND_PERSON
        first = (await clinic.show(found.id)).correction
        assert first
        assert (first.status, first.approved_by, first.at) == ("proposed", "ann", clinic.shop.clock.utc())
        await clinic.approve(found.id, by=BOB)
        after = (await clinic.show(found.id)).correction
        assert after
        assert after.approved_by == "ann, bob"


async def test_what_forbids_an_approval_is_said_before_anybody_tries(tmp_path: Path) -> None:
    async with office(tmp_path) as clinic:
        found = await edited(clinic, "19.99")
        assert (await clinic.show(found.id)).refusal == ""
        settings = clinic.shop.engine.practice.settings
        clinic.shop.engine.practice.settings = settings.model_copy(update={"mode": Mode.OBSERVE})
        assert "observe mode" in (await clinic.show(found.id)).refusal
        clinic.shop.engine.practice.settings = settings
        await clinic.approve(found.id)
        assert "closed" in (await clinic.show(found.id)).refusal


async def test_an_option_can_be_looked_at_by_its_id(clinic: Office) -> None:
    found: DiscrepancyView = await edited(clinic, "19.99")
    detail = await clinic.show(found.id)
    assert await clinic.desk.option(found.id, detail.options[0].id) == detail.options[0]


async def test_why_nothing_can_be_undone_is_said_before_anybody_tries(clinic: Office) -> None:
    found = await edited(clinic, "19.99")
    assert "nothing was applied for it" in (await clinic.show(found.id)).undo_refusal
    await clinic.desk.approve(found.id, "", "", ANN)
    edit(clinic, found.subject.provet.id if found.subject.provet else "", "21.50")
    await clinic.cycle()
    stale = await clinic.show(found.id)
    assert stale.correction
    assert stale.correction.status == "stale"
    assert "nothing was applied for it" in stale.undo_refusal
    await clinic.approve(found.id)
    assert (await clinic.show(found.id)).undo_refusal == ""
    await clinic.undo(found.id)
    assert "undone already" in (await clinic.show(found.id)).undo_refusal
