"""Budgets never let more through than the remote side counts, let urgent calls pass, and learn from answers."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress

import pytest

from daemon.errors import RateLimited
from daemon.ports import Request, Response
from daemon.transport.budget import PROBE_S
from daemon.transport.budgets import Budget, Budgets, Windows, XeroLimits, page_weight, provet_limit, retry_after_s
from daemon.transport.call import Call, Priority
from tests.transport.virtual_clock import VirtualClock

REQUEST = Request("GET", "https://example.test/")


def call(priority: Priority = Priority.POLL, endpoint: str = "", weight: int = 1) -> Call:
    return Call(REQUEST, priority, endpoint, weight)


async def spend(clock: VirtualClock, budget: Budget, at: list[tuple[float, int]], one: Call, lasts_s: float) -> None:
    async with budget.slot(one):
        sent = clock.now
        await clock.sleep(lasts_s)
        at.append((sent + lasts_s / 2, one.weight))


def worst_minute(at: list[tuple[float, int]]) -> int:
    return max(sum(weight for moment, weight in at if start <= moment < start + 60) for start, _ in at)


async def test_no_minute_ever_sees_more_calls_than_allowed() -> None:
    seed = 20261122
    print("seed", seed)
    chance = random.Random(seed)
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits(concurrent=5))
    at: list[tuple[float, int]] = []
    work = [spend(clock, budget, at, call(), chance.choice([0.05, 0.4, 9.0])) for _ in range(400)]
    await clock.drive(asyncio.gather(*work))
    assert len(at) == 400
    assert worst_minute(at) <= 60
    assert clock.now - 1000 < 400 / 60 * 60 * 1.2, "the budget is used, not merely kept"


async def test_no_more_calls_in_flight_than_allowed() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits(concurrent=3))
    flying = highest = 0

    async def one() -> None:
        nonlocal flying, highest
        async with budget.slot(call()):
            flying += 1
            highest = max(highest, flying)
            await clock.sleep(1)
            flying -= 1

    await clock.drive(asyncio.gather(*(one() for _ in range(12))))
    assert highest == 3


async def test_corrections_overtake_everything_that_waits() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits(calls_per_minute=2, concurrent=1))
    order: list[str] = []

    async def one(name: str, priority: Priority) -> None:
        async with budget.slot(call(priority)):
            order.append(name)
            await clock.sleep(0.1)

    names = [("full", Priority.FULL), ("poll", Priority.POLL), ("hint", Priority.HINT), ("fix", Priority.CORRECTION)]
    first = [one(f"early poll {n}", Priority.POLL) for n in range(2)]
    await clock.drive(asyncio.gather(*first, *(one(name, priority) for name, priority in names)))
    assert order == ["early poll 0", "fix", "hint", "early poll 1", "poll", "full"]


async def test_a_waiter_that_gives_up_leaves_its_place() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits(calls_per_minute=1, concurrent=1))
    done: list[str] = []

    async def one(name: str) -> None:
        async with budget.slot(call()):
            done.append(name)

    async def story() -> None:
        await one("first")
        waiting = asyncio.ensure_future(one("given up"))
        last = asyncio.ensure_future(one("last"))
        await asyncio.sleep(0)
        waiting.cancel()
        await last

    await clock.drive(story())
    assert done == ["first", "last"]


def test_provet_counts_by_endpoint_and_page_size() -> None:
    assert (provet_limit("GET invoice"), provet_limit("GET invoice/id")) == (60, 250)
    assert (provet_limit("GET vatgroup"), provet_limit("GET vatgroup/id")) == (100, 300)
    assert provet_limit("POST invoicepayment/id/cancel_payment") == 100
    assert provet_limit("POST phonenumber") == 300
    assert [page_weight(size) for size in (1, 50, 51, 200, 1000)] == [1, 1, 2, 4, 20]


async def test_endpoints_do_not_wait_for_each_other() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).provet("https://p/", "app", 1)
    invoices: list[tuple[float, int]] = []
    clients: list[tuple[float, int]] = []
    work = [spend(clock, budget, invoices, call(endpoint="GET invoice", weight=4), 0.1) for _ in range(40)]
    work += [spend(clock, budget, clients, call(endpoint="GET client"), 0.1) for _ in range(20)]
    await clock.drive(asyncio.gather(*work))
    assert worst_minute(invoices) <= 60
    assert max(moment for moment, _ in clients) < 1010 < max(moment for moment, _ in invoices)


async def test_a_call_heavier_than_its_limit_still_goes() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).provet("https://p/", "app", 0.05)
    at: list[tuple[float, int]] = []
    await clock.drive(spend(clock, budget, at, call(endpoint="GET invoice", weight=20), 0.1))
    assert len(at) == 1


async def test_the_remote_count_is_believed_when_it_is_lower() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits())
    headers = {"x-minlimit-remaining": "3", "x-daylimit-remaining": "4000"}
    async with budget.slot(call()):
        budget.learn(call(), Response(200, headers, b"12345"))
    usage = budget.usage()
    assert (usage.minute_left, usage.day_left, usage.calls_today, usage.bytes_today) == (3, 4000, 1, 5)


async def test_a_429_closes_until_its_time_has_come() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits())
    refused = Response(429, {"retry-after": "26", "x-rate-limit-problem": "minute"})
    budget.learn(call(), refused)
    at: list[tuple[float, int]] = []
    await clock.drive(spend(clock, budget, at, call(Priority.CORRECTION), 0.0))
    assert at[0][0] == pytest.approx(1026)


async def test_a_long_wait_is_refused_at_once() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits())
    budget.learn(call(), Response(429, {"retry-after": "66975", "x-rate-limit-problem": "day"}))
    with pytest.raises(RateLimited) as caught:
        await clock.drive(spend(clock, budget, [], call(), 0.0))
    assert caught.value.retry_after_s > 60_000


async def test_the_end_of_the_day_is_kept_for_corrections() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits())
    async with budget.slot(call()):
        budget.learn(call(), Response(200, {"x-daylimit-remaining": "200"}))
    with pytest.raises(RateLimited):
        await clock.drive(spend(clock, budget, [], call(Priority.POLL), 0.0))
    at: list[tuple[float, int]] = []
    await clock.drive(spend(clock, budget, at, call(Priority.CORRECTION), 0.0))
    assert len(at) == 1


async def test_an_exhausted_day_is_probed_now_and_then() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits())
    async with budget.slot(call()):
        budget.learn(call(), Response(200, {"x-daylimit-remaining": "0"}))
    await clock.drive(spend(clock, budget, [], call(Priority.HINT), 0.0))
    with pytest.raises(RateLimited):
        await clock.drive(spend(clock, budget, [], call(Priority.HINT), 0.0))
    clock.now += PROBE_S
    await clock.drive(spend(clock, budget, [], call(Priority.HINT), 0.0))


async def test_organisations_of_one_app_have_their_own_minutes() -> None:
    clock = VirtualClock()
    budgets = Budgets(clock)
    one = budgets.xero("https://x/", "app", "one", XeroLimits())
    two = budgets.xero("https://x/", "app", "two", XeroLimits())
    assert one is budgets.xero("https://x/", "app", "one", XeroLimits())
    one.learn(call(), Response(429, {"retry-after": "30", "x-rate-limit-problem": "minute"}))
    at: list[tuple[float, int]] = []
    await clock.drive(spend(clock, two, at, call(), 0.0))
    assert at[0][0] == 1000
    one.learn(call(), Response(429, {"retry-after": "30", "x-rate-limit-problem": "appminute"}))
    await clock.drive(spend(clock, two, at, call(), 0.0))
    assert at[1][0] == pytest.approx(1030)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"x-rate-limit-problem": "concurrent"}, 1.0),
        ({"x-rate-limit-problem": "DayLimit"}, 3600.0),
        ({"retry-after": "-5"}, 60.0),
        ({"retry-after": "٣"}, 60.0),
        ({"retry-after": "9" * 40}, 60.0),
        ({}, 60.0),
    ],
)
def test_how_long_a_429_asks_to_wait(headers: dict[str, str], expected: float) -> None:
    assert retry_after_s(Response(429, headers)) == expected


async def test_today_begins_at_midnight_utc() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).provet("https://p/", "app", 1)
    budget.learn(call(endpoint="GET client"), Response(200, {}, b"abc"))
    assert (budget.usage().calls_today, budget.usage().bytes_today) == (1, 3)
    clock.now += 16 * 3600
    assert (budget.usage().calls_today, budget.usage().bytes_today) == (0, 0)


async def test_after_a_refused_minute_calls_go_on_when_retry_after_says() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits())
    refusal = {"retry-after": "1", "x-minlimit-remaining": "0", "x-rate-limit-problem": "minute"}
    budget.learn(call(), Response(429, refusal, b""))
    began = clock.now
    at: list[tuple[float, int]] = []
    await clock.drive(spend(clock, budget, at, call(Priority.CORRECTION), 0.0))
    assert 1 <= clock.now - began < 2


class Kept:
    """What a store would keep: blocks noted, by the window's name."""

    def __init__(self) -> None:
        self.noted: Counter[str] = Counter()
        self.times = 0

    async def note(self, name: str, weight: int) -> None:
        self.noted[name] += weight
        self.times += 1


