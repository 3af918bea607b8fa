"""Drain: which streams are asked to end, when, and how often."""

import asyncio

from gateway.connections.drain import Drain


async def test_streams_are_asked_to_end_one_after_another_and_once() -> None:
    drain = Drain()
    asked: list[int] = []
    handles = [drain.enter(lambda number=number: asked.append(number)) for number in range(5)]
    drain.leave(handles[3])

    ending = asyncio.create_task(drain.end_streams(window_s=0.2))
    await asyncio.sleep(0.01)
    drain.enter(lambda: asked.append(9))
    early = len(asked)
    await ending

    assert early < 4
    assert asked == [0, 1, 2, 4, 9]


async def test_announcing_the_drain_wakes_waiting_tasks() -> None:
    drain = Drain()
    waiting = asyncio.create_task(drain.wait())
    await asyncio.sleep(0)

    drain.announce()

    await asyncio.wait_for(waiting, 1)
    assert drain.is_draining
