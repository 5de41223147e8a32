"""What a person set stays set, and a broken file is no trouble."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.protocol import ListQuery
from tests.tui.details import NOW
from tui.desk import Desk
from tui.remembered import Keeper, Memory, ViewMemory, memory_path, recall, remember
from tui.screens.discrepancies import Discrepancies
from tui.world import World

PLACE = ("discrepancies", "riverside")


def test_what_is_remembered_is_recalled(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "ui.json"
    memory = Memory(theme="nord").with_view(PLACE, ViewMemory(sort="age", descending=False, filter="kind:payment"))
    remember(path, memory)
    assert recall(path) == memory
    assert recall(path).view(PLACE).filter == "kind:payment"
    assert recall(path).view(("discrepancies", "")) == ViewMemory()
    assert [each.name for each in path.parent.iterdir()] == ["ui.json"]


async def test_a_view_is_remembered_by_its_daemon(tmp_path: Path) -> None:
    world = World(utc=lambda: NOW, pause=lambda _: None, sleep=asyncio.sleep)
    one, other = (
        Discrepancies(Desk(f"/run/{name}.sock", world, Keeper(tmp_path / "ui.json")), ListQuery(), "all")
        for name in ("one", "other")
    )
    for view in (one, other):
        view.place = PLACE
    one.remember(ViewMemory(filter="kind:payment"))
    again = Discrepancies(Desk("/run/one.sock", world, Keeper(tmp_path / "ui.json")), ListQuery(), "all")
    again.place = PLACE
    assert again.memory.filter == "kind:payment"
    assert other.memory == ViewMemory()


def test_a_place_of_any_length_can_be_remembered(tmp_path: Path) -> None:
    place = (*PLACE, "/run/" + "x" * 300)
    remember(tmp_path / "ui.json", Memory().with_view(place, ViewMemory(sort="age")))
    assert recall(tmp_path / "ui.json").view(place).sort == "age"


@given(st.binary(max_size=200))
def test_rubbish_is_an_empty_memory(tmp_path_factory: pytest.TempPathFactory, rubbish: bytes) -> None:
    path = tmp_path_factory.mktemp("ui") / "ui.json"
    path.write_bytes(rubbish)
    assert isinstance(recall(path), Memory)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", '{"theme": 7}', '{"views": {"a b": {"sort": "x' + "y" * 999 + '"}}}', "[" * 60_000]
)
def test_wrong_values_are_an_empty_memory(tmp_path: Path, text: str) -> None:
    (tmp_path / "ui.json").write_text(text)
    assert recall(tmp_path / "ui.json") == Memory()


def test_what_a_newer_program_wrote_beside_it_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "ui.json").write_text('{"theme": "nord", "new": 1}')
    assert recall(tmp_path / "ui.json") == Memory(theme="nord")


def test_a_folder_that_cannot_be_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remember(tmp_path / "file" / "ui.json", Memory(theme="nord"))
    assert recall(tmp_path / "file" / "ui.json") == Memory()


def test_it_is_bounded() -> None:
    memory = Memory()
    for number in range(1000):
        memory = memory.with_view(("list", str(number)), ViewMemory(sort="age"))
    assert len(msgspec.json.encode(memory)) < 64 * 1024
    assert memory.view(("list", "999")).sort == "age"


@pytest.mark.parametrize(
    ("env", "path"),
    [
        ({"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/reconcile/ui.json"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/reconcile/ui.json"),
        ({"HOME": "/h"}, "/h/.local/state/reconcile/ui.json"),
    ],
)
def test_it_lives_where_the_specification_says(env: dict[str, str], path: str) -> None:
    assert memory_path(env) == Path(path)
