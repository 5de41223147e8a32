"""Money from the wire: exact whatever its spelling, bounded, and never a float on its way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import ModuleType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.model import Kind
from daemon.provet import mapping as provet_mapping
from daemon.provet import wire as provet_wire
from daemon.transport.decoding import exact, id_in, map_each, utc
from daemon.xero import mapping as xero_mapping
from daemon.xero import wire as xero_wire
from tests.samples import text_sample

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False)


def spellings(amount: Decimal) -> list[str]:
    """Ways to write one number in JSON."""
    plain = f"{amount:f}"
    zeros = plain + "000" if "." in plain else f"{plain}.000"
    return [plain, zeros, f"{amount:e}", f"{amount:E}", f'"{plain}"', str(amount)]


@given(amount=AMOUNTS)
def test_amounts_arrive_exactly_in_every_spelling(amount: Decimal) -> None:
    for text in spellings(amount):
        paid = provet_wire.PAYMENT.decode(text_sample("provet_payment", '"paid": 40.0', f'"paid": {text}'))
        booked = xero_wire.PAYMENT.decode(text_sample("xero_payment", '"Amount":24.15', f'"Amount":{text}'))
        ours = xero_mapping.payment(booked)
        assert ours is not None
        for found in (provet_mapping.payment(paid).amount, ours.amount):
            assert type(found) is Decimal
            assert found == amount, text
            assert str(found) == str(exact(amount)), "one value, one form"


WEIRD = ["0.1", "12345678901.2345", "1.10", "2.675", "9007199254740993", "0.1e1", "1E-4", "-0.0", "100e-2"]


@pytest.mark.parametrize("text", WEIRD)
def test_numerals_that_a_float_would_spoil(text: str) -> None:
    raw = text_sample("provet_payment", '"paid": 40.0', f'"paid": {text}')
    assert provet_mapping.payment(provet_wire.PAYMENT.decode(raw)).amount == Decimal(text)


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "1e999999999",
        "1e-13",
        "1e16",
        "1e30",
        "1e-400",
        "0." + "3" * 40,
        "9" * 40,
    ],
)
def test_what_cannot_be_an_amount(value: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        exact(Decimal(value))


@pytest.mark.parametrize(
    ("value", "form"),
    [("40.00", "40"), ("4E+1", "40"), ("-0.0", "0"), ("0E+9", "0"), ("1.50", "1.5"), ("-62.5000", "-62.5")],
)
def test_one_form_for_one_value(value: str, form: str) -> None:
    assert str(exact(Decimal(value))) == form


def structs(module: ModuleType) -> list[type[msgspec.Struct]]:
    own = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    return [each for each in own if each.__module__ == module.__name__]


def holds_float(kind: msgspec.inspect.Type) -> bool:
    if isinstance(kind, msgspec.inspect.FloatType | msgspec.inspect.AnyType):
        return True
    if isinstance(kind, msgspec.inspect.UnionType):
        return any(holds_float(each) for each in kind.types)
    if isinstance(kind, msgspec.inspect.CollectionType):
        return holds_float(kind.item_type)
    return False


@pytest.mark.parametrize("module", [provet_wire, xero_wire], ids=lambda module: module.__name__)
def test_no_field_of_the_wire_is_a_float(module: ModuleType) -> None:
    assert len(structs(module)) > 10
    for struct in structs(module):
        information = msgspec.inspect.type_info(struct)
        assert isinstance(information, msgspec.inspect.StructType)
        for field in information.fields:
            assert not holds_float(field.type), f"{struct.__name__}.{field.name}"


def test_a_float_field_would_be_found() -> None:
    class Sinner(msgspec.Struct):
        amounts: list[float | None]

    information = msgspec.inspect.type_info(Sinner)
    assert isinstance(information, msgspec.inspect.StructType)
    assert holds_float(information.fields[0].type)


def test_records_stand_or_fall_alone() -> None:
    decoder = msgspec.json.Decoder(int)
    raws = [msgspec.Raw(text) for text in (b"1", b'{"id": 7, "x": 1e999}', b"[" * 100_000, b"3")]
    good, bad = map_each(raws, decoder.decode, Kind.PAYMENT, "id", "here")
    assert good == [1, 3]
    assert [each.id for each in bad] == ["7", ""]
    assert all(len(each.place) < 300 for each in bad)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"id": 7}', "7"),
        (b'{"id": "seven", "rest": [}', ""),
        (b'{"id": "a\\u001bb"}', ""),
        (b'{"id": {}}', ""),
        (b'{"id": "' + b"x" * 100 + b'"}', ""),
        (b"7", ""),
    ],
)
def test_the_id_of_a_record_that_does_not_decode(raw: bytes, found: str) -> None:
    assert id_in(msgspec.Raw(raw), "id") == found


def test_times_are_utc() -> None:
    local = dt.datetime(2026, 8, 1, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert utc(local) == dt.datetime(2026, 8, 1, 8, 0, tzinfo=dt.UTC)
    assert utc(dt.datetime(2026, 8, 1, 9, 0)).tzinfo is dt.UTC  # noqa: DTZ001
