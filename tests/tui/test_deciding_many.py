"""The question before one decision on many: its terms, beside what it is about."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from daemon.protocol import Rehearsal, Reject, Share, Snooze, SomeDecision, Waive
from tui.deciding_many import Outlook, question

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
