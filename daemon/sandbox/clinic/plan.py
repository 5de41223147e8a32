"""What a seeded clinic is to hold, and what was planted in it for a person to decide."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

START_DATE = dt.date(2026, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Size and kind of a clinic.

    ``invoices`` counts finalised invoices with a client on or after ``start_date``; credit notes and everything that
    stays out of Xero come on top. ``tidy`` leaves out what needs a person. ``adopted`` of the invoices are already in
    Xero. ``awkward`` is how many cases of each kind are planted, ``consolidated`` how many consolidated invoices.
    """

    clients: int = 200
    invoices: int = 800
    start_date: dt.date = START_DATE
    tidy: bool = False
    adopted: int = 0
    awkward: int = 2
    consolidated: int = 0


@dataclass(frozen=True, slots=True)
class Planted:
    """One awkward case: a label for people, the discrepancy kind expected, and the id of its subject in Provet.

    The subject of ``mapping.missing`` is the VAT percentage, of ``contact.ambiguous`` the client, else the invoice.
    """

    label: str
    kind: str
    subject: str
