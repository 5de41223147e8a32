"""How one simulated Xero app and organisation are set up. Nothing here changes while the system runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

GRANTED_SCOPES = (
    "openid profile email offline_access app.connections accounting.invoices accounting.payments accounting.contacts "
    "accounting.banktransactions accounting.settings accounting.settings.read accounting.transactions "
    "accounting.invoices.read accounting.payments.read accounting.contacts.read accounting.transactions.read "
    "accounting.banktransactions.read accounting.attachments accounting.attachments.read"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes of the call limits (``docs/reference/xero.md`` 3)."""

    minute: int = 60
    day: int = 5_000
    concurrent: int = 5
    app_minute: int = 10_000


@dataclass(frozen=True, slots=True)
class XeroConfig:
    """One app and its one organisation.

    ``tenant_id`` is a GUID. ``webhook_url`` empty means that no webhook is queued. ``list_lag_s`` is how long a
    change stays out of ``If-Modified-Since`` lists. Lock dates are where the organisation starts. A list that selects
    more than ``most_selected`` records is refused.
    """

    client_id: str
    client_secret: str
    tenant_id: str
    webhook_url: str = ""
    webhook_key: str = ""
    organisation_name: str = "Riverside Vets Ltd"
    country_code: str = "GB"
    base_currency: str = "GBP"
    timezone: str = "GMTSTANDARDTIME"
    sales_tax_basis: str = "ACCRUAL"
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    limits: Limits = field(default_factory=Limits)
    list_lag_s: float = 0.0
    scopes: str = GRANTED_SCOPES
    most_selected: int = 100_000
