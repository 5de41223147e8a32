"""How one simulated Provet tenant is set up, and which of Provet's undocumented behaviours it shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Permission(StrEnum):
    """Rights of the integration's permission group (docs/reference/provet.md 2.2)."""

    CLIENTS = "General: Patients and clients"
    INVOICES = "Financial: Invoices"
    SETTINGS = "Settings: Settings page"
    ITEMS = "Settings: Items"
    DEPARTMENT_SETTINGS = "Settings: Department settings"
    INTEGRATIONS = "Settings: Integration settings"


class Cancellation(StrEnum):
    """How a cancelled payment shows: as an added opposite row, or as another status (provet.md U-4)."""

    OPPOSITE_ROW = "opposite_row"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvetConfig:
    """One tenant. The base path is ``/<provet_id>/api/0.1/``; ``rate_scale`` multiplies the documented limits.

    ``period_lock`` is the first date on which financial events may be dated. The switches after it choose between
    behaviours that provet.md leaves open: the U-entries they stand for are U-2, U-3, U-4, U-5 and U-12.
    """

    provet_id: int = 54321
    client_id: str = "sandbox-provet"
    client_secret: str = "sandbox-provet-secret"  # noqa: S105
    timezone: str = "Europe/London"
    prefix: str = "INV"
    first_number: int = 1001
    rate_scale: Decimal = Decimal(1)
    denied: frozenset[Permission] = frozenset()
    period_lock: dt.date | None = None
    overpayment_allowed: bool = False
    cancellation: Cancellation = Cancellation.OPPOSITE_ROW
    payment_touches_invoice: bool = False
    payment_date_ignored: bool = False
    late_modified_s: int = 0
    consolidated_field: str = "consolidated_invoices"
    ignored_filters: frozenset[str] = frozenset()
    numbers_as_strings: bool = False
    unknown_keys: bool = False

    @property
    def root(self) -> str:
        return f"/{self.provet_id}/"

    @property
    def base_path(self) -> str:
        return f"/{self.provet_id}/api/0.1/"
