"""Cases that no rule settles, each with a client of its own so that they touch nothing else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

from daemon.sandbox.clinic.plan import Plan, Planted
from daemon.sandbox.provet.hands import Hands
from daemon.sandbox.provet.records import RowSpec
from daemon.sandbox.xero import XeroSystem

CHECKUP = RowSpec(name="Consultation", price=Decimal("42.50"), item=1)
UNMAPPED_RATE = Decimal("12.5")
UNMAPPED = RowSpec(name="Boarding, temporary rate", price=Decimal("33.60"), vat_percentage=UNMAPPED_RATE)
MISSTATED_BY = Decimal("3.70")
FIRST_NAMES = ("Marguerite", "Peregrine", "Ottoline", "Lysander", "Philippa", "Bertrand", "Cordelia", "Ignatius")


class Planter:
    """Plants cases in both systems at ``now``; ``planted`` lists them."""

    def __init__(self, hands: Hands, xero: XeroSystem, rng: Random, now: dt.datetime) -> None:
        self.planted: list[Planted] = []
        self._hands = hands
        self._xero = xero
        self._rng = rng
        self._now = now

    def plant(self, plan: Plan) -> list[Planted]:
        """One round of cases for each of ``plan.awkward``, then the consolidated invoices asked for."""
        for round_number in range(plan.awkward):
            self._unmapped_rate(round_number)
            self._ambiguous_contact(round_number)
            self._taken_number(round_number)
            self._misstated_total(round_number)
        if plan.awkward:
            rate = f"{UNMAPPED_RATE}"
            self._note(f"VAT at {rate} %", "mapping.missing", rate)
        for round_number in range(plan.consolidated):
            self._consolidated(round_number)
        return self.planted

    def _note(self, label: str, kind: str, subject: object) -> None:
        self.planted.append(Planted(label, kind, str(subject)))

    def _client(self, case: str, round_number: int, **fields: Any) -> int:
        first = FIRST_NAMES[round_number % len(FIRST_NAMES)]
        turn = round_number // len(FIRST_NAMES)
        last = f"{case}-{turn}" if turn else case
        email = f"{first}.{last}@example.test".lower()
        return self._hands.create_client({"firstname": first, "lastname": last, "email": email, **fields}, self._now)

    def _invoice(self, client: int, *rows: RowSpec) -> int:
        return self._hands.invoice_visit(client, rows, self._now)

    def _number(self, invoice: int) -> str:
        return self._hands.invoice(invoice).number

    def _unmapped_rate(self, round_number: int) -> None:
        """A VAT percentage that the settings do not know: its invoice waits for the mapping."""
        invoice = self._invoice(self._client("Fairweather", round_number), CHECKUP, UNMAPPED)
        self._note(self._number(invoice), "invoice.missing", invoice)

    def _ambiguous_contact(self, round_number: int) -> None:
        """The name was typed into Xero by hand, with another e-mail: perhaps the same person."""
        client = self._client("Holloway-Finch", round_number)
        invoice = self._invoice(client, CHECKUP)
        name = self._hands.client(client).name
        email = f"family{round_number}@example.test"
        self._xero.make_contact({"Name": name, "EmailAddress": email}, self._now, self._rng)
        self._note(name, "contact.ambiguous", client)
        self._note(self._number(invoice), "invoice.missing", invoice)

    def _taken_number(self, round_number: int) -> None:
        """Somebody used the number in Xero for another sale."""
        invoice = self._invoice(self._client("Montgomery-Pike", round_number), CHECKUP)
        number = self._number(invoice)
        contact = self._xero.make_contact({"Name": f"Counter customer {number}"}, self._now, self._rng)
        line = {"Description": "Typed by hand", "Quantity": 1, "UnitAmount": 75, "AccountCode": "200"}
        form = {
            "Type": "ACCREC",
            "Contact": {"ContactID": contact.id},
            "InvoiceNumber": number,
            "Date": self._hands.invoice(invoice).invoice_date.isoformat(),
            "DueDate": self._hands.invoice(invoice).invoice_date.isoformat(),
            "Status": "AUTHORISED",
            "LineItems": [line],
        }
        self._xero.make_invoice(form, self._now, self._rng)
        self._note(number, "invoice.number_collision", invoice)

    def _misstated_total(self, round_number: int) -> None:
        """A document whose header and rows disagree."""
        invoice = self._invoice(self._client("Wetherby-Strand", round_number), CHECKUP)
        self._hands.misstate_total(invoice, MISSTATED_BY, self._now)
        self._note(self._number(invoice), "invoice.total_differs", invoice)

    def _consolidated(self, round_number: int) -> None:
        client = self._client("Ravensworth-Hume", round_number)
        originals = [self._invoice(client, CHECKUP), self._invoice(client, CHECKUP, CHECKUP)]
        self._hands.consolidate(originals, self._now)
