"""No payment is ever sent above what is due at that moment: told from the requests themselves, in a random run."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from daemon.ports import Response
from daemon.sandbox.clinic.activity import Activity
from daemon.sandbox.xero import XeroSystem
from tests.support.workshop import workshop


class Teller:
    """Sees each payment that is sent to Xero, with what is due on its document before it is carried out."""

    def __init__(self, xero: XeroSystem) -> None:
        self.seen: list[tuple[Decimal, Decimal]] = []
        self._ledger = xero.ledger
        self._carry_out: Callable[..., Response] = xero.handle
        xero.handle = self._handle  # type: ignore[method-assign]

    def _handle(self, request: object, now: object, rng: object) -> Response:
        if request.method == "PUT" and "/Payments" in request.url:  # type: ignore[attr-defined]
            left: dict[str, Decimal] = {}
            for sent in json.loads(request.body, parse_float=Decimal)["Payments"]:  # type: ignore[attr-defined]
                found = sent.get("Invoice") or sent.get("CreditNote")
                name = found.get("InvoiceID") or found.get("CreditNoteID")
                document, amount = self._ledger.document(name), Decimal(sent["Amount"])
                assert document is not None
                due = left.get(name, document.outstanding)
                self.seen.append((amount, due))
                left[name] = due - amount
        return self._carry_out(request, now, rng)


@pytest.mark.parametrize("seed", [3, 11, 29])
async def test_every_payment_fits_into_what_is_due_before_it(tmp_path: Path, seed: int) -> None:
    async with workshop(tmp_path, seed=seed, clients=12, invoices=40) as shop:
        xero, provet = (shop.world.hosts[name].system for name in ("xero", "provet"))
        teller, life, rng = Teller(xero), Activity(), Random(seed)
        await shop.settle_down(full=True)
        for _ in range(12):
            for _ in range(6):
                shop.clock.now += 30
                life.step(provet, xero, rng, shop.world.clock.utc())
            shop.world.collect()
            await shop.settle_down()
        assert len(teller.seen) > 20
        assert [(amount, due) for amount, due in teller.seen if not 0 < amount <= due] == []
