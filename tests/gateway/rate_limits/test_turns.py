"""Turns: one piece of work at a time, callers in rotation, and a rest after each piece; steps are counted, not timed."""

import asyncio
from collections.abc import Callable

import pytest

from gateway.rate_limits import turns as turns_module
from gateway.rate_limits.turns import LONGEST_REST_S, TooManyWaitingError, Turns


class WorkClock:
    """Seconds that pass only while a piece of work runs, or when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> WorkClock:
    return WorkClock()


async def work(
    turns: Turns, caller: str, log: list[str], *, during: Callable[[], None] = lambda: None
) -> None:
    async with turns.turn(caller):
        during()
        log.append(caller)


async def loop_turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_work_that_nobody_waits_before_begins_without_waiting(clock: WorkClock) -> None:
    log: list[str] = []

    with pytest.raises(StopIteration):
        work(Turns(clock=clock), "a", log).send(None)  # a step that waits would return here

    assert log == ["a"]


async def test_one_piece_runs_in_a_turn_of_the_loop(clock: WorkClock) -> None:
    turns, log, most = Turns(clock=clock), list[str](), 0
    tasks = [asyncio.create_task(work(turns, "a", log)) for _ in range(100)]

    while not all(task.done() for task in tasks):
        before = len(log)
        await asyncio.sleep(0)
        most = max(most, len(log) - before)

    assert (len(log), most) == (100, 1)


async def test_a_caller_with_one_piece_waits_for_one_of_a_caller_with_hundreds(clock: WorkClock) -> None:
    turns, log = Turns(clock=clock), list[str]()
    flood = [asyncio.create_task(work(turns, "flood", log)) for _ in range(200)]
    await loop_turns(3)
    before = len(log)

    await asyncio.gather(*(work(turns, name, log) for name in ("a", "b")))

    assert set(log[before:]) == {"flood", "a", "b"}
    assert log[before:].count("flood") <= 3
    await asyncio.gather(*flood)


@pytest.mark.parametrize(("seconds", "rest"), [(0.04, 3 * 0.04), (60.0, LONGEST_REST_S)])
async def test_after_work_the_loop_is_free_three_times_as_long(
    clock: WorkClock, seconds: float, rest: float
) -> None:
    turns, log = Turns(clock=clock), list[str]()

    def take_long() -> None:
        clock.now += seconds

    await work(turns, "a", log, during=take_long)
    waiting = asyncio.create_task(work(turns, "b", log))
    clock.now += rest - 0.01
    turns._grant()
    await loop_turns(20)
    early = list(log)
    clock.now += 0.02
    turns._grant()
    await waiting

    assert (early, log) == (["a"], ["a", "b"])


async def test_a_cancelled_piece_passes_its_turn_on(clock: WorkClock) -> None:
    turns, log = Turns(clock=clock), list[str]()
    tasks = [asyncio.create_task(work(turns, "a", log)) for _ in range(3)]
    async with turns.turn("a"):
        await loop_turns(1)
        tasks[0].cancel()
    await loop_turns(1)  # the second has its turn by now, and has not run
    tasks[1].cancel()

    await asyncio.gather(*tasks, return_exceptions=True)

    assert log == ["a"]
    await work(turns, "b", log)
    assert log == ["a", "b"]


async def test_a_piece_that_fails_ends_its_turn(clock: WorkClock) -> None:
    turns, log = Turns(clock=clock), list[str]()

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work(turns, "a", log, during=fail)

    await work(turns, "b", log)
    assert log == ["b"]


async def test_so_many_pieces_may_wait_and_no_more(clock: WorkClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "MOST_WAITING_OF_A_CALLER", 3)
    turns, log = Turns(clock=clock), list[str]()
    tasks = []

    async with turns.turn("a"):
        tasks = [asyncio.create_task(work(turns, "a", log)) for _ in range(5)]
        await loop_turns(1)
        other = asyncio.create_task(work(turns, "b", log))
        await loop_turns(1)

    results = await asyncio.gather(*tasks, other, return_exceptions=True)
    assert [type(result) for result in results].count(TooManyWaitingError) == 2
    assert sorted(log) == ["a", "a", "a", "b"]
