"""What assessments say of clients and their Xero contacts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from daemon.core.assess import assess
from daemon.core.contact_form import facts
from daemon.core.correction import CreateContact, RemoveLink, SetLink, UpdateClient, UpdateContact
from daemon.core.discrepancy import Finding, Policy
from daemon.core.family import Family
from daemon.core.model import Address, Contact, DocumentStatus, Link
from daemon.core.rules import Mode
from tests.core.builders import (
    ADA_CONTACT,
    RULES,
    client,
    client_family,
    contact,
    contact_link,
    invoice,
    kinds,
    learned,
    only,
    rules,
    steps,
    with_changed,
)
from tests.core.world import World

NAMED: dict[str, Any] = {"number": ""}


def linked(**fields: Any) -> Family:
    """Ada and her contact, agreed on."""
    return learned(client_family(client(**fields), contact(**fields), contact_link()))


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


def moved(finding: Finding) -> list[str]:
    return [field.name for field in finding.fields]


@pytest.mark.parametrize(
    ("change", "kind", "target", "fields"),
    [
        pytest.param(
            ("12", {"email": "new@example.test"}),
            "contact.changed_in_provet",
            UpdateContact,
            ["email"],
            id="e-mail in Provet",
        ),
        pytest.param(
            (ADA_CONTACT, {"email": "new@example.test"}),
            "contact.changed_in_xero",
            UpdateClient,
            ["email"],
            id="e-mail in Xero",
        ),
        pytest.param(
            ("12", {"vat_number": "GB 1"}),
            "contact.changed_in_provet",
            UpdateContact,
            ["vat_number"],
            id="a field that nobody had",
        ),
        pytest.param(
            (ADA_CONTACT, {"phone": "+44 20"}), "contact.changed_in_xero", UpdateClient, ["phone"], id="phone"
        ),
        pytest.param(
            ("12", {"address": Address(street="4 Mill Lane")}),
            "contact.changed_in_provet",
            UpdateContact,
            ["address"],
            id="address",
        ),
        pytest.param(
            ("12", {"name": "Ada Lund", "last_name": "Lund"}),
            "contact.changed_in_provet",
            UpdateContact,
            ["name", "last_name"],
            id="marriage",
        ),
    ],
)
def test_a_change_on_one_side_is_copied_to_the_other(
    change: tuple[str, dict[str, Any]], kind: str, target: type, fields: list[str]
) -> None:
    finding = only(with_changed(linked(), change[0], **change[1]))
    assert (finding.kind, finding.policy, moved(finding)) == (kind, Policy.AUTOMATIC, fields)
    (step,) = finding.options[0].steps
    assert isinstance(step, target)
    assert finding.options[0].id == "update"
    assert list(step.fields) == fields  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"phone": "+44 (0)20 1"}, id="phone punctuation"),
        pytest.param({"email": "ADA@example.test "}, id="case of an e-mail"),
        pytest.param({"vat_number": "gb 123"}, id="VAT number"),
        pytest.param({"name": "Ada  Quinn"}, id="blanks in a name"),
        pytest.param({"name": "Ada Quinn (12)"}, id="the id that makes it unique"),
        pytest.param(
            {"address": Address(street="4  Mill Lane", city="Aberlow", country="United Kingdom")}, id="country"
        ),
    ],
)
def test_what_only_looks_different_is_equal(fields: dict[str, Any]) -> None:
    same = {
        "phone": "+44020-1",
        "vat_number": "GB123",
        "address": Address(street="4 Mill Lane", city="Aberlow", country="GB"),
    }
    seen = learned(client_family(client(**same), contact(**{**same, **fields}), contact_link()))
    assert assess(seen, RULES).findings == ()


@pytest.mark.parametrize(
    ("identifier", "kind"), [("12", "contact.changed_in_provet"), (ADA_CONTACT, "contact.changed_in_xero")]
)
def test_nothing_is_blanked_without_asking(identifier: str, kind: str) -> None:
    seen = with_changed(linked(phone="+44 20"), identifier, phone="")
    automatic = rules(policy={kind: Policy.AUTOMATIC})
    assert (only(seen).kind, only(seen).policy, only(seen, automatic).policy) == (kind, Policy.PERSON, Policy.PERSON)


def test_fields_that_never_agreed_are_filled_and_conflicts_asked() -> None:
    seen = client_family(
        client(phone="+44 1", vat_number="GB1"), contact(phone="+44 2", address=Address(city="Aberlow")), contact_link()
    )
    found = {finding.kind: moved(finding) for finding in assess(seen, RULES).findings}
    assert found == {
        "contact.changed_in_provet": ["vat_number"],
        "contact.changed_in_xero": ["address"],
        "contact.conflict": ["phone"],
    }


def conflict(*names: str) -> Family:
    seen = linked()
    mine = {name: f"{name}@provet.test" for name in names}
    return with_changed(with_changed(seen, "12", **mine), ADA_CONTACT, **{name: f"{name}@xero.test" for name in names})


def test_a_conflict_is_decided_whole_or_field_by_field() -> None:
    finding = only(conflict("email", "vat_number"))
    assert (finding.kind, finding.policy) == ("contact.conflict", Policy.PERSON)
    assert [(option.id, option.recommended) for option in finding.options] == [
        ("use-provet", True),
        ("use-xero", False),
        ("field:email=provet,field:vat_number=xero", False),
        ("field:email=xero,field:vat_number=provet", False),
    ]
    assert steps(finding, "use-provet") == ["UpdateContact"]
    assert steps(finding, "use-xero") == ["UpdateClient"]
    assert steps(finding, "field:email=xero,field:vat_number=provet") == ["UpdateContact", "UpdateClient"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(
            "field:vat_number=xero,field:email=provet", "field:email=provet,field:vat_number=xero", id="any order"
        ),
        pytest.param("field:email=xero,field:vat_number=xero", "use-xero", id="all from Xero"),
        pytest.param("field:vat_number=provet,field:email=provet", "use-provet", id="all from Provet"),
        pytest.param("field:email=xero", None, id="half a choice"),
        pytest.param("field:email=xero,field:vat_number=nowhere", None, id="no such side"),
        pytest.param("merge", None, id="no such option"),
    ],
)
def test_choices_per_field_may_come_in_any_order(asked: str, found: str | None) -> None:
    option = only(conflict("email", "vat_number")).option(asked)
    assert (option.id if option else None) == found


def test_one_field_alone_is_chosen_by_its_name_too() -> None:
    option = only(conflict("email")).option("field:email=xero")
    assert option is not None
    assert option.id == "use-xero"


def test_many_fields_are_decided_whole_only() -> None:
    finding = only(conflict("name", "first_name", "last_name", "email", "vat_number"))
    assert [option.id for option in finding.options] == ["use-provet", "use-xero"]


def settle(seen: Family, rounds: int = 4) -> World:
    """Carry out automatic corrections of a client's family until none is left."""
    world = World(seen, RULES)
    for _ in range(rounds):
        found = assess(world.family(), RULES)
        world.note(found.links)
        for finding in found.findings:
            if finding.policy is Policy.AUTOMATIC:
                world.apply(finding.options[0].steps)
    return world


