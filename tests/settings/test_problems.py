"""Everything that is wrong is said at once, with paths and advice and without values."""

from __future__ import annotations

import pytest

from daemon.errors import Invalid
from daemon.settings import load
from tests.settings.example import MINIMAL, SECRETS, edited, problems_of


def test_all_problems_come_at_once(tmp_path):
    text = edited(
        ('mode = "auto"', 'mood = "auto"'),
        ("due_days = 14", 'due_days = "14"'),
        ("[practices.riverside.guards]", "[practices.riverside.gards]"),
        ("state_dir", "statedir"),
    )
    environ = {"RECONCILED_PRACTICES__RIVERSID__NAME": "x", "RECONCILED_DAEMONS__SOCKET": "/x"}
    problems = problems_of(tmp_path, text, environ)
    assert [problem.partition(":")[0] for problem in problems] == [
        "practices__riversid__name",
        "daemon.statedir",
        "practices.riverside.due_days",
        "practices.riverside.provet.client_secret",
        "practices.riverside.xero.client_secret",
        "practices.riverside.mood",
        "practices.riverside.gards",
        "daemons",
    ]
    assert "practices.riverside.mood: unknown key; the nearest is 'mode'" in problems
    assert "practices.riverside.gards: unknown key; the nearest is 'guards'" in problems
    assert "daemon.statedir: unknown key; the nearest is 'state_dir'" in problems
    assert "daemons: unknown key; the nearest is 'daemon'" in problems
    assert "practices__riversid__name: the settings file has no such practice; the nearest is 'riverside'" in problems


def test_a_missing_secret_says_where_it_goes(tmp_path):
    problems = problems_of(tmp_path, MINIMAL.replace("riverside", "north-road"), {})
    assert len(problems) == 2
    assert problems[1].startswith("practices.north-road.xero.client_secret: missing secret; ")
    assert "RECONCILED_PRACTICES__NORTH_ROAD__XERO__CLIENT_SECRET" in problems[1]
    assert "practices__north_road__xero__client_secret" in problems[1]


@pytest.mark.parametrize(
    ("system", "key"),
    [
        ("provet", "client_secret"),
        ("provet", "webhook_path"),
        ("xero", "client_secret"),
        ("xero", "webhook_key"),
        ("xero", "refresh_token"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path, system, key):
    text = edited((f"[practices.riverside.{system}] ", f'[practices.riverside.{system}]\n{key} = "hunter2"\n'))
    (problem,) = problems_of(tmp_path, text)
    assert problem.startswith(f"practices.riverside.{system}.{key}: a secret must not stand in this file; ")
    assert f"practices__riverside__{system}__{key}" in problem
    assert "hunter2" not in problem


def test_an_empty_webhook_path_may_stand_in_the_file(tmp_path):
    text = edited(("[practices.riverside.provet] ", '[practices.riverside.provet]\nwebhook_path = ""\n'))
    assert problems_of(tmp_path, text) == ()


def test_no_error_holds_a_secret(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(edited(("due_days = 14", 'due_days = "hunter1"')))
    environ = dict.fromkeys(SECRETS, "hunter2 with a space")
    with pytest.raises(Invalid) as caught:
        load(path, environ)
    assert len(caught.value.problems) == 3
    assert "hunter" not in repr((caught.value, caught.value.problems, caught.value.__cause__))


def test_settings_show_no_secret(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(MINIMAL)
    settings = load(path, SECRETS)
    assert "xero-secret" not in repr(settings)
    assert "xero-secret" not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("practices = 5", "practices: must be a table"),
        ("[practices]", "practices: must not be empty"),
        ("", "practices: missing value"),
        ("[practices]\nriverside = 5", "practices.riverside: must be a table"),
        ('[practices]\n"\\u001b" = 5', 'practices."\\u001b": must hold a-z, 0-9 and - only'),
        ("[practices.riverside]\nprovet = 5", "practices.riverside.provet: must be a table"),
        ("[practices.riverside.tax.20]\n", "practices.riverside.tax.20: must be text in quotes"),
        ("[practices.xero]\nnme = 5", "practices.xero.nme: unknown key; the nearest is 'name'"),
    ],
)
def test_a_wrong_shape_is_named_by_its_path(tmp_path, table, line):
    assert line in problems_of(tmp_path, table, {})
