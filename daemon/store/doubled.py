"""What consolidated invoices that are booked with their own revenue count once more than their originals do."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.family import whole_key
from daemon.core.model import ZERO
from daemon.store.tx import Tx


def doubled(tx: Tx, practice: str) -> Decimal:
    """The total of the consolidated invoices that stand in Provet and are linked to a document in Xero."""
    first = whole_key("")
    rows = tx.execute(
        "SELECT json_extract(b.body, '$.gross') FROM record r JOIN record_body b"
        " ON b.practice = r.practice AND b.system = r.system AND b.kind = r.kind AND b.id = r.id"
        " WHERE r.practice = ? AND r.system = 'provet' AND r.kind = 'document' AND r.vanished = 0 AND r.id IN ("
        "SELECT id FROM record_key WHERE practice = ? AND name >= ? AND name < ?)"
        " AND json_extract(b.body, '$.status') <> 'void'"
        " AND EXISTS (SELECT 1 FROM link l"
        " WHERE l.practice = r.practice AND l.kind = 'document' AND l.provet_id = r.id)",
        (practice, practice, first, f"{first[:-1]};"),
    )
    return sum((Decimal(gross) for (gross,) in rows), ZERO)
