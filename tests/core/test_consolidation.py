"""What assessments say of consolidated invoices that are booked beside their originals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from daemon.core.assess import assess
from daemon.core.correction import CreateDocument, CreatePayment
from daemon.core.discrepancy import Policy
from daemon.core.model import DocumentStatus, System
from tests.core.builders import (
    DAY,
    RULES,
    booked,
    contact_link,
    family,
    invoice,
    kinds,
    only,
    paid,
    row,
    rules,
    steps,
    xero_paid,
)
from tests.core.consolidating import (
    BOTH,
    CARE,
    CLOSED,
    FOOD,
    HOLD,
    brought_in,
    by_mark,
    closing,
    consolidated,
    due,
    finding,
    judged,
    on_account,
    partner,
    quiet,
    settle,
    whole,
)
from tests.core.test_laws import check_explained


class TestClearing:
    def test_the_debt_moves_and_income_counts_once(self) -> None:
        world = brought_in()
        assert quiet(world)
        assert due(world) == [0, 0, 100]
        assert on_account(world) == 0
        assert [(line.account, line.tax, line.tax_code) for line in partner(world, "3").lines] == [
            ("816", 0, "NONE"),
            ("816", 0, "NONE"),
        ]
        assert sum(d.tax for d in world.documents.values() if d.system is System.XERO) == Decimal("11.90")

    def test_it_waits_for_its_originals(self) -> None:
        found = judged(consolidated())
        assert kinds(found) == ["invoice.missing"] * 3
        assert [each.policy for each in found.findings] == [Policy.AUTOMATIC, Policy.AUTOMATIC, Policy.HOLD]
        assert found.findings[2].cause == found.findings[0].id

    def test_it_and_the_payments_that_close_its_originals_are_one_correction(self) -> None:
        world = consolidated()
        for each in judged(world).findings[:2]:
            world.apply(each.options[0].steps)
        found = only(world.family())
        assert (found.kind, found.policy, found.amount, found.effect) == ("invoice.missing", Policy.AUTOMATIC, 100, 0)
        assert steps(found) == ["CreateDocument", "CreatePayment", "CreatePayment"]
        booked_from = [step for step in found.options[0].steps if isinstance(step, CreatePayment)]
        assert [(s.payment_id, s.document_id, s.amount, s.account) for s in booked_from] == [
            ("61", "1", 60, "816"),
            ("62", "2", 40, "816"),
        ]

    def test_money_on_it_comes_along(self) -> None:
        world = brought_in(RULES, paid("9", "30.00", "3"))
        assert quiet(world)
        assert due(world) == [0, 0, 70]

    @pytest.mark.parametrize("payments", [("60.00", "39.99"), ("59.00", "40.00"), ("0.00", "40.00")])
    def test_one_that_does_not_add_up_waits_for_a_person(self, payments: tuple[str, str]) -> None:
        world = consolidated()
        for identifier, amount in zip(("61", "62"), payments, strict=True):
            world.change(identifier, amount=Decimal(amount))
        found = settle(world)
        held = next(each for each in found.findings if each.kind == "consolidated.held")
        assert (held.policy, [(o.id, o.recommended, o.steps) for o in held.options]) == (
            Policy.PERSON,
            [("done-by-hand", True, ())],
        )
        assert held.subject.provet is not None
        assert held.subject.provet.id == "3"
        off = Decimal(100) - sum(map(Decimal, payments))
        assert held.summary.endswith(f"its content to GBP 100.00: GBP {off:.2f} off")
        told = " ".join(held.options[0].consequences)
        wrong = [i for i, (amount, full) in enumerate(zip(payments, ("60.00", "40.00"), strict=True)) if amount != full]
        for place in (0, 1):
            said = f"INV-{place + 1} of GBP {('60.00', '40.00')[place]} is closed with GBP {payments[place]}" in told
            assert said is (place in wrong)
        assert "revoke the consolidation Invoice INV-3" in told

    @pytest.mark.parametrize("gross", ["99.97", "100.05", "99.50"])
    def test_its_own_rounding_row_stays_off_the_clearing_account(self, gross: str) -> None:
        rounding = row(str(Decimal(gross) - 100), "0", description="Rounding")
        world = brought_in(big=whole(gross, rounding))
        assert quiet(world)
        assert due(world) == [0, 0, Decimal(gross)]
        assert on_account(world) == 0
        assert [line.account for line in partner(world, "3").lines] == ["816", "816", "200"]

    def test_rounding_rows_of_the_originals_are_carried_like_any_other(self) -> None:
        rounding = row("-0.03", "0", description="Rounding")
        world = consolidated(big=whole("99.97", rounding))
        world.documents["1"] = invoice("1", "59.97", CARE, rounding)
        world.change("61", amount=Decimal("59.97"))
        settle(world)
        assert (quiet(world), on_account(world), due(world)) == (True, 0, [0, 0, Decimal("99.97")])

    def test_a_rest_that_bears_vat_is_no_rounding(self) -> None:
        fee = row("0.24", "20", description="Fee")
        held = finding(brought_in(big=whole("100.24", fee)), "consolidated.held")
        assert [option.id for option in held.options] == ["done-by-hand"]

    def test_a_payment_whose_consolidated_invoice_is_unknown_waits_for_a_person(self) -> None:
        world = consolidated()
        del world.documents["3"]
        found = settle(world)
        assert [(f.kind, f.policy, f.effect) for f in found.findings] == [
            ("consolidated.held", Policy.PERSON, -60),
            ("consolidated.held", Policy.PERSON, -40),
        ]
        told = " ".join(found.findings[0].options[0].consequences)
        assert "open Invoice INV-1: payments of type 6 (consolidated invoice) over GBP 60.00" in told
        assert "provet.consolidated_field" in told
        world.documents["3"] = whole()
        assert quiet(world)

    def test_an_original_from_before_the_start_holds_it(self) -> None:
        world = consolidated(rules(start_date=DAY))
        world.change("1", date=DAY - dt.timedelta(days=1))
        found = settle(world)
        held = next(f for f in found.findings if f.kind == "consolidated.held")
        assert "before start date" in held.summary
        assert "mend the settings of the practice (start_date" in held.options[0].consequences[1]
        world.practice = RULES
        assert quiet(world)

    def test_an_original_that_somebody_paid_in_xero_holds_it(self) -> None:
        world = consolidated()
        for each in judged(world).findings[:2]:
            world.apply(each.options[0].steps)
        world.add(xero_paid("b", "25.00", partner(world, "1").id, method="090"))
        held = finding(world, "consolidated.held")
        assert "only GBP 35.00" in held.summary
        assert "In Xero open INV-1" in held.options[0].consequences[0]
        world.change("b", cancelled=True)
        assert quiet(world)

    def test_in_a_closed_period_all_of_it_goes_to_the_first_open_day(self) -> None:
        world = consolidated()
        for each in judged(world).findings[:2]:
            world.apply(each.options[0].steps)
        world.practice = CLOSED
        found = only(world.family(), CLOSED)
        assert (found.kind, found.policy) == ("period.locked", Policy.PERSON)
        option = found.option()
        assert option is not None
        assert option.id == "first-open-day"
        days = [getattr(step, "date", None) or step.posting.date for step in option.steps]  # type: ignore[union-attr]
        assert set(days) == {CLOSED.first_open_day}
        world.apply(option.steps)
        assert due(world) == [0, 0, 100]

    def test_without_its_account_it_waits_for_the_mapping(self) -> None:
        world = brought_in(rules(accounts_known=("200", "861", "090", "091", "092")))
        found = judged(world)
        assert [(each.kind, each.policy) for each in found.findings] == [("invoice.missing", Policy.HOLD)]
        assert [cause.subject.label for cause in found.causes] == ["account:816"]

    def test_a_closing_payment_that_somebody_deleted_is_offered_again_from_the_same_account(self) -> None:
        world = brought_in()
        world.change(by_mark(world, "61")[0].id, cancelled=True)
        found = finding(world, "payment.removed_in_xero")
        assert [option.id for option in found.options] == ["recreate-payment", "done-by-hand"]
        world.apply(found.options[0].steps)
        assert quiet(world)
        assert on_account(world) == 0

    def test_lines_that_somebody_coded_elsewhere_leave_a_residual(self) -> None:
        world = brought_in()
        mine = partner(world, "3")
        recoded = (msgspec.structs.replace(mine.lines[0], account="200"), *mine.lines[1:])
        world.change(mine.id, lines=recoded)
        found = only(world.family())
        assert (found.kind, found.policy, found.amount, found.effect) == ("clearing.residual", Policy.PERSON, 60, 0)

    def test_a_payment_from_the_clearing_account_that_provet_does_not_know_is_no_money(self) -> None:
        world = brought_in()
        world.add(xero_paid("b", "10.00", partner(world, "3").id, method="816"))
        found = only(world.family())
        assert (found.kind, found.policy) == ("payment.missing_in_provet", Policy.PERSON)
        assert steps(found) == ["DeletePayment"]

    def test_one_that_grows_after_its_posting_is_left_to_a_person(self) -> None:
        world = brought_in()
        fee = row("12.00", description="Fee")
        world.change("3", gross=Decimal(112), lines=(CARE, FOOD, fee))
        assert {each.policy for each in judged(world).findings} == {Policy.PERSON}


class TestHold:
    def test_each_waits_for_a_person_with_the_whole_correction(self) -> None:
        world = brought_in(HOLD)
        found = only(world.family(), HOLD)
        assert (found.kind, found.policy) == ("consolidated.held", Policy.PERSON)
        option = found.option()
        assert option is not None
        assert option.id == "create"
        assert steps(found) == ["CreateDocument", "CreatePayment", "CreatePayment"]
        world.apply(option.steps)
        assert quiet(world)
        assert on_account(world) == 0


class TestBoth:
    def test_revenue_counts_twice_and_the_debt_once(self) -> None:
        world = brought_in(BOTH)
        assert quiet(world)
        assert (due(world), on_account(world), on_account(world, "200")) == ([0, 0, 100], -100, 200)

    def test_one_booked_before_the_setting_changed_stays_as_it_is(self) -> None:
        world = brought_in()
        world.practice = BOTH
        assert quiet(world)
        assert (on_account(world), on_account(world, "200")) == (0, 100)


def test_nothing_is_planned_for_a_draft_that_lists_originals() -> None:
    world = consolidated(big=whole(status=DocumentStatus.DRAFT))
    for identifier in ("61", "62"):
        del world.payments[identifier]
    assert quiet(world)


def test_an_adopted_consolidated_invoice_with_revenue_is_shown() -> None:
    """Provet's own link books both, so that income counts twice (docs/reference/provet.md P-9)."""
    first, second, third = invoice("1", "60.00", CARE), invoice("2", "40.00", FOOD), whole()
    seen = family(first, second, third, booked(first), booked(second), booked(third), *closing(), contact_link())
    found = assess(seen, RULES)
    check_explained(found)
    assert {"invoice.total_differs", "clearing.residual"} <= set(kinds(found))
    assert not any(isinstance(step, CreateDocument) for f in found.findings for o in f.options for step in o.steps)
