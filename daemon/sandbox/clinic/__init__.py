"""A seeded clinic that lives in the simulated systems: its past, its awkward cases, its daily life, its settings."""

from daemon.sandbox.clinic.activity import Activity
from daemon.sandbox.clinic.plan import Plan, Planted
from daemon.sandbox.clinic.populate import populate
from daemon.sandbox.clinic.practice import clinic_settings

__all__ = ["Activity", "Plan", "Planted", "clinic_settings", "populate"]
