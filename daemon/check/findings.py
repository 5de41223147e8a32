"""The judgement: everything that is wrong with settings, given what both systems told. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from daemon.check.accounts import judge_accounts
from daemon.check.connection import judge_connection
from daemon.check.methods import judge_methods
from daemon.check.organisation import judge_organisation
from daemon.check.problems import Findings, Level, Problem
from daemon.check.seen import Seen
from daemon.check.vat import judge_vat
from daemon.settings import PracticeSettings, Settings


def findings(settings: Settings, references: Mapping[str, Seen]) -> list[Problem]:
    """All problems, the daemon's own first, then by practice, errors before warnings.

    ``references`` holds what was read of each practice; one that is missing there is judged by its settings alone.
    """
    found = [*_of_daemon(settings), *_shared_books(settings.practices)]
    for name, practice in settings.practices.items():
        found += sorted(_of_practice(name, practice, settings, references.get(name)), key=lambda p: p.level)
    return found


def _of_practice(name: str, practice: PracticeSettings, settings: Settings, seen: Seen | None) -> list[Problem]:
    found = Findings(name)
    _judge_webhooks(found, practice, settings)
    if seen is not None:
        judge_connection(found, practice, seen)
        judge_organisation(found, practice, seen)
        judge_accounts(found, practice, seen)
        judge_vat(found, practice, seen)
        judge_methods(found, practice, seen)
    return found.problems


def _judge_webhooks(found: Findings, practice: PracticeSettings, settings: Settings) -> None:
    secrets = {
        ("xero", "webhook_key"): practice.xero.webhook_key,
        ("provet", "webhook_path"): practice.provet.webhook_path,
    }
    if settings.daemon.webhook_listen is None:
        return
    for path, secret in secrets.items():
        if not secret.get_secret_value():
            text = f"webhook_listen is set, but the secret {found.key(*path)} is missing: its webhooks are refused"
            found.error(text, "put the secret in place (docs/operations.md 2), or turn daemon.webhook_listen off")


def _of_daemon(settings: Settings) -> Iterator[Problem]:
    daemon = settings.daemon
    if daemon.webhook_listen is not None and daemon.webhook_listen == daemon.metrics_listen:
        yield Problem(
            level=Level.ERROR,
            practice="",
            text="daemon.webhook_listen and daemon.metrics_listen name the same address",
            mend="give one of them another port",
        )


def _shared_books(practices: Mapping[str, PracticeSettings]) -> Iterator[Problem]:
    """Two practices must not send the same Provet documents."""
    for (first, one), (second, two) in combinations(practices.items(), 2):
        same_tenant = one.provet.base_url == two.provet.base_url
        mine, theirs = set(one.provet.departments), set(two.provet.departments)
        if same_tenant and (not mine or not theirs or mine & theirs):
            yield Problem(
                level=Level.ERROR,
                practice=second,
                text=f"it shares departments of one Provet with {first}: their documents would be sent twice",
                mend=f"list in provet.departments of {first} and {second} which belong to each",
            )
