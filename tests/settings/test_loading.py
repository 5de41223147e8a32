"""Files that cannot be read, and what tells one state of the settings from another."""

from __future__ import annotations

import pytest

from daemon.errors import Invalid
from daemon.settings import load, settings_hash
from daemon.settings.sources import LARGEST_FILE
from tests.settings.example import MINIMAL, SECRETS, problems_of, settings_of


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"[daemon", "not valid TOML: "),
        (b"a = 1\na = 2", "not valid TOML: "),
        (b'name = "\xff"', "not valid TOML"),
        (b"a = " + b"[" * 20_000, "not valid TOML"),
        (b"#" * (LARGEST_FILE + 1), "not a file of at most 1 MiB"),
    ],
)
def test_a_file_that_is_no_settings_file(tmp_path, content, line):
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        load(path, SECRETS)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}: {line}")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(Invalid) as caught:
        load(tmp_path / "none.toml", SECRETS)
    assert caught.value.problems == (f"{tmp_path}/none.toml: No such file or directory",)


def test_a_folder_is_no_settings_file(tmp_path):
    with pytest.raises(Invalid) as caught:
        load(tmp_path, SECRETS)
    assert caught.value.problems == (f"{tmp_path}: not a file of at most 1 MiB",)


def test_loading_reads_no_environment_but_the_one_given(tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert len(problems_of(tmp_path, MINIMAL, {})) == 2


def test_the_hash_follows_the_settings_and_not_the_secrets(tmp_path):
    def hashed(text, environ=SECRETS):
        return settings_hash(settings_of(tmp_path, text, environ).practices["riverside"])

    first = hashed(MINIMAL)
    assert hashed(MINIMAL, dict.fromkeys(SECRETS, "other")) == first
    assert (
        hashed(
            MINIMAL.replace('"20" = "OUTPUT2"\n"0" = "ZERORATEDOUTPUT"', '"0" = "ZERORATEDOUTPUT"\n"20" = "OUTPUT2"')
        )
        == first
    )
    assert hashed(MINIMAL.replace("OUTPUT2", "OUTPUT3")) != first
