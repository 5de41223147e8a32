"""What consolidated invoices come to where their debt moves through the clearing account: ``consolidated`` is
``clearing`` or ``hold``.

Part of the independent checker. The consolidated invoice stands in Xero on that account without VAT, and its originals
are paid from it; all else is compared as ever.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.support.ledgers import ZERO, ProvetDocument, ProvetLedger, Row
from tests.support.pairing import Terms
from tests.support.settled import CONSOLIDATED

CLOSED = "from clearing"
"""The type under which a payment that closes an original is compared like any other."""


def through_clearing(
    provet: ProvetLedger, terms: Terms, settings: Path, practice: str = "riverside"
) -> tuple[ProvetLedger, Terms]:
    """Provet's ledger as Xero should show it, and the terms with the clearing account."""
    table = tomllib.loads(settings.read_text())["practices"][practice]
    if table.get("consolidated", "clearing") not in {"clearing", "hold"}:
        return provet, terms
    account = table["accounts"]["consolidation_clearing"]
    documents = {key: _moved(document, account) for key, document in provet.documents.items()}
    accounts = {**terms.payment_accounts, CLOSED: account}
    return replace(provet, documents=documents), replace(terms, payment_accounts=accounts)


def _moved(document: ProvetDocument, account: str) -> ProvetDocument:
    payments = tuple(replace(row, type=CLOSED) if row.type == CONSOLIDATED else row for row in document.payments)
    if not document.consolidates:
        return replace(document, payments=payments)
    rows = (Row(rate=Decimal(0), vat=ZERO, gross=document.gross, account=account),)
    return replace(document, payments=payments, consolidates=False, vat=ZERO, rows=rows)
