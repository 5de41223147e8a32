"""Three-way comparison of fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.diff import Change, accepted, agreed, changes, field_diffs

NAMES = st.sampled_from(["date", "gross", "tax 20", "contact"])
FACTS = st.dictionaries(NAMES, st.sampled_from(["", "1", "2"]))


@pytest.mark.parametrize(
    ("provet", "xero", "baseline", "change"),
    [
        pytest.param("1", "1", None, None, id="equal, never seen"),
        pytest.param("2", "2", "1", None, id="both changed alike"),
        pytest.param("2", "1", "1", Change.PROVET, id="Provet moved"),
        pytest.param("1", "2", "1", Change.XERO, id="Xero moved"),
        pytest.param("2", "3", "1", Change.BOTH, id="both moved"),
        pytest.param("1", "2", None, Change.UNKNOWN, id="never agreed"),
    ],
)
def test_who_moved(provet: str, xero: str, baseline: str | None, change: Change | None) -> None:
    known = None if baseline is None else {"date": baseline}
    assert changes({"date": provet}, {"date": xero}, known) == ({} if change is None else {"date": change})


def test_a_field_on_one_side_only_counts_as_empty_on_the_other() -> None:
    assert changes({"tax 20": "5"}, {}, {"tax 20": "5"}) == {"tax 20": Change.XERO}
    assert changes({}, {"tax 20": "5"}, {"tax 20": ""}) == {"tax 20": Change.XERO}
    assert changes({}, {"tax 20": "5"}, {}) == {"tax 20": Change.UNKNOWN}


@pytest.mark.parametrize(
    ("provet", "xero", "change"),
    [
        pytest.param("1", "2", None, id="as accepted"),
        pytest.param("3", "2", Change.PROVET, id="Provet moved on"),
        pytest.param("1", "3", Change.XERO, id="Xero moved on"),
        pytest.param("3", "4", Change.BOTH, id="both moved on"),
        pytest.param("1", "1", None, id="Xero came back"),
    ],
)
def test_an_accepted_difference(provet: str, xero: str, change: Change | None) -> None:
    base = accepted({"date": "1"}, {"date": "2"}, None, ("date",))
    assert base == {"date": "1", "date/xero": "2"}
    assert changes({"date": provet}, {"date": xero}, base) == ({} if change is None else {"date": change})


def test_agreement_ends_an_accepted_difference() -> None:
    base = accepted({"date": "1"}, {"date": "2"}, {"gross": "5"}, ("date",))
    assert agreed({"date": "2", "gross": "6"}, {"date": "2", "gross": "5"}, base) == {"date": "2", "gross": "5"}


@given(FACTS)
def test_equal_facts_never_differ(facts: dict[str, str]) -> None:
    for baseline in (None, {}, {"date": "9"}, {"date": "1", "date/xero": "2"}):
        assert changes(facts, facts, baseline) == {}
    assert agreed(facts, facts, None) == facts


@given(FACTS, FACTS, FACTS)
def test_agreeing_and_accepting_come_to_rest(
    provet: dict[str, str], xero: dict[str, str], baseline: dict[str, str]
) -> None:
    base = agreed(provet, xero, baseline)
    assert agreed(provet, xero, base) == base
    assert changes(provet, xero, base) == changes(provet, xero, baseline)
    names = tuple(changes(provet, xero, base))
    settled = accepted(provet, xero, base, names)
    assert changes(provet, xero, settled) == {}
    assert agreed(provet, xero, settled) == settled


def test_fields_for_people_have_three_values() -> None:
    (one, two) = field_diffs({"a": "1"}, {"b": "2"}, {"a": "0"}, ("a", "b"))
    assert (one.name, one.provet, one.baseline, one.xero) == ("a", "1", "0", None)
    assert (two.name, two.provet, two.baseline, two.xero) == ("b", None, None, "2")
