"""What is typed into the filter, as a query."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.listing import parse_query
from daemon.protocol import ListQuery, Sort
from tui.filtering import (
    KNOWN_TERMS,
    FilterError,
    Known,
    candidates,
    completed,
    hint,
    misread,
    offered,
    parse_filter,
)

BASE = ListQuery(practice="riverside", sort=Sort.AGE)
NOW = dt.datetime(2026, 3, 8, 12, tzinfo=dt.UTC)
KNOWN = Known(("riverside", "oaktree", "oakland"), "ann", NOW)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("  ada   quinn ", {"text": "ada quinn"}),
        ("kind:payment", {"kind": "payment"}),
        ("KIND:payment", {"text": "KIND:payment"}),
        ("kind:Payment", {"kind": "payment"}),
        ("-kind:contact -kind:invoice.missing", {"kind_not": ("contact", "invoice.missing")}),
        ("kind:pay", {"kind": "payment"}),
        ("kind:invoice.mis", {"kind": "invoice.missing"}),
        ("kind:number_coll", {"kind": "invoice.number_collision"}),
        ("!kind:contact", {"kind_not": ("contact",)}),
        ("-ada !quinn hill", {"text_not": ("ada", "quinn"), "text": "hill"}),
        ("- !", {"text": "- !"}),
        ("-status:open,approved", {"status": ("snoozed", "waived", "rejected", "closed")}),
        ("-policy:hold -policy:hand", {"policy_not": ("hold", "hand_work")}),
        ("assignee:me", {"assignee": "ann"}),
        ("assignee:none", {"assignee": "none"}),
        ("-assignee:Bob", {"assignee_not": ("bob",)}),
        ("client:17 cause:none", {"client": "17", "cause": "none"}),
        ("age>7d", {"seen_before": NOW - dt.timedelta(7)}),
        ("age<90min", {"seen_from": NOW - dt.timedelta(minutes=90)}),
        ("-age>7d", {"seen_from": NOW - dt.timedelta(7)}),
        ("-amount>100", {"max_amount": Decimal(100)}),
        ("!amount<100", {"min_amount": Decimal(100)}),
        ("-practice:oakt", {"practice_not": ("oaktree",)}),
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
    assert parse_filter(text, BASE, KNOWN) == ListQuery(**expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["amount>x", "amount>nan", "amount>1e99", "status:strange", "policy:x", "kind>payment", "ammount>100"]
)
def test_a_term_that_cannot_be_is_named(text: str) -> None:
    with pytest.raises(FilterError, match=text.partition(">")[0]):
        parse_filter(text, BASE, KNOWN)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("practice:oak", "practice:oak: which of oaktree, oakland"),
        ("practice:hill", "practice:hill: one of riverside, oaktree, oakland"),
        ("kind:payment.removed", "which of payment.removed_in_provet, payment.removed_in_xero"),
        ("kind:conflict", "which of contact.conflict, invoice.conflict"),
        ("kind:payment kind:contact", "kind:contact: kind is said twice"),
        ("age:7d", "write age>7d"),
        ("age>soon", "write age>7d"),
        ("-status:all", "nothing is left"),
        ("-cause:none", "cause cannot be taken out"),
        ("-amount:5", "write amount> or <"),
    ],
)
def test_what_is_unclear_is_asked_back(text: str, why: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse_filter(text, ListQuery(), KNOWN)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("text", "possible", "then"),
    [
        ("ki", ["kind:"], "kind:"),
        ("ada -st", ["-status:"], "ada -status:"),
        ("status:s", ["status:snoozed"], "status:snoozed"),
        ("practice:o", ["practice:oaktree", "practice:oakland"], "practice:oak"),
        ("practice:oaktree", [], "practice:oaktree"),
        ("ada", [], "ada"),
        ("ag", ["age>"], "age>"),
        ("c", ["client:", "cause:"], "c"),
    ],
)
def test_the_last_word_is_completed(text: str, possible: list[str], then: str) -> None:
    assert candidates(text, KNOWN) == possible
    assert completed(text, KNOWN) == then


def test_all_that_can_be_completed_is_shown_or_counted() -> None:
    assert offered("status:", KNOWN, 60) == "Tab: open  approved  snoozed  waived  rejected  closed  all"
    kinds = offered("-kind:", KNOWN, 60)
    assert len(kinds) <= 60
    shown = len(kinds.partition("  +")[0].split()) - 1
    assert kinds.endswith(f"  +{len(candidates('-kind:', KNOWN)) - shown} more: type on")
    assert offered("ada", KNOWN, 60) == offered("status:", KNOWN, 5) == ""


@given(st.text(max_size=60))
def test_completion_only_adds(text: str) -> None:
    assert completed(text, KNOWN).startswith(text.rpartition(" ")[0])
    assert len(completed(text, KNOWN)) >= len(text)


@given(st.text(max_size=120))
def test_whatever_is_typed_the_daemon_can_read_or_it_is_refused_here(text: str) -> None:
    try:
        query = parse_filter(text, BASE, KNOWN)
    except FilterError:
        return
    assert len(query.text) <= 200
    assert parse_query({"text": [query.text]}).text == query.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("decided:me", ", and decided: is no term"),
        ("amount>1 assinee:me", ", and assinee: is no term (did you mean assignee:?)"),
        ("-KIND:payment", ", and KIND: is no term (did you mean kind:?)"),
        ("kind:payment ada 09:30", " that is open; status:all looks everywhere"),
        ("client:ada", ": client: takes Provet's number of a client, a name is typed as it is"),
        ("cause:tax status:all", ": cause: takes the id of a discrepancy, b groups by cause"),
        ("status:closed client:none ada", ""),
    ],
)
def test_a_word_that_is_nearly_a_term_is_named_where_nothing_is_found(text: str, said: str) -> None:
    assert misread(text) == said


def test_a_comparison_names_the_nearest_that_can_be_compared() -> None:
    with pytest.raises(FilterError, match="ammount>100: only amount and age can be compared: did you mean amount"):
        parse_filter("ammount>100", BASE, KNOWN)


@pytest.mark.parametrize("width", [80, 120])
def test_what_a_filter_can_say_fits_on_its_line(width: int) -> None:
    assert len(hint(width)) < width
    assert len(KNOWN_TERMS) < 78
