"""Consolidated invoices from the simulated Provet to the simulated Xero, in every setting; sums are the test's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from daemon.protocol import Operator, Role
from daemon.sandbox.provet.hands import Hands
from daemon.sandbox.provet.records import RowSpec
from daemon.sandbox.xero import XeroSystem
from daemon.sandbox.xero.records import Document, Payment
from tests.support.workshop import Workshop, workshop

CONSULTATION = RowSpec(name="Consultation", price=Decimal("42.50"))
FOOD = RowSpec(name="Food", price=Decimal("33.33"), vat_percentage=Decimal(5))
BOOK = RowSpec(name="Book", price=Decimal("9.99"), vat_percentage=Decimal(0))
FIRST, SECOND = Decimal("86.00"), Decimal("60.99")
BOTH = FIRST + SECOND
VAT = {"OUTPUT2": Decimal("17.00"), "RROUTPUT": Decimal("1.67")}
CASH, CLEARING = 1, "816"
SIGN = {"ACCREC": 1, "ACCRECCREDIT": -1}
PERSON = Operator(uid=1000, login="mary", role=Role.APPROVER)


@dataclass(frozen=True, slots=True)
class Till:
    """A client with two open visits, and what stands of her in either system."""

    shop: Workshop
    client: int
    visits: tuple[int, int]

    @property
    def provet(self) -> Hands:
        return self.shop.world.hosts["provet"].system.hands

    @property
    def xero(self) -> XeroSystem:
        return self.shop.world.hosts["xero"].system

    def do(self, act: Callable[..., object], *arguments: object, **named: object) -> object:
        """Let somebody do something now."""
        self.shop.clock.now += 60
        done = act(*arguments, now=self.shop.world.clock.utc(), **named)
        self.shop.world.collect()
        return done

    def consolidate(self) -> int:
        whole = self.do(self.provet.consolidate, list(self.visits))
        assert isinstance(whole, int)
        return whole

    async def sync(self) -> None:
        self.shop.clock.now += 120
        await self.shop.settle_down(full=True)

    async def kinds(self) -> list[str]:
        return sorted(row.finding.kind for row in await self.shop.found())

    async def status(self) -> object:
        return (await self.shop.app.desk.status()).practices[0]

    def documents(self) -> dict[str, Document]:
        """Her living documents in Xero by Provet id."""
        ledger = self.xero.ledger
        living = [d for d in (*ledger.invoices.ordered(), *ledger.credit_notes.ordered()) if d.status != "VOIDED"]
        mine = {f"Provet invoice {d.id}" for d in self.provet.state.invoices.values() if d.client == self.client}
        return {d.reference.rsplit(" ", 1)[1]: d for d in living if d.reference in mine}

    def payments(self) -> list[Payment]:
        mine = {document.id for document in self.documents().values()}
        return [p for p in self.xero.ledger.payments.ordered() if p.document_id in mine and p.status == "AUTHORISED"]

    def allocate_anew(self) -> None:
        """A bookkeeper takes the only allocation off and sets it again."""
        old = self.xero.ledger.allocations.ordered()[-1]
        self.do(self.xero.remove_allocation, old.id, rng=Random(1))
        self.do(self.xero.allocate_credit, old.credit_id, old.invoice_id, old.amount, old.day, rng=Random(2))

    def open(self) -> Decimal:
        return sum((SIGN[d.type] * d.outstanding for d in self.documents().values()), Decimal(0))

    def owed(self) -> Decimal:
        """What Provet says she owes."""
        mine = [d for d in self.provet.state.invoices.values() if d.client == self.client]
        return sum((document.due_sum for document in mine), Decimal(0))

    def accounts(self) -> dict[str, Decimal]:
        """Gross by account over her documents; receipts from an account count against it."""
        codes = {account.id: account.code for account in self.xero.ledger.accounts.ordered()}
        found: dict[str, Decimal] = defaultdict(Decimal)
        documents = {document.id: document for document in self.documents().values()}
        for document in documents.values():
            for line in document.lines:
                found[codes[line.account_id]] += SIGN[document.type] * line.line_amount
        for payment in self.payments():
            found[codes[payment.account_id]] -= SIGN[documents[payment.document_id].type] * payment.amount
        return {code: amount for code, amount in found.items() if amount}

    def vat(self) -> dict[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(Decimal)
        for document in self.documents().values():
            for line in document.lines:
                found[line.tax_type] += SIGN[document.type] * line.tax_amount
        return {code: amount for code, amount in found.items() if amount}


@asynccontextmanager
async def till(folder: Path, setting: str = "clearing", *, synced: bool = True) -> AsyncIterator[Till]:
    """A quiet clinic with that setting; ``synced``: the visits are in Xero before anything is consolidated."""

    def change(text: str) -> str:
        assert "[practices.riverside.provet]" in text
        return text.replace('name = "Riverside Vets"', f'name = "Riverside Vets"\nconsolidated = "{setting}"', 1)

    async with workshop(folder, change=change, clients=3, invoices=3) as shop:
        hands, now = shop.world.hosts["provet"].system.hands, shop.world.clock.utc()
        client = hands.create_client({"firstname": "Ada", "lastname": "Quinn", "email": "ada@example.test"}, now)
        visits = (
            hands.invoice_visit(client, [CONSULTATION, FOOD], now),
            hands.invoice_visit(client, [CONSULTATION, BOOK], now),
        )
        found = Till(shop, client, visits)
        if synced:
            await found.sync()
            assert found.open() == found.owed() == BOTH
        yield found
        assert (await found.status()).residual == "0.00"
        before = shop.writes("xero"), shop.writes("provet")
        await found.sync()
        assert (shop.writes("xero"), shop.writes("provet")) == before, "a second comparison wrote"


@pytest.mark.parametrize("synced", [True, False])
async def test_the_debt_moves_through_clearing_and_income_counts_once(tmp_path: Path, synced: bool) -> None:
    async with till(tmp_path, synced=synced) as ada:
        whole = ada.consolidate()
        await ada.sync()
        assert await ada.kinds() == []
        documents = ada.documents()
        assert documents[str(whole)].total == documents[str(whole)].outstanding == BOTH == ada.open() == ada.owed()
        assert (ada.accounts(), ada.vat()) == ({"200": BOTH}, VAT)
        assert len(ada.payments()) == 2
        ada.do(ada.provet.pay, whole, Decimal(100), CASH)
        await ada.sync()
        ada.do(ada.provet.pay_in_full, whole, CASH)
        await ada.sync()
        assert (await ada.kinds(), ada.open(), ada.owed()) == ([], 0, 0)
        assert ada.accounts() == {"200": BOTH, "091": -BOTH}


async def test_an_unpaid_consolidation_that_is_revoked_leaves_everything_as_it_was(tmp_path: Path) -> None:
    async with till(tmp_path) as ada:
        whole = ada.consolidate()
        await ada.sync()
        ada.do(ada.provet.revoke, whole)
        await ada.sync()
        assert (await ada.kinds(), ada.payments()) == ([], [])
        assert sorted(ada.documents()) == sorted(map(str, ada.visits))
        assert (ada.open(), ada.owed(), ada.accounts(), ada.vat()) == (BOTH, BOTH, {"200": BOTH}, VAT)


async def test_a_new_consolidation_of_the_same_visits_takes_over(tmp_path: Path) -> None:
    async with till(tmp_path) as ada:
        whole = ada.consolidate()
        await ada.sync()
        ada.do(ada.provet.revoke, whole)
        again = ada.consolidate()
        await ada.sync()
        assert await ada.kinds() == []
        assert sorted(ada.documents()) == sorted(map(str, (*ada.visits, again)))
        assert (ada.open(), ada.owed(), ada.accounts(), ada.vat()) == (BOTH, BOTH, {"200": BOTH}, VAT)


async def test_a_revoked_consolidation_that_was_paid_in_xero_waits_for_a_person(tmp_path: Path) -> None:
    async with till(tmp_path) as ada:
        whole = ada.consolidate()
        await ada.sync()
        booked = ada.documents()[str(whole)]
        bank = ada.xero.ledger.accounts.find("code", "090")[0].id
        day = ada.shop.world.clock.utc().date()
        typed = Payment("", booked.id, bank, day, Decimal(50), ada.shop.world.clock.utc())
        ada.do(ada.xero.take_payment, typed, rng=Random(1))
        ada.do(ada.provet.revoke, whole)
        await ada.sync()
        assert await ada.kinds() == ["consolidation.revoked"]
        found = (await ada.shop.found())[0]
        option = found.finding.options[0]
        await ada.shop.app.desk.approve(found.id, option.id, option.fingerprint, PERSON)
        await ada.sync()
        assert await ada.kinds() == []
        assert (ada.open(), ada.owed(), ada.accounts(), ada.vat()) == (BOTH, BOTH, {"200": BOTH}, VAT)


async def test_a_credit_of_a_standing_consolidation_takes_revenue_back(tmp_path: Path) -> None:
    async with till(tmp_path) as ada:
        whole = ada.consolidate()
        await ada.sync()
        rows = [(ada.provet.invoice(whole).rows[0], Decimal(1))]
        note = ada.do(ada.provet.credit, whole, parts=rows)
        await ada.sync()
        assert await ada.kinds() == []
        assert ada.open() == ada.owed() == BOTH - 51
        assert ada.documents()[str(note)].outstanding == 0
        assert ada.accounts() == {"200": BOTH - 51}
        assert ada.vat() == {**VAT, "OUTPUT2": VAT["OUTPUT2"] - Decimal("8.50")}


async def test_a_credited_consolidation_is_revoked_only_by_a_person(tmp_path: Path) -> None:
    async with till(tmp_path) as ada:
        whole = ada.consolidate()
        await ada.sync()
        ada.do(ada.provet.credit, whole)
        await ada.sync()
        ada.allocate_anew()
        ada.do(ada.provet.revoke, whole)
        await ada.sync()
        assert await ada.kinds() == ["consolidation.revoked"]
        found = (await ada.shop.found())[0]
        option = found.finding.options[0]
        await ada.shop.app.desk.approve(found.id, option.id, option.fingerprint, PERSON)
        await ada.sync()
        assert await ada.kinds() == []
        assert (ada.open(), ada.owed(), ada.accounts(), ada.vat()) == (0, 0, {}, {})


async def test_hold_shows_each_to_a_person_first(tmp_path: Path) -> None:
    async with till(tmp_path, "hold") as ada:
        whole = ada.consolidate()
        await ada.sync()
        assert await ada.kinds() == ["consolidated.held"]
        assert (ada.open(), ada.payments()) == (BOTH, [])
        found = (await ada.shop.found())[0]
        option = found.finding.options[0]
        await ada.shop.app.desk.approve(found.id, option.id, option.fingerprint, PERSON)
        await ada.sync()
        assert await ada.kinds() == []
        assert ada.documents()[str(whole)].outstanding == BOTH == ada.open()
        assert (ada.accounts(), ada.vat()) == ({"200": BOTH}, VAT)


async def test_both_counts_twice_and_says_so(tmp_path: Path) -> None:
    async with till(tmp_path, "both") as ada:
        whole = ada.consolidate()
        await ada.sync()
        assert await ada.kinds() == []
        assert ada.documents()[str(whole)].outstanding == BOTH == ada.open() == ada.owed()
        assert ada.accounts() == {"200": 2 * BOTH, CLEARING: -BOTH}
        assert ada.vat() == {code: 2 * amount for code, amount in VAT.items()}
        assert any(f"{BOTH}" in warning for warning in (await ada.status()).warnings)


async def test_originals_take_what_is_paid_on_the_consolidated_invoice(tmp_path: Path) -> None:
    async with till(tmp_path, "originals") as ada:
        whole = ada.consolidate()
        await ada.sync()
        assert (await ada.kinds(), sorted(ada.documents())) == ([], sorted(map(str, ada.visits)))
        assert ada.open() == ada.owed() == BOTH
        ada.do(ada.provet.pay, whole, Decimal(100), CASH)
        await ada.sync()
        first, second = (ada.documents()[str(visit)] for visit in ada.visits)
        assert (first.outstanding, second.outstanding) == (0, BOTH - 100)
        assert (await ada.kinds(), ada.open(), ada.owed()) == ([], BOTH - 100, BOTH - 100)
        ada.do(ada.provet.pay_in_full, whole, CASH)
        await ada.sync()
        assert (await ada.kinds(), ada.open(), ada.owed()) == ([], 0, 0)
        assert (ada.accounts(), ada.vat()) == ({"200": BOTH, "091": -BOTH}, VAT)


async def test_money_taken_in_xero_on_an_original_is_recorded_on_the_consolidated_invoice(tmp_path: Path) -> None:
    async with till(tmp_path, "originals") as ada:
        whole = ada.consolidate()
        await ada.sync()
        second = ada.documents()[str(ada.visits[1])]
        bank = ada.xero.ledger.accounts.find("code", "090")[0].id
        typed = Payment("", second.id, bank, ada.shop.world.clock.utc().date(), SECOND, ada.shop.world.clock.utc())
        ada.do(ada.xero.take_payment, typed, rng=Random(1))
        await ada.sync()
        assert await ada.kinds() == []
        assert ada.provet.invoice(whole).due_sum == FIRST == ada.open() == ada.owed()
        ada.do(ada.provet.pay_in_full, whole, CASH)
        await ada.sync()
        assert (await ada.kinds(), ada.open(), ada.owed()) == ([], 0, 0)


async def test_a_credit_of_the_consolidated_invoice_is_set_against_its_originals(tmp_path: Path) -> None:
    async with till(tmp_path, "originals") as ada:
        whole = ada.consolidate()
        await ada.sync()
        ada.do(ada.provet.credit, whole)
        await ada.sync()
        assert await ada.kinds() == []
        assert [document.outstanding for document in ada.documents().values()] == [0, 0, 0]
        assert (ada.owed(), ada.accounts(), ada.vat()) == (0, {}, {})


async def test_originals_are_open_again_after_a_revoke_without_a_write(tmp_path: Path) -> None:
    async with till(tmp_path, "originals") as ada:
        whole = ada.consolidate()
        await ada.sync()
        before = ada.shop.writes("xero")
        ada.do(ada.provet.revoke, whole)
        await ada.sync()
        assert (ada.shop.writes("xero"), await ada.kinds()) == (before, [])
        assert ada.open() == ada.owed() == BOTH


async def test_a_visit_that_was_paid_in_part_before_waits_for_a_person(tmp_path: Path) -> None:
    """Provet puts whole rows into the consolidated invoice, so it does not equal what is left of its originals."""
    async with till(tmp_path) as ada:
        ada.do(ada.provet.pay, ada.visits[0], Decimal(20), CASH)
        whole = ada.consolidate()
        await ada.sync()
        assert await ada.kinds() == ["consolidated.held"]
        found = (await ada.shop.found())[0]
        (hand,) = found.finding.options
        assert (hand.id, hand.recommended, hand.steps, found.finding.effect) == ("done-by-hand", True, (), 20)
        first, second = (ada.provet.invoice(visit).number for visit in ada.visits)
        told = " ".join(hand.consequences)
        assert ": GBP 20.00 off" in found.finding.summary
        assert f"Invoice {first} of GBP 86.00 is closed with GBP 66.00" in told
        assert f"Invoice {second} of" not in told
        assert ada.open() == BOTH - 20
        ada.do(ada.provet.revoke, whole)
        ada.do(ada.provet.consolidate, [ada.visits[1]])
        await ada.sync()
        assert (await ada.kinds(), ada.open(), ada.owed()) == ([], BOTH - 20, BOTH - 20)
        assert ada.accounts() == {"200": BOTH, "091": Decimal(-20)}
