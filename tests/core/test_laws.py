"""Laws that hold for every family, whatever happened to it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from daemon.core.assess import Assessment, assess
from daemon.core.correction import target
from daemon.core.discrepancy import Policy
from daemon.core.kinds import KINDS
from daemon.core.model import Document, DocumentStatus, System
from tests.core.builders import RULES
from tests.core.lives import ORDINARY, live, practices, worlds
from tests.core.world import World
from tests.support import catalogue

ROUNDS_MAX = 6
seeds = settings(
    max_examples=200,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
WORDS = {
    "create", "update", "restore-from-provet", "accept-xero", "repost", "void", "supplement", "link", "create-new",
    "allocate", "deallocate", "delete-payment", "cancel-payment", "recreate-payment", "book-up-to-due",
    "write-off-credit", "rounding-line", "use-provet", "use-xero", "first-open-day", "credit-in-open-period",
    "follow-merge", "unlink", "resume", "done-by-hand",
}  # fmt: skip
"""The stable option ids that operators may script against."""


def settle(world: World) -> tuple[Assessment, int]:
    """Carry out what policy allows until nothing is left; returns the last assessment and how many rounds wrote."""
    for rounds in range(ROUNDS_MAX):
        found = assess(world.family(), world.practice)
        world.note(found.links)
        chosen = [finding for finding in found.findings if finding.policy is Policy.AUTOMATIC]
        if not chosen:
            return found, rounds
        for finding in chosen:
            option = finding.option()
            assert option is not None
            note(f"round {rounds}: {finding.kind} -> {option.id}: {option.steps}")
            world.apply(option.steps)
    pytest.fail(f"still at work after {ROUNDS_MAX} rounds: {[f.summary for f in found.findings]}")


def check_explained(found: Assessment) -> None:
    """Every cent has a reason: nothing is left over beside the discrepancies and what is excluded."""
    excluded = sum((exclusion.amount for exclusion in found.exclusions), Decimal(0))
    effects = sum((finding.effect for finding in found.findings), Decimal(0))
    assert found.books.provet - found.books.xero - excluded == effects
    assert "balance.unexplained" not in [finding.kind for finding in found.findings]


def check_well_formed(found: Assessment) -> None:
    ids = [finding.id for finding in found.findings]
    assert len(ids) == len(set(ids)), "one difference is one discrepancy"
    known = {*ids, *(cause.id for cause in found.causes)}
    for finding in found.findings:
        assert sum(option.recommended for option in finding.options) == (1 if finding.options else 0)
        assert {option.id for option in finding.options} <= WORDS
        catalogue.check(finding)
        assert finding.kind in KINDS
        assert finding.amount >= 0
        assert finding.cause is None or finding.cause in known
        assert (finding.policy is Policy.HOLD) is (finding.cause is not None)
        assert finding.policy is not Policy.AUTOMATIC or finding.options
        assert len({option.id for option in finding.options}) == len(finding.options)
        assert finding.summary
        assert finding.subject.label


def check_no_float(value: Any) -> None:
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            check_no_float(getattr(value, name))
    elif isinstance(value, dict):
        check_no_float(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for item in value:
            check_no_float(item)
    else:
        assert not isinstance(value, float)


def ledger(documents: list[Document], paid: Counter[str]) -> Decimal:
    return sum((paid[d.id] for d in documents), Decimal(0))


def check_equal(world: World) -> None:
    """Both systems say the same, counted from their records alone: documents, taxes, payments, receivable."""
    living = [d for d in world.documents.values() if d.system is System.XERO and d.status is DocumentStatus.FINAL]
    final = [d for d in world.documents.values() if d.system is System.PROVET and d.status is DocumentStatus.FINAL]
    by_mark = {f"Provet invoice {document.id}": document for document in final}
    assert sorted(d.reference for d in living if d.reference != "PO 7") == sorted(
        reference for reference in by_mark if reference in {d.reference for d in living}
    )
    assert len(living) == len(final)
    links = {link.xero_id: link.provet_id for link in world.links.values() if link.kind == "document"}
    for theirs in living:
        mine = world.documents[links[theirs.id]]
        assert theirs.gross == abs(mine.gross)
        taxed = [line for line in mine.lines if line.tax_rate]
        assert theirs.tax == (abs(mine.tax) if taxed else 0)
        assert theirs.date == mine.date or world.practice.closed(mine.date)
        rows = [p for p in world.payments.values() if p.document_id == mine.id and p.method != "12" and not p.cancelled]
        assert world.taken(theirs.id) == abs(sum((p.amount for p in rows), Decimal(0)))
        assert world.left(theirs.id) >= 0


@given(st.data())
@seeds
def test_what_policy_allows_is_lawful_ends_and_leaves_nothing_unexplained(data: st.DataObject) -> None:
    practice = data.draw(practices())
    world = data.draw(worlds(practice))
    for _ in range(data.draw(st.integers(1, 3))):
        settle(world)
        live(world, data.draw)
    found, _ = settle(world)
    again = assess(world.family(), practice)
    assert again.findings == found.findings
    assert again.links == ()
    check_explained(found)
    check_well_formed(found)
    if not found.findings:
        check_equal(world)
        assert found.books.provet == found.books.xero


@given(st.data())
@seeds
def test_every_state_on_the_way_is_explained_and_every_option_lawful(data: st.DataObject) -> None:
    """Also the options that only a person may choose: each is accepted by the systems and ends in explained books."""
    practice = data.draw(practices())
    world = data.draw(worlds(practice))
    for _ in range(data.draw(st.integers(0, 2))):
        settle(world)
        live(world, data.draw)
    found = assess(world.family(), practice)
    check_explained(found)
    check_well_formed(found)
    check_no_float(found)
    world.note(found.links)
    for finding in found.findings:
        for option in finding.options:
            note(f"{finding.kind} -> {option.id}: {option.steps}")
            branch = world.copy()
            branch.apply(option.steps)
            check_explained(assess(branch.family(), practice))


@given(st.data())
@seeds
def test_people_who_follow_every_recommendation_reach_equal_books(data: st.DataObject) -> None:
    """With nothing closed, reconciled, foreign or unmapped, approving what is recommended leaves no difference."""
    world = data.draw(worlds(RULES))
    live(world, data.draw)
    for _ in range(12):
        found, _ = settle(world)
        offered = [f for f in found.findings if (advised := f.option()) is not None and advised.steps]
        if not offered:
            break
        option = offered[0].option()
        assert option is not None
        note(f"approved: {offered[0].kind} -> {option.id}: {option.steps}")
        world.apply(option.steps)
    else:
        pytest.fail(f"people have no end: {[(f.kind, f.summary) for f in found.findings]}")
    if not found.findings:
        check_equal(world)


@given(st.data())
@seeds
def test_nothing_automatic_is_written_into_closed_periods_or_sent_back(data: st.DataObject) -> None:
    practice = data.draw(practices())
    world = data.draw(worlds(practice))
    settle(world)
    live(world, data.draw, ORDINARY)
    for finding in assess(world.family(), practice).findings:
        if finding.policy is not Policy.AUTOMATIC:
            continue
        for step in finding.options[0].steps:
            date = getattr(step, "date", None) or getattr(getattr(step, "posting", None), "date", None)
            system = target(step)
            assert date is None or system is not System.XERO or not practice.closed(date)
            assert date is None or system is not System.PROVET or date >= (practice.provet_open_from or date)
            echoed = world.payments.get(getattr(step, "payment_id", ""))
            assert echoed is None or type(step).__name__ != "CreatePayment" or echoed.method != "17"


@given(st.data())
@seeds
def test_the_same_values_in_any_order_give_the_same_judgement(data: st.DataObject) -> None:
    practice = data.draw(practices())
    world = data.draw(worlds(practice))
    settle(world)
    live(world, data.draw)
    seen = world.family()
    shuffled = msgspec.structs.replace(
        seen,
        documents=tuple(data.draw(st.permutations(seen.documents))),
        payments=tuple(data.draw(st.permutations(seen.payments))),
        contacts=tuple(data.draw(st.permutations(seen.contacts))),
    )
    assert assess(seen, practice) == assess(seen, practice)
    assert facts(assess(shuffled, practice)) == facts(assess(seen, practice))


def facts(found: Assessment) -> Any:
    findings = sorted((f.id, f.policy, f.amount, f.effect, f.cause or "") for f in found.findings)
    return (findings, found.books, sorted((e.provet_id, e.amount) for e in found.exclusions))


@given(st.data())
@seeds
def test_equal_books_bring_baselines_and_no_findings(data: st.DataObject) -> None:
    """What was agreed stays agreed: a family in step yields nothing but its own unchanged links."""
    world = data.draw(worlds(RULES))
    found, _ = settle(world)
    seen = world.family()
    assert assess(seen, RULES) == msgspec.structs.replace(found, links=())
    for link in seen.links:
        assert link.kind == "contact" or link.baseline
