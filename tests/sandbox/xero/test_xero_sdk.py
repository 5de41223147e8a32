"""Xero's official SDK, a third party that knows nothing of this project, against the simulated Xero over HTTP."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from daemon.ports import Response
from tests.sandbox.xero.loopback import Loopback, serve
from tests.sandbox.xero.test_xero_access import REDIRECT, code_of, consent
from tests.sandbox.xero.till import TENANT, Till

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from xero_python.accounting import (
        Account,
        AccountingApi,
        Allocation,
        Allocations,
        Contact,
        Contacts,
        CreditNote,
        CreditNotes,
        Invoice,
        Invoices,
        LineAmountTypes,
        LineItem,
        Payment,
        PaymentDelete,
        Payments,
    )
    from xero_python.api_client import ApiClient
    from xero_python.api_client.configuration import Configuration
    from xero_python.api_client.oauth2 import OAuth2Token, TokenApi
    from xero_python.exceptions import HTTPStatusException
    from xero_python.exceptions.http_status_exceptions import (
        AccountingBadRequestException,
        NotFoundException,
        RateLimitException,
    )
    from xero_python.identity import IdentityApi

SCOPES = "openid offline_access accounting.invoices accounting.payments accounting.contacts accounting.settings.read"
LINES = [LineItem(description="Visit", quantity=1, unit_amount=24.15, account_code="200", tax_type="OUTPUT2")]


class Sdk:
    """The SDK, logged in by the code flow, with its token where it keeps it."""

    def __init__(self, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loopback = loopback
        till = loopback.till
        code = code_of(consent(till, scope=SCOPES))
        granted = till.grant(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
        self.token = {**granted, "expires_at": 4_102_444_800, "scope": SCOPES.split()}
        monkeypatch.setattr(TokenApi, "refresh_token_url", loopback.origin + "/connect/token")
        monkeypatch.setattr(TokenApi, "revoke_token_url", loopback.origin + "/connect/revocation")
        self.client = ApiClient(
            Configuration(oauth2_token=OAuth2Token(client_id="app", client_secret="secret")), pool_threads=1
        )
        self.client.oauth2_token_getter(lambda: dict(self.token))
        self.client.oauth2_token_saver(self._save)
        self.api = AccountingApi(self.client, base_url=loopback.origin + "/api.xro/2.0")
        self.identity = IdentityApi(self.client, base_url=loopback.origin)

    def _save(self, token: dict[str, Any]) -> None:
        self.token = token

    def contact(self, name: str = "Aino") -> Any:
        return self.api.create_contacts(TENANT, Contacts(contacts=[Contact(name=name)])).contacts[0]

    def invoice(self, contact: Any, number: str = "PV-1", **fields: Any) -> Any:
        made = self.api.create_invoices(TENANT, Invoices(invoices=[sdk_invoice(contact, number, **fields)]), unitdp=4)
        return made.invoices[0]


def sdk_invoice(contact: Any, number: str, **fields: Any) -> Any:
    standard: dict[str, Any] = {"line_items": LINES, "status": "AUTHORISED", "due_date": date(2026, 12, 4)}
    return Invoice(
        type="ACCREC",
        contact=Contact(contact_id=contact.contact_id),
        invoice_number=number,
        date=date(2026, 11, 20),
        line_amount_types=LineAmountTypes.INCLUSIVE,
        **{**standard, **fields},
    )


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sdk]:
    with serve(Till()) as loopback:
        made = Sdk(loopback, monkeypatch)
        yield made
        made.client.rest_client.pool_manager.clear()


def test_it_pages_and_reads_incrementally(sdk: Sdk) -> None:
    contact = sdk.contact()
    for index in range(3):
        sdk.invoice(contact, f"PV-{index}")
        sdk.loopback.till.tick()
    page = sdk.api.get_invoices(TENANT, page=2, page_size=2)
    assert ([row.invoice_number for row in page.invoices], page.pagination.item_count) == (["PV-2"], 3)
    assert page.invoices[0].date == date(2026, 11, 20)
    assert isinstance(page.invoices[0].total, Decimal)
    since = datetime(2026, 11, 22, 10, 0, 1, tzinfo=UTC)
    assert len(sdk.api.get_invoices(TENANT, if_modified_since=since, page=1).invoices) == 2
    naive = since.replace(tzinfo=None, microsecond=123)
    assert len(sdk.api.get_invoices(TENANT, if_modified_since=naive, summary_only=True).invoices) == 2
    assert len(sdk.api.get_invoices(TENANT, i_ds=[page.invoices[0].invoice_id]).invoices) == 1
    assert len(sdk.api.get_invoices(TENANT).invoices) == 3
    where = 'Status=="AUTHORISED" AND InvoiceNumber!="PV-0"'
    assert len(sdk.api.get_invoices(TENANT, where=where, order="Date DESC", page=1).invoices) == 2


def test_it_reads_one_invoice_with_everything(sdk: Sdk) -> None:
    made = sdk.invoice(sdk.contact())
    read = sdk.api.get_invoice(TENANT, made.invoice_id, unitdp=4).invoices[0]
    assert (read.total, read.total_tax, read.amount_due) == (Decimal("24.15"), Decimal("4.03"), Decimal("24.15"))
    assert read.updated_date_utc == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert sdk.api.get_invoice(TENANT, "PV-1").invoices[0].invoice_id == made.invoice_id


def test_it_creates_one_of_two_when_errors_are_not_summarised(sdk: Sdk) -> None:
    contact = sdk.contact()
    both = Invoices(invoices=[sdk_invoice(contact, "PV-1", line_items=[]), sdk_invoice(contact, "PV-2")])
    bad, good = sdk.api.create_invoices(TENANT, both, summarize_errors=False).invoices
    assert (bad.has_errors, bad.status_attribute_string, good.status_attribute_string) == (True, "ERROR", "OK")
    assert bad.validation_errors[0].message == "One or more line items must be specified"
    with pytest.raises(AccountingBadRequestException) as refused:
        sdk.api.create_invoices(TENANT, Invoices(invoices=[sdk_invoice(contact, "PV-2")]))
    assert refused.value.error_data["Elements"][0]["ValidationErrors"] == [{"Message": "Invoice # must be unique."}]


def test_it_updates_and_voids(sdk: Sdk) -> None:
    made = sdk.invoice(sdk.contact())
    edit = Invoices(invoices=[Invoice(reference="Visit 7")])
    assert sdk.api.update_invoice(TENANT, made.invoice_id, edit).invoices[0].reference == "Visit 7"
    changed = sdk.api.update_or_create_invoices(TENANT, Invoices(invoices=[sdk_invoice(made.contact, "PV-1")]))
    assert changed.invoices[0].invoice_id == made.invoice_id
    sdk.api.update_invoice(TENANT, made.invoice_id, Invoices(invoices=[Invoice(status="VOIDED")]))
    voided = sdk.api.get_invoice(TENANT, made.invoice_id).invoices[0]
    assert (voided.status, voided.amount_due, voided.total) == ("VOIDED", 0, Decimal("24.15"))


def test_it_pays_and_deletes_the_payment(sdk: Sdk) -> None:
    made = sdk.invoice(sdk.contact())
    money = Payment(
        invoice=Invoice(invoice_id=made.invoice_id),
        account=Account(code="090"),
        date=date(2026, 11, 21),
        amount=24.15,
        reference="Provet payment 5",
    )
    paid = sdk.api.create_payments(TENANT, Payments(payments=[money])).payments[0]
    assert (paid.payment_type, paid.invoice.status, paid.date) == ("ACCRECPAYMENT", "PAID", date(2026, 11, 21))
    read = sdk.api.get_invoice(TENANT, made.invoice_id).invoices[0]
    assert (read.status, read.fully_paid_on_date, len(read.payments)) == ("PAID", date(2026, 11, 21), 1)
    deleted = sdk.api.delete_payment(TENANT, paid.payment_id, PaymentDelete(status="DELETED")).payments[0]
    assert (deleted.status, deleted.amount) == ("DELETED", Decimal("24.15"))
    assert sdk.api.get_payment(TENANT, paid.payment_id).payments[0].invoice.amount_due == Decimal("24.15")
    assert sdk.api.create_payment(TENANT, money).payments[0].status == "AUTHORISED"
    assert [row.status for row in sdk.api.get_payments(TENANT, page=1).payments] == ["DELETED", "AUTHORISED"]


def test_it_allocates_and_unallocates(sdk: Sdk) -> None:
    contact = sdk.contact()
    made = sdk.invoice(contact)
    note = CreditNote(
        type="ACCRECCREDIT",
        contact=Contact(contact_id=contact.contact_id),
        date=date(2026, 11, 21),
        status="AUTHORISED",
        line_amount_types=LineAmountTypes.INCLUSIVE,
        line_items=LINES,
    )
    credit_id = sdk.api.create_credit_notes(TENANT, CreditNotes(credit_notes=[note])).credit_notes[0].credit_note_id
    share = Allocation(amount=4, date=date(2026, 11, 22), invoice=Invoice(invoice_id=made.invoice_id))
    answer = sdk.api.create_credit_note_allocation(TENANT, credit_id, Allocations(allocations=[share]))
    assert answer.allocations[0].amount == 4
    credit = sdk.api.get_credit_note(TENANT, credit_id).credit_notes[0]
    assert (credit.remaining_credit, len(credit.allocations)) == (Decimal("20.15"), 1)
    credited = sdk.api.get_invoice(TENANT, made.invoice_id).invoices[0]
    assert (credited.amount_credited, credited.credit_notes[0].applied_amount) == (4, 4)
    sdk.api.delete_credit_note_allocations(TENANT, credit_id, credit.allocations[0].allocation_id)
    assert sdk.api.get_invoice(TENANT, made.invoice_id).invoices[0].amount_credited == 0
    assert len(sdk.api.get_credit_notes(TENANT, page=1).credit_notes) == 1


def test_it_reads_people_batches_deposits_and_settings(sdk: Sdk) -> None:
    till = sdk.loopback.till
    contact = sdk.contact()
    made = sdk.invoice(contact)
    day = date(2026, 11, 21)
    till.system.pay_in_batch("092", day, [(made.invoice_id, Decimal(4))], till.now, till.rng)
    till.system.receive_ahead(contact.contact_id, Decimal(9), day, till.now, till.rng)
    till.system.receive_ahead(contact.contact_id, Decimal(9), day, till.now, till.rng, overpaid=True)
    batch = sdk.api.get_batch_payments(TENANT).batch_payments[0]
    assert (batch.total_amount, batch.is_reconciled) == (4, False)
    assert sdk.api.get_payments(TENANT, page=1).payments[0].batch_payment_id == batch.batch_payment_id
    assert sdk.api.get_prepayments(TENANT, page=1).prepayments[0].remaining_credit == 9
    assert sdk.api.get_overpayments(TENANT, page=1).overpayments[0].remaining_credit == 9
    read = sdk.api.get_contacts(TENANT, page=1, include_archived=True).contacts[0]
    assert (read.name, len(read.phones), read.is_customer) == ("Aino", 4, True)
    assert sdk.api.get_contact(TENANT, contact.contact_id).contacts[
        0
    ].balances.accounts_receivable.outstanding == Decimal("2.15")
    renamed = sdk.api.update_contact(TENANT, contact.contact_id, Contacts(contacts=[Contact(name="Aino V")]))
    assert renamed.contacts[0].name == "Aino V"
    assert sdk.api.get_organisations(TENANT).organisations[0].base_currency.value == "GBP"
    assert sdk.api.get_organisation_actions(TENANT).actions
    assert len(sdk.api.get_tax_rates(TENANT).tax_rates) == 6
    assert sdk.api.get_accounts(TENANT, where='Type=="BANK"').accounts
    assert sdk.api.get_tracking_categories(TENANT).tracking_categories[0].options
    assert sdk.api.get_currencies(TENANT).currencies
    assert sdk.api.get_branding_themes(TENANT).branding_themes


def test_its_exceptions_are_the_right_ones(sdk: Sdk) -> None:
    with pytest.raises(NotFoundException):
        sdk.api.get_invoice(TENANT, "00000000-0000-0000-0000-000000000001")
    with pytest.raises(AccountingBadRequestException) as bad_query:
        sdk.api.get_invoices(TENANT, where="Foo==1")
    assert bad_query.value.error_data["ErrorNumber"] == 16
    with pytest.raises(HTTPStatusException) as stranger:
        sdk.api.get_accounts("00000000-0000-0000-0000-000000000001")
    assert stranger.value.status == 403
    limited = {"x-rate-limit-problem": "minute", "retry-after": "0", "x-minlimit-remaining": "0"}
    sdk.loopback.instead = [Response(429, limited)] * 4
    with pytest.raises(RateLimitException) as refused:
        sdk.api.get_accounts(TENANT)
    assert refused.value.rate_limit == "minute"
    sdk.loopback.till.tick(1800)
    with pytest.raises(HTTPStatusException) as expired:
        sdk.api.get_accounts(TENANT)
    assert expired.value.status == 401


def test_it_refreshes_and_lists_connections(sdk: Sdk) -> None:
    first = dict(sdk.token)
    sdk.loopback.till.tick(1800)
    sdk.client.refresh_oauth2_token()
    assert sdk.token["refresh_token"] != first["refresh_token"]
    assert sdk.token["access_token"] != first["access_token"]
    connections = sdk.identity.get_connections()
    assert [str(entry.tenant_id) for entry in connections] == [TENANT]
    sdk.identity.delete_connection(connections[0].id)
    with pytest.raises(HTTPStatusException):
        sdk.api.get_accounts(TENANT)
