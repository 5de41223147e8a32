"""Xero's webhooks: only signed bodies count, and odd events disturb nobody."""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec
import pytest

from daemon.errors import BadMessage
from daemon.xero.webhooks import BODY_MAX, EVENTS_MAX, Event, is_signed, read_events

BODY = b'{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"FXNG"}'


def signature(body: bytes, key: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def test_any_of_several_keys_signs() -> None:
    assert is_signed(BODY, signature(BODY, "two"), ["one", "two", "three"])
    assert not is_signed(BODY, signature(BODY, "four"), ["one", "two"])
    assert not is_signed(BODY, signature(BODY, "one"), [])


def test_an_empty_key_signs_nothing() -> None:
    assert not is_signed(BODY, signature(BODY, ""), ["", "one"])


@pytest.mark.parametrize("sent", ["", "é", "\udcff", "AAAA", signature(BODY, "one")[:-1], signature(BODY, "one") + " "])
def test_bad_signatures_are_refused_without_a_fuss(sent: str) -> None:
    assert not is_signed(BODY, sent, ["one"])


def test_the_signature_covers_the_raw_bytes() -> None:
    assert not is_signed(BODY + b" ", signature(BODY, "one"), ["one"])


def event(**changes: object) -> dict[str, object]:
    own: dict[str, object] = {
        "resourceUrl": "https://api.xero.com/api.xro/2.0/Invoices/44aa0707",
        "resourceId": "44AA0707-0000-4000-8000-000000000001",
        "eventDateUtc": "2026-11-20T10:09:59.112",
        "eventType": "UPDATE",
        "eventCategory": "INVOICE",
        "tenantId": "C2CC9B6E-0000-4000-8000-000000000001",
        "tenantType": "ORGANISATION",
    }
    return {**own, **changes}


KNOWN = Event("c2cc9b6e-0000-4000-8000-000000000001", "INVOICE", "44aa0707-0000-4000-8000-000000000001")


def test_events_come_once_each() -> None:
    other = event(eventCategory="PAYMENT", data={"Type": "new"})
    body = msgspec.json.encode({"events": [event(), event(eventType="CREATE"), other], "firstEventSequence": 1})
    assert read_events(body) == (KNOWN, Event(KNOWN.tenant_id, "PAYMENT", KNOWN.resource_id))


def test_an_intent_to_receive_has_no_events() -> None:
    assert read_events(BODY) == ()


@pytest.mark.parametrize(
    "odd", [{"tenantId": 7}, {"resourceId": ""}, {"resourceId": "x" * 100}, {"eventCategory": "A\x1bB"}]
)
def test_odd_events_are_left_out(odd: dict[str, object]) -> None:
    assert read_events(msgspec.json.encode({"events": [event(**odd), event()]})) == (KNOWN,)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"events": 7}',
        b"<html>",
        b'{"events": [' + b"[" * 100_000,
        b" " * (BODY_MAX + 1),
        b'{"events": [' + b"{}," * EVENTS_MAX + b"{}]}",
    ],
)
def test_bodies_that_are_no_delivery(body: bytes) -> None:
    with pytest.raises(BadMessage):
        read_events(body)
