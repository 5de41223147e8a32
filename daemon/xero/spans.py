"""Lists that Xero refuses whole because they select more than 100,000 records (docs/reference/xero.md 5.2, 5.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import NamedTuple

from daemon.errors import Rejected
from daemon.transport.call import Priority
from daemon.xero.reads import Query, Reader, SeekPage

TOO_MANY = 51
"""``ErrorNumber`` of a HighVolumeException."""
_DAY = dt.timedelta(days=1)


class _Span(NamedTuple):
    """Dates from ``first`` up to but without ``end``."""

    first: dt.date
    end: dt.date

    @property
    def halves(self) -> tuple[_Span, _Span]:
        middle = self.first + (self.end - self.first) // 2
        return _Span(self.first, middle), _Span(middle, self.end)

    @property
    def where(self) -> str:
        return f"Date>={_moment(self.first)} AND Date<{_moment(self.end)}"


_EVER = _Span(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


async def seek_spans(
    reader: Reader, resource: str, query: Query, since: dt.datetime | None, priority: Priority
) -> AsyncIterator[SeekPage]:
    """As ``Reader.seek``, over lists of any length: one that is refused is read by halves of its records' dates.

    Then ``newest`` never passes the time of the first answer: a record of an early span may change while a late one is
    read. Raises what ``Reader.seek`` raises, and ``Rejected`` where one day holds too many.
    """
    try:
        async for page in reader.seek(resource, query, since, priority):
            yield page
    except Rejected as error:
        if error.number != TOO_MANY:
            raise
    else:
        return
    begun: dt.datetime | None = None
    newest: dt.datetime | None = None
    waiting = [*reversed(_EVER.halves)]
    while waiting:
        span = waiting.pop()
        narrow = {**query, "where": " AND ".join(filter(None, (query.get("where"), span.where)))}
        try:
            async for page in reader.seek(resource, narrow, since, priority):
                begun = begun or page.sent_at
                newest = max(filter(None, (newest, page.newest)), default=None)
                yield replace(page, newest=min(newest, begun) if newest and begun else None)
        except Rejected as error:
            if error.number != TOO_MANY or span.end - span.first <= _DAY:
                raise
            waiting += reversed(span.halves)


def _moment(day: dt.date) -> str:
    return f"DateTime({day.year},{day.month},{day.day})"
