"""A conflict settled field by field."""

from __future__ import annotations

import msgspec
import pytest

from daemon.protocol import FieldView
from tests.tui.details import detail, option, text
from tui import composing
from tui.plain import cells


def conflict(*names: str) -> composing.Mix:
    fields = tuple(FieldView(name=name, provet="a", baseline="c", xero="b") for name in names)
    same = FieldView(name="vat_number", provet="1", baseline="1", xero="1")
    options = (option("use-provet"), option("use-xero"))
    found = detail(kind="contact.conflict", fields=(*fields, same), options=options)
    assert composing.can_mix(found)
    return composing.begin(found)


def test_who_it_is_cannot_be_settled_field_by_field() -> None:
    fields = tuple(FieldView(name=name, provet="a", baseline=None, xero="b") for name in ("email", "address"))
    found = detail(kind="contact.ambiguous", fields=fields, options=(option("link:1"), option("create-new")))
    assert not composing.can_mix(found)
    assert composing.hint(found) == []


def test_each_field_is_taken_from_the_side_it_is_turned_to() -> None:
    mix = composing.moved(conflict("email", "phone"), 1)
    assert mix.option_id == "field:email=provet,field:phone=provet"
    mix = composing.toggled(mix)
    assert mix.option_id == "field:email=provet,field:phone=xero"
    assert composing.all_taken(mix, "xero").option_id == "field:email=xero,field:phone=xero"
    assert "(•) b" in text(composing.drawn(mix, 60))


def test_it_begins_where_the_chosen_card_is() -> None:
    mix = conflict("email", "phone")
    found = detail(fields=mix.fields)
    assert composing.begin(found, "use-xero").option_id == "field:email=xero,field:phone=xero"
    chosen = "field:phone=xero,field:email=provet"
    assert composing.begin(found, chosen).option_id == "field:email=provet,field:phone=xero"


def test_a_mixture_fits_while_it_is_about_just_what_differs() -> None:
    mix = conflict("email", "phone")
    found = detail(kind="contact.conflict", fields=mix.fields, options=(option("use-provet"), option("use-xero")))
    assert composing.fits(found, mix.option_id)
    assert not composing.fits(found, "")
    assert not composing.fits(found, conflict("email", "phone", "name").option_id)
    assert not composing.fits(msgspec.structs.replace(found, status="closed"), mix.option_id)


def test_the_names_of_a_person_go_together() -> None:
    mix = composing.taken(conflict("name", "last_name", "email"), "xero")
    assert mix.option_id == "field:name=xero,field:last_name=xero,field:email=provet"


def test_one_field_is_no_mixture() -> None:
    assert not composing.can_mix(detail(kind="contact.conflict", options=(option("use-provet"), option("use-xero"))))


@pytest.mark.parametrize("width", [50, 70, 94])
def test_no_line_of_a_mixture_is_wider_than_its_dialog(width: int) -> None:
    long = "a value that is much longer than any column of it can be, whatever the terminal is"
    fields = tuple(FieldView(name=name, provet=long, baseline=None, xero="b" + long) for name in ("email", "phone"))
    found = detail(kind="contact.conflict", fields=fields)
    lines = text(composing.drawn(composing.begin(found), width)).splitlines()
    assert len(lines) == 3
    assert max(cells(line.rstrip()) for line in lines) <= width
