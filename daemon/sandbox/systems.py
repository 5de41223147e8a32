"""The two simulated systems as a sandbox runs them: configured from its blueprint, with what people may do in each."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from decimal import Decimal
from random import Random
from urllib.parse import urlencode

from daemon.ports import Request, Response
from daemon.sandbox.blueprint import Blueprint
from daemon.sandbox.hands import hands_of
from daemon.sandbox.provet import ProvetConfig, ProvetSystem
from daemon.sandbox.provet import Refusal as ProvetRefusal
from daemon.sandbox.settings_out import LIMITS, Access
from daemon.sandbox.shell import LOOPBACK
from daemon.sandbox.world import Member
from daemon.sandbox.xero import Limits, Refused, XeroConfig, XeroSystem

PROVET_HANDS = (
    *("create_client", "edit_client", "change_phone", "archive_client", "merge_clients", "delete_client"),
    *("draft", "finalise", "invoice_visit", "sell", "void", "credit", "consolidate", "revoke", "round_total"),
    *("change_invoice_date", "change_payer", "change_status", "add_extra_fee"),
    *("pay", "pay_in_full", "round_due", "cancel_payment", "change_payment", "apply_credit"),
    *("take_prepayment", "use_prepayment", "move_to_prepayments", "lock_period"),
    "archive_payment_method",
)
XERO_HANDS = (
    *("make_invoice", "edit_document", "void_document", "make_contact", "edit_contact", "merge_contacts"),
    *("take_payment", "remove_payment", "reconcile_payment", "pay_in_batch", "remove_batch", "receive_ahead"),
    *("allocate_credit", "remove_allocation", "archive_account", "change_tax_rate", "set_lock_dates"),
    *("allow_payments", "archive_tracking_option"),
    "send_intent_to_receive",
)
TRIGGERS = (1, 9, 11, 12, 39, 60)
"""Clients, invoices, payments, prepayments, deleted clients, extra fees (docs/reference/provet.md 3.3)."""
DOCUMENTED = LIMITS["real"]
APP_MINUTE = 10_000
"""docs/reference/xero.md 3"""


def provet_system(blueprint: Blueprint) -> ProvetSystem:
    """An empty Provet tenant."""
    access = blueprint.access
    client_id, client_secret = access.provet_client
    return ProvetSystem(
        ProvetConfig(
            provet_id=access.provet_id,
            client_id=client_id,
            client_secret=client_secret,
            rate_scale=Decimal(access.limits.scale),
        )
    )


def xero_system(blueprint: Blueprint) -> XeroSystem:
    """An empty Xero organisation; its webhooks go to the daemon's port if there is one."""
    access = blueprint.access
    client_id, client_secret = access.xero_client
    scale = access.limits.scale
    return XeroSystem(
        XeroConfig(
            client_id=client_id,
            client_secret=client_secret,
            tenant_id=access.tenant_id,
            webhook_url=f"{_daemon(access)}/webhooks/xero" if access.webhook_port else "",
            webhook_key=access.webhook_key,
            limits=Limits(
                DOCUMENTED.calls_per_minute * scale, DOCUMENTED.calls_per_day * scale, app_minute=APP_MINUTE * scale
            ),
        )
    )


def members_of(provet: ProvetSystem, xero: XeroSystem) -> list[Member]:
    """Both systems with the people who work in them."""
    return [
        Member(provet, hands_of(provet.hands, PROVET_HANDS, ProvetRefusal)),
        Member(xero, hands_of(xero, XERO_HANDS, Refused)),
    ]


def register_webhooks(provet: ProvetSystem, access: Access, now: datetime, rng: Random) -> None:
    """Point Provet's webhooks at the daemon's port, through the API as an integrator would; once."""
    target = f"{_daemon(access)}/webhooks/provet/{access.webhook_path}"
    if not access.webhook_port or any(hook.target_url == target for hook in provet.hands.state.hooks.values()):
        return
    basic = base64.b64encode(":".join(access.provet_client).encode()).decode()
    form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    grant = urlencode({"grant_type": "client_credentials"}).encode()
    token_url = f"{access.provet_origin}/{access.provet_id}/oauth2/token/"
    token = json.loads(_done(provet.handle(Request("POST", token_url, form, grant), now, rng)).body)["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for trigger in TRIGGERS:
        hook = json.dumps({"trigger": trigger, "content_type": 1, "target_url": target, "active": True}).encode()
        _done(provet.handle(Request("POST", f"{access.provet_url}hook/webhook/", headers, hook), now, rng))


def _daemon(access: Access) -> str:
    return f"http://{LOOPBACK}:{access.webhook_port}"


def _done(response: Response) -> Response:
    if response.status not in (200, 201):
        raise ValueError(f"the simulated Provet refuses its own set-up: {response.status} {response.body[:200]!r}")
    return response
