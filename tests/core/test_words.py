"""What people read of findings and of the writes that correct them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.assess import assess
from daemon.core.choices import option_words
from daemon.core.discrepancy import Finding
from daemon.core.evidence import ledger
from daemon.core.family import Family
from daemon.core.mappings import currency_gap
from daemon.core.methods import method_name
from daemon.core.model import Address
from daemon.core.wording import writes
from tests.core.builders import (
    ADA_CONTACT,
    RULES,
    T0,
    booked,
    client,
    client_family,
    contact,
    contact_link,
    credit_note,
    document_link,
    family,
    invoice,
    learned,
    only,
    paid,
    row,
    rules,
    view_of,
    with_changed,
    with_records,
    xero_paid,
)

AGREED = learned(client_family(client(), contact(), contact_link()))


def said(finding: Finding, option_id: str) -> list[str]:
    option = finding.option(option_id)
    assert option is not None
    return [write.summary for write in writes(option.steps, RULES.currency)]


def test_a_write_to_a_contact_says_from_what_to_what() -> None:
    both = with_changed(with_changed(AGREED, "12", email="new@provet.example"), "contact-12", email="new@xero.example")
    conflict = only(both)
    assert conflict.kind == "contact.conflict"
    assert said(conflict, "use-provet") == [
        "Change email of the contact Ada Quinn in Xero: 'new@xero.example' becomes 'new@provet.example'"
    ]
    assert said(conflict, "use-xero") == [
        "Change email of the client Ada Quinn in Provet: 'new@provet.example' becomes 'new@xero.example'"
    ]


def test_a_write_of_several_fields_names_each_of_them() -> None:
    address = Address(street="1 Mill Lane", city="Bath", postal_code="BA1 1AA", country="GB")
    moved = only(with_changed(AGREED, "12", phone="0117 496 0000", address=address, email=""))
    (summary,) = said(moved, "update")
    assert summary == (
        "Change email, phone, address of the contact Ada Quinn in Xero:"
        f" email '{client().email}' becomes nothing, phone nothing becomes '0117 496 0000',"
        " address nothing becomes '1 Mill Lane, Bath, BA1 1AA'"
    )


def test_what_is_told_of_the_values_before_makes_no_approval_stale() -> None:
    """A number that is only written otherwise, and a contact that is read again, are what was approved."""
    moved = with_changed(with_changed(AGREED, "12", phone="0117 496 0000"), ADA_CONTACT, phone="0117 496 1111")

    def approved(seen: Family) -> tuple[str, list[str]]:
        option = only(seen).option("use-provet")
        assert option is not None
        return option.fingerprint, [write.summary for write in writes(option.steps, RULES.currency)]

    assert approved(with_changed(moved, ADA_CONTACT, updated_at=T0 + dt.timedelta(days=1))) == approved(moved)
    print_, (said,) = approved(moved)
    again, (otherwise,) = approved(with_changed(moved, ADA_CONTACT, phone="01174961111"))
    assert print_ == again
    assert ("'0117 496 1111' becomes" in said, "'01174961111' becomes" in otherwise) == (True, True)
    assert approved(with_changed(moved, ADA_CONTACT, phone="0117 496 2222"))[0] != print_
    assert approved(with_changed(moved, "12", phone="0117 496 2222"))[0] != print_


@pytest.mark.parametrize("name", ["name", "first_name", "last_name", "email", "phone", "vat_number", "address"])
@pytest.mark.parametrize("changed", ["12", ADA_CONTACT])
def test_each_value_that_a_write_replaces_is_relied_on(name: str, changed: str) -> None:
    """What stood there is no part of the fingerprint by itself, but no other value may be replaced unseen."""

    def value(text: str) -> Any:
        return Address(street=f"{text} Lane") if name == "address" else f"{text}@clinic.example"

    company = learned(client_family(client(name="Farm"), contact(name="Farm"), contact_link()))
    both = with_changed(with_changed(company, "12", **{name: value("mine")}), ADA_CONTACT, **{name: value("theirs")})
    moved = with_changed(both, changed, **{name: value("other")})
    for side in ("use-provet", "use-xero"):
        before, after = only(both).option(side), only(moved).option(side)
        assert before is not None
        assert after is not None
        assert before.fingerprint != after.fingerprint


def test_a_write_to_a_document_says_from_what_to_what() -> None:
    seen = learned(family(invoice(), booked(invoice()), document_link()))
    finding = only(with_changed(seen, "1", gross=Decimal("100.00"), lines=(row("100.00"),), tax=Decimal("16.67")))
    assert said(finding, "update") == [
        "Change gross, tax 20 of invoice INV-1 in Xero: gross '120.00' becomes '100.00', tax 20 '20.00' becomes '16.67'"
    ]


def test_a_wrong_credit_note_is_corrected_by_another() -> None:
    note = credit_note("2", "-53.70", row("-50.00"))
    finding = next(f for f in assess(family(invoice(), booked(invoice()), document_link(), note), RULES).findings)
    hand = finding.option("done-by-hand")
    assert finding.kind.startswith("credit.") or finding.subject.label.startswith("Credit note")
    assert hand is not None
    assert "another credit note" in hand.consequences[0]
    assert "invoice it again" not in hand.consequences[0]


def test_an_amount_beside_a_collision_has_its_cents() -> None:
    other = booked(invoice("1", "51"), "other", reference="", contact_id="contact-99")
    finding = only(family(invoice("1", "60"), other))
    assert finding.kind == "invoice.number_collision"
    assert [(f.name, f.provet, f.xero) for f in finding.fields][:1] == [("gross", "60.00", "51.00")]


@pytest.mark.parametrize(
    ("method", "name"),
    [("0", "card"), ("6", "consolidated invoice"), ("17", "own method 17"), ("13", "type 13")],
)
def test_a_payment_method_has_its_name(method: str, name: str) -> None:
    assert method_name(method, {}) == name


def test_a_payment_method_of_the_clinic_has_the_name_that_it_has_there() -> None:
    practice = rules(method_names={"0": "Terminal", "18": "Pet plan", "19": "x" * 900}, payments={})
    assert [method_name(each, practice.method_names) for each in ("0", "18", "19")] == [
        "card",
        "Pet plan",
        "x" * 60,
    ]
    seen = learned(family(invoice(), booked(invoice()), document_link()))
    told = assess(with_records(seen, paid("5", "20.00", method="18")), practice).causes
    assert [each.summary for each in told] == [
        'payments by Pet plan have no account: add "18" under [practices.riverside.payments]'
    ]
    twins = family(invoice(), booked(invoice()), document_link(), paid("5", "20", method="18"), xero_paid("p", "20"))
    assert next(f for f in only(twins, practice).fields if f.name == "method").provet == "Pet plan"
    _, scene = view_of(twins, practice=practice)
    assert "Pet plan" in {row.provet.note for row in ledger(scene) if row.provet is not None}


def test_the_money_of_both_sides_names_methods_and_accounts() -> None:
    seen = family(invoice(), booked(invoice()), document_link(), paid("5", "20.00", method="0"), xero_paid("p", "5.00"))
    _, scene = view_of(seen)
    notes = {entry.note for each in ledger(scene) for entry in (each.provet, each.xero) if entry is not None}
    assert {"card", "account 091"} <= notes


def test_the_fields_of_a_payment_name_method_and_account() -> None:
    twins = family(invoice(), booked(invoice()), document_link(), paid("5", "20.00"), xero_paid("p", "20.00"))
    finding = only(twins)
    assert finding.kind == "payment.probable_twin"
    method = next(field for field in finding.fields if field.name == "method")
    assert (method.provet, method.xero) == ("cash", "account 091")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("link:c4f0-1", "link to the chosen contact"),
        ("field:email=xero,field:phone=provet", "email from Xero, phone from Provet"),
        ("field:email=xero,phone=provet", "email from Xero, phone from Provet"),
        ("use-provet", "use-provet"),
    ],
)
def test_an_option_is_named_without_its_ids(option: str, words: str) -> None:
    assert option_words(option) == words


def test_all_that_keeps_an_account_from_taking_a_payment_is_told_at_once() -> None:
    practice = rules(payments={}, books_currency="EUR")
    currency = currency_gap(practice)
    assert currency is not None
    seen = learned(family(invoice(), booked(invoice()), document_link()))
    assessment = assess(with_records(seen, paid("5", "20.00", method="0")), practice)
    (waiting,) = assessment.findings
    named = {cause.id: cause.summary for cause in assessment.causes}
    assert [named[each] for each in waiting.causes] == [
        'payments by card have no account: add "0" under [practices.riverside.payments]',
        currency.text,
    ]


def test_a_collision_names_the_other_document() -> None:
    other = booked(invoice("1", "51"), "other", reference="", contact_id="contact-99", contact_name="Typed")
    finding = only(family(invoice("1", "60"), other))
    assert finding.kind == "invoice.number_collision"
    assert [(each.ref, each.label) for each in finding.candidates] == [
        (other.ref, "Invoice INV-1 over GBP 51.00 of Typed, dated 2026-03-10")
    ]


def test_each_contact_that_may_be_the_client_is_named() -> None:
    likely = [contact(f"c-{n}", number="", email=f"{n}@example.test", phone="0117 496 0000") for n in range(7)]
    finding = only(client_family(client(), *likely, invoice()))
    assert finding.kind == "contact.ambiguous"
    assert [each.ref for each in finding.candidates] == [each.ref for each in likely]
    assert finding.candidates[0].label == "Contact Ada Quinn (0@example.test, 0117 496 0000)"


def test_every_copy_of_a_document_is_named_beside_the_one_that_stays() -> None:
    copies = [booked(invoice(), f"x-{n}", number=f"INV-1-{n}") for n in (2, 3)]
    findings = assess(learned(family(invoice(), booked(invoice()), document_link(), *copies)), RULES).findings
    finding = next(each for each in findings if each.kind == "invoice.duplicate_in_xero")
    assert {each.ref.id for each in finding.candidates} == {"x-1", "x-2", "x-3"}


def test_an_edit_names_what_it_leaves_apart() -> None:
    seen = learned(family(invoice(), booked(invoice()), document_link()))
    edited = with_changed(seen, "1", gross=Decimal("100.00"), lines=(row("100.00"),), tax=Decimal("16.67"))
    apart = "Of its payments there stays GBP 40.00 in Provet alone: that is told and corrected apart"
    for more, told in (((), False), ((paid("5", "40.00"),), True)):
        findings = assess(with_records(edited, *more), RULES).findings
        option = next(each for each in findings if each.kind == "invoice.changed_in_provet").option()
        assert option is not None
        assert (apart in option.consequences) == told


def test_a_document_that_goes_to_another_contact_says_from_whom_to_whom() -> None:
    bea = contact("contact-13", name="Bea Lund", number="13")
    seen = learned(family(invoice(), booked(invoice()), document_link(), client(), contact(), bea, contact_link()))
    finding = only(with_changed(seen, "x-1", contact_id="contact-13", contact_name="Bea Lund"))
    assert said(finding, "restore-from-provet") == [
        "Change contact of invoice INV-1 in Xero: 'Bea Lund' becomes 'Ada Quinn'"
    ]


def test_a_write_to_a_credit_note_says_from_what_to_what() -> None:
    note = credit_note("2", "-50.00")
    seen = family(invoice(), booked(invoice()), document_link(), note, booked(note), document_link("2"))
    moved = with_changed(learned(seen), "x-2", date=note.date + dt.timedelta(days=1))
    finding = next(each for each in assess(moved, RULES).findings if each.kind == "invoice.changed_in_xero")
    assert said(finding, "restore-from-provet") == [
        "Change date of credit note CN-2 in Xero: '2026-03-11' becomes '2026-03-10'"
    ]


def test_of_a_long_value_both_ends_are_told() -> None:
    street = Address(street="a" * 480, city=f"{'b' * 60}-end")
    (summary,) = said(only(with_changed(AGREED, "12", address=street)), "update")
    assert "(546 characters)" in summary
    assert summary.endswith("b-end'")
    assert len(summary) < 650
