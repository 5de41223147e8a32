"""Webhooks and the saved state (docs/reference/xero.md 17)."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from daemon.sandbox.system import Webhook
from daemon.sandbox.xero import XeroSystem
from tests.sandbox.xero.till import CONFIG, Till, sale


def signed(webhook: Webhook) -> bool:
    digest = hmac.digest(CONFIG.webhook_key.encode(), webhook.body, "sha256")
    return webhook.headers["x-xero-signature"] == base64.b64encode(digest).decode()


def told(till: Till) -> list[tuple[str, str]]:
    bodies = [json.loads(webhook.body) for webhook in till.system.take_webhooks()]
    return [(event["eventCategory"], event["eventType"]) for body in bodies for event in body["events"]]


def events(till: Till) -> list[dict[str, Any]]:
    return [event for hook in till.system.take_webhooks() for event in json.loads(hook.body)["events"]]


def test_each_change_is_told_once_with_its_category(till: Till) -> None:
    contact = till.contact()
    assert told(till) == [("CONTACT", "CREATE")]
    invoice, note = till.invoice(contact)["InvoiceID"], till.credit(contact)["CreditNoteID"]
    assert told(till) == [("INVOICE", "CREATE"), ("CREDITNOTE", "CREATE")]
    payment = till.pay(invoice, "1.00")["PaymentID"]
    assert told(till) == [("PAYMENT", "CREATE"), ("INVOICE", "UPDATE")]
    till.system.allocate_credit(note, invoice, Decimal(1), till.now.date(), till.now, till.rng)
    assert told(till) == [("CREDITNOTE", "UPDATE"), ("INVOICE", "UPDATE")]
    till.system.remove_payment(payment, till.now, till.rng)
    assert told(till) == [("PAYMENT", "UPDATE"), ("INVOICE", "UPDATE")]
    till.call("GET", "Invoices")
    assert told(till) == []


def test_a_refused_change_is_not_told(till: Till) -> None:
    contact = till.contact()
    till.system.take_webhooks()
    till.refused("PUT", "Invoices", {"Invoices": [sale(contact, "PV-1"), sale(contact, "PV-1")]})
    assert told(till) == []
    till.call("PUT", "Invoices?summarizeErrors=false", {"Invoices": [sale(contact, "PV-1"), sale(contact, "PV-1")]})
    assert told(till) == [("INVOICE", "CREATE")]


def test_a_delivery_has_the_recorded_shape_and_signature(till: Till) -> None:
    contact = till.contact()
    (hook,) = till.system.take_webhooks()
    body = json.loads(hook.body)
    assert (hook.url, signed(hook)) == (CONFIG.webhook_url, True)
    assert (body["firstEventSequence"], body["lastEventSequence"], len(body["entropy"])) == (1, 1, 20)
    assert body["events"] == [
        {
            "resourceUrl": f"https://api.xero.com/api.xro/2.0/Contacts/{contact}",
            "resourceId": contact,
            "eventDateUtc": "2026-11-22T10:00:00.000",
            "eventType": "CREATE",
            "eventCategory": "CONTACT",
            "tenantId": CONFIG.tenant_id,
            "tenantType": "ORGANISATION",
        }
    ]
    till.credit(contact)
    assert events(till)[0]["data"] == {"Type": "ACCRECCREDIT", "Status": "AUTHORISED"}


def test_intent_to_receive_is_three_bad_and_one_good(till: Till) -> None:
    till.system.send_intent_to_receive(till.rng)
    hooks = till.system.take_webhooks()
    assert [signed(hook) for hook in hooks] == [False, False, False, True]
    assert all(json.loads(hook.body)["events"] == [] for hook in hooks)


def test_without_an_address_nothing_is_queued() -> None:
    till = Till(replace(CONFIG, webhook_url=""))
    till.contact()
    assert till.system.take_webhooks() == []


def test_a_restored_system_goes_on_where_the_dumped_one_stood(till: Till) -> None:
    contact = till.contact(ContactNumber="12")
    invoice, note = till.invoice(contact)["InvoiceID"], till.credit(contact)["CreditNoteID"]
    till.system.pay_in_batch("090", till.now.date(), [(invoice, Decimal(4))], till.now, till.rng)
    till.system.allocate_credit(note, invoice, Decimal(3), till.now.date(), till.now, till.rng)
    till.system.receive_ahead(contact, Decimal(9), till.now.date(), till.now, till.rng)
    till.system.set_lock_dates(till.now.date())
    before = till.call("GET", f"Invoices/{invoice}", Idempotency_Key="k")
    state = till.system.dump()
    till.system = XeroSystem(CONFIG)
    till.system.restore(state)
    assert till.system.dump() == state
    after = till.call("GET", f"Invoices/{invoice}")
    assert before["Invoices"] == after["Invoices"]
    assert len(till.system.take_webhooks()) == 6
    assert till.refused("PUT", "Contacts", {"Contacts": [{"Name": "New", "ContactNumber": "12"}]})
    limits = till.send("GET", "Organisation").headers
    assert int(limits["x-minlimit-remaining"]) < 58


def test_the_same_calls_and_seed_give_the_same_state() -> None:
    states = []
    for _ in range(2):
        till = Till()
        till.pay(till.invoice(till.contact())["InvoiceID"], "5.00")
        states.append(till.system.dump())
    assert states[0] == states[1]
