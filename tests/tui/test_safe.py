"""Nothing that passes the gate can steer a terminal, whatever it was before."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.safe import safe
from tests.support.hostile import HOSTILE

anything = st.text(st.characters(), max_size=80)


@given(anything)
def test_only_what_can_be_seen_is_left(text: str) -> None:
    assert {unicodedata.category(char)[0] for char in safe(text)} <= set("LMNPSZ")
    assert not set(safe(text)) & set("\n\r\t\u2028\u2029\x1b\x9b\u202e\u200b")


@given(anything)
def test_passing_twice_changes_nothing(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(anything, st.integers(1, 40))
def test_a_limit_is_kept(text: str, limit: int) -> None:
    assert len(safe(text, limit)) <= limit


@pytest.mark.parametrize("text", ["Ada Quinn", "Żaneta Łuk", "李小龙", "café", "a [bold]b[/] & <c>", "€ 12.50 – ok"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_loses_its_power(text: str) -> None:
    assert all(char.isprintable() for char in safe(text))
