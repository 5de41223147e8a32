"""Whole cycles of the real daemon in one process, under a virtual clock."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from daemon.errors import StoreUnavailable
from tests.desk.office import ANN
from tests.support.workshop import workshop


async def test_one_cycle_brings_a_tidy_clinic_into_xero_without_a_socket_or_a_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    async with workshop(tmp_path) as shop:
        await shop.settle_down(full=True)
        status = (await shop.app.desk.status()).practices[0]
        assert (status.state, status.residual, status.open_total) == ("in_sync", "0.00", 0)
        assert sum("Invoices" in write for write in shop.writes("xero")) >= 2
        assert threading.active_count() == before


async def test_a_second_comparison_writes_nothing(tmp_path: Path) -> None:
    async with workshop(tmp_path) as shop:
        await shop.settle_down(full=True)
        written = shop.writes("xero"), shop.writes("provet")
        await shop.settle_down(full=True)
        assert (shop.writes("xero"), shop.writes("provet")) == written


@pytest.mark.parametrize("mode", ["observe", "approve"])
async def test_nothing_is_written_without_a_person_unless_the_mode_is_auto(tmp_path: Path, mode: str) -> None:
    async with workshop(tmp_path, change=lambda text: text.replace('mode = "auto"', f'mode = "{mode}"')) as shop:
        await shop.settle_down(full=True)
        assert shop.writes("xero") == shop.writes("provet") == []
        assert len(await shop.found(kind="invoice.missing")) > 50


async def test_nothing_is_written_before_the_first_comparison_is_released(tmp_path: Path) -> None:
    async with workshop(tmp_path, change=lambda text: text.replace('"automatic"', '"person"')) as shop:
        await shop.settle_down(full=True)
        assert shop.writes("xero") == []
        assert (await shop.app.desk.status()).practices[0].state == "awaiting_release"


async def test_a_full_disk_stops_writes_to_both_systems_and_is_survived(tmp_path: Path) -> None:
    async with workshop(tmp_path) as shop:
        db = shop.app.db
        write = db.write

        async def refuse(_: object) -> None:
            raise StoreUnavailable("database or disk is full", hint="free some space")

        db.write = refuse  # type: ignore[method-assign,assignment]
        await shop.clock.drive(shop.engine.turn())
        assert shop.writes("xero") == shop.writes("provet") == []
        assert "disk is full" in shop.engine.practice.fault
        db.write = write  # type: ignore[method-assign]
        await shop.settle_down(full=True)
        assert (await shop.app.desk.status()).practices[0].state == "in_sync"


async def test_a_pause_in_the_middle_of_an_import_stops_it_before_its_next_request(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=60, invoices=300) as shop:
        answered = shop.engine.practice.xero.send
        sent = 0

        async def pausing(*arguments: object, **named: object) -> object:
            nonlocal sent
            sent += 1
            if sent == 3:
                await shop.app.desk.pause("riverside", "a look at the books", ANN)
            return await answered(*arguments, **named)  # type: ignore[arg-type]

        shop.engine.practice.xero.send = pausing  # type: ignore[method-assign,assignment]
        await shop.settle_down(full=True)
        assert 3 <= sent < 3 + 4
        assert (await shop.app.desk.status()).practices[0].state == "paused"
        await shop.app.desk.resume("riverside", ANN)
        await shop.settle_down()
        assert (await shop.app.desk.status()).practices[0].state == "in_sync"
