"""Webhooks are retried as each system would, on an injected clock."""

from __future__ import annotations

from random import Random

import pytest

from daemon.sandbox.delivery import PROVET_GAPS_S, Delivery
from daemon.sandbox.faults import WebhookFaults
from daemon.sandbox.system import Webhook
from tests.sandbox.echo import HandClock, Postman

URL = "http://127.0.0.1:9/hook"


def delivery(clock: HandClock, post: Postman, faults: WebhookFaults | None = None) -> Delivery:
    return Delivery(post, clock=clock, rng=Random(11), faults=lambda: faults or WebhookFaults())


def owed(*bodies: bytes, url: str = URL) -> list[Webhook]:
    return [Webhook(url, {}, body) for body in bodies]


async def test_deliveries_keep_their_order_and_end_with_200(clock: HandClock) -> None:
    post = Postman()
    queue = delivery(clock, post)
    queue.enqueue("xero", owed(b"1", b"2", b"3"))
    await queue.deliver_due()
    clock.move(86_400)
    await queue.deliver_due()
    assert post.got == [b"1", b"2", b"3"]
    assert queue.pending() == []


async def test_xero_tries_at_once_and_then_every_quarter_of_an_hour(clock: HandClock) -> None:
    post = Postman(None, 500, 204)
    queue = delivery(clock, post)
    queue.enqueue("xero", owed(b"1"))
    await queue.deliver_due()
    await queue.deliver_due()
    assert len(post.got) == 2
    clock.move(899)
    await queue.deliver_due()
    assert len(post.got) == 2
    clock.move(1)
    await queue.deliver_due()
    assert len(post.got) == 3
    clock.move(900)
    await queue.deliver_due()
    assert (len(post.got), queue.pending()) == (4, [])


@pytest.mark.parametrize(("system", "tries"), [("provet", 10), ("xero", 98)])
async def test_each_system_gives_up_in_the_end(clock: HandClock, system: str, tries: int) -> None:
    post = Postman(*[503] * 200)
    queue = delivery(clock, post)
    queue.enqueue(system, owed(b"1"))
    for _ in range(150):
        await queue.deliver_due()
        clock.move(max(PROVET_GAPS_S))
    assert (len(post.got), queue.given_up) == (tries, 1)


async def test_provet_waits_longer_each_time(clock: HandClock) -> None:
    queue = delivery(clock, Postman(*[500] * 20))
    queue.enqueue("provet", owed(b"1"))
    waits = []
    for _ in PROVET_GAPS_S:
        await queue.deliver_due()
        waits.append((queue.pending()[0].due - clock.now).total_seconds())
        clock.move(waits[-1])
    assert waits == sorted(set(waits))


async def test_disorder_doubles_overtakes_and_loses(clock: HandClock) -> None:
    post = Postman()
    queue = delivery(clock, post, WebhookFaults(duplicate=0.3, reorder=0.3, lose=0.3))
    sent = [str(n).encode() for n in range(40)]
    queue.enqueue("xero", owed(*sent))
    for _ in range(10):
        await queue.deliver_due()
        clock.move(1)
    firsts = list(dict.fromkeys(post.got))
    assert len(post.got) > len(firsts)
    assert set(firsts) < set(sent)
    assert firsts != sorted(firsts, key=sent.index)


async def test_nothing_leaves_the_machine(clock: HandClock) -> None:
    post = Postman()
    queue = delivery(clock, post)
    queue.enqueue("provet", owed(b"1", url="http://198.51.100.7/hook"))
    await queue.deliver_due()
    assert post.got == []


async def test_what_is_owed_survives_a_restart(clock: HandClock) -> None:
    first = delivery(clock, Postman(500))
    first.enqueue("provet", owed(b"1"))
    await first.deliver_due()
    post = Postman()
    second = delivery(clock, post)
    second.restore(first.pending())
    await second.deliver_due()
    assert post.got == []
    clock.move(PROVET_GAPS_S[0])
    await second.deliver_due()
    assert post.got == [b"1"]


async def test_the_check_of_an_address_is_not_repeated(clock: HandClock) -> None:
    post = Postman(401)
    queue = delivery(clock, post)
    queue.enqueue("xero", owed(b'{"events":[],"firstEventSequence":0}'))
    await queue.deliver_due()
    assert (len(post.got), queue.pending()) == (1, [])


async def test_a_delivery_under_way_is_still_owed(clock: HandClock) -> None:
    seen = []

    async def post(webhook: Webhook) -> int | None:
        seen.append([pending.body for pending in queue.pending()])
        return 200

    queue = Delivery(post, clock=clock, rng=Random(11), faults=WebhookFaults)
    queue.enqueue("xero", owed(b"1", b"2"))
    await queue.deliver_due()
    assert seen == [[b"1", b"2"], [b"2"]]
    assert queue.pending() == []
