"""What assessments say of fields that differ between a client and its contact."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from daemon.core.assess import assess
from daemon.core.contact_form import facts
from daemon.core.correction import UpdateClient, UpdateContact
from daemon.core.discrepancy import Finding, Policy
from daemon.core.family import Family
from daemon.core.model import Address
from tests.core.builders import (
    ADA_CONTACT,
    RULES,
    client,
    client_family,
    contact,
    contact_link,
    learned,
    only,
    rules,
    steps,
    with_changed,
)
from tests.core.world import World


def linked(**fields: Any) -> Family:
    """Ada and her contact, agreed on."""
    return learned(client_family(client(**fields), contact(**fields), contact_link()))


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


def test_what_cannot_be_emptied_is_brought_back_beside_what_is_copied() -> None:
    seen = linked(phone="+44 20", vat_number="GB1")
    finding = only(with_changed(seen, ADA_CONTACT, phone="", email="new@example.test"))
    assert (finding.kind, finding.policy) == ("contact.changed_in_xero", Policy.PERSON)
    assert [(option.id, option.recommended) for option in finding.options] == [
        ("field:email=xero,field:phone=provet", True),
        ("use-provet", False),
    ]
    assert steps(finding) == ["UpdateContact", "UpdateClient"]


def test_a_value_that_does_not_fit_is_told_and_the_rest_is_copied() -> None:
    seen = with_changed(linked(), "12", vat_number="1" * 51, email="new@example.test")
    finding = only(seen)
    assert "vat number of Provet is longer than the 50 characters that Xero takes" in finding.summary
    (step,) = finding.options[0].steps
    assert isinstance(step, UpdateContact)
    assert (step.fields, finding.policy) == (("email",), Policy.AUTOMATIC)
    rest = only(with_changed(seen, ADA_CONTACT, email="new@example.test"))
    assert (rest.options, rest.policy) == ((), Policy.PERSON)


def test_a_persons_names_are_chosen_together() -> None:
    seen = with_changed(linked(), "12", name="Ada Lund", last_name="Lund", email="p@example.test")
    finding = only(with_changed(seen, ADA_CONTACT, name="Ada Berg", last_name="Berg", email="x@example.test"))
    assert finding.option("field:name=xero,last_name=provet,email=xero") is None
    mixed = finding.option("field:email=provet,last_name=xero,name=xero")
    assert mixed is not None
    assert mixed.fingerprint == finding.option("field:name=xero,last_name=xero,email=provet").fingerprint  # type: ignore[union-attr]


def test_a_fingerprint_of_choices_moves_with_the_values_alone() -> None:
    names = ("name", "first_name", "last_name", "email", "vat_number")
    choice = "field:name=xero,first_name=xero,last_name=xero,email=provet,vat_number=xero"
    before, again = only(conflict(*names)).option(choice), only(conflict(*names)).option(choice)
    moved_on = only(with_changed(conflict(*names), "12", email="other@example.test")).option(choice)
    assert before is not None
    assert again is not None
    assert moved_on is not None
    assert before.fingerprint == again.fingerprint != moved_on.fingerprint
