"""What a change needs to know besides what was sent: the books, the moment, and the source of ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from daemon.sandbox.xero.config import XeroConfig
from daemon.sandbox.xero.errors import Refused
from daemon.sandbox.xero.ledger import Event, Ledger
from daemon.sandbox.xero.wire import new_guid

ZONES = {
    "GMTSTANDARDTIME": "Europe/London",
    "WEUROPESTANDARDTIME": "Europe/Berlin",
    "ROMANCESTANDARDTIME": "Europe/Paris",
    "FLESTANDARDTIME": "Europe/Helsinki",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "EASTERNSTANDARDTIME": "America/New_York",
}


@dataclass(frozen=True, slots=True)
class Context:
    """One request, or one act of a person in Xero's own screens (``by_app`` false)."""

    config: XeroConfig
    ledger: Ledger
    now: datetime
    rng: Random
    by_app: bool = True
    unit_places: int = 2

    def new_id(self) -> str:
        """A fresh GUID."""
        return new_guid(self.rng)

    def today(self) -> date:
        """The date in the organisation's own time zone."""
        return self.now.astimezone(ZoneInfo(ZONES.get(self.config.timezone, "UTC"))).date()

    def check_unlocked(self, *days: date) -> None:
        """Refuse what is dated on or before a lock date (``docs/reference/xero.md`` 15)."""
        locks = (
            ("period", self.ledger.period_lock_date),
            ("end of year", self.ledger.end_of_year_lock_date),
        )
        for name, lock in locks:
            if lock is not None and any(day <= lock for day in days):
                raise Refused(
                    f"The document date cannot be before the {name} lock date, currently set at {lock:%d/%m/%Y}"
                )

    def tell(
        self, category: str, kind: str, resource: str, subject_id: str, data: dict[str, str] | None = None
    ) -> None:
        """Note an event for the webhooks; a second one about the same subject in one request is the same event."""
        known = any(event.category == category and event.id == subject_id for event in self.ledger.events)
        if not known:
            self.ledger.events.append(Event(category, kind, resource, subject_id, self.now, data))


def fixed_id(tenant_id: str, name: str) -> str:
    """The id of something that every organisation starts with."""
    return str(uuid5(UUID(tenant_id), name))
