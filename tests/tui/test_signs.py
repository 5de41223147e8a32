"""Colour is never the only carrier of meaning: without it every state still reads differently."""

from __future__ import annotations

from typing import Any

import pytest

from daemon.protocol import PracticeState, StepState, StepView
from tests.support.fake_watch import doubt
from tests.tui.details import NOW, correction, detail, text
from tui import following
from tui.doubting import doubt_card, doubt_columns, doubt_row
from tui.listed import list_columns, list_row
from tui.marks import PRACTICES

STATUSES = ("open", "approved", "closed", "rejected", "snoozed", "waived")


@pytest.mark.parametrize("width", [80, 200])
def test_every_status_of_a_discrepancy_has_a_sign_of_its_own(width: int) -> None:
    columns = list_columns(width)
    shown = {text(list_row(detail(status=status), NOW, columns, " ")) for status in STATUSES}
    assert len(shown) == len(STATUSES)


@pytest.mark.parametrize(
    ("policy", "changes", "sign", "word"),
    [
        ("person", {}, "!", "to decide"),
        ("hand_work", {}, "!", "by hand"),
        ("hold", {"options": ()}, "!", "to mend"),
        ("hold", {"options": (), "cause": "d2"}, " ", "waits"),
        ("hold", {}, " ", "waits"),
        ("automatic", {}, " ", "by itself"),
    ],
)
def test_what_is_open_says_who_moves_next(policy: str, changes: dict[str, Any], sign: str, word: str) -> None:
    row = detail(policy=policy, **changes)
    assert text(list_row(row, NOW, list_columns(80), "●")).startswith(f"● {sign} ")
    assert f" {word} " in text(list_row(row, NOW, list_columns(200), "●"))


def test_every_state_of_a_practice_has_a_sign_of_its_own() -> None:
    assert len({PRACTICES[state].sign for state in PracticeState}) == len(PracticeState)


def test_every_state_of_a_write_has_a_word_and_a_sign() -> None:
    shown = []
    for state in StepState:
        step = StepView(system="xero", summary="Book a payment", state=state)
        lines = text(following.steps(detail(correction=correction("applying", step)), NOW)).splitlines()
        shown.append(next(line for line in lines if "Book a payment" in line))
    assert {line[0] for line in shown} <= set("✓»·?✗")
    assert len({line.partition("Xero")[0][2:] for line in shown}) == len(StepState)


@pytest.mark.parametrize("width", [80, 200])
def test_a_doubt_that_looking_does_not_settle_has_a_sign(width: int) -> None:
    columns = doubt_columns(width)
    assert "! Xero" in text(doubt_row(doubt(1, "d", stuck=True), NOW, columns))
    assert "? Xero" in text(doubt_row(doubt(1, "d"), NOW, columns))


def test_an_endless_name_does_not_push_away_what_to_do() -> None:
    shown = text(doubt_card(doubt(1, "d1", label="W" * 5000), "Europe/London", NOW))
    assert len(shown) < 1500
    assert "You need do nothing" in shown
