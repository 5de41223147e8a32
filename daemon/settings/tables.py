"""The settings as one class per table of settings.toml, frozen. Key names and defaults are a promise to operators.

Where the values come from is ``sources``; what each value may be is ``values``.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from daemon.core.rules import Mode
from daemon.settings import values as v


class Table(BaseModel):
    """What all tables share: unknown keys are errors, nothing changes after loading, no input in error texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DaemonSettings(Table):
    """Where the daemon keeps its state, listens and logs. ``None`` for an address or folder means off."""

    state_dir: v.AbsolutePath = Path("/var/lib/reconciled")
    socket: v.AbsolutePath = Path("/run/reconciled/control.sock")
    webhook_listen: v.ListenAddress = None
    metrics_listen: v.ListenAddress = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    secrets_dir: v.OptionalPath = None


class ControlSettings(Table):
    """Who may connect and decide; ``four_eyes_over`` of zero means off."""

    viewer_group: v.Text = ""
    approver_group: v.Text = ""
    four_eyes_over: v.Money = Decimal("0.00")


class ProvetSettings(Table):
    """One practice's Provet Cloud. Ids are text; ``rate_scale`` multiplies the documented call limits."""

    base_url: v.FolderUrl
    web_url: v.OptionalFolderUrl = Field(default="", validate_default=True)
    token_url: v.Url
    client_id: v.Needed
    client_secret: v.NeededSecret
    xero_payment_type: v.Id
    write_off_types: v.Ids = ()
    departments: v.Ids = ()
    consolidated_field: v.Needed = "consolidated_invoices"
    webhook_path: v.PathSecret = SecretStr("")
    rate_scale: Annotated[v.Positive, Field(le=100)] = 1

    @field_validator("web_url")
    @classmethod
    def _beside_the_api(cls, web_url: str, info: ValidationInfo) -> str:
        return web_url or re.sub(r"api/[^/]+/$", "", info.data.get("base_url", ""))


class XeroSettings(Table):
    """One practice's Xero organisation and the app that reaches it."""

    base_url: v.FolderUrl
    token_url: v.Url
    connections_url: v.Url = "https://api.xero.com/connections"
    authorize_url: v.Url = "https://login.xero.com/identity/connect/authorize"
    grant: Literal["client_credentials", "authorization_code"] = "client_credentials"
    tenant_id: v.Needed
    client_id: v.Needed
    client_secret: v.NeededSecret
    webhook_key: v.Secret = SecretStr("")
    refresh_token: v.Secret = SecretStr("")
    no_tax_type: v.Needed = "NONE"
    calls_per_minute: v.Positive = 60
    calls_per_day: v.Positive = 5000
    concurrent: v.Positive = 5


class AccountsSettings(Table):
    """Xero account codes; ``by_number`` translates Provet account numbers that differ from them."""

    default: v.Needed
    rounding: v.Needed = "861"
    prepayment_clearing: v.Needed = "815"
    consolidation_clearing: v.Needed = "816"
    by_number: dict[v.Needed, v.Needed] = {}


class TrackingSettings(Table):
    """The Xero tracking category and the option of each Provet department; no category means none."""

    category: v.Text = ""
    departments: dict[v.Needed, v.Needed] = {}

    @field_validator("departments")
    @classmethod
    def _has_category(cls, departments: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if departments and info.data.get("category") == "":
            raise ValueError("needs tracking.category")
        return departments


class GuardsSettings(Table):
    """The most that may be written without a person. ``share_max`` is a fraction of one."""

    writes_per_cycle: v.Whole = 500
    money_per_cycle: v.Money = Decimal("100000.00")
    writes_per_day: v.Whole = 5000
    money_per_day: v.Money = Decimal("1000000.00")
    share_max: v.Share = Decimal("0.20")


class PracticeSettings(Table):
    """One practice: its two systems, its rules and its mappings. Keys of the mappings are normalised text."""

    name: v.Needed
    mode: Mode = Mode.APPROVE
    release: Literal["person", "automatic"] = "person"
    start_date: v.Day
    timezone: v.Zone
    currency: v.Currency
    consolidated: Literal["clearing", "both", "originals", "hold"] = "clearing"
    anonymous: Literal["skip", "walk_in"] = "skip"
    walk_in_contact: v.Text = Field(default="", validate_default=True)
    rounding_max: v.Money = Decimal("0.05")
    due_days: v.Whole = 14
    poll_s: v.Positive = 30
    full_at: v.TimeOfDay = dt.time(2, 30)
    closed_through: v.OptionalDay = None
    settle_s: v.Positive = 120
    provet: ProvetSettings
    xero: XeroSettings
    tax: dict[v.TaxKey, v.Needed]
    accounts: AccountsSettings
    payments: dict[v.Needed, v.Needed] = {"0": "090", "1": "091", "2": "090"}
    tracking: TrackingSettings = TrackingSettings()
    policy: dict[v.Kind, v.KindPolicy] = {}
    guards: GuardsSettings = GuardsSettings()

    @property
    def walk_in(self) -> str:
        """The Xero contact that anonymous sales are booked to; "" where they are left out."""
        return self.walk_in_contact if self.anonymous == "walk_in" else ""

    @field_validator("walk_in_contact")
    @classmethod
    def _names_walk_in(cls, contact: str, info: ValidationInfo) -> str:
        if not contact and info.data.get("anonymous") == "walk_in":
            raise ValueError("must name a Xero contact, because anonymous is 'walk_in'")
        return contact

    @field_validator("tax", mode="wrap")
    @classmethod
    def _one_key_per_rate(cls, given: object, handler: Any) -> dict[str, str]:
        tax: dict[str, str] = handler(given)
        if isinstance(given, dict) and len(tax) < len(given):
            raise ValueError("names one percentage twice")
        return tax

    @field_validator("payments")
    @classmethod
    def _maps_write_offs(cls, payments: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        provet = info.data.get("provet")
        unmapped = [kind for kind in provet.write_off_types if kind not in payments] if provet else []
        if unmapped:
            raise ValueError(f"needs an account for the write-off type {', '.join(unmapped)}")
        return payments


class Settings(BaseSettings):
    """All settings. Build with ``load``, which hands in the sources."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, case_sensitive=True)

    daemon: DaemonSettings = DaemonSettings()
    control: ControlSettings = ControlSettings()
    practices: dict[v.PracticeId, PracticeSettings] = Field(min_length=1)


SECRETS = {
    system: tuple(name for name, field in table.model_fields.items() if field.annotation is SecretStr)
    for system, table in (("provet", ProvetSettings), ("xero", XeroSettings))
}
"""The keys of a practice's systems that may not stand in the settings file."""
