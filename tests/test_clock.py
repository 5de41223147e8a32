"""The machine's own drivers keep what the ports promise."""

from __future__ import annotations

import threading
from datetime import UTC, timedelta

from daemon.clock import SystemClock, new_id, offload
from daemon.ports import Clock, NewId, Offload


async def test_time_is_aware_and_passes():
    clock: Clock = SystemClock()
    before, began = clock.utc(), clock.monotonic()
    await clock.sleep(0.001)
    assert before.tzinfo is UTC
    assert clock.monotonic() - began >= 0.001
    assert timedelta(0) <= clock.utc() - before < timedelta(minutes=1)


async def test_work_off_the_loop_runs_in_another_thread():
    run: Offload = offload
    assert await run(threading.get_ident) != threading.get_ident()


def test_ids_differ():
    fresh: NewId = new_id
    ids = {fresh() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(each) for each in ids} == {36}
