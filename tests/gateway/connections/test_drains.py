"""The drain by itself: who is asked to end, when, and how often."""

import asyncio

from gateway.connections.drains import Drain


async def test_streams_are_asked_one_after_another_and_once() -> None:
    drain = Drain()
    asked: list[int] = []
    stays = [drain.stay(lambda number=number: asked.append(number)) for number in range(5)]
    drain.leave(stays[3])

    ending = asyncio.create_task(drain.end_streams(window_s=0.2))
    await asyncio.sleep(0.01)
    drain.stay(lambda: asked.append(9))
    early = len(asked)
    await ending

    assert early < 4
    assert asked == [0, 1, 2, 4, 9]


async def test_whoever_waits_for_the_drain_hears_of_it() -> None:
    drain = Drain()
    waiting = asyncio.create_task(drain.wait())
    await asyncio.sleep(0)

    drain.announce()

    await asyncio.wait_for(waiting, 1)
    assert drain.is_draining
