"""Which Xero contact is a client, and what is asked where nobody can know."""

from __future__ import annotations

from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import CreateContact, SetLink
from daemon.core.discrepancy import Policy
from daemon.core.family import Family
from daemon.core.model import Contact, DocumentStatus
from tests.core.builders import (
    ADA_CONTACT,
    RULES,
    client,
    client_family,
    contact,
    contact_link,
    invoice,
    only,
    rules,
)

NAMED: dict[str, Any] = {"number": ""}


def adopted(seen: Family) -> str:
    """The contact that a family's assessment links to, "" if none."""
    links = [link for link in assess(seen, RULES).links if link not in seen.links]
    assert len(links) <= 1
    return links[0].xero_id if links else ""


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        pytest.param([contact(email="", name="Quite Different")], ADA_CONTACT, id="number"),
        pytest.param([contact(archived=True)], ADA_CONTACT, id="number, archived"),
        pytest.param([contact(**NAMED)], ADA_CONTACT, id="e-mail and name"),
        pytest.param([contact(**NAMED, name="ADA  quinn", email="Ada@Example.test")], ADA_CONTACT, id="but for case"),
        pytest.param([contact(**NAMED, name="Bea Lund")], "", id="e-mail alone"),
        pytest.param([contact(**NAMED, email="other@example.test")], "", id="name alone"),
        pytest.param([contact(**NAMED, archived=True)], "", id="archived, without number"),
        pytest.param([contact(number="13")], "", id="another client's number"),
        pytest.param([contact("a", **NAMED), contact("b", **NAMED)], "", id="two of them"),
        pytest.param([contact("a", **NAMED), contact("b")], "b", id="the number outranks name and e-mail"),
    ],
)
def test_who_is_who(theirs: list[Contact], expected: str) -> None:
    assert adopted(client_family(client(), *theirs)) == expected


def test_empty_fields_are_never_equal() -> None:
    nobody = {"name": "", "first_name": "", "last_name": "", "email": ""}
    assert adopted(client_family(client(**nobody), contact(**NAMED, **nobody))) == ""


def test_a_contact_that_is_another_clients_is_not_taken() -> None:
    seen = client_family(client(), contact(**NAMED), contact_link("13", ADA_CONTACT))
    assert adopted(seen) == ""


@pytest.mark.parametrize(
    ("theirs", "recommended"),
    [
        pytest.param([contact("a", **NAMED, name="Bea Lund")], "link:a", id="same e-mail"),
        pytest.param([contact("a", **NAMED, email="x@example.test")], "create-new", id="same name alone"),
        pytest.param([contact("a", **NAMED), contact("b", **NAMED)], "create-new", id="two equals"),
        pytest.param(
            [contact("a", **NAMED, email="x@example.test"), contact("b", **NAMED, name="Bea Lund")],
            "link:b",
            id="the likelier",
        ),
    ],
)
def test_who_it_may_be_is_asked_when_a_document_needs_it(theirs: list[Contact], recommended: str) -> None:
    seen = client_family(client(), *theirs, invoice())
    finding = only(seen)
    assert (finding.kind, finding.policy, finding.amount, finding.effect) == ("contact.ambiguous", Policy.PERSON, 0, 0)
    option = finding.option()
    assert option is not None
    assert option.id == recommended
    assert {o.id for o in finding.options} == {*(f"link:{c.id}" for c in theirs), "create-new"}


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param([], id="no document"),
        pytest.param([invoice(status=DocumentStatus.DRAFT)], id="a draft"),
        pytest.param([invoice(status=DocumentStatus.VOID)], id="a void one"),
        pytest.param([invoice(department="9")], id="one of another practice"),
    ],
)
def test_nobody_is_asked_before_a_document_needs_a_contact(documents: list[Any]) -> None:
    seen = client_family(client(), contact(**NAMED, name="Bea Lund"), *documents)
    assert assess(seen, rules(departments=("1",))).findings == ()


def test_candidates_are_few_and_come_with_reasons() -> None:
    theirs = [contact(f"c{place}", **NAMED, name=f"Bea {place}", phone="+44 1") for place in range(8)]
    finding = only(client_family(client(phone="+441"), *theirs, invoice()))
    assert len(finding.options) == 6
    assert finding.options[0].title == "It is Bea 0 (score 75: same email, phone)"


def test_choosing_a_candidate_links_it_and_choosing_none_creates_one() -> None:
    seen = client_family(client(), contact("a", **NAMED, email="x@example.test"), invoice(), taken_names=())
    finding = only(seen)
    link = finding.option("link:a")
    create = finding.option("create-new")
    assert link is not None
    assert create is not None
    (set_link,), (made,) = link.steps, create.steps
    assert isinstance(set_link, SetLink)
    assert (set_link.link.provet_id, set_link.link.xero_id) == ("12", "a")
    assert isinstance(made, CreateContact)
    assert made.contact.name == "Ada Quinn (12)"


def test_an_unknown_client_is_nothing() -> None:
    assert assess(client_family(contact()), RULES).findings == ()
