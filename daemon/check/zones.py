"""Xero's names of time zones, as far as clinics use them (docs/reference/xero.md 13.1)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_ZONES = {
    "GMTSTANDARDTIME": "Europe/London",
    "GREENWICHSTANDARDTIME": "Atlantic/Reykjavik",
    "UTC": "Etc/UTC",
    "WEUROPESTANDARDTIME": "Europe/Berlin",
    "CENTRALEUROPESTANDARDTIME": "Europe/Budapest",
    "CENTRALEUROPEANSTANDARDTIME": "Europe/Warsaw",
    "ROMANCESTANDARDTIME": "Europe/Paris",
    "FLESTANDARDTIME": "Europe/Helsinki",
    "GTBSTANDARDTIME": "Europe/Bucharest",
    "EEUROPESTANDARDTIME": "Europe/Chisinau",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "EAUSTRALIASTANDARDTIME": "Australia/Brisbane",
    "CENAUSTRALIASTANDARDTIME": "Australia/Adelaide",
    "AUSCENTRALSTANDARDTIME": "Australia/Darwin",
    "WAUSTRALIASTANDARDTIME": "Australia/Perth",
    "TASMANIASTANDARDTIME": "Australia/Hobart",
    "EASTERNSTANDARDTIME": "America/New_York",
    "CENTRALSTANDARDTIME": "America/Chicago",
    "MOUNTAINSTANDARDTIME": "America/Denver",
    "USMOUNTAINSTANDARDTIME": "America/Phoenix",
    "PACIFICSTANDARDTIME": "America/Los_Angeles",
    "ATLANTICSTANDARDTIME": "America/Halifax",
    "SOUTHAFRICASTANDARDTIME": "Africa/Johannesburg",
    "SINGAPORESTANDARDTIME": "Asia/Singapore",
    "CHINASTANDARDTIME": "Asia/Shanghai",
}
_MONTHS = (1, 7)


def keeps_other_time(zone: ZoneInfo, xero_name: str, year: int) -> bool:
    """Whether a time zone and Xero's differ in winter or summer of a year; False for a name that is not known."""
    name = _ZONES.get(xero_name)
    if name is None:
        return False
    moments = [dt.datetime(year, month, 1, 12, tzinfo=dt.UTC) for month in _MONTHS]
    theirs = ZoneInfo(name)
    return any(moment.astimezone(zone).utcoffset() != moment.astimezone(theirs).utcoffset() for moment in moments)
