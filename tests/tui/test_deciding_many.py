"""The question before one decision on many: its terms, beside what it is about."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from daemon.protocol import (
    ApproveRequest,
    BulkRefusal,
    Rehearsal,
    Reject,
    Selected,
    Share,
    Snooze,
    SomeDecision,
    Waive,
    WriteCount,
)
from tui.deciding_many import Outlook, named, question, refusals

SHARES = (Share(kind="payment.missing", currency="GBP", count=2, amount="30.00", effect="30.00"),)
MIDNIGHT = dt.datetime(2026, 7, 1, 23, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("decision", "zone", "terms"),
    [
        (Snooze(until=MIDNIGHT), "Europe/London", ["Until 2026-07-02 00:00 BST, or until the facts change."]),
        (Snooze(until=MIDNIGHT), "", ["Until 2026-07-01 23:00 UTC, or until the facts change."]),
        (
            Waive(reason="cash\x1b[2J", ceiling=Decimal("1060.00"), until=dt.date(2026, 12, 31)),
            "",
            ["Each up to 1,060.00 GBP, up to and with 2026-12-31 (UTC).", "Reason: cash[2J"],
        ),
        (Waive(reason="cash"), "", ["Each up to what it is now, until somebody ends it.", "Reason: cash"]),
        (Reject(reason="no"), "", []),
    ],
)
def test_until_when_up_to_what_and_why(decision: SomeDecision, zone: str, terms: list[str]) -> None:
    rehearsal = Rehearsal(decided=2, waiting_second_person=0, shares=SHARES, writes=(), refused=(), seq=1)
    head, *lines = [text for text, _ in question(Outlook(decision, [(("a", "b"), rehearsal)]), zone=zone)]
    assert head.endswith("2 discrepancies over 30.00 GBP?")
    said = lines[: next(place for place, line in enumerate(lines) if "×" in line)]
    assert said == terms


def test_what_would_be_left_to_people_is_said_beside_what_would_be_written() -> None:
    created = WriteCount(system="xero", action="create-invoice", count=1)
    mixed = Rehearsal(
        decided=2, waiting_second_person=0, shares=SHARES, writes=(created,), refused=(), seq=1, by_hand=1
    )
    asked = [text for text, _ in question(Outlook(ApproveRequest(), [(("a", "b"), mixed)]))]
    assert "      1 × create invoice in Xero" in asked
    assert "      1 × nothing: left to people, to be done by hand" in asked
    alone = msgspec.structs.replace(mixed, writes=())
    asked = [text for text, _ in question(Outlook(ApproveRequest(), [(("a", "b"), alone)]))]
    assert "Nothing is written to either system." in asked
    assert "      1 × nothing: left to people, to be done by hand" in asked


def test_a_few_are_named_and_many_are_not() -> None:
    rehearsal = Rehearsal(decided=2, waiting_second_person=0, shares=SHARES, writes=(), refused=(), seq=1)
    row = Selected(
        id="a", practice="riverside", kind="payment.missing", label="Payment\x1b 1", amount="1", currency="GBP"
    )
    chosen = {id_: msgspec.structs.replace(row, id=id_) for id_ in "abcd"}
    few = Outlook(Reject(reason="no"), [(("a", "b"), rehearsal)])
    assert [text for text, _ in named(few, chosen)] == ["  Payment 1", "  Payment 1"]
    assert named(Outlook(Reject(reason="no"), [(tuple("abcd"), rehearsal)]), chosen) == []


def test_one_that_is_left_is_told_in_the_singular() -> None:
    one = BulkRefusal(id="a", message="it is gone")
    assert refusals([one], {}, "are")[0][0] == "1 is left as it is:"
    assert refusals([one], {}, "would be")[0][0] == "1 would be left as it is:"
    assert refusals([one, one], {}, "are")[0][0] == "2 are left as they are:"
