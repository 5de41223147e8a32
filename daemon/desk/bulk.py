"""One decision on everything that a filter lets through: exactly what was shown, or nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from daemon.core.amounts import money
from daemon.core.discrepancy import Discrepancy
from daemon.errors import Invalid, Stale
from daemon.protocol import BULK_MAX, BulkRefusal, BulkResult, Expected, Outcome
from daemon.store import discrepancies
from daemon.store.tx import Tx

Decide = Callable[[Discrepancy], tuple[Outcome, str]]
"""Takes the decision on one discrepancy; says what became of it, and why if it was refused."""


def chosen(tx: Tx, query: discrepancies.Query, expected: Expected) -> tuple[Discrepancy, ...]:
    """All that the query lets through; raises ``Stale`` unless it is what was shown, ``Invalid`` if it is too much."""
    page = discrepancies.page(tx, msgspec.structs.replace(query, offset=0, limit=BULK_MAX))
    if page.total > BULK_MAX:
        raise Invalid(f"{page.total} are too many to decide at once", hint=f"narrow the filter: {BULK_MAX} at most")
    shown = (page.total, money(page.amount)) == (expected.count, expected.amount)
    if not shown or any(row.seq > expected.seq for row in page.rows):
        raise Stale("the list has changed since it was shown", hint="look at it again, nothing was decided")
    return page.rows


def decide_all(rows: tuple[Discrepancy, ...], decide: Decide) -> BulkResult:
    """Decide on each; what is refused stays as it is and is told with its reason."""
    decided = waiting = 0
    refused: list[BulkRefusal] = []
    for row in rows:
        try:
            outcome, why = decide(row)
        except Invalid as error:
            outcome, why = Outcome.REFUSED, f"{error}. {error.hint}".rstrip(". ")
        if outcome in {Outcome.REFUSED, Outcome.STALE}:
            refused.append(BulkRefusal(id=row.id, message=why))
            continue
        decided += 1
        waiting += outcome is Outcome.WAITING_SECOND_PERSON
    return BulkResult(decided=decided, waiting_second_person=waiting, refused=tuple(refused))
