"""Settings of the daemon: what operators may say, where it comes from, and what is wrong with it.

Imports nothing of the daemon but errors and the core's words; never imported by the terminal UI.
"""

from daemon.settings.loading import load, settings_hash
from daemon.settings.tables import (
    AccountsSettings,
    ControlSettings,
    DaemonSettings,
    GuardsSettings,
    PracticeSettings,
    ProvetSettings,
    Settings,
    TrackingSettings,
    XeroSettings,
)
from daemon.settings.values import Listen

__all__ = [
    "AccountsSettings",
    "ControlSettings",
    "DaemonSettings",
    "GuardsSettings",
    "Listen",
    "PracticeSettings",
    "ProvetSettings",
    "Settings",
    "TrackingSettings",
    "XeroSettings",
    "load",
    "settings_hash",
]
