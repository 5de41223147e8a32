"""When automatic writes must stop, and the discrepancy that says so."""

from __future__ import annotations

from decimal import Decimal

import pytest

from daemon.core.discrepancy import Policy
from daemon.core.guards import Limits, Load, Side, Volume, guard_finding, tripped
from daemon.core.kinds import KINDS

LIMITS = Limits(
    writes_per_cycle=10,
    money_per_cycle=Decimal("1000.00"),
    writes_per_day=50,
    money_per_day=Decimal("5000.00"),
    share_max=Decimal("0.20"),
)


def volume(writes: int, money: str = "0.00") -> Volume:
    return Volume(writes=writes, money=Decimal(money))


def invoices(**counts: int) -> tuple[Side, ...]:
    return (Side(name="invoices in Xero", **counts),)


@pytest.mark.parametrize(
    "load",
    [
        pytest.param(Load(), id="nothing at all"),
        pytest.param(Load(planned=volume(10, "1000.00")), id="exactly the most of a cycle"),
        pytest.param(Load(planned=volume(4), hour=volume(6)), id="exactly the most of an hour"),
        pytest.param(Load(planned=volume(1), day=volume(49, "4999.99")), id="exactly the most of a day"),
        pytest.param(Load(hour=volume(11), day=volume(60, "9999.00")), id="nothing planned, so nothing to stop"),
        pytest.param(Load(planned=volume(5), cycle=volume(4), hour=volume(5)), id="the hour holds the cycle"),
        pytest.param(Load(sides=invoices(linked=20, moved=4, living=20, living_before=20)), id="exactly the share"),
        pytest.param(Load(sides=invoices(linked=19, moved=19, living=1, living_before=19)), id="too few for a share"),
        pytest.param(Load(sides=invoices(living=0, living_before=19)), id="few records vanished"),
        pytest.param(Load(sides=invoices(living=0, living_before=0)), id="an empty side from the start"),
        pytest.param(Load(failures={"invoice.missing": 4}), id="some failures"),
    ],
)
def test_automatic_writes_go_on(load: Load) -> None:
    assert tripped(LIMITS, load) == ()


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        pytest.param(
            Load(planned=volume(11)),
            "11 automatic writes in a cycle or an hour are more than the 10 allowed",
            id="writes of one cycle",
        ),
        pytest.param(
            Load(planned=volume(5), hour=volume(6)),
            "11 automatic writes in a cycle or an hour are more than the 10 allowed",
            id="writes of the rolling hour",
        ),
        pytest.param(
            Load(planned=volume(5), cycle=volume(6), hour=volume(1)),
            "11 automatic writes in a cycle or an hour are more than the 10 allowed",
            id="a cycle longer than an hour",
        ),
        pytest.param(
            Load(planned=volume(1, "1000.01")),
            "Automatic writes of 1000.01 in a cycle or an hour are more than the 1000.00 allowed",
            id="money of one cycle",
        ),
        pytest.param(
            Load(planned=volume(1), day=volume(50)),
            "51 automatic writes in a day are more than the 50 allowed",
            id="writes of a day",
        ),
        pytest.param(
            Load(planned=volume(1, "0.01"), day=volume(1, "5000.00")),
            "Automatic writes of 5000.01 in a day are more than the 5000.00 allowed",
            id="money of a day",
        ),
        pytest.param(
            Load(sides=invoices(linked=20, moved=5, living=20, living_before=20)),
            "5 of 20 linked invoices in Xero changed or vanished, more than 20 %",
            id="share",
        ),
        pytest.param(
            Load(sides=invoices(linked=40, moved=40, living=0, living_before=40)),
            "There are no invoices in Xero any more, where there were 40",
            id="empty side, said once",
        ),
        pytest.param(
            Load(sides=invoices(living=0, living_before=20)),
            "There are no invoices in Xero any more, where there were 20",
            id="empty side without links",
        ),
        pytest.param(
            Load(failures={"payment.missing_in_xero": 5, "invoice.missing": 1}),
            "5 corrections of payment.missing_in_xero failed in a row",
            id="failures of a kind",
        ),
    ],
)
def test_automatic_writes_stop_for_one_reason(load: Load, reason: str) -> None:
    assert tripped(LIMITS, load) == (reason,)


def test_all_reasons_are_told_at_once() -> None:
    load = Load(
        planned=volume(51, "5000.01"),
        sides=invoices(linked=100, moved=21, living=79, living_before=100),
        failures={"invoice.missing": 9},
    )
    assert len(tripped(LIMITS, load)) == 6


def test_a_limit_of_zero_lets_nothing_through() -> None:
    none = Limits(
        writes_per_cycle=0, money_per_cycle=Decimal(0), writes_per_day=0, money_per_day=Decimal(0), share_max=Decimal(0)
    )
    assert len(tripped(none, Load(planned=volume(1, "0.01")))) == 4
    assert tripped(none, Load(sides=invoices(linked=20, moved=1, living=20, living_before=20)))


def test_the_guard_is_one_discrepancy_with_one_way_out() -> None:
    finding = guard_finding("riverside", ("A reason", "Another"))
    assert finding.summary == "Automatic writes stopped: A reason; Another"
    assert finding.policy is Policy.PERSON is KINDS[finding.kind].policy
    assert [(option.id, option.recommended, option.steps) for option in finding.options] == [("resume", True, ())]
    assert finding.id == guard_finding("riverside", ("Something else",)).id
    assert finding.id != guard_finding("hillside", ("A reason", "Another")).id
