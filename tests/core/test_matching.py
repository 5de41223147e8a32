"""Which Xero document is which Provet document."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.family import copy_key
from daemon.core.matching import free_number, match_document
from daemon.core.model import Document, DocumentStatus, Link, Origin
from tests.core.builders import RULES, booked, client, contact, document_link, family, invoice, posting_of

VOID = DocumentStatus.VOID
UNMARKED: dict[str, Any] = {"reference": ""}


def matched(*records: Document | Link, **fields: Any) -> Any:
    return match_document(posting_of(invoice()), family(invoice(), *records, **fields))


@pytest.mark.parametrize(
    ("theirs", "adopted"),
    [
        pytest.param(booked(invoice()), True, id="mark"),
        pytest.param(booked(invoice(), number="other", gross=Decimal(7)), True, id="the mark alone"),
        pytest.param(booked(invoice(), **UNMARKED), True, id="number, total, date and contact"),
        pytest.param(booked(invoice(), **UNMARKED, number="inv-1"), True, id="numbers differ in case only"),
        pytest.param(booked(invoice(), **UNMARKED, number="INV-2"), False, id="another number"),
        pytest.param(booked(invoice(), **UNMARKED, gross=Decimal(119)), False, id="another total"),
        pytest.param(booked(invoice(), **UNMARKED, date=dt.date(2026, 3, 11)), False, id="another date"),
        pytest.param(booked(invoice(), **UNMARKED, contact_id="other"), False, id="another contact"),
        pytest.param(booked(invoice(), **UNMARKED, status=VOID), False, id="void, with all facts"),
        pytest.param(booked(invoice(), status=VOID), False, id="void, with the mark"),
        pytest.param(booked(invoice(), credit=True), False, id="a credit note with the mark"),
        pytest.param(booked(invoice(), status=DocumentStatus.DRAFT), False, id="a draft with the mark"),
        pytest.param(booked(invoice(), reference="Provet invoice 11"), False, id="facts, but another one's mark"),
        pytest.param(booked(invoice(), reference="Provet invoice 1 ", number="x"), False, id="almost the mark"),
    ],
)
def test_adoption_needs_the_mark_or_all_facts(theirs: Document, adopted: bool) -> None:
    match = matched(theirs)
    assert (match.adopted, match.document == theirs) == (adopted, adopted)
    assert (match.link is not None) is adopted


def test_an_unlinked_client_is_known_by_name_only_beside_all_other_facts() -> None:
    theirs = booked(invoice(), reference="", contact_id="other")
    same = matched(theirs, contacts=(client(),), links=())
    other = matched(theirs, contacts=(client(name="Bea Quinn"),), links=())
    assert same.adopted
    assert not other.adopted
    assert other.collision == theirs


def test_two_documents_with_all_facts_are_none() -> None:
    match = matched(booked(invoice(), "x-1", reference=""), booked(invoice(), "x-2", reference=""))
    assert match.document is None
    assert match.collision is not None


def test_facts_of_a_document_that_is_linked_elsewhere_do_not_count() -> None:
    theirs = booked(invoice(), reference="")
    assert matched(theirs, document_link("9", "x-1")).collision == theirs


@pytest.mark.parametrize("status", list(DocumentStatus), ids=str)
def test_a_taken_number_is_a_collision_whatever_the_status(status: DocumentStatus) -> None:
    theirs = booked(invoice(), reference="", status=status, gross=Decimal(1))
    assert matched(theirs).collision == theirs
    assert matched(booked(invoice(), reference="", status=status, gross=Decimal(1), credit=True)).collision is None


def test_the_link_outranks_everything() -> None:
    linked, marked = booked(invoice(), "x-7", number="INV-1-2", reference="changed by hand"), booked(invoice())
    match = matched(linked, marked, document_link("1", "x-7"))
    assert (match.document, match.adopted, match.duplicates) == (linked, False, (marked,))


def test_a_void_linked_document_stays_the_partner_beside_a_living_marked_one() -> None:
    gone, again = booked(invoice(), "x-1", status=VOID), booked(invoice(), "x-2", number="INV-1-2")
    match = matched(gone, again, document_link("1", "x-1"))
    assert (match.document, match.adopted, match.duplicates) == (gone, False, (again,))
    both_linked = matched(gone, again, document_link("1", "x-1"), document_link("1", "x-2"))
    assert (both_linked.document, both_linked.link.xero_id, both_linked.duplicates) == (again, "x-2", ())


def test_a_void_linked_document_stays_the_partner_while_there_is_no_other() -> None:
    gone = booked(invoice(), status=VOID)
    match = matched(gone, document_link())
    assert (match.document, match.duplicates, match.collision) == (gone, (), None)


def test_a_link_without_its_document_is_told() -> None:
    match = matched(document_link())
    assert (match.document, match.link) == (None, document_link())


def test_of_several_marked_documents_the_one_with_the_number_is_the_partner() -> None:
    copy, second, original = (
        booked(invoice(), "a", number="INV-0099"),
        booked(invoice(), "b", number="INV-0100"),
        booked(invoice(), "c"),
    )
    match = matched(copy, second, original)
    assert (match.document, match.duplicates) == (original, (copy, second))


@pytest.mark.parametrize(
    ("taken", "number"),
    [
        pytest.param([], "INV-1", id="free"),
        pytest.param([booked(invoice(), reference="", number="inv-1")], "INV-1-1", id="foreign: the id behind it"),
        pytest.param([booked(invoice(), status=VOID)], "INV-1-2", id="our own, void"),
        pytest.param(
            [booked(invoice(), status=VOID), booked(invoice(), "y", status=VOID, number="INV-1-2")],
            "INV-1-3",
            id="our own twice",
        ),
        pytest.param(
            [booked(invoice(), reference=""), booked(invoice(), "y", reference="", number="INV-1-1")],
            "INV-1-2",
            id="even the id is taken",
        ),
        pytest.param([booked(invoice(), reference="", credit=True)], "INV-1", id="taken by a credit note only"),
        pytest.param(
            [booked(invoice(), reference="", status=VOID), document_link("1", "x-1")], "INV-1-2", id="ours by its link"
        ),
    ],
)
def test_free_numbers(taken: list[Document | Link], number: str) -> None:
    assert free_number(posting_of(invoice()), family(*taken)) == number


def test_credit_notes_match_credit_notes() -> None:
    document = invoice("1", "-20.00")
    note = booked(document)
    match = match_document(posting_of(document, credit=True), family(document, note, contacts=(client(), contact())))
    assert note.credit
    assert match.document == note


ORIGINAL = booked(invoice(), "x-0")


@pytest.mark.parametrize(
    ("theirs", "copy"),
    [
        pytest.param(booked(invoice(), **UNMARKED, number="INV-1-2"), True, id="number with a suffix"),
        pytest.param(booked(invoice(), **UNMARKED, number="inv-1 (2)"), True, id="in brackets, in another case"),
        pytest.param(booked(invoice(), **UNMARKED, number="INV-1A"), True, id="with a letter"),
        pytest.param(booked(invoice(), **UNMARKED, number="INV-1-2A"), True, id="a letter behind the suffix"),
        pytest.param(booked(invoice(), **UNMARKED, number="1"), True, id="number without its prefix"),
        pytest.param(booked(invoice(), **UNMARKED, number="1/2"), True, id="both"),
        pytest.param(booked(invoice(), **UNMARKED, number="INV-12"), False, id="a longer number"),
        pytest.param(booked(invoice(), **UNMARKED, number="INV-2"), False, id="another number"),
        pytest.param(booked(invoice(), **UNMARKED, number="INV-1-2", gross=Decimal(1)), False, id="another total"),
        pytest.param(
            booked(invoice(), **UNMARKED, number="INV-1-2", date=dt.date(2026, 1, 1)), False, id="another date"
        ),
        pytest.param(booked(invoice(), **UNMARKED, number="INV-1-2", contact_id="other"), False, id="another contact"),
        pytest.param(booked(invoice(), **UNMARKED, number="INV-1-2", status=VOID), False, id="void"),
        pytest.param(booked(invoice(), number="INV-1-2", reference="Provet invoice 9"), False, id="another one's mark"),
    ],
)
def test_a_copy_under_a_derived_number_is_a_duplicate(theirs: Document, copy: bool) -> None:
    assert matched(ORIGINAL, theirs, document_link("1", "x-0")).duplicates == ((theirs,) if copy else ())
    assert matched(ORIGINAL, theirs).duplicates == ((theirs,) if copy else ())
    assert matched(theirs).collision == (theirs if copy else None), "nothing is posted beside it without a person"
    linked_elsewhere = matched(ORIGINAL, theirs, document_link("1", "x-0"), document_link("9", theirs.id))
    assert linked_elsewhere.duplicates == ()


def test_a_copy_of_what_both_sides_agreed_on_is_found_though_both_moved_on() -> None:
    agreed = {"gross": "99.00", "date": "2026-03-01"}
    copy = booked(invoice(), **UNMARKED, number="INV-1A", gross=Decimal(99), date=dt.date(2026, 3, 1))
    assert matched(ORIGINAL, copy, document_link("1", "x-0", baseline=agreed)).duplicates == (copy,)


def test_a_copy_is_remembered_once_its_original_moves_on() -> None:
    copy = booked(invoice(), **UNMARKED, number="INV-1A", gross=Decimal(99), contact_id="other")
    tied = (document_link("1", "x-0"), document_link(copy_key("1"), copy.id))
    undone = (document_link("1", "x-9", origin=Origin.UNDONE), tied[1])
    assert matched(copy, *undone).duplicates == (copy,), "its original undone, a copy still counts"
    assert matched(copy, *undone).collision is None
    assert matched(ORIGINAL, copy, *tied).duplicates == (copy,)
    void = booked(invoice(), **UNMARKED, number="INV-1A", status=VOID)
    assert matched(ORIGINAL, void, *tied).duplicates == ()


def test_an_assessment_asks_to_remember_copies_that_carry_no_mark() -> None:
    copy = booked(invoice(), "copy", **UNMARKED, number="INV-1A")
    links = assess(family(invoice(), ORIGINAL, copy, document_link("1", "x-0")), RULES).links
    assert (copy_key("1"), "copy") in {(link.provet_id, link.xero_id) for link in links}
    marked = booked(invoice(), "copy", number="INV-1A")
    links = assess(family(invoice(), ORIGINAL, marked, document_link("1", "x-0")), RULES).links
    assert {link.provet_id for link in links} == {"1"}
