"""What assessments say where consolidated invoices are booked on their originals."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.correction import Allocate, CreatePayment, RecordPayment
from daemon.core.discrepancy import Policy
from tests.core.builders import (
    credit_note,
    kinds,
    paid,
    xero_paid,
)
from tests.core.consolidating import (
    ORIGINALS,
    brought_in,
    consolidated,
    due,
    finding,
    judged,
    on_account,
    partner,
    quiet,
    revoke,
    settle,
)
from tests.core.world import World


class TestOriginals:
    def open_on(self, world: World) -> list[Decimal]:
        return [world.left(partner(world, identifier).id) for identifier in ("1", "2")]

    def test_it_stays_out_with_its_reason_and_amount(self) -> None:
        world = brought_in(ORIGINALS)
        found = judged(world)
        assert found.findings == ()
        assert [(each.provet_id, each.amount) for each in found.exclusions] == [("1", -60), ("2", -40), ("3", 100)]
        assert found.books.provet == found.books.xero == 100

    def test_one_payment_is_split_over_the_originals_oldest_first(self) -> None:
        world = brought_in(ORIGINALS)
        world.add(paid("9", "75.00", "3"))
        found = finding(world, "payment.missing_in_xero")
        assert (found.amount, found.effect, found.policy) == (75, -75, Policy.AUTOMATIC)
        sent = found.options[0].steps
        assert [(s.document_id, s.amount, s.payment_id) for s in sent if isinstance(s, CreatePayment)] == [
            ("1", 60, "9"),
            ("2", 15, "9"),
        ]
        assert quiet(world)
        assert self.open_on(world) == [0, 25]

    def test_the_rest_of_a_split_that_failed_half_way_goes_where_it_belongs(self) -> None:
        world = brought_in(ORIGINALS)
        world.add(paid("9", "75.00", "3"))
        world.apply(finding(world, "payment.missing_in_xero").options[0].steps[:1])
        rest = finding(world, "payment.missing_in_xero")
        assert (rest.amount, [s.amount for s in rest.options[0].steps if isinstance(s, CreatePayment)]) == (15, [15])
        assert quiet(world)

    def test_what_is_booked_stays_where_it_is_when_an_older_payment_goes(self) -> None:
        world = brought_in(ORIGINALS)
        for identifier, amount in (("8", "50.00"), ("9", "50.00")):
            world.add(paid(identifier, amount, "3"))
        settle(world)
        world.cancel("8")
        found = judged(world)
        assert kinds(found) == ["payment.removed_in_provet"]
        world.apply(found.findings[0].options[0].steps)
        assert quiet(world)
        assert self.open_on(world) == [50, 0]

    def test_money_taken_in_xero_comes_back_onto_the_consolidated_invoice(self) -> None:
        world = brought_in(ORIGINALS)
        world.add(xero_paid("b", "40.00", partner(world, "2").id, method="090"))
        found = finding(world, "payment.missing_in_provet")
        step = found.options[0].steps[0]
        assert isinstance(step, RecordPayment)
        assert (step.document_id, step.amount) == ("3", 40)
        assert quiet(world)
        assert (self.open_on(world), world.provet_due("3")) == ([60, 0], 60)

    def test_such_a_payment_deleted_in_xero_is_cancelled_where_it_was_recorded(self) -> None:
        world = brought_in(ORIGINALS)
        world.add(xero_paid("b", "40.00", partner(world, "2").id, method="090"))
        settle(world)
        world.change("b", cancelled=True)
        found = finding(world, "payment.removed_in_xero")
        assert found.options[0].id == "cancel-payment"
        world.apply(found.options[0].steps)
        assert quiet(world)
        assert world.provet_due("3") == 100

    def test_more_than_its_originals_take_is_an_overpayment(self) -> None:
        world = brought_in(ORIGINALS)
        world.add(paid("9", "107.00", "3"))
        found = settle(world)
        assert [each.kind for each in found.findings] == ["payment.overpaid"]
        assert self.open_on(world) == [0, 40]

    def test_a_credit_of_it_goes_to_the_originals_oldest_first(self) -> None:
        world = brought_in(ORIGINALS)
        world.add(credit_note("5", "-70.00", credits="3"))
        found = finding(world, "credit.missing")
        sent = [step for step in found.options[0].steps if isinstance(step, Allocate)]
        assert [(step.invoice_id, step.amount) for step in sent] == [("1", 60)]
        assert quiet(world)
        assert (self.open_on(world), world.left(partner(world, "5").id)) == ([0, 30], 0)
        assert on_account(world, "200") == 30

    def test_a_revoke_changes_nothing_in_xero(self) -> None:
        world = brought_in(ORIGINALS)
        revoke(world)
        assert judged(world).findings == ()
        assert self.open_on(world) == [60, 40]

    def test_one_that_does_not_equal_what_it_closed_is_shown(self) -> None:
        world = consolidated(ORIGINALS)
        world.change("61", amount=Decimal("50.00"))
        world.add(paid("7", "10.00", "1"))
        found = settle(world)
        assert [(each.kind, each.policy, each.amount) for each in found.findings] == [
            ("consolidated.held", Policy.PERSON, 10)
        ]

    def test_one_booked_before_the_setting_changed_stays_in_xero(self) -> None:
        world = brought_in()
        world.practice = ORIGINALS
        assert quiet(world)
        world.add(paid("9", "100.00", "3"))
        assert quiet(world)
        assert due(world) == [0, 0, 0]
