"""A list's query survives the URL, and nonsense in a URL is refused by name."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.errors import Invalid
from daemon.listing import parse_query, query_params
from daemon.protocol import ListQuery, Sort

short = st.text(max_size=64)
cents = st.one_of(st.none(), st.decimals(min_value=0, max_value=10**9, places=2))
queries = st.builds(
    ListQuery,
    practice=short,
    kind=short,
    kind_not=st.lists(short.filter(lambda text: text != "all"), max_size=3).map(tuple),
    status=st.lists(st.sampled_from(["open", "approved", "closed"]), max_size=3).map(tuple),
    text=st.text(max_size=200),
    min_amount=cents,
    max_amount=cents,
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
    offset=st.integers(0, 10**9),
    limit=st.integers(1, 500),
)


@given(queries)
def test_a_query_survives_the_url(query: ListQuery) -> None:
    url = urlencode([(name, value.encode("utf-8", "replace")) for name, value in query_params(query)])
    assert parse_query(parse_qs(url, keep_blank_values=True)) == query


@pytest.mark.parametrize(
    "params",
    [
        {"colour": ["red"]},
        {"limit": ["0"]},
        {"limit": ["501"]},
        {"offset": ["-1"]},
        {"min_amount": ["NaN"]},
        {"max_amount": ["1e999999"]},
        {"min_amount": ["ten"]},
        {"sort": ["size"]},
        {"text": ["x" * 201]},
        {"status": ["open"] * 65},
    ],
)
def test_nonsense_is_refused(params: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid):
        parse_query(params)


def test_all_statuses() -> None:
    assert parse_query({"status": ["all"]}).status == ()
    assert parse_query({}) == ListQuery()
    assert parse_query({"min_amount": ["0.10"]}).min_amount == Decimal("0.10")
