"""The kinds of value that settings hold: each checks and normalises one, and says in plain words what it must be.

A message never repeats the value. Text from the environment and from secret files arrives as ``Given`` and is
converted; in the TOML file a quoted number is a wrong type.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints

from daemon.core.amounts import rate_text
from daemon.core.discrepancy import Policy
from daemon.core.kinds import KINDS
from daemon.settings.names import nearest

LONGEST_TEXT = 500


class Given(str):
    """Text from the environment or a file, which stands for whatever its key needs."""

    __slots__ = ()


class Listen(NamedTuple):
    """An address to listen on."""

    host: str
    port: int


def _matching(pattern: str, must_be: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(must_be)
        return text

    return check


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable characters")
    return text


def _whole(value: object) -> int:
    if isinstance(value, Given) and re.fullmatch(r"\d{1,9}", value):
        return int(value)
    if type(value) is not int:
        raise ValueError("must be a whole number")
    return value


def _money(value: object) -> Decimal:
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", value):
        raise ValueError('must be an amount in quotes with at most two decimals, such as "0.05"')
    return Decimal(value)


def _share(value: object) -> Decimal:
    text = value if isinstance(value, Given) else repr(value) if type(value) in {int, float} else ""
    if not re.fullmatch(r"\d(\.\d+)?", text) or Decimal(text) > 1:
        raise ValueError("must be a number from 0 to 1, such as 0.20")
    return Decimal(text)


def _date(value: object) -> dt.date:
    if type(value) is dt.date:
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("must be a date such as 2026-01-01") from None


def _optional_date(value: object) -> dt.date | None:
    return None if value == "" else _date(value)


def _time(value: object) -> dt.time:
    if type(value) is dt.time:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('must be a time of day such as "02:30"')
    return dt.time.fromisoformat(value)


def _timezone(value: object) -> ZoneInfo:
    name = value if isinstance(value, str) else ""
    if name not in (known := available_timezones()):
        raise ValueError(f"must be a time zone such as {nearest(name, known)!r}")
    return ZoneInfo(name)


def _id(value: object) -> object:
    return str(value) if type(value) is int else value


def _list(value: object) -> object:
    return (
        [item.strip() for item in value.strip("[] ").split(",") if item.strip()] if isinstance(value, Given) else value
    )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = bool(parts.hostname) and parts.port != 0 and text.isprintable() and " " not in text
    except ValueError:
        raise ValueError("must be a URL") from None
    if not valid or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be a URL without user, query or fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and _loopback(parts.hostname or "")):
        raise ValueError("must begin with https:// (http:// only for this machine, such as http://127.0.0.1:8080/)")
    return text


def _folder_url(text: str) -> str:
    return _url(text).rstrip("/") + "/"


def _optional_folder_url(text: str) -> str:
    return _folder_url(text) if text else ""


def _listen(value: object) -> Listen | None:
    if value == "":
        return None
    found = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})", value if isinstance(value, str) else "")
    if not found or int(found[3]) > 65535:
        raise ValueError('must be an address and port such as "127.0.0.1:8090", or "" for off')
    return Listen(found[1] or found[2], int(found[3]))


def _absolute(value: object) -> Path:
    if not isinstance(value, str) or not value.startswith("/") or not value.isprintable():
        raise ValueError("must be an absolute path")
    return Path(value)


def _optional_path(value: object) -> Path | None:
    return None if value == "" else _absolute(value)


def _tax_key(text: str) -> str:
    if re.fullmatch(r"group:[0-9A-Za-z_-]+", text):
        return text
    if not re.fullmatch(r"\d{1,2}(\.\d{1,4})?|100", text):
        raise ValueError('must be a VAT percentage such as "20", or "group:" and the id of a VAT group')
    return rate_text(Decimal(text))


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"unknown kind of discrepancy; the nearest is {nearest(text, KINDS)!r}")
    if KINDS[text].policy is Policy.HAND_WORK:
        raise ValueError("this kind is hand-work and takes no policy")
    return text


def _policy(value: object) -> Policy:
    if value not in {Policy.AUTOMATIC, Policy.PERSON, Policy.HOLD}:
        raise ValueError("must be 'automatic', 'person' or 'hold'")
    return Policy(str(value))


def _secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\x21-\x7e]*", secret.get_secret_value()):
        raise ValueError("must be ASCII without spaces and line breaks")
    return secret


def _path_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret.get_secret_value()):
        raise ValueError("must hold letters, digits, - and _ only")
    return secret


def _needed(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value():
        raise ValueError("must not be empty")
    return secret


Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(_printable)]
Needed = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT), AfterValidator(_printable)
]
Whole = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=1_000_000_000)]
Positive = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=1_000_000_000)]
Money = Annotated[Decimal, BeforeValidator(_money)]
Share = Annotated[Decimal, BeforeValidator(_share)]
Day = Annotated[dt.date, BeforeValidator(_date)]
OptionalDay = Annotated[dt.date | None, BeforeValidator(_optional_date)]
TimeOfDay = Annotated[dt.time, BeforeValidator(_time)]
Zone = Annotated[ZoneInfo, BeforeValidator(_timezone)]
Currency = Annotated[str, AfterValidator(_matching(r"[A-Z]{3}", 'must be a currency of three letters such as "GBP"'))]
PracticeId = Annotated[str, AfterValidator(_matching(r"[a-z0-9-]{1,100}", "must hold a-z, 0-9 and - only"))]
Id = Annotated[Needed, BeforeValidator(_id)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_list)]
Url = Annotated[str, AfterValidator(_url)]
FolderUrl = Annotated[str, AfterValidator(_folder_url)]
OptionalFolderUrl = Annotated[str, AfterValidator(_optional_folder_url)]
ListenAddress = Annotated[Listen | None, BeforeValidator(_listen)]
AbsolutePath = Annotated[Path, BeforeValidator(_absolute)]
OptionalPath = Annotated[Path | None, BeforeValidator(_optional_path)]
TaxKey = Annotated[str, AfterValidator(_tax_key)]
Kind = Annotated[str, AfterValidator(_kind)]
KindPolicy = Annotated[Policy, BeforeValidator(_policy)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
PathSecret = Annotated[SecretStr, AfterValidator(_path_secret)]
NeededSecret = Annotated[Secret, AfterValidator(_needed)]
