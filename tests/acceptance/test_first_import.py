"""The first import of a clinic with awkward cases: everything else reaches Xero, once, and every cent agrees."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.acceptance.rig import Ran, Rig
from tests.support import books, requestlog

pytestmark = pytest.mark.parametrize("big_clinic", [False], indirect=True, ids=["awkward"])
BATCH = 50
WRITTEN = "/api.xro/2.0/"


@pytest.fixture(scope="module")
def first(big_clinic: Rig) -> Ran:
    """The first ``reconciled once`` of the module's clinic."""
    return big_clinic.once()


def subject(discrepancy: Mapping[str, Any]) -> str:
    """The Provet id that a discrepancy is about, or its label."""
    record = discrepancy["subject"]["provet"]
    return str(record["id"] if record else discrepancy["subject"]["label"])


def test_only_what_was_planted_waits_for_a_person(big_clinic: Rig, first: Ran) -> None:
    found, planted = first.answer["discrepancies"], big_clinic.planted()
    assert first.status == 1
    assert Counter(each["kind"] for each in found) == Counter(case["kind"] for case in planted)
    about_records = {(case["kind"], case["subject"]) for case in planted if case["kind"] != "mapping.missing"}
    assert {(each["kind"], subject(each)) for each in found if each["kind"] != "mapping.missing"} == about_records
    mapping = next(each for each in found if each["kind"] == "mapping.missing")
    assert "12.5" in mapping["subject"]["label"]
    assert first.answer["status"]["practices"][0]["residual"] == "0.00"


def test_both_ledgers_agree_on_everything_else(big_clinic: Rig, first: Ran) -> None:
    laid_out = big_clinic.books()
    waiting = {case["subject"] for case in big_clinic.planted() if case["kind"].startswith("invoice.")}
    print(books.summary(laid_out))
    found = books.differences(laid_out)
    assert {(each.about, each.what) for each in found} == {(f"invoice {number}", "missing") for number in waiting}, (
        found
    )
    total = books.summary(laid_out)
    assert total.provet == total.xero
    assert total.matched == total.documents - len(waiting)
    assert (total.dead_documents, total.dead_payments) == (0, 0)


def test_nothing_was_sent_twice_and_documents_went_in_batches(big_clinic: Rig, first: Ran) -> None:
    log = requestlog.read(big_clinic.control["xero"])
    assert log.doubled_creates() == {}
    for resource in ("Invoices", "Payments", "Contacts"):
        sizes = [len(call.elements()) for call in log.writes() if call.path == f"{WRITTEN}{resource}"]
        assert max(sizes) <= BATCH
        assert len(sizes) <= 3 * math.ceil(sum(sizes) / BATCH) + 3, sizes
    assert big_clinic.writes("provet") == []


def test_the_writes_that_it_reports_are_those_that_it_sent(big_clinic: Rig, first: Ran) -> None:
    reported = Counter(write["system"] for write in first.answer["writes"])
    assert all(write.keys() >= {"practice", "system", "action", "summary"} for write in first.answer["writes"])
    sent = sum(len(call.elements()) for call in big_clinic.writes("xero"))
    assert reported == {"xero": sent}


def test_a_second_run_writes_nothing_and_reports_the_same(big_clinic: Rig, first: Ran) -> None:
    before = len(big_clinic.writes())
    second = big_clinic.once()
    assert (second.status, second.answer["writes"]) == (1, [])
    assert [each["id"] for each in second.answer["discrepancies"]] == [
        each["id"] for each in first.answer["discrepancies"]
    ]
    assert len(big_clinic.writes()) == before
