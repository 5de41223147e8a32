"""What assessments say of clients and their Xero contacts."""

from __future__ import annotations

from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.correction import RemoveLink, SetLink, UpdateContact
from daemon.core.discrepancy import Finding, Policy
from daemon.core.family import Family
from daemon.core.model import Contact, Link
from daemon.core.rules import Mode
from tests.core.builders import (
    ADA_CONTACT,
    RULES,
    client,
    client_family,
    contact,
    contact_link,
    kinds,
    learned,
    only,
    rules,
    steps,
    with_changed,
)


def linked(**fields: Any) -> Family:
    """Ada and her contact, agreed on."""
    return learned(client_family(client(**fields), contact(**fields), contact_link()))


@pytest.mark.parametrize(
    ("mine", "theirs", "options"),
    [
        pytest.param(True, False, ["update"], id="in Provet"),
        pytest.param(False, True, ["done-by-hand"], id="in Xero, where no program can restore it"),
    ],
)
def test_archived_on_one_side_is_asked(mine: bool, theirs: bool, options: list[str]) -> None:
    seen = with_changed(
        with_changed(linked(), "12", archived=mine), ADA_CONTACT, archived=theirs, email="new@example.test"
    )
    finding = only(seen)
    assert (finding.kind, finding.policy, [option.id for option in finding.options]) == (
        "contact.archived",
        Policy.PERSON,
        options,
    )
    if mine:
        (step,) = finding.options[0].steps
        assert isinstance(step, UpdateContact)
        assert (step.fields, step.contact.archived) == (("archived",), True)


def test_archived_on_both_sides_is_agreement() -> None:
    seen = with_changed(
        with_changed(linked(), "12", archived=True), ADA_CONTACT, archived=True, email="new@example.test"
    )
    assert assess(seen, RULES).findings == ()


def test_an_anonymised_contact_is_never_written() -> None:
    seen = with_changed(linked(), ADA_CONTACT, archived=True, anonymised=True, name="", email="")
    for family in (seen, with_changed(seen, "12", archived=True)):
        assert all(finding.options == () for finding in assess(family, RULES).findings)


def follow(finding: Finding) -> tuple[str, str]:
    option = finding.option("follow-merge")
    assert option is not None
    remove, link = option.steps
    assert isinstance(remove, RemoveLink)
    assert isinstance(link, SetLink)
    return remove.xero_id, link.link.xero_id


@pytest.mark.parametrize(
    ("others", "target"),
    [
        pytest.param([contact("b", name="Ada Q.", number="")], "b", id="once"),
        pytest.param([contact("b", merged_into="c", number=""), contact("c", number="")], "c", id="twice"),
        pytest.param([], "b", id="into one not read yet"),
        pytest.param([contact("b", merged_into=ADA_CONTACT, number="")], "b", id="in a circle"),
    ],
)
def test_a_merge_in_xero_is_followed_when_a_person_says_so(others: list[Contact], target: str) -> None:
    gone = contact(archived=True, merged_into="b")
    finding = only(client_family(client(), gone, *others, contact_link()))
    assert (finding.kind, finding.policy) == ("contact.merged", Policy.PERSON)
    assert follow(finding) == (ADA_CONTACT, target)


def test_a_client_that_vanished_is_unlinked_and_its_contact_kept() -> None:
    seen = linked()
    gone = client_family(*seen.contacts, *seen.links, vanished=("contact/12",))
    finding = only(gone)
    assert (finding.kind, finding.policy, steps(finding)) == ("contact.deleted", Policy.PERSON, ["RemoveLink"])
    unlinked = client_family(*seen.contacts, vanished=("contact/12",))
    assert (assess(unlinked, RULES).findings, assess(unlinked, RULES).links) == ((), ())


def test_a_contact_that_was_not_read_says_nothing() -> None:
    assert assess(client_family(client(), contact_link()), RULES).findings == ()


def test_baselines_follow_agreement() -> None:
    seen = client_family(client(), contact(), contact_link())
    (link,) = assess(seen, RULES).links
    assert link.baseline is not None
    assert (link.baseline["email"], link.baseline["phone"]) == ("ada@example.test", "")
    assert assess(learned(seen), RULES).links == ()


def test_nothing_is_automatic_outside_auto() -> None:
    seen = with_changed(linked(), "12", email="new@example.test")
    assert only(seen, rules(mode=Mode.APPROVE)).policy is Policy.PERSON


def test_links_of_strangers_do_not_matter() -> None:
    other: Link = contact_link("77", "elsewhere")
    assert kinds(assess(client_family(*linked().contacts, *linked().links, other), RULES)) == []