async def test_no_call_is_made_before_it_is_noted() -> None:
    clock, kept = VirtualClock(), Kept()
    budget = Budgets(clock, Windows(clock, kept.note)).xero("https://x/", "app", "tenant", XeroLimits())
    made = 0

    async def one() -> None:
        nonlocal made
        async with budget.slot(call()):
            made += 1
            assert made <= kept.noted["xero https://x/ app tenant"]
            await clock.sleep(0.1)

    await clock.drive(asyncio.gather(*(one() for _ in range(100))))
    assert kept.noted["xero https://x/ app tenant"] <= 110
    assert kept.times <= 20, "blocks are noted, not calls"


async def test_what_an_earlier_process_spent_counts_from_the_start_not_from_the_first_call_of_its_kind() -> None:
    clock = VirtualClock()
    spent = {"provet https://p/ app GET client": 125}
    budget = Budgets(clock, Windows(clock, spent=spent)).provet("https://p/", "app", 1)
    began = clock.monotonic()
    clock.now += 50
    at: list[tuple[float, int]] = []
    await clock.drive(spend(clock, budget, at, call(endpoint="GET client"), 0.0))
    assert 60 <= at[0][0] - began < 61


async def test_a_poll_probes_an_exhausted_day_too() -> None:
    clock = VirtualClock()
    budget = Budgets(clock).xero("https://x/", "app", "tenant", XeroLimits())
    async with budget.slot(call()):
        budget.learn(call(), Response(200, {"x-daylimit-remaining": "0"}))
    at: list[tuple[float, int]] = []
    for wait_s, probes in ((0.0, 0), (PROBE_S, 1), (0.0, 1), (PROBE_S, 2)):
        clock.now += wait_s
        with suppress(RateLimited):
            await clock.drive(spend(clock, budget, at, call(Priority.POLL), 0.0))
        assert len(at) == probes
