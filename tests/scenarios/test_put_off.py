"""Automatic writes that a passing fault put off: they are held against what stands when they could go on."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from daemon.core.guards import Shown
from daemon.practice import Written
from daemon.reconciler import guarding
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.xero.records import Payment
from tests.scenarios.clinic import CARD, CASH, PERSON, VISIT, Clinic, clinic

NO_PAYMENTS = FaultPlan((Rule(Kind.LIMIT, system="xero", method="PUT", path="/Payments", seconds=5),))


async def put_off(it: Clinic) -> tuple[int, int]:
    """An invoice of 42.50 in both systems and a payment of 20.00 that Xero has no time for."""
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
    await it.sync()
    it.shop.world.faults.plan = NO_PAYMENTS
    payment = it.make(it.provet.pay, invoice, Decimal(20), CARD)
    await turn(it)
    document = it.documents()[str(invoice)]
    assert it.payments(document) == []
    return invoice, payment


async def turn(it: Clinic) -> None:
    it.shop.clock.now += 120
    await it.shop.clock.drive(it.shop.engine.turn())


async def again(it: Clinic) -> None:
    it.shop.world.faults.plan = FaultPlan()
    await it.sync()


def paid(it: Clinic, invoice: int) -> list[Decimal]:
    return [payment.amount for payment in it.payments(it.documents()[str(invoice)])]


async def test_a_payment_cancelled_meanwhile_is_not_booked(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, payment = await put_off(it)
        it.do(it.provet.cancel_payment, payment)
        await again(it)
        assert paid(it, invoice) == []
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_a_payment_typed_in_by_hand_meanwhile_is_not_booked_twice(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await put_off(it)
        document = it.documents()[str(invoice)]
        now = it.shop.world.clock.utc()
        typed = Payment("", document.id, it.account("090"), it.today, Decimal(20), now)
        it.keep(it.xero.take_payment, typed)
        await again(it)
        assert paid(it, invoice) == [Decimal(20)]
        assert await it.kinds() == ["payment.probable_twin"]


async def test_nothing_put_off_is_written_once_every_write_needs_a_person(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await put_off(it)
        it.set({'mode = "auto"': 'mode = "approve"'})
        await again(it)
        assert paid(it, invoice) == []
        found = await it.only()
        assert (found.finding.kind, found.finding.policy.value) == ("payment.missing_in_xero", "person")
        await it.approve(found)
        assert paid(it, invoice) == [Decimal(20)]


async def test_what_was_put_off_goes_on_by_itself_where_nothing_moved(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await put_off(it)
        await again(it)
        assert paid(it, invoice) == [Decimal(20)]
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_nothing_put_off_is_written_while_a_guard_is_tripped(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await put_off(it)
        practice = it.shop.engine.practice
        await it.shop.app.db.write(lambda tx: guarding.trip(tx, practice, ["too much moved"], Shown()))
        await again(it)
        assert paid(it, invoice) == []
        assert await it.kinds() == ["guard.tripped", "payment.missing_in_xero"]
        await it.shop.app.desk.resume("riverside", PERSON)
        await again(it)
        assert paid(it, invoice) == [Decimal(20)]
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_observe_stops_writes_in_the_middle_of_a_cycle(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        it.do(it.provet.pay, invoice, Decimal(20), CARD)
        practice = it.shop.engine.practice
        observed: list[int] = []

        def observe(_: Written) -> None:
            if not observed and str(invoice) in it.documents():
                it.set({'mode = "auto"': 'mode = "observe"'})
                observed.append(len(it.shop.writes("xero")))

        practice.tell_write = observe
        await it.sync()
        assert observed == [len(it.shop.writes("xero"))]
        assert paid(it, invoice) == []
        practice.tell_write = None
        it.set({'mode = "observe"': 'mode = "auto"'})
        await it.sync()
        assert (await it.kinds(), it.differences(), paid(it, invoice)) == ([], [], [Decimal(20)])


async def begun(it: Clinic) -> tuple[int, int]:
    """An invoice that got to Xero and a payment of it, of the same correction, for which Xero had no time then."""
    it.shop.world.faults.plan = NO_PAYMENTS
    await it.sync()
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
    payment = it.make(it.provet.pay, invoice, Decimal(20), CARD)
    await turn(it)
    assert paid(it, invoice) == []
    return invoice, payment


async def test_a_payment_cancelled_after_its_invoice_went_is_not_booked(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, payment = await begun(it)
        it.do(it.provet.cancel_payment, payment)
        await again(it)
        assert paid(it, invoice) == []
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_a_payment_typed_in_by_hand_after_its_invoice_went_is_not_booked_twice(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await begun(it)
        now, document = it.shop.world.clock.utc(), it.documents()[str(invoice)]
        it.keep(it.xero.take_payment, Payment("", document.id, it.account("090"), it.today, Decimal(20), now))
        await again(it)
        assert paid(it, invoice) == [Decimal(20)]
        assert await it.kinds() == ["payment.probable_twin"]


async def test_what_had_begun_goes_on_where_nothing_moved(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await begun(it)
        await again(it)
        assert paid(it, invoice) == [Decimal(20)]
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_an_approved_payment_that_never_arrived_is_held_against_what_stands_before_it_is_sent_again(
    tmp_path: Path,
) -> None:
    async with clinic(tmp_path, {'mode = "auto"': 'mode = "approve"'}) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        await it.sync()
        await it.approve(await it.only())
        payment = it.make(it.provet.pay, invoice, Decimal(20), CARD)
        await it.sync()
        lost = Rule(Kind.DROP_BEFORE, system="xero", method="PUT", path="/Payments", times=1)
        it.shop.world.faults.plan = FaultPlan((lost,))
        found = await it.only()
        await it.shop.app.desk.approve(found.id, "", "", PERSON)
        await turn(it)
        assert (await it.status()).in_doubt == 1
        it.do(it.provet.cancel_payment, payment)
        await again(it)
        assert paid(it, invoice) == []
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_a_payment_typed_in_by_hand_between_two_approved_steps_is_not_booked_twice(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        payment = it.make(it.provet.pay, invoice, Decimal(20), CARD)
        await it.sync()
        it.do(it.provet.change_payment, payment, payment_type=CASH)
        await it.sync()
        found = await it.only()
        it.shop.world.faults.plan = NO_PAYMENTS
        await it.approve(found, "recreate-payment")
        assert paid(it, invoice) == []
        now, document = it.shop.world.clock.utc(), it.documents()[str(invoice)]
        it.keep(it.xero.take_payment, Payment("", document.id, it.account("091"), it.today, Decimal(20), now))
        await again(it)
        assert paid(it, invoice) == [Decimal(20)]
        assert (await it.kinds(), it.differences()) == (["payment.probable_twin"], [])
