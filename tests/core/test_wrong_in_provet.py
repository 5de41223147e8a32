"""Documents whose rows miss their total by more than the practice allows: people mend them in Provet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from daemon.core.assess import assess
from daemon.core.correction import UpdateDocument
from daemon.core.discrepancy import Finding, Policy
from daemon.core.family import Family
from daemon.core.model import Document
from daemon.core.rules import Rules
from tests.core.builders import (
    RULES,
    booked,
    credit_note,
    document_link,
    family,
    invoice,
    learned,
    only,
    paid,
    row,
    rules,
    with_records,
)

WRONG = invoice("1", "123.70", row("120.00"))
UNMAPPED = rules(accounts_known=("200", "091"))


def mended_in_provet(finding: Finding, number: str) -> None:
    hand = finding.options[0]
    assert (hand.id, hand.steps, hand.recommended) == ("done-by-hand", (), True)
    assert number in hand.consequences[0]
    assert not any(option.recommended for option in finding.options[1:])


def of_a_client_whose_contact_is_open() -> Family:
    seen = family(WRONG)
    return family(WRONG, contacts=seen.contacts[:1], links=(), held_contacts={"12": "undecided"})


@pytest.mark.parametrize(
    ("seen", "practice"),
    [
        pytest.param(of_a_client_whose_contact_is_open(), RULES, id="for its contact"),
        pytest.param(family(WRONG), UNMAPPED, id="for a mapping"),
    ],
)
def test_an_invoice_that_waits_can_be_mended_meanwhile(seen: Family, practice: Rules) -> None:
    finding = only(seen, practice)
    assert (finding.kind, finding.policy, finding.effect) == ("invoice.missing", Policy.HOLD, Decimal("123.70"))
    assert finding.cause is not None
    assert [option.id for option in finding.options] == ["done-by-hand"]
    mended_in_provet(finding, "INV-1")


def test_a_credit_note_that_waits_can_be_mended_meanwhile() -> None:
    note = credit_note("2", "-53.70", row("-50.00"))
    original, waiting = assess(family(invoice(), note), RULES).findings
    assert (waiting.kind, waiting.policy, waiting.cause) == ("credit.missing", Policy.HOLD, original.id)
    assert (waiting.amount, waiting.effect) == (Decimal("53.70"), Decimal("-53.70"))
    assert [option.id for option in waiting.options] == ["done-by-hand"]
    mended_in_provet(waiting, "CN-2")


def with_line(document: Document, by: str) -> Document:
    """The Xero document that was posted with what the rows miss as an untaxed line."""
    copy = booked(document)
    line = row(by, "0", tax_code="NONE", account="861")
    return booked(document, lines=(*copy.lines, line))


def test_a_payment_rounded_on_an_invoice_that_was_posted_with_a_line_waits_for_a_person() -> None:
    posted = learned(family(WRONG, with_line(WRONG, "3.70"), document_link()))
    assert assess(posted, RULES).findings == ()
    line, payment = assess(
        with_records(posted, paid("5", "123.72"), paid("6", "-0.02", method="3")),
        RULES,
    ).findings
    assert (line.kind, line.policy, line.effect) == ("invoice.rounding", Policy.PERSON, Decimal("0.02"))
    assert (payment.kind, payment.cause) == ("payment.missing_in_xero", line.id)
    assert [option.id for option in line.options] == ["done-by-hand", "rounding-line"]
    mended_in_provet(line, "INV-1")
    (step,) = line.options[1].steps
    assert isinstance(step, UpdateDocument)
    assert (step.posting.gross, step.fields) == (Decimal("123.72"), ("gross",))
    assert [(each.gross, each.account) for each in step.posting.lines] == [
        (Decimal("120.00"), "200"),
        (Decimal("3.70"), "861"),
        (Decimal("0.02"), "861"),
    ]
