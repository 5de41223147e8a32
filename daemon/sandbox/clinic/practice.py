"""The settings that belong to the seeded clinic; they agree with the reference data of both simulated systems."""

from __future__ import annotations

import datetime as dt

from daemon.sandbox.clinic.plan import START_DATE

NAME = "Riverside Vets"
TIMEZONE = "Europe/London"


def clinic_settings(start_date: dt.date = START_DATE) -> dict[str, object]:
    """The practice's table of settings.toml with its sub-tables, without addresses, credentials and mode."""
    return {
        "name": NAME,
        "start_date": start_date,
        "timezone": TIMEZONE,
        "currency": "GBP",
        "provet": {"xero_payment_type": 17, "write_off_types": [21]},
        "xero": {"no_tax_type": "NONE"},
        "tax": {"20": "OUTPUT2", "5": "RROUTPUT", "0": "ZERORATEDOUTPUT"},
        "accounts": {
            "default": "200",
            "rounding": "861",
            "prepayment_clearing": "815",
            "consolidation_clearing": "816",
        },
        "payments": {"0": "090", "1": "091", "2": "090", "4": "090", "7": "092", "11": "090", "18": "092", "21": "404"},
    }
