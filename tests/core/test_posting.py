"""From a Provet document to what it should be in Xero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.amounts import xero_round, xero_tax
from daemon.core.mappings import payment_account
from daemon.core.model import Document, Line
from daemon.core.posting import post, tax_by_rate
from tests.core.builders import DAY, RULES, booked, credit_note, invoice, row, rules

CENTS = st.decimals(min_value=-2_000, max_value=2_000, places=2)
QUANTITIES = st.decimals(min_value=-20, max_value=20, places=4)


@st.composite
def provet_rows(draw: st.DrawFn) -> Line:
    """A row as Provet stores it: gross to the cent, tax to four decimals, quantity and price that need not multiply."""
    gross = draw(CENTS)
    rate = draw(st.sampled_from(["0", "5", "20"]))
    quantity = draw(QUANTITIES)
    multiplies = bool(quantity) and draw(st.booleans())
    unit = (gross / quantity).quantize(Decimal("0.0001")) if multiplies else draw(CENTS)
    return row(str(gross), rate, quantity=quantity, unit_gross=unit)


@st.composite
def provet_documents(draw: st.DrawFn) -> Document:
    """A document of either sign whose header is the sum of its rows, tax rounded once as Provet rounds documents."""
    rows = draw(st.lists(provet_rows(), min_size=1, max_size=6))
    gross = sum((line.gross for line in rows), Decimal(0))
    return invoice("1", str(gross), *rows, credit=draw(st.booleans()))


@given(provet_documents())
def test_a_posting_equals_its_document_to_the_cent(document: Document) -> None:
    posted = post(document, RULES, credit=document.gross < 0)
    posting, side = posted.posting, -1 if document.gross < 0 else 1
    assert posted.consistent
    assert not posted.gaps
    assert posting.gross == abs(document.gross) == sum(line.gross for line in posting.lines)
    taxed = sum(posting.tax_by_rate.values(), Decimal(0))
    assert abs(taxed - document.tax * side) == 0 or not any(line.tax_rate for line in document.lines)
    for rate, tax in posting.tax_by_rate.items():
        lines = [line for line in posting.lines if line.tax_code == RULES.tax[rate]]
        assert sum(line.tax for line in lines) == tax
    assert sum((line.tax for line in posting.lines), Decimal(0)) == taxed


@given(provet_documents())
def test_quantity_and_price_are_shown_only_where_xero_multiplies_them_to_the_line(document: Document) -> None:
    for line in post(document, RULES, credit=False).posting.lines:
        assert line.quantity > 0
        assert xero_round(line.quantity * line.unit_gross) == line.gross


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param(row("24.00", quantity=2, unit_gross=12), (2, 12), id="multiplies"),
        pytest.param(row("-24.00", quantity=-2, unit_gross=12), (2, -12), id="a negative row among positive ones"),
        pytest.param(row("25.00", quantity=2, unit_gross=12), (1, 25), id="a fee inside the row"),
        pytest.param(row("0.00", quantity=0, unit_gross=12), (1, 0), id="no quantity"),
        pytest.param(row("0.62", quantity=Decimal("0.05"), unit_gross=Decimal("12.36")), None, id="fraction of a vial"),
        pytest.param(
            row("0.02", quantity=Decimal("0.5"), unit_gross=Decimal("0.05")), (1, Decimal("0.02")), id="Xero rounds up"
        ),
        pytest.param(row("1.00", quantity=Decimal("0.33333"), unit_gross=3), (1, 1), id="more places than Xero keeps"),
        pytest.param(
            row("1.00", quantity=Decimal(10**14), unit_gross=Decimal(10**14)), (1, 1), id="absurd factors do no harm"
        ),
    ],
)
def test_explained_lines(line: Line, shown: tuple[Decimal, Decimal] | None) -> None:
    document = invoice("1", "100.00", line, row(str(Decimal(100) - line.gross)))
    explained = post(document, RULES, credit=False).posting.lines[0]
    expected = (line.quantity, line.unit_gross) if shown is None else shown
    assert (explained.quantity, explained.unit_gross) == expected


def test_a_regular_credit_note_shows_the_credited_quantity() -> None:
    note = credit_note("2", "-24.00", row("-24.00", quantity=-2, unit_gross=12))
    line = post(note, RULES, credit=True).posting.lines[0]
    assert (line.gross, line.quantity, line.unit_gross, line.tax) == (24, 2, 12, 4)


def test_tax_cents_go_to_the_heaviest_line_of_their_rate() -> None:
    rows = [row(gross, "20") for gross in ("0.03", "0.03", "0.09")]
    document = invoice("1", "0.15", *rows)
    computed = [xero_tax(line.gross, Decimal(20)) for line in rows]
    assert sum(computed) == Decimal("0.04")
    assert document.tax == Decimal("0.02")
    lines = post(document, RULES, credit=False).posting.lines
    assert [line.tax for line in lines] == [Decimal("0.00"), Decimal("0.01"), Decimal("0.01")]


def test_the_documents_own_total_tax_counts() -> None:
    document = invoice("1", "105.00", row("60.00", "20"), row("45.00", "5"), tax=Decimal("12.15"))
    assert tax_by_rate(document) == {Decimal(5): Decimal("2.14"), Decimal(20): Decimal("10.01")}


@pytest.mark.parametrize(
    ("header", "rows", "off_by", "consistent"),
    [
        pytest.param("10.05", ["10.00"], "0.05", True, id="as much as the practice allows"),
        pytest.param("9.95", ["10.00"], "-0.05", True, id="the other way"),
        pytest.param("10.06", ["10.00"], "0.06", False, id="a cent too much"),
        pytest.param("10.00", [], "10.00", False, id="no rows at all"),
    ],
)
def test_rows_that_miss_the_total(header: str, rows: list[str], off_by: str, consistent: bool) -> None:
    document = invoice("1", "10.00", *[row(gross) for gross in rows])
    document = invoice(
        "1", header, *[row(gross) for gross in rows], tax=document.tax, lines=document.lines if rows else ()
    )
    posted = post(document, RULES, credit=False)
    assert (posted.off_by, posted.consistent) == (Decimal(off_by), consistent)
    if consistent:
        rounding = posted.posting.lines[-1]
        assert (rounding.gross, rounding.tax, rounding.tax_code, rounding.account) == (posted.off_by, 0, "NONE", "861")
        assert sum(line.gross for line in posted.posting.lines) == posted.posting.gross


@pytest.mark.parametrize(
    ("document", "consistent"),
    [
        pytest.param(invoice("1", "120.00", tax=Decimal("20.06")), True, id="rounding"),
        pytest.param(invoice("1", "120.00", tax=Decimal("21.00")), False, id="header says more than the rows"),
        pytest.param(invoice("1", "10.00", row("10.00", "0", tax="1.00")), False, id="tax at no rate"),
        pytest.param(invoice("1", "10.00", row("10.00", "-100", tax="0")), True, id="an absurd rate does no harm"),
    ],
)
def test_rows_that_miss_the_tax(document: Document, consistent: bool) -> None:
    assert post(document, RULES, credit=False).consistent is consistent


def test_a_document_of_nothing_has_one_line() -> None:
    posting = post(invoice("1", "0.00", lines=(), tax=Decimal(0)), RULES, credit=False).posting
    assert [(line.gross, line.tax_code, line.account) for line in posting.lines] == [(0, "NONE", "200")]


@pytest.mark.parametrize(
    ("line", "account"),
    [
        pytest.param(row("9", account="4000"), "4000", id="the same number on both sides"),
        pytest.param(row("9", account="4100"), "410", id="translated"),
        pytest.param(row("9", account="4000", account_hints=("group:Lab",)), "4000", id="the item outranks its group"),
        pytest.param(row("9", account_hints=("group:Lab", "department:1")), "260", id="group"),
        pytest.param(row("9", account_hints=("group:Shop", "department:1")), "270", id="department"),
        pytest.param(row("9", account_hints=("group:Shop",)), "200", id="default"),
    ],
)
def test_accounts(line: Line, account: str) -> None:
    practice = rules(accounts_by_number={"4100": "410", "group:Lab": "260", "department:1": "270"})
    assert post(invoice("1", "9", line), practice, credit=False).posting.lines[0].account == account


def test_a_vat_group_outranks_its_percentage() -> None:
    practice = rules(tax={"0": "ZERORATEDOUTPUT", "group:7": "EXEMPTOUTPUT"})
    document = invoice("1", "20", row("10", "0", tax_code="group:7"), row("10", "0", tax_code="group:8"))
    lines = post(document, practice, credit=False).posting.lines
    assert [line.tax_code for line in lines] == ["EXEMPTOUTPUT", "ZERORATEDOUTPUT"]


def test_all_gaps_are_listed_once_each() -> None:
    practice = rules(accounts_known=("200",), tax={"20": "OUTPUT2"})
    rows = [row("10", "12.5", account="9"), row("10", "12.5", account="9"), row("10", "5", tax_code="group:3")]
    posted = post(invoice("1", "30.01", *rows), practice, credit=False)
    assert [gap.key for gap in posted.gaps] == ["tax:12.5", "account:9", "tax:5", "account:861"]
    assert posted.gaps[0].text == 'VAT 12.5 % has no TaxType: add "12.5" under [practices.riverside.tax]'


@pytest.mark.parametrize(
    ("method", "account", "gap"),
    [
        pytest.param("1", "091", None, id="mapped"),
        pytest.param("8", "815", None, id="prepayment used: from its clearing account"),
        pytest.param("5", "", "payment:5", id="not mapped"),
        pytest.param("0", "090", "account:090", id="its account is gone"),
    ],
)
def test_payment_accounts(method: str, account: str, gap: str | None) -> None:
    found, missing = payment_account(method, rules(accounts_known=("091", "815")))
    assert (found, missing.key if missing else None) == (account, gap)


def test_a_mapping_of_prepayments_outranks_the_clearing_account() -> None:
    assert payment_account("8", rules(payments={"8": "816"}))[0] == "816"


@pytest.mark.parametrize(
    ("document", "due"),
    [
        pytest.param(invoice(due_date=dt.date(2026, 5, 1)), dt.date(2026, 5, 1), id="Provet's own"),
        pytest.param(invoice(), DAY + dt.timedelta(days=14), id="the practice's days"),
    ],
)
def test_due_dates(document: Document, due: dt.date) -> None:
    assert post(document, RULES, credit=False).posting.due_date == due


def test_a_posting_bears_mark_number_and_tracking() -> None:
    practice = rules(tracking_category="Clinic", tracking={"1": "Main"})
    posting = post(invoice("7"), practice, credit=False).posting
    assert (posting.number, posting.reference, posting.client_id) == ("INV-7", "Provet invoice 7", "12")
    assert posting.lines[0].tracking == ("Clinic", "Main")
    assert post(invoice("7", number=""), practice, credit=False).posting.number == "7"
    assert post(invoice("7", department="2"), practice, credit=False).posting.lines[0].tracking is None


def test_the_printed_invoice_typed_by_hand_is_the_posting() -> None:
    document = invoice("1", "145.50", row("120.00"), row("25.50", "5"))
    posting, typed = post(document, RULES, credit=False).posting, booked(document)
    assert [(line.gross, line.tax) for line in posting.lines] == [(line.gross, line.tax) for line in typed.lines]