@pytest.mark.parametrize(
    ("identifier", "fields"),
    [
        pytest.param("12", {"name": "Ada Lund", "last_name": "Lund"}, id="name in Provet"),
        pytest.param(ADA_CONTACT, {"name": "Ada Lund", "last_name": "Lund"}, id="name and last name in Xero"),
        pytest.param(ADA_CONTACT, {"name": "Ada B. Lund"}, id="name in Xero"),
        pytest.param(ADA_CONTACT, {"first_name": "Adah"}, id="first name in Xero"),
        pytest.param(ADA_CONTACT, {"phone": "+44 20"}, id="phone in Xero"),
        pytest.param(
            ADA_CONTACT, {"email": "a@example.test", "phone": "+44 20", "vat_number": "GB1"}, id="much in Xero"
        ),
    ],
)
def test_copies_reach_agreement_and_rest(identifier: str, fields: dict[str, Any]) -> None:
    world = settle(with_changed(linked(), identifier, **fields))
    found = assess(world.family(), RULES)
    assert (found.findings, found.links) == ((), ())
    mine, theirs = world.contacts.values()
    assert facts(mine, "12") == facts(theirs, "12")


def test_a_companys_name_is_its_own() -> None:
    company = {"name": "Quinn Farms Ltd", "first_name": "Ada", "last_name": "Quinn"}
    finding = only(with_changed(linked(**company), ADA_CONTACT, name="Quinn Estates Ltd"))
    (step,) = finding.options[0].steps
    assert isinstance(step, UpdateClient)
    assert (step.fields, step.contact.name) == (("name",), "Quinn Estates Ltd")


