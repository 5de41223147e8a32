"""What is typed into the filter, as a query."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.listing import parse_query
from daemon.protocol import ListQuery, Sort
from tui.filtering import FilterError, parse_filter

BASE = ListQuery(practice="riverside", sort=Sort.AGE)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("  ada   quinn ", {"text": "ada quinn"}),
        ("kind:payment", {"kind": "payment"}),
        ("KIND:payment", {"text": "KIND:payment"}),
        ("kind:Payment", {"kind": "payment"}),
        ("-kind:contact -kind:invoice.missing", {"kind_not": ("contact", "invoice.missing")}),
        ("practice:oaktree", {"practice": "oaktree"}),
        ("status:all", {"status": ()}),
        ("status:open,snoozed", {"status": ("open", "snoozed")}),
        ("status:clo", {"status": ("closed",)}),
        ("policy:hand-work", {"policy": "hand_work"}),
        ("amount>100", {"min_amount": Decimal("100.01")}),
        ("amount>=100", {"min_amount": Decimal(100)}),
        ("amount<1,000.50", {"max_amount": Decimal("1000.49")}),
        ("amount>10 amount<=20", {"min_amount": Decimal("10.01"), "max_amount": Decimal(20)}),
        ("amount:12.30", {"min_amount": Decimal("12.30"), "max_amount": Decimal("12.30")}),
        ("kind: ada status:", {"text": "ada"}),
        ("kind:payment ada amount>1", {"kind": "payment", "text": "ada", "min_amount": Decimal("1.01")}),
    ],
)
def test_terms(text: str, fields: dict[str, object]) -> None:
    expected = {name: getattr(BASE, name) for name in BASE.__struct_fields__} | fields
    assert parse_filter(text, BASE) == ListQuery(**expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["amount>x", "amount>nan", "amount>1e99", "status:strange", "policy:x", "kind>payment", "-status:open"]
)
def test_a_term_that_cannot_be_is_named(text: str) -> None:
    with pytest.raises(FilterError, match=text.partition(">")[0]):
        parse_filter(text, BASE)


@given(st.text(max_size=120))
def test_whatever_is_typed_the_daemon_can_read_or_it_is_refused_here(text: str) -> None:
    try:
        query = parse_filter(text, BASE)
    except FilterError:
        return
    assert len(query.text) <= 200
    assert parse_query({"text": [query.text]}).text == query.text
