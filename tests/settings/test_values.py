"""Values that are refused, each with one line that says what it must be and never repeats it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.settings.names import dotted, nearest
from tests.settings.example import SECRETS, edited, problems_of, settings_of

BAD = [
    ('name = "Riverside Vets"', "name = 5", "name: must be text in quotes"),
    ('name = "Riverside Vets"', 'name = " "', "name: must not be empty"),
    ('name = "Riverside Vets"', 'name = "a\\u001b[2J"', "name: must be one line of printable characters"),
    ('mode = "auto"', 'mode = "automatic"', "mode: must be 'observe', 'approve' or 'auto'"),
    ('release = "person"', 'release = "never"', "release: must be 'person' or 'automatic'"),
    ("start_date = 2026-01-01", 'start_date = "soon"', "start_date: must be a date such as 2026-01-01"),
    ("start_date = 2026-01-01", "start_date = 2026-01-01T00:00:00", "start_date: must be a date such as 2026-01-01"),
    ('"Europe/London"', '"Europe/Londn"', "timezone: must be a time zone such as 'Europe/London'"),
    ('"Europe/London"', '"../London"', "timezone: must be a time zone"),
    ('currency = "GBP"', 'currency = "gbp"', "currency: must be a currency of three letters"),
    ('rounding_max = "0.05"', "rounding_max = 0.05", "rounding_max: must be an amount in quotes"),
    ('rounding_max = "0.05"', 'rounding_max = "0.051"', "rounding_max: must be an amount in quotes"),
    ('rounding_max = "0.05"', 'rounding_max = "-1"', "rounding_max: must be an amount in quotes"),
    ('money_per_day = "1000000.00"', 'money_per_day = "1e6"', "guards.money_per_day: must be an amount in quotes"),
    ("due_days = 14", 'due_days = "14"', "due_days: must be a whole number"),
    ("due_days = 14", "due_days = true", "due_days: must be a whole number"),
    ("due_days = 14", "due_days = 14.0", "due_days: must be a whole number"),
    ("poll_s = 30", "poll_s = 0", "poll_s: must be greater than or equal to 1"),
    ("rate_scale = 1", "rate_scale = 101", "provet.rate_scale: must be less than or equal to 100"),
    ('full_at = "02:30"', 'full_at = "24:00"', 'full_at: must be a time of day such as "02:30"'),
    ('closed_through = ""', 'closed_through = "March"', "closed_through: must be a date"),
    ("departments = []", 'departments = "1"', "provet.departments: must be a list"),
    ("departments = []", "departments = [true]", "provet.departments.0: must be text in quotes"),
    ("share_max = 0.20", "share_max = 20", "guards.share_max: must be a number from 0 to 1"),
    ("share_max = 0.20", 'share_max = "0.20"', "guards.share_max: must be a number from 0 to 1"),
    (
        '"https://provetcloud.com/54321/api/0.1/"',
        '"http://provetcloud.com/"',
        "provet.base_url: must begin with https://",
    ),
    ('"https://provetcloud.com/54321/api/0.1/"', '"https://a:b@c.d/"', "provet.base_url: must be a URL without user"),
    ('"https://provetcloud.com/54321/api/0.1/"', '"https://c.d/?a=1"', "provet.base_url: must be a URL without user"),
    ('"https://provetcloud.com/54321/api/0.1/"', '"https://c.d:x/"', "provet.base_url: must be a URL"),
    ('"20" = "OUTPUT2"', '"20 %" = "OUTPUT2"', 'tax."20 %": must be a VAT percentage such as "20"'),
    ('"20" = "OUTPUT2"', '"20" = "OUTPUT2"\n"20.0" = "OUTPUT"', "tax: names one percentage twice"),
    ('default = "200"', "default = 200", "accounts.default: must be text in quotes"),
    ('anonymous = "skip"', 'anonymous = "walk_in"', "walk_in_contact: must name a Xero contact"),
    ("write_off_types = []", "write_off_types = [21]", "payments: needs an account for the write-off type 21"),
    (
        "tracking.departments]",
        'tracking.departments]\n"1" = "North"\n',
        "tracking.departments: needs tracking.category",
    ),
    (
        "[practices.riverside.policy]",
        '[practices.riverside.policy]\n"invoice.mising" = "hold"\n',
        "policy.\"invoice.mising\": unknown kind of discrepancy; the nearest is 'invoice.missing'",
    ),
    (
        "[practices.riverside.policy]",
        '[practices.riverside.policy]\n"invoice.missing" = "hand_work"\n',
        "policy.\"invoice.missing\": must be 'automatic', 'person' or 'hold'",
    ),
    (
        "[practices.riverside.policy]",
        '[practices.riverside.policy]\n"payment.reconciled_locked" = "automatic"\n',
        'policy."payment.reconciled_locked": this kind is hand-work',
    ),
]


@pytest.mark.parametrize(("old", "new", "line"), BAD)
def test_a_bad_value_of_a_practice_is_one_line(tmp_path, old, new, line):
    (problem,) = problems_of(tmp_path, edited((old, new)))
    assert problem.startswith(f"practices.riverside.{line}")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('state_dir = "/var/lib/reconciled"', 'state_dir = "state"', "daemon.state_dir: must be an absolute path"),
        ('webhook_listen = ""', 'webhook_listen = "8090"', "daemon.webhook_listen: must be an address and port"),
        ('webhook_listen = ""', 'webhook_listen = "a:65536"', "daemon.webhook_listen: must be an address and port"),
        ('log_level = "info"', 'log_level = "loud"', "daemon.log_level: must be 'debug', 'info', 'warning' or 'error'"),
        ('four_eyes_over = "0.00"', "four_eyes_over = 1.5", "control.four_eyes_over: must be an amount in quotes"),
        ("[practices.riverside", "[practices.River_Side", "practices.River_Side: must hold a-z, 0-9 and - only"),
    ],
)
def test_a_bad_value_elsewhere_is_named(tmp_path, old, new, line):
    assert any(problem.startswith(line) for problem in problems_of(tmp_path, edited((old, new))))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/api/", "http://localhost:1/", "http://[::1]:9/"])
def test_plain_http_is_for_this_machine(tmp_path, url):
    assert problems_of(tmp_path, edited(('"https://api.xero.com/api.xro/2.0/"', f'"{url}"'))) == ()


@pytest.mark.parametrize("url", ["http://127.0.0.1.example/", "http://10.0.0.1/", "ftp://localhost/", "https:///x"])
def test_plain_http_elsewhere_is_refused(tmp_path, url):
    (problem,) = problems_of(tmp_path, edited(('"https://api.xero.com/api.xro/2.0/"', f'"{url}"')))
    assert problem.startswith("practices.riverside.xero.base_url: must be")


def test_toml_has_words_of_its_own_for_times_and_whole_amounts(tmp_path):
    text = edited(('full_at = "02:30"', "full_at = 04:15:00"), ('four_eyes_over = "0.00"', "four_eyes_over = 250"))
    settings = settings_of(tmp_path, text)
    assert settings.practices["riverside"].full_at == dt.time(4, 15)
    assert settings.control.four_eyes_over == Decimal(250)


def test_a_webhook_path_is_one_part_of_a_url(tmp_path):
    environ = SECRETS | {"RECONCILED_PRACTICES__RIVERSIDE__PROVET__WEBHOOK_PATH": "a/../b"}
    (problem,) = problems_of(tmp_path, edited(), environ)
    assert problem == "practices.riverside.provet.webhook_path: must hold letters, digits, - and _ only"


@pytest.mark.parametrize("secret", ["two words", "line\nbreak", "naïve", "\x1b[2J"])
def test_a_secret_that_no_header_takes_is_refused_without_showing_it(tmp_path, secret):
    environ = SECRETS | {"RECONCILED_PRACTICES__RIVERSIDE__XERO__CLIENT_SECRET": secret}
    (problem,) = problems_of(tmp_path, edited(), environ)
    assert problem == "practices.riverside.xero.client_secret: must be ASCII without spaces and line breaks"


def test_an_empty_secret_is_refused(tmp_path):
    environ = SECRETS | {"RECONCILED_PRACTICES__RIVERSIDE__XERO__CLIENT_SECRET": ""}
    assert problems_of(tmp_path, edited(), environ) == ("practices.riverside.xero.client_secret: must not be empty",)


@given(st.text(min_size=1))
def test_a_path_of_keys_is_one_printable_line(key):
    assert dotted(("practices", key)).isprintable()


@given(st.text(), st.sets(st.text(), min_size=1))
def test_the_nearest_name_is_one_of_the_names(name, names):
    assert nearest(name, names) in names
