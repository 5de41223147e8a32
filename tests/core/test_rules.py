"""Closed periods and the catalogue of kinds."""

from __future__ import annotations

import datetime as dt

import pytest

from daemon.core.discrepancy import Discrepancy, Finding, Policy, Status, Subject, facts_of, finding_id
from daemon.core.kinds import KINDS
from daemon.core.model import ZERO, Kind, Ref, System
from tests.core.builders import DAY, RULES, T0, rules

MARCH_END, APRIL = dt.date(2026, 3, 31), dt.date(2026, 4, 1)


def test_a_lock_date_is_closed_itself() -> None:
    practice = rules(locked_through=MARCH_END)
    assert practice.closed(MARCH_END)
    assert not practice.closed(APRIL)
    assert not RULES.closed(dt.date.min)


@pytest.mark.parametrize(
    ("locked_through", "provet_open_from", "day"),
    [
        pytest.param(None, None, RULES.today, id="nothing closed"),
        pytest.param(MARCH_END, None, APRIL, id="the day after Xero's"),
        pytest.param(None, DAY, DAY, id="Provet's"),
        pytest.param(MARCH_END, DAY, APRIL, id="the later: Xero's"),
        pytest.param(MARCH_END, dt.date(2026, 5, 1), dt.date(2026, 5, 1), id="the later: Provet's"),
    ],
)
def test_the_first_open_day(locked_through: dt.date | None, provet_open_from: dt.date | None, day: dt.date) -> None:
    assert rules(locked_through=locked_through, provet_open_from=provet_open_from).first_open_day == day


AUTOMATIC = {
    "invoice.missing", "invoice.changed_in_provet", "invoice.voided_in_provet", "invoice.rounding", "credit.missing",
    "credit.allocation_missing", "consolidation.revoked", "payment.missing_in_xero", "payment.missing_in_provet",
    "payment.replaced", "contact.missing", "contact.changed_in_provet", "contact.changed_in_xero",
}  # fmt: skip
HELD = {"mapping.missing", "mapping.decayed", "connection.lost", "permission.missing", "writer.foreign"}


def test_the_catalogue_has_the_defaults_of_the_design() -> None:
    assert {kind for kind, info in KINDS.items() if info.policy is Policy.AUTOMATIC} == AUTOMATIC
    assert {kind for kind, info in KINDS.items() if info.policy is Policy.HOLD} == HELD
    assert {kind for kind, info in KINDS.items() if info.policy is Policy.HAND_WORK} == {"payment.reconciled_locked"}
    assert len(KINDS) == 43
    assert all(info.title for info in KINDS.values())


def finding(**fields: object) -> Finding:
    subject = Subject(label="Invoice 1", provet=Ref(system=System.PROVET, kind=Kind.DOCUMENT, id="1"))
    usual: dict[str, object] = {
        "practice": "riverside",
        "kind": "invoice.missing",
        "family": "invoice:1",
        "subject": subject,
        "policy": Policy.PERSON,
        "amount": ZERO,
        "summary": "x",
    }
    return Finding(**{**usual, **fields})  # type: ignore[arg-type]


def test_an_identity_is_practice_kind_and_subject_alone() -> None:
    one = finding()
    assert one.id == finding_id("riverside", "invoice.missing", "provet/document/1")
    assert one.id == Discrepancy(finding=one, status=Status.OPEN, first_seen=T0, last_seen=T0).id
    assert one.id == finding(summary="other", amount=ZERO + 5, policy=Policy.HOLD, family="invoice:9").id
    assert one.id != finding(practice="hillside").id
    assert one.id != finding(kind="credit.missing").id
    both = Subject(label="x", provet=one.subject.provet, xero=Ref(system=System.XERO, kind=Kind.DOCUMENT, id="a"))
    assert one.id == finding(subject=both).id
    assert Subject(label="cause").key == "cause"
    assert Subject(label="x", xero=both.xero).key == "xero/document/a"


def test_facts_of_a_decision_follow_amount_and_fields() -> None:
    assert facts_of(finding()) == facts_of(finding(summary="other"))
    assert facts_of(finding()) != facts_of(finding(amount=ZERO + 5))
