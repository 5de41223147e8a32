"""When automatic writes must stop, and the discrepancy that says so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from daemon.core.correction import Correction, CorrectionStatus, UpdateContact
from daemon.core.discrepancy import Policy
from daemon.core.guards import Limits, Load, Shown, Side, Volume, guard_finding, repeats, still_moved, tripped
from daemon.core.kinds import KINDS, moved_records
from daemon.core.model import Contact, Kind, System

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
    finding = guard_finding("riverside", ("A reason", "Another"), {})
    assert finding.summary.startswith("Automatic writes stopped: A reason; Another. Look at what is open, then either")
    assert finding.policy is Policy.PERSON is KINDS[finding.kind].policy
    assert [(option.id, option.recommended, option.steps) for option in finding.options] == [("resume", True, ())]
    assert finding.id == guard_finding("riverside", ("Something else",), {}).id
    assert finding.id != guard_finding("hillside", ("A reason", "Another"), {}).id


def test_the_guard_says_how_much_it_stopped_of_what_and_its_approval_is_bound_to_that() -> None:
    stopped = {"payment.missing_in_xero": volume(1, "8.00"), "invoice.missing": volume(2, "32.00")}
    found = guard_finding("riverside", ("A reason",), stopped)
    assert (
        "It stopped 3 writes of 40.00: 2 writes of 32.00 for invoice.missing, 1 write of 8.00 for"
        " payment.missing_in_xero. Look at what is open" in found.summary
    )
    assert "up to 3 writes of 40.00 that wait go through" in found.options[0].consequences[0]
    others = [
        guard_finding("riverside", ("A reason",), {**stopped, "invoice.missing": volume(3, "32.00")}),
        guard_finding("riverside", ("A reason",), {"invoice.missing": volume(3, "40.00")}),
    ]
    assert found.options[0].fingerprint not in {each.options[0].fingerprint for each in others}


LET_30_PASS = Shown(waiting=volume(30, "300.00"))


@pytest.mark.parametrize(
    ("load", "stops"),
    [
        pytest.param(Load(planned=volume(30)), True, id="nothing was let through"),
        pytest.param(Load(planned=volume(30), lifted=LET_30_PASS), False, id="exactly what was let through"),
        pytest.param(
            Load(planned=volume(10), hour=volume(30), day=volume(30), lifted=LET_30_PASS), False, id="then 10"
        ),
        pytest.param(Load(planned=volume(11), hour=volume(30), day=volume(30), lifted=LET_30_PASS), True, id="then 11"),
        pytest.param(
            Load(planned=volume(1), hour=volume(40), day=volume(40), lifted=LET_30_PASS), True, id="once only"
        ),
        pytest.param(Load(planned=volume(41), lifted=LET_30_PASS), True, id="more than that and a whole cycle"),
        pytest.param(
            Load(planned=volume(10), hour=volume(0), day=volume(40), lifted=LET_30_PASS), False, id="later on"
        ),
        pytest.param(
            Load(planned=volume(11), hour=volume(0), day=volume(40), lifted=LET_30_PASS), True, id="not again"
        ),
        pytest.param(Load(planned=volume(1, "1300.01"), lifted=LET_30_PASS), True, id="money has its own measure"),
    ],
)
def test_a_lifted_guard_lets_through_what_it_showed_and_no_more(load: Load, stops: bool) -> None:
    assert bool(tripped(LIMITS, load)) == stops


@pytest.mark.parametrize(
    ("side", "stops"),
    [
        pytest.param(Side(name="payments", linked=100, moved=30), False, id="what was shown"),
        pytest.param(Side(name="payments", linked=100, moved=31), True, id="one more"),
        pytest.param(Side(name="payments", living=60, living_before=100), False, id="gone as shown"),
        pytest.param(Side(name="payments", living=59, living_before=100), True, id="one more gone"),
        pytest.param(Side(name="contacts", living=70, living_before=100), True, id="another class"),
    ],
)
def test_a_lifted_guard_bears_what_moved_then(side: Side, stops: bool) -> None:
    lifted = Shown(moved={"payments": 30}, gone={"payments": 40})
    assert bool(tripped(LIMITS, Load(sides=(side,), lifted=lifted))) == stops


def test_what_was_let_through_shrinks_with_what_is_mended() -> None:
    lifted = Shown(moved={"payments": 30, "contacts": 9}, gone={"payments": 3})
    assert still_moved(lifted, {"payments": 12, "documents": 4}) == Shown(moved={"payments": 12}, gone={"payments": 3})


def _sent(email: str, *, status: CorrectionStatus = CorrectionStatus.APPLIED, by: str = "policy") -> Correction:
    contact = Contact(
        system=System.XERO, id="c", updated_at=NOW + dt.timedelta(seconds=len(by)), name="Ada", email=email
    )
    return Correction(
        id="1",
        practice="riverside",
        discrepancy_id="d",
        family="client:12",
        option="update",
        fingerprint="f",
        steps=(UpdateContact(client_id="12", contact_id="c", contact=contact, fields=("email",)),),
        status=status,
        approved_by=by,
        created_at=NOW,
    )


NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
OLD, NEW = "old@example.test", "new@example.test"


@pytest.mark.parametrize(
    ("past", "again"),
    [
        pytest.param((_sent(NEW), _sent(NEW)), True, id="there and back"),
        pytest.param((_sent(NEW), _sent(OLD), _sent(NEW)), True, id="with another value between"),
        pytest.param((_sent(NEW),), False, id="only once"),
        pytest.param((_sent(OLD), _sent(OLD)), False, id="another value"),
        pytest.param((_sent(NEW, status=CorrectionStatus.FAILED), _sent(NEW)), False, id="one failed"),
        pytest.param((_sent(NEW, by="mary"), _sent(NEW)), False, id="one was a person's word"),
    ],
)
def test_what_is_corrected_in_the_same_way_over_and_over(past: tuple[Correction, ...], again: bool) -> None:
    planned = _sent(NEW, status=CorrectionStatus.APPROVED)
    assert repeats(planned, past, NOW - dt.timedelta(hours=1)) == again
    assert not repeats(planned, past, NOW + dt.timedelta(seconds=1))


def test_every_kind_that_tells_of_a_moved_record_is_in_the_catalogue_under_its_class() -> None:
    assert moved_records("payment.removed_in_xero") == ((System.XERO, Kind.PAYMENT),)
    assert moved_records("invoice.missing") == moved_records("of.another.version") == ()
    assert all(moved_records(kind) for kind, info in KINDS.items() if info.moved)