def test_the_id_behind_a_unique_name_stays_in_xero_and_never_reaches_provet() -> None:
    seen = learned(client_family(client(), contact(name="Ada Quinn (12)"), contact_link()))
    renamed = with_changed(seen, "12", name="Ada Lund", last_name="Lund")
    (step,) = only(renamed).options[0].steps
    assert isinstance(step, UpdateContact)
    assert step.contact.name == "Ada Lund (12)"
    back = with_changed(seen, ADA_CONTACT, name="Ada Berg (12)")
    (step,) = only(back).options[0].steps
    assert isinstance(step, UpdateClient)
    assert (step.contact.first_name, step.contact.last_name) == ("Ada", "Berg")


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        pytest.param("Ada Lund", (), "Ada Lund", id="free"),
        pytest.param("Ada Lund", ("ada lund",), "Ada Lund (12)", id="taken"),
        pytest.param("Ada  <Lund>", (), "Ada Lund", id="what Xero refuses"),
        pytest.param("", (), "Client 12", id="none at all"),
    ],
)
def test_names_as_xero_takes_them(name: str, taken: tuple[str, ...], expected: str) -> None:
    seen = with_changed(linked(name="Company"), "12", name=name)
    finding = only(msgspec.structs.replace(seen, taken_names=taken))
    (step,) = finding.options[0].steps
    assert isinstance(step, UpdateContact)
    assert step.contact.name == expected


def test_an_address_keeps_the_country_as_its_own_system_writes_it() -> None:
    provet, xero = Address(city="Aberlow", country="GB"), Address(city="Aberlow", country="United Kingdom")
    seen = learned(client_family(client(address=provet), contact(address=xero), contact_link()))
    (to_provet,) = (
        only(with_changed(seen, ADA_CONTACT, address=Address(city="Elgin", country="United Kingdom"))).options[0].steps
    )
    assert isinstance(to_provet, UpdateClient)
    assert to_provet.contact.address == Address(city="Elgin", country="GB")
    (to_xero,) = only(with_changed(seen, "12", address=Address(city="Elgin", country="GB"))).options[0].steps
    assert isinstance(to_xero, UpdateContact)
    assert to_xero.contact.address == Address(city="Elgin", country="United Kingdom")
    bare = learned(client_family(client(), contact(), contact_link()))
    (new,) = only(with_changed(bare, "12", address=Address(city="Elgin", country="GB"))).options[0].steps
    assert isinstance(new, UpdateContact)
    assert new.contact.address.country == "GB"
    (back,) = only(with_changed(bare, ADA_CONTACT, address=Address(city="Elgin", country="Scotland"))).options[0].steps
    assert isinstance(back, UpdateClient)
    assert back.contact.address.country == ""


@pytest.mark.parametrize(
    ("mine", "theirs", "options"),
    [
        pytest.param(True, False, ["update"], id="in Provet"),
        pytest.param(False, True, [], id="in Xero, where no program can restore it"),
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
    if options:
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
        assert all(not option.steps for finding in assess(family, RULES).findings for option in finding.options)


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
