"""Discrepancies on the socket: exactly the keys that scripts rely on, money as text, writes in plain sentences."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import msgspec
import pytest

from daemon.control.views import Place, correction_view, detail_view, discrepancy_view, option_view
from daemon.core.correction import (
    Allocate,
    CancelPayment,
    Correction,
    CorrectionStatus,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    Posting,
    RecordPayment,
    RemoteStep,
    RemoveLink,
    UpdateClient,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
)
from daemon.core.discrepancy import Candidate, Discrepancy, Finding, Status, Subject, Waiver
from daemon.core.model import Contact, Kind, Ref, System
from daemon.core.wording import writes
from daemon.protocol import HistoryEntry
from tests.support.fake_books import START, contact_finding, finding
from tui.report import detail_lines
from tui.reviewing import links

D_KEYS = (
    "id practice kind status policy subject amount effect currency summary fields options correction cause "
    "first_seen last_seen assignee waiver"
)
PLACE = Place(currency="GBP", provet_web_url="https://provetcloud.com/54321/")
DAY = dt.date(2026, 3, 1)


def opened(found: Finding) -> Discrepancy:
    return Discrepancy(finding=found, status=Status.OPEN, first_seen=START, last_seen=START)


def as_json(found: Finding) -> dict[str, object]:
    return msgspec.json.decode(msgspec.json.encode(discrepancy_view(opened(found), None, PLACE)), type=dict)


def test_keys_of_a_discrepancy() -> None:
    shown = as_json(finding(1, random.Random(1)))
    assert set(D_KEYS.split()) <= set(shown)
    assert set(shown["subject"]) == {"label", "provet", "xero", "candidates"}  # type: ignore[call-overload]
    assert set(shown["subject"]["xero"]) == {"kind", "id", "url"}  # type: ignore[index]
    assert set(shown["fields"][0]) == {"name", "provet", "baseline", "xero"}  # type: ignore[index]
    option = shown["options"][0]  # type: ignore[index]
    assert set(option) == {"id", "title", "recommended", "fingerprint", "consequences", "writes"}
    assert set(option["writes"][0]) == {"system", "action", "summary"}
    assert shown["first_seen"] == "2026-03-02T09:00:00Z"


def test_money_is_text_with_two_decimals() -> None:
    found = msgspec.structs.replace(finding(1, random.Random(1)), amount=Decimal(5), effect=Decimal("-0.001"))
    shown = as_json(found)
    assert (shown["amount"], shown["effect"]) == ("5.00", "0.00")


def test_links_open_the_record_in_its_system() -> None:
    shown = discrepancy_view(opened(contact_finding(3, "riverside", "Ada")), None, PLACE)
    assert shown.subject.provet
    assert shown.subject.xero
    assert shown.subject.provet.url == "https://provetcloud.com/54321/client/803/"
    assert shown.subject.xero.url == "https://go.xero.com/Contacts/View/contact-3"


@pytest.mark.parametrize(
    ("kind", "page"), [("invoice.missing", "View.aspx"), ("credit.missing", "ViewCreditNote.aspx")]
)
def test_a_credit_note_has_a_page_of_its_own(kind: str, page: str) -> None:
    subject = Subject(label="x", xero=Ref(system=System.XERO, kind=Kind.DOCUMENT, id="a/../b"))
    found = msgspec.structs.replace(finding(1, random.Random(1)), kind=kind, subject=subject)
    shown = discrepancy_view(opened(found), None, PLACE)
    assert shown.subject.xero
    assert page in shown.subject.xero.url
    assert shown.subject.xero.url.endswith("a%2F..%2Fb"), "an id cannot lead elsewhere"


def test_every_record_that_may_be_meant_has_its_link() -> None:
    credit = Candidate(label="Credit note CN-1", ref=Ref(system=System.XERO, kind=Kind.DOCUMENT, id="c"), credit=True)
    theirs = Candidate(label="Contact Ada", ref=Ref(system=System.XERO, kind=Kind.CONTACT, id="a/b"))
    ours = Candidate(label="Client Ada", ref=Ref(system=System.PROVET, kind=Kind.CONTACT, id="7"))
    found = msgspec.structs.replace(contact_finding(3, "riverside", "Ada"), candidates=(credit, theirs, ours))
    shown = discrepancy_view(opened(found), None, PLACE).subject
    assert [(each.system, each.label, each.record.id, each.record.url) for each in shown.candidates] == [
        ("xero", "Credit note CN-1", "c", "https://go.xero.com/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=c"),
        ("xero", "Contact Ada", "a/b", "https://go.xero.com/Contacts/View/a%2Fb"),
        ("provet", "Client Ada", "7", "https://provetcloud.com/54321/client/7/"),
    ]
    names = [name for name, _ in links(shown)]
    assert names[2:] == ["Xero Credit note CN-1 c", "Xero Contact Ada a/b", "Provet Client Ada 7"]
    detail = detail_view(discrepancy_view(opened(found), None, PLACE), ())
    assert [line for line in detail_lines(detail) if line.startswith("candidate")] == [
        f"candidate {each.system} {each.record.id}  {each.record.url}  {each.label}" for each in shown.candidates
    ]


def test_without_web_url_there_is_no_link() -> None:
    shown = discrepancy_view(opened(contact_finding(3, "riverside", "Ada")), None, Place(currency="GBP"))
    assert shown.subject.provet
    assert shown.subject.provet.url == ""


def test_waiver_and_history_are_shown() -> None:
    waiver = Waiver(by="ada", reason="agreed", at=START, ceiling=Decimal(7), until=DAY)
    waived = msgspec.structs.replace(opened(finding(1, random.Random(1))), waiver=waiver, status=Status.WAIVED)
    entry = HistoryEntry(at=START, actor="ada", action="waive", text="agreed")
    detail = detail_view(discrepancy_view(waived, None, PLACE), (entry,))
    assert detail.waiver
    assert (detail.waiver.ceiling, detail.waiver.until) == ("7.00", DAY)
    assert detail.history == (entry,)


def test_progress_counts_the_settled_writes_as_the_option_does() -> None:
    """The second step of this option is a link, which is written nowhere."""
    option = finding(1, random.Random(1)).options[0]
    assert len(option_view(option, "GBP").writes) == 1
    correction = Correction(
        id="c",
        practice="p",
        discrepancy_id="d",
        family="f",
        option=option.id,
        fingerprint=option.fingerprint,
        steps=option.steps,
        status=CorrectionStatus.APPLYING,
        approved_by="ada",
        created_at=START,
        cursor=1,
    )
    assert (correction_view(correction).steps_done, correction_view(correction).steps) == (1, 1)
    applied = msgspec.structs.replace(correction, status=CorrectionStatus.APPLIED)
    assert correction_view(applied).steps_done == 1
    assert correction_view(applied).error is None


POSTING = Posting(
    provet_id="1",
    credit=False,
    number="INV-1",
    reference="r",
    client_id="9",
    date=DAY,
    due_date=DAY,
    gross=Decimal("12.5"),
    tax_by_rate={},
    lines=(),
    label="Invoice INV-1",
)
CREDIT = msgspec.structs.replace(POSTING, credit=True, number="C-1")
ADA = Contact(system=System.XERO, id="c", updated_at=START, name="Ada Quinn")
SUM = Decimal("12.5")
MONEY = {"amount": SUM, "label": "Invoice INV-1"}
STEPS: list[tuple[RemoteStep, str, str]] = [
    (CreateContact(client_id="9", contact=ADA), "create-contact", "xero"),
    (UpdateContact(client_id="9", contact_id="c", contact=ADA, fields=("vat_number",)), "update-contact", "xero"),
    (UpdateClient(client_id="9", contact=ADA, fields=("phone",)), "update-client", "provet"),
    (CreateDocument(posting=POSTING), "create-invoice", "xero"),
    (CreateDocument(posting=CREDIT), "create-credit-note", "xero"),
    (UpdateDocument(xero_id="x", posting=POSTING, fields=("gross",)), "update-invoice", "xero"),
    (VoidDocument(xero_id="x", provet_id="1", credit=True, label="Credit note C-1"), "void-credit-note", "xero"),
    (
        CreatePayment(payment_id="1", document_id="1", credit=False, date=DAY, account="090", reference="r", **MONEY),
        "create-payment",
        "xero",
    ),
    (
        CreatePayment(payment_id="1", document_id="1", credit=True, date=DAY, account="090", reference="r", **MONEY),
        "create-refund",
        "xero",
    ),
    (DeletePayment(xero_id="x", payment_id="1", **MONEY), "delete-payment", "xero"),
    (Allocate(credit_id="1", invoice_id="2", date=DAY, already=SUM, **MONEY), "allocate", "xero"),
    (Deallocate(xero_credit_id="1", allocation_id="2", **MONEY), "deallocate", "xero"),
    (
        RecordPayment(
            xero_id="x", document_id="1", amount=-SUM, date=DAY, method="17", info="i", label="Invoice INV-1"
        ),
        "record-payment",
        "provet",
    ),
    (CancelPayment(payment_id="1", document_id="1", **MONEY), "cancel-payment", "provet"),
]


@pytest.mark.parametrize(("step", "action", "system"), STEPS, ids=[action for _, action, _ in STEPS])
def test_every_step_has_a_word_and_a_sentence(step: RemoteStep, action: str, system: str) -> None:
    (write,) = writes([step], "GBP")
    assert (write.action, write.system) == (action, system)
    assert write.summary[0].isupper()
    assert "_" not in write.summary
    if hasattr(step, "amount"):
        assert "12.50 GBP" in write.summary
        assert "-12.50" not in write.summary


def test_steps_on_this_side_are_no_writes() -> None:
    assert writes([RemoveLink(kind=Kind.PAYMENT, provet_id="1", xero_id="x", label="l")], "GBP") == ()
