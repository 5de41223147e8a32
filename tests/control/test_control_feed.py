"""The feed: everybody hears everything in order, and who cannot keep up is told so."""

from __future__ import annotations

from daemon.control.feed import Feed, Signal, Subscription
from daemon.protocol import Closed, Resync


def taken(queue: Subscription) -> list[object]:
    items: list[object] = []
    while not queue.empty():
        items.append(queue.get_nowait())
    return items


def closed(number: int) -> Closed:
    return Closed(id=str(number), practice="p", seq=number)


async def test_every_subscriber_hears_everything_in_order() -> None:
    feed = Feed()
    with feed.subscribe() as one, feed.subscribe() as other:
        for number in range(3):
            feed.publish(closed(number))
        assert taken(one) == taken(other) == [closed(0), closed(1), closed(2)]


async def test_a_slow_subscriber_is_told_to_read_anew_and_the_other_is_not() -> None:
    feed = Feed(queue_max=4)
    with feed.subscribe() as slow, feed.subscribe() as quick:
        heard: list[object] = []
        for number in range(6):
            feed.publish(closed(number))
            heard += taken(quick)
        assert heard == [closed(number) for number in range(6)]
        assert taken(slow) == [Resync(), closed(4), closed(5)]


async def test_the_queue_never_grows_beyond_its_bound() -> None:
    feed = Feed(queue_max=1)
    with feed.subscribe() as slow:
        for number in range(100):
            feed.publish(closed(number))
            assert slow.qsize() <= 1
        assert taken(slow) == [Resync()]


async def test_the_end_reaches_full_queues_and_late_subscribers() -> None:
    feed = Feed(queue_max=2)
    with feed.subscribe() as full:
        feed.publish(closed(1))
        feed.publish(closed(2))
        feed.end()
        assert taken(full) == [Signal.END]
    with feed.subscribe() as late:
        assert taken(late) == [Signal.END]
