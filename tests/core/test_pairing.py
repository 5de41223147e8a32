"""Which Xero payment is which Provet payment of the same document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from daemon.core.model import Link, Payment, System
from daemon.core.pairing import PaymentMatch, match_payments
from daemon.core.rules import Rules
from tests.core.builders import DAY, RULES, credit_note, family, invoice, paid, payment_link, rules, xero_paid

ADOPTING = rules(adopting=True)


def after(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


def match(mine: Sequence[Payment], theirs: Sequence[Payment], *links: Link, practice: Rules = RULES) -> PaymentMatch:
    return match_payments(invoice(), mine, theirs, family(*mine, *theirs, *links), practice)


def pairs(found: PaymentMatch) -> list[tuple[str, str, str]]:
    return [(pair.provet.id, pair.xero.id, pair.state.value) for pair in found.pairs]


@pytest.mark.parametrize(
    ("mine", "theirs", "links", "expected"),
    [
        pytest.param(
            [paid("1", "50")], [xero_paid("a", "50")], [payment_link("1", "a")], [("1", "a", "paired")], id="link"
        ),
        pytest.param(
            [paid("1", "50")],
            [xero_paid("a", "40", date=after(30))],
            [payment_link("1", "a")],
            [("1", "a", "paired")],
            id="a link holds though everything differs",
        ),
        pytest.param(
            [paid("1", "50")],
            [xero_paid("a", "50", note="Provet payment 1", date=after(30))],
            [],
            [("1", "a", "adopted")],
            id="Xero's mark",
        ),
        pytest.param(
            [paid("1", "50", note="Xero payment a", date=after(30))],
            [xero_paid("a", "50")],
            [],
            [("1", "a", "adopted")],
            id="Provet's mark",
        ),
        pytest.param(
            [paid("3", "50", date=after(30))],
            [xero_paid("a", "50")],
            [payment_link("1", "a")],
            [("3", "a", "replaced")],
            id="cancelled in Provet and entered anew",
        ),
        pytest.param(
            [paid("1", "50")],
            [xero_paid("b", "50", date=after(30))],
            [payment_link("1", "a")],
            [("1", "b", "replaced")],
            id="deleted in Xero and entered anew",
        ),
        pytest.param(
            [paid("3", "50", date=after(30))],
            [xero_paid("a", "50", note="Provet payment 1")],
            [],
            [("3", "a", "replaced")],
            id="freed by its mark, the link being lost",
        ),
        pytest.param(
            [paid("3", "60")],
            [xero_paid("a", "50")],
            [payment_link("1", "a")],
            [("3", "a", "resized")],
            id="cancelled in Provet and entered anew with another sum",
        ),
        pytest.param(
            [paid("3", "60", date=after(1))],
            [xero_paid("a", "50")],
            [payment_link("1", "a")],
            [],
            id="another sum on another day is another payment",
        ),
        pytest.param(
            [paid("1", "60")],
            [xero_paid("a", "50")],
            [payment_link("3", "a")],
            [],
            id="what was there before takes no other's place",
        ),
        pytest.param([paid("1", "50")], [xero_paid("a", "50", date=after(5))], [], [("1", "a", "twin")], id="twin"),
        pytest.param(
            [paid("1", "50")], [xero_paid("a", "50", date=after(-5))], [], [("1", "a", "twin")], id="twin, earlier"
        ),
        pytest.param(
            [paid("1", "50")], [xero_paid("a", "50", date=after(60))], [], [("1", "a", "twin")], id="twin, far apart"
        ),
        pytest.param([paid("1", "50")], [xero_paid("a", "50.01")], [], [("1", "a", "near")], id="a cent off"),
        pytest.param([paid("1", "50")], [xero_paid("a", "47.49")], [], [], id="more than a twentieth off"),
        pytest.param([paid("1", "50")], [xero_paid("a", "50.01", date=after(6))], [], [], id="nearly, but days apart"),
        pytest.param(
            [paid("1", "50"), paid("2", "49")],
            [xero_paid("a", "50")],
            [],
            [("1", "a", "twin")],
            id="equal before nearly equal",
        ),
        pytest.param(
            [paid("1", "50", date=after(0)), paid("2", "50", date=after(2))],
            [xero_paid("a", "50", date=after(2))],
            [],
            [("2", "a", "twin")],
            id="the nearest date wins",
        ),
        pytest.param(
            [paid("1", "50"), paid("2", "50")],
            [xero_paid("a", "50"), xero_paid("b", "50")],
            [payment_link("2", "a")],
            [("2", "a", "paired"), ("1", "b", "twin")],
            id="links before equal amounts",
        ),
    ],
)
def test_pairs(
    mine: list[Payment], theirs: list[Payment], links: list[Link], expected: list[tuple[str, str, str]]
) -> None:
    assert pairs(match(mine, theirs, *links)) == expected


def test_while_a_practice_is_adopted_equal_amount_and_date_are_enough() -> None:
    mine = [paid("1", "50"), paid("2", "50", date=after(3))]
    theirs = [xero_paid("a", "50", date=after(3)), xero_paid("b", "50", date=after(1))]
    assert pairs(match(mine, theirs, practice=ADOPTING)) == [("2", "a", "adopted"), ("1", "b", "twin")]


def test_what_remains_is_told_by_side() -> None:
    found = match(
        [paid("1", "10"), paid("2", "20")],
        [xero_paid("a", "30"), xero_paid("b", "40")],
        payment_link("2", "gone"),
        payment_link("99", "b"),
    )
    assert [payment.id for payment in found.provet_only] == ["1"]
    assert [payment.id for payment in found.xero_only] == ["a"]
    assert [(payment.id, link.xero_id) for payment, link in found.gone_in_xero] == [("2", "gone")]
    assert [(payment.id, link.provet_id) for payment, link in found.gone_in_provet] == [("b", "99")]


@pytest.mark.parametrize(
    ("links", "created_in"),
    [
        pytest.param([], System.PROVET, id="by its mark"),
        pytest.param([payment_link("1", "b", created_in=None)], System.PROVET, id="the mark outranks a later link"),
        pytest.param(
            [payment_link("1", "b", created_in=None), payment_link("1", "a", created_in=System.PROVET)],
            System.PROVET,
            id="the link that tells",
        ),
    ],
)
def test_who_created_a_payment_is_remembered_when_its_partner_is_gone(
    links: list[Link], created_in: System | None
) -> None:
    found = match([paid("1", "10", note="Xero payment a")], [], *links)
    assert [link.created_in for _, link in found.gone_in_xero] == [created_in]


def test_a_link_tells_who_created_what_it_pairs_by_mark() -> None:
    by_xero = match([paid("1", "5")], [xero_paid("a", "5", note="Provet payment 1")]).pairs[0].link
    by_provet = match([paid("1", "5", note="Xero payment a")], [xero_paid("a", "5")]).pairs[0].link
    assert (by_xero.created_in, by_provet.created_in) == (System.XERO, System.PROVET)


def test_refunds_pair_by_what_they_settle() -> None:
    note = credit_note("1", "-50")
    mine, theirs = [paid("1", "-20")], [xero_paid("a", "20")]
    found = match_payments(note, mine, theirs, family(note, *mine, *theirs), RULES)
    assert pairs(found) == [("1", "a", "twin")]
