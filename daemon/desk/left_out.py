"""Documents that are left out of Xero, with reasons and amounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from daemon.control.views import provet_record
from daemon.core.amounts import money
from daemon.core.model import ZERO, Kind, Ref, System
from daemon.desk.places import place_of
from daemon.protocol import ExcludedPage, ExcludedQuery, ExcludedRow, ReasonSum
from daemon.reconciler.engine import Engine
from daemon.store import excluded
from daemon.store.excluded import Sum
from daemon.store.monthly import Excluded
from daemon.store.tx import Tx


def page(tx: Tx, engines: Mapping[str, Engine], query: ExcludedQuery) -> ExcludedPage:
    """A window over what is left out of one practice, or of all that run."""
    practices = tuple(name for name in engines if query.practice in ("", name))
    wanted = excluded.Query(practices=practices, reason=query.reason, text=query.text.lower())
    found = excluded.window(tx, wanted, query.offset, query.limit)
    every = excluded.totals(tx, wanted)
    return ExcludedPage(
        total=sum(each.count for each in every),
        amounts={each.currency: each.amount for each in _reasons(engines, every)},
        documents=tuple(_row(engines, practice, each) for practice, each in found),
        reasons=_reasons(engines, excluded.sums(tx, practices)),
    )


def _row(engines: Mapping[str, Engine], practice: str, found: Excluded) -> ExcludedRow:
    place = place_of(engines, practice)
    return ExcludedRow(
        practice=practice,
        label=found.label,
        reason=found.reason,
        amount=money(found.amount),
        gross=money(found.gross),
        currency=place.currency,
        date=found.date,
        provet=provet_record(Ref(system=System.PROVET, kind=Kind.DOCUMENT, id=found.provet_id), place.provet_web_url),
    )


def _reasons(engines: Mapping[str, Engine], sums: list[Sum]) -> tuple[ReasonSum, ...]:
    """By reason and currency, the most documents first."""
    both: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for each in sums:
        key = (each.reason, place_of(engines, each.practice).currency)
        count, amount = both.get(key, (0, ZERO))
        both[key] = (count + each.count, amount + each.amount)
    ordered = sorted(both.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple(
        ReasonSum(reason=reason, count=count, amount=money(amount), currency=currency)
        for (reason, currency), (count, amount) in ordered
    )
