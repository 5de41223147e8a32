"""What assessments say of consolidations that were revoked or credited."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from daemon.core.discrepancy import Policy
from daemon.core.model import Document, System
from tests.core.builders import (
    RULES,
    credit_note,
    kinds,
    only,
    paid,
    steps,
    xero_paid,
)
from tests.core.consolidating import (
    CLOSED,
    HOLD,
    again,
    brought_in,
    by_mark,
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
from tests.core.world import VOID


class TestRevoked:
    @pytest.mark.parametrize("by_row", [True, False])
    def test_unpaid_it_is_undone_as_one(self, by_row: bool) -> None:
        world = brought_in(by_row=by_row)
        revoke(world)
        found = only(world.family())
        assert (found.kind, found.policy, found.effect) == ("consolidation.revoked", Policy.AUTOMATIC, 0)
        assert steps(found) == ["DeletePayment", "DeletePayment", "VoidDocument"]
        assert quiet(world)
        assert [world.left(partner(world, identifier).id) for identifier in ("1", "2")] == [60, 40]
        assert on_account(world) == 0

    def test_before_it_was_in_xero_nothing_is_left_of_it(self) -> None:
        world = consolidated()
        revoke(world)
        assert quiet(world)
        assert on_account(world, "200") == 100

    def test_paid_in_xero_a_person_decides(self) -> None:
        world = brought_in()
        world.add(xero_paid("b", "10.00", partner(world, "3").id, method="090"))
        revoke(world)
        found = only(world.family())
        assert (found.kind, found.policy, found.effect) == ("consolidation.revoked", Policy.PERSON, 10)
        world.apply(found.options[0].steps)
        assert quiet(world)

    @pytest.mark.parametrize("payment", ["61", "b"])
    def test_what_is_reconciled_is_undone_by_hand(self, payment: str) -> None:
        world = brought_in()
        world.add(xero_paid("b", "10.00", partner(world, "3").id, method="090"))
        world.change(by_mark(world, "61")[0].id if payment == "61" else "b", reconciled=True)
        revoke(world)
        found = only(world.family())
        assert (found.kind, found.policy, found.options) == ("consolidation.revoked", Policy.HAND_WORK, ())

    def test_in_a_closed_period_it_is_undone_by_hand(self) -> None:
        world = brought_in()
        revoke(world)
        assert only(world.family(), CLOSED).policy is Policy.HAND_WORK

    def test_void_while_its_originals_are_closed_waits(self) -> None:
        world = brought_in()
        world.change("3", status=VOID)
        found = judged(world)
        assert kinds(found) == ["consolidated.held"]
        world.cancel("61")
        assert kinds(judged(world)) == ["consolidated.held"]
        world.cancel("62")
        assert kinds(judged(world)) == ["consolidation.revoked"]

    def test_one_that_vanished_from_provet_is_shown_to_a_person(self) -> None:
        world = brought_in()
        seen = msgspec.structs.replace(world.family(), vanished=("document/3", "payment/61", "payment/62"))
        found = only(seen)
        assert (found.kind, found.policy) == ("consolidation.revoked", Policy.PERSON)

    def test_void_in_xero_alone_one_that_adds_up_no_more_is_mended_by_people(self) -> None:
        world = brought_in()
        world.change(partner(world, "3").id, status=VOID)
        world.change("61", amount=Decimal("59.00"))
        found = finding(world, "invoice.voided_in_xero")
        assert (found.policy, found.amount) == (Policy.PERSON, 100)
        assert [(o.id, o.steps, o.recommended) for o in found.options] == [("done-by-hand", (), True)]
        told = found.options[0].consequences
        assert "come to GBP 99.00, its content to GBP 100.00: GBP 1.00 off" in told[0]
        assert told[1] == "Invoice INV-1 of GBP 60.00 is closed with GBP 59.00"

    def test_a_second_consolidation_keeps_the_payments_of_the_first(self) -> None:
        world = brought_in()
        revoke(world)
        world.add(again())
        for identifier, document, amount in (("71", "1", "60.00"), ("72", "2", "40.00")):
            world.add(paid(identifier, amount, document, method="6"))
        assert quiet(world)
        assert on_account(world) == 0
        assert world.left(partner(world, "4").id) == 100
        assert sum(not p.cancelled for p in world.payments.values() if p.system is System.XERO) == 2


class TestCredits:
    def note(self, gross: str = "-30.00") -> Document:
        return credit_note("5", gross, credits="3")

    def test_while_the_originals_are_closed_it_takes_revenue_back(self) -> None:
        world = brought_in(RULES, self.note())
        assert quiet(world)
        theirs = partner(world, "5")
        assert [(line.account, line.tax, line.tax_code) for line in theirs.lines] == [("200", 5, "OUTPUT2")]
        assert (due(world), world.left(theirs.id), on_account(world)) == ([0, 0, 70], 0, 0)

    def test_once_they_are_open_again_it_takes_the_debt_back(self) -> None:
        """Provet may undo a consolidation by crediting it instead of voiding it."""
        world = brought_in()
        world.cancel("61")
        world.cancel("62")
        world.add(self.note("-100.00"))
        found = settle(world)
        assert [(each.kind, each.policy) for each in found.findings] == [("consolidation.revoked", Policy.PERSON)]
        world.apply(found.findings[0].options[0].steps)
        assert quiet(world)
        assert [(line.account, line.tax_code) for line in partner(world, "5").lines] == [("816", "NONE")]
        assert (due(world), on_account(world), on_account(world, "200")) == ([60, 40, 0], 0, 100)

    def test_of_a_void_one_it_stays_what_it_was(self) -> None:
        world = brought_in(RULES, self.note("-100.00"))
        revoke(world)
        found = only(world.family())
        assert (found.kind, found.policy) == ("consolidation.revoked", Policy.PERSON)
        assert steps(found) == ["DeletePayment", "DeletePayment", "Deallocate", "VoidDocument"]
        world.apply(found.options[0].steps)
        assert quiet(world)
        assert (on_account(world), on_account(world, "200")) == (0, 0)

    def test_it_waits_for_a_held_one(self) -> None:
        world = consolidated(HOLD, self.note())
        found = settle(world)
        held, waiting = found.findings
        assert (held.kind, waiting.kind, waiting.policy, waiting.cause) == (
            "consolidated.held",
            "credit.missing",
            Policy.HOLD,
            held.id,
        )
