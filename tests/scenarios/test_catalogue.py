"""docs/discrepancies.md names what the code has; for options see also tests/support/offered.py."""

from __future__ import annotations

import pytest

from daemon.core.correction import Option
from daemon.core.discrepancy import Finding, Policy, Subject
from daemon.core.kinds import KINDS
from daemon.core.model import ZERO
from tests.support.catalogue import PAGE, catalogue, check


def test_the_page_has_every_kind_in_its_place_with_title_and_policy() -> None:
    shown = {kind: (entry.title, entry.policy) for kind, entry in catalogue().items()}
    assert shown == {kind: (info.title, info.policy.value) for kind, info in KINDS.items()}
    assert PAGE.read_text().count("\n### ") == len(KINDS)


def test_what_the_page_does_not_name_is_noticed() -> None:
    option = Option(id="void", title="", steps=(), consequences=(), relies_on={})
    finding = Finding(
        practice="riverside",
        kind="invoice.missing",
        family="invoice:1",
        subject=Subject(label="Invoice 1"),
        policy=Policy.PERSON,
        amount=ZERO,
        summary="",
        options=(option,),
    )
    with pytest.raises(AssertionError, match=r"\['void'\] of invoice\.missing"):
        check(finding)
