"""Laws that hold for every consolidation, in every setting, whatever people do to it on either side."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from daemon.core.assess import assess
from daemon.core.model import System
from daemon.core.rules import Consolidated, Rules
from tests.core.builders import DAY, contact_link, family, invoice, paid, rules
from tests.core.lives import ACTS, DAYS, live, pay_in_provet, pay_in_xero, provet_rows, total
from tests.core.test_laws import check_explained, check_no_float, check_well_formed, facts, seeds, settle
from tests.core.world import FINAL, VOID, World


@st.composite
def practices(draw: st.DrawFn) -> Rules:
    return rules(consolidated=draw(st.sampled_from(Consolidated)))


@st.composite
def worlds(draw: st.DrawFn, practice: Rules) -> World:
    """Two or three invoices and one over all of them, which has their rows and closed what was open on them."""
    first, second, *more = (draw(provet_rows()) for _ in range(draw(st.integers(2, 3))))
    originals = [
        invoice(str(place), str(total(rows)), *rows, date=draw(DAYS))
        for place, rows in enumerate((first, second, *more), 1)
    ]
    world = World(family(*originals, contact_link()), practice, cancel_by_row=draw(st.booleans()))
    if draw(st.booleans()):
        pay_in_provet(world, draw)
    if draw(st.booleans()):
        settle(world)
    consolidate(world, draw)
    return world


def consolidate(world: World, draw: st.DrawFn) -> None:
    """Close what is open in Provet by one invoice over it, as Provet does: with whole rows."""
    listed = {id_ for d in world.documents.values() if d.status is not VOID for id_ in d.consolidates}
    wanted = [
        d
        for d in world.documents.values()
        if d.system is System.PROVET
        and d.status is FINAL
        and not d.credit
        and not d.consolidates
        and d.id not in listed
        and world.provet_due(d.id) > 0
    ]
    if not wanted:
        return
    rows = tuple(line for document in wanted for line in document.lines)
    inside = tuple(document.id for document in wanted)
    identifier = world.new_id()
    world.add(invoice(identifier, str(total(rows)), *rows, consolidates=inside, date=max(DAY, draw(DAYS))))
    for document in wanted:
        world.add(paid(world.new_id(), str(world.provet_due(document.id)), document.id, method="6"))


def revoke(world: World, draw: st.DrawFn) -> None:
    """Undo one that is unpaid."""
    for whole in [d for d in world.documents.values() if d.consolidates and d.status is FINAL]:
        if world.provet_due(whole.id) == whole.gross and draw(st.booleans()):
            world.change(whole.id, status=VOID)
            reversed_by = {(p.document_id, -p.amount) for p in world.payments.values()}
            for payment in list(world.payments.values()):
                stands = not payment.cancelled and (payment.document_id, payment.amount) not in reversed_by
                if payment.method == "6" and payment.document_id in whole.consolidates and stands:
                    world.cancel(payment.id)


SPECIAL = (revoke, consolidate)
QUIET = (*SPECIAL, pay_in_provet, pay_in_xero)


@given(st.data())
@seeds
def test_what_policy_allows_is_lawful_ends_and_leaves_nothing_unexplained(data: st.DataObject) -> None:
    practice = data.draw(practices())
    world = data.draw(worlds(practice))
    for _ in range(data.draw(st.integers(1, 3))):
        settle(world)
        live(world, data.draw, (*ACTS, *SPECIAL))
    found, _ = settle(world)
    assert assess(world.family(), practice).findings == found.findings
    check_explained(found)
    check_well_formed(found)
    check_no_float(found)


@given(st.data())
@seeds
def test_every_option_on_the_way_is_lawful(data: st.DataObject) -> None:
    practice = data.draw(practices())
    world = data.draw(worlds(practice))
    for _ in range(data.draw(st.integers(0, 2))):
        settle(world)
        live(world, data.draw, (*ACTS, *SPECIAL))
    found = assess(world.family(), practice)
    check_explained(found)
    check_well_formed(found)
    world.note(found.links)
    for finding in found.findings:
        for option in finding.options:
            note(f"{finding.kind} -> {option.id}: {option.steps}")
            branch = world.copy()
            branch.apply(option.steps)
            check_explained(assess(branch.family(), practice))


@given(st.data())
@seeds
def test_clearing_nets_to_zero_or_somebody_is_told(data: st.DataObject) -> None:
    world = data.draw(worlds(rules()))
    for _ in range(data.draw(st.integers(1, 3))):
        settle(world)
        live(world, data.draw, QUIET)
    found, _ = settle(world)
    side = {d.id: -1 if d.credit else 1 for d in world.documents.values()}
    living = [d for d in world.documents.values() if d.system is System.XERO and d.status is not VOID]
    lines = sum((side[d.id] * e.gross for d in living for e in d.lines if e.account == "816"), Decimal(0))
    taken = [p for p in world.payments.values() if p.method == "816" and not p.cancelled]
    told = {"consolidated.held", "consolidation.revoked", "clearing.residual", "payment.overpaid"}
    net = lines - sum((side[p.document_id] * p.amount for p in taken), Decimal(0))
    assert net == 0 or told & {finding.kind for finding in found.findings}


@given(st.data())
@seeds
def test_people_who_follow_every_recommendation_come_to_an_end(data: st.DataObject) -> None:
    world = data.draw(worlds(data.draw(practices())))
    live(world, data.draw, (*ACTS, *SPECIAL))
    for _ in range(16):
        found, _ = settle(world)
        offered = [f for f in found.findings if (advised := f.option()) is not None and advised.steps]
        if not offered:
            check_explained(found)
            return
        option = offered[0].option()
        assert option is not None
        note(f"approved: {offered[0].kind} -> {option.id}: {option.steps}")
        world.apply(option.steps)
    pytest.fail(f"people have no end: {[(f.kind, f.summary) for f in found.findings]}")


@given(st.data())
@seeds
def test_the_same_values_in_any_order_give_the_same_judgement(data: st.DataObject) -> None:
    practice = data.draw(practices())
    world = data.draw(worlds(practice))
    settle(world)
    live(world, data.draw, (*ACTS, *SPECIAL))
    seen = world.family()
    world.documents = dict(data.draw(st.permutations(list(world.documents.items()))))
    world.payments = dict(data.draw(st.permutations(list(world.payments.items()))))
    assert facts(assess(world.family(), practice)) == facts(assess(seen, practice))
