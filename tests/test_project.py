"""Promises about the project itself that no linter checks: sizes, places, the map, and money without floats."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 500
CODE = {".py", ".sql", ".tcss", ".toml"}
GENERATED = {"build", "__pycache__"}
PACKAGES = sorted(folder.parent.relative_to(ROOT) for folder in ROOT.glob("daemon/*/__init__.py"))
TOP_LEVEL = [Path(name) for name in ("daemon", "tui", "tests", "bench", "deploy", "docs")]
ACROSS = {"acceptance", "crash", "samples", "scenarios", "simulation", "support"}
"""Folders of tests that mirror no package: whole-product tests, and helpers and data that several use."""
MONEY = [
    *sorted(ROOT.glob("daemon/core/**/*.py")),
    *sorted(ROOT.glob("daemon/provet/mapping*/**/*.py")),
    *sorted(ROOT.glob("daemon/xero/mapping*/**/*.py")),
    *sorted(ROOT.glob("daemon/*/mapping*.py")),
]
INDEX = re.compile(r"--(extra-)?index[-]url|--find[-]links|https?://\S+/simple\b")


def files(folder: Path = ROOT) -> Iterator[Path]:
    """The project's own files: nothing hidden but the scripts of .ci, nothing generated."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and (path.name == ".ci" or path.name[0] != ".") and path.name not in GENERATED:
            yield from files(path) if not path.name.endswith(".egg-info") else ()
        elif path.is_file() and path.name[0] != ".":
            yield path


def floats(source: str) -> list[int]:
    """The lines of a module that write a float or make one."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]


def test_no_file_is_too_long():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files() if path.suffix in CODE
    }
    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize("package", [*PACKAGES, Path("tui")], ids=str)
def test_each_package_has_tests_in_its_mirror(package):
    assert list((ROOT / "tests" / package.name).rglob("test_*.py"))


def test_tests_mirror_the_packages():
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name not in GENERATED}
    assert folders - {package.name for package in PACKAGES} - {"tui", "bench"} - ACROSS == set()


@pytest.mark.parametrize("path", MONEY, ids=lambda path: str(path.relative_to(ROOT)))
def test_money_modules_hold_no_float(path):
    assert floats(path.read_text()) == []


def test_a_float_would_be_found():
    assert floats("a = 1\nb = 1.5\nc = float('1')\nd: float = 1") == [2, 3]


@pytest.mark.parametrize("package", [*PACKAGES, *TOP_LEVEL], ids=str)
def test_the_map_of_the_readme_names_each_package(package):
    assert f"`{package}/`" in (ROOT / "README.md").read_text()


def test_the_map_of_the_readme_names_nothing_that_is_gone():
    named = re.findall(r"^\| `([a-z_./]+)`", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_file_names_a_package_index():
    assert [str(path.relative_to(ROOT)) for path in files() if INDEX.search(path.read_text(errors="replace"))] == []


def test_each_dependency_is_locked_with_a_hash():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==\S+ \\\n {4}--hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE))
    assert {re.split(r"[<>=]", name)[0].strip() for name in wanted} - locked == set()
