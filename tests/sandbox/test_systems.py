"""The real simulated systems as a sandbox sets them up, and people acting in them by name."""

from __future__ import annotations

import typing
from datetime import UTC, datetime
from random import Random

import msgspec
import pytest

from daemon.sandbox.blueprint import DEFAULT_SHAPE, Blueprint, plan_access
from daemon.sandbox.hands import GIVEN, act
from daemon.sandbox.state import Ports
from daemon.sandbox.systems import TRIGGERS, members_of, provet_system, register_webhooks, xero_system

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def blueprint(webhook_port: int = 9) -> Blueprint:
    access = plan_access(DEFAULT_SHAPE, "http://127.0.0.1:1", "http://127.0.0.1:2", webhook_port)
    return Blueprint(DEFAULT_SHAPE, access, Ports(), NOW, 0, None)


def test_people_act_in_provet_and_its_webhooks_follow() -> None:
    plan = blueprint()
    provet, xero = provet_system(plan), xero_system(plan)
    hands = members_of(provet, xero)[0].hands
    for _ in range(2):
        register_webhooks(provet, plan.access, NOW, Random(1))
    assert len(provet.hands.state.hooks) == len(TRIGGERS)
    client = act(hands, {"do": "create_client", "fields": {"lastname": "Ash"}}, NOW, Random(1))
    row = {"name": "Vaccine", "price": "10.00"}
    invoice = act(hands, {"do": "invoice_visit", "client": client, "rows": [row]}, NOW, Random(1))
    act(hands, {"do": "pay", "invoice": invoice, "amount": "5.00", "payment_type": 1}, NOW, Random(1))
    urls = {webhook.url for webhook in provet.take_webhooks()}
    assert urls == {f"http://127.0.0.1:9/webhooks/provet/{plan.access.webhook_path}"}
    with pytest.raises(ValueError, match="pay: "):
        act(hands, {"do": "pay", "invoice": 999, "amount": "5.00", "payment_type": 1}, NOW, Random(1))


def test_people_act_in_xero_and_are_refused_in_its_words() -> None:
    plan = blueprint()
    xero = xero_system(plan)
    hands = members_of(provet_system(plan), xero)[1].hands
    act(hands, {"do": "make_contact", "fields": {"Name": "Ash"}}, NOW, Random(1))
    assert [webhook.url for webhook in xero.take_webhooks()] == ["http://127.0.0.1:9/webhooks/xero"]
    with pytest.raises(ValueError, match=r"make_contact: .*Ash"):
        act(hands, {"do": "make_contact", "fields": {"Name": "Ash"}}, NOW, Random(2))
    with pytest.raises(ValueError, match=r"remove_payment: there is no 'p-1'"):
        act(hands, {"do": "remove_payment", "payment_id": "p-1"}, NOW, Random(2))


def test_without_a_daemon_no_webhook_is_owed() -> None:
    plan = blueprint(webhook_port=0)
    provet, xero = provet_system(plan), xero_system(plan)
    register_webhooks(provet, plan.access, NOW, Random(1))
    hands = members_of(provet, xero)
    act(hands[0].hands, {"do": "create_client", "fields": {"lastname": "Ash"}}, NOW, Random(1))
    act(hands[1].hands, {"do": "make_contact", "fields": {"Name": "Ash"}}, NOW, Random(1))
    assert (provet.take_webhooks(), xero.take_webhooks()) == ([], [])


def test_every_hand_says_what_it_does_and_takes_its_arguments_from_json() -> None:
    plan = blueprint()
    for member in members_of(provet_system(plan), xero_system(plan)):
        for name, hand in member.hands.items():
            assert hand.says, name
            hints = typing.get_type_hints(hand.call)
            for argument in hand.arguments:
                assert argument not in GIVEN
                msgspec.json.Decoder(hints[argument])
