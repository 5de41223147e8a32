"""Both ledgers side by side: what agrees, what stands twice, and what clients owe."""

from __future__ import annotations

from decimal import Decimal

from daemon.demo.books import Books, Entry


def entry(number: str, total: str, due: str, *, id: str = "", original: str = "") -> Entry:  # noqa: A002
    return Entry(id or f"id-{number}", number, Decimal(total), Decimal(due), original)


def books(provet: list[Entry], xero: list[Entry], foreign: frozenset[str] = frozenset()) -> Books:
    return Books({each.number: each for each in provet}, xero, foreign)


def test_a_document_is_equal_with_the_same_total_and_amount_due():
    ours = [entry("A", "10", "10"), entry("B", "10", "10"), entry("C", "10", "0"), entry("D", "10", "10")]
    theirs = [entry("A", "10.00", "10.00"), entry("B", "10", "9"), entry("C", "11", "0")]
    assert books(ours, theirs).equal == {"A"}


def test_what_stands_twice_is_not_equal():
    twice = books([entry("A", "10", "10")], [entry("A", "10", "10", id="1"), entry("A", "10", "10", id="2")])
    assert twice.equal == frozenset()
    assert twice.doubled == ["A"]
    assert twice.in_xero("A") is None


def test_a_foreign_document_with_the_number_is_passed_over():
    found = books([entry("A", "10", "10")], [entry("A", "75", "75", id="foreign")], frozenset({"foreign"}))
    assert found.in_xero("A") is None
    assert found.gap == Decimal("10.00")
    assert found.doubled == []


def test_an_allocation_within_a_family_changes_nothing_of_what_it_owes():
    ours = [entry("A", "10", "10"), entry("N", "-4", "-4", original="A")]
    assert books(ours, [entry("A", "10", "6"), entry("N", "-4", "0")]).equal == {"A", "N"}
    assert books(ours, [entry("A", "10", "5"), entry("N", "-4", "0")]).equal == frozenset()


def test_the_gap_counts_what_is_missing_and_what_is_doubled():
    ours = [entry("A", "10", "10"), entry("B", "5", "5")]
    assert books(ours, [entry("A", "10", "10"), entry("Z", "99", "99")]).gap == Decimal("5.00")
    assert books(ours, [entry("A", "10", "10", id="1"), entry("A", "10", "10", id="2")]).gap == Decimal("-5.00")


def test_plain_documents_stand_alone():
    ours = [entry("A", "10", "6"), entry("N", "-4", "0", original="A"), entry("B", "5", "5")]
    theirs = [entry("A", "10", "6"), entry("N", "-4", "0"), entry("B", "5", "5")]
    assert [each.number for each in books(ours, theirs).plain] == ["B"]


def test_documents_can_be_left_out_by_id():
    assert books([entry("A", "1", "1"), entry("B", "1", "1")], []).numbers_without({"id-A"}) == {"B"}
