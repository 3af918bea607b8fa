"""Deadlines: what is overdue ends as by `asyncio.timeout`, with one timer for all."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from graph.deadlines import LATE_S, Deadline, Deadlines

ALLOWED_S = 10.0
SHORT_S = 0.02
LONG_S = 60.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What deadlines are measured by; it stands still until a test moves it."""
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr("graph.deadlines.monotonic", lambda: clock.now)
    return clock


async def within(deadlines: Deadlines, seconds: float = LONG_S) -> str:
    with deadlines.one():
        await asyncio.sleep(seconds)
    return "in time"


async def start(work: Awaitable[Any]) -> "asyncio.Task[Any]":
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    return task  # type: ignore[return-value]


async def outcome(task: "asyncio.Task[Any]") -> Any:
    """Return what a task ends with: its result, or the class of what it raised."""
    await asyncio.wait([task], timeout=5)
    if task.cancelled():
        return asyncio.CancelledError
    return type(task.exception()) if task.exception() else task.result()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(LATE_S / 2)


async def test_what_ends_in_time_ends_as_it_does() -> None:
    deadlines = Deadlines(ALLOWED_S)

    assert await within(deadlines, 0) == "in time"
    with pytest.raises(KeyError), deadlines.one():
        raise KeyError

    assert not deadlines._running


async def test_what_is_overdue_ends_with_a_timeout_and_its_task_goes_on() -> None:
    deadlines = Deadlines(SHORT_S)

    with pytest.raises(TimeoutError) as told:
        await within(deadlines)

    assert isinstance(told.value.__cause__, asyncio.CancelledError)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)
    assert not deadlines._running


async def test_each_is_ended_at_a_deadline_of_its_own(clock: SimpleNamespace) -> None:
    deadlines = Deadlines(ALLOWED_S)
    first = await start(within(deadlines))
    clock.now += ALLOWED_S / 2
    second = await start(within(deadlines))
    brief = await start(within(deadlines, 0))

    clock.now += ALLOWED_S / 2
    deadlines._look()

    assert await outcome(brief) == "in time"
    assert await outcome(first) is TimeoutError
    assert not second.done()
    clock.now += ALLOWED_S / 2
    deadlines._look()
    assert await outcome(second) is TimeoutError


async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    deadlines = Deadlines(ALLOWED_S)
    task = await start(within(deadlines))

    task.cancel()

    assert await outcome(task) is asyncio.CancelledError
    assert not deadlines._running


@pytest.mark.parametrize("is_ours_first", [True, False])
async def test_a_cancellation_from_elsewhere_at_the_deadline_stays_one(
    clock: SimpleNamespace, *, is_ours_first: bool
) -> None:
    deadlines = Deadlines(ALLOWED_S)
    task = await start(within(deadlines))
    clock.now += ALLOWED_S

    ends: list[Callable[[], Any]] = [deadlines._look, task.cancel]
    for end in ends if is_ours_first else reversed(ends):
        end()

    assert await outcome(task) is asyncio.CancelledError
    assert task.cancelling() == 1


async def test_a_deadline_that_starts_in_a_cancelled_task_is_kept(clock: SimpleNamespace) -> None:
    deadlines = Deadlines(ALLOWED_S)

    async def tidy() -> Any:
        try:
            await asyncio.sleep(LONG_S)
        except asyncio.CancelledError:
            return await within(deadlines)

    task = await start(tidy())
    task.cancel()
    await asyncio.sleep(0)
    clock.now += ALLOWED_S
    deadlines._look()

    assert await outcome(task) is TimeoutError
    assert task.cancelling() == 1


async def test_what_is_done_already_when_its_deadline_comes_is_ended_all_the_same(
    clock: SimpleNamespace,
) -> None:
    deadlines = Deadlines(ALLOWED_S)
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def wait() -> str:
        with deadlines.one():
            return await answer

    task = await start(wait())
    clock.now += ALLOWED_S
    answer.set_result("late")
    deadlines._look()

    assert await outcome(task) is TimeoutError
    assert task.cancelling() == 0


@pytest.mark.parametrize("ending", ["result", KeyError])
async def test_what_is_made_of_the_cancellation_counts(clock: SimpleNamespace, ending: Any) -> None:
    deadlines = Deadlines(ALLOWED_S)

    async def stubborn() -> Any:
        with deadlines.one():
            try:
                await asyncio.sleep(LONG_S)
            except asyncio.CancelledError:
                if ending is KeyError:
                    raise KeyError from None
                await asyncio.sleep(0)
                return ending

    task = await start(stubborn())
    clock.now += ALLOWED_S
    deadlines._look()

    assert await outcome(task) == ending
    assert task.cancelling() == 0
    assert not deadlines._running


@pytest.mark.parametrize("is_outer_overdue", [True, False])
async def test_of_several_around_each_other_the_outermost_that_is_overdue_tells(
    clock: SimpleNamespace, *, is_outer_overdue: bool
) -> None:
    outer, inner = Deadlines(ALLOWED_S), Deadlines(ALLOWED_S)

    async def nested() -> str:
        with outer.one():
            try:
                await within(inner)
            except TimeoutError:
                return "the inner one"
        return "none"

    task = await start(nested())
    clock.now += ALLOWED_S
    inner._look()
    if is_outer_overdue:
        outer._look()

    assert await outcome(task) == (TimeoutError if is_outer_overdue else "the inner one")
    assert task.cancelling() == 0


async def test_one_timer_runs_while_there_is_something_to_end() -> None:
    deadlines = Deadlines(SHORT_S)
    assert deadlines._timer is None

    for _ in range(2):
        tasks = [await start(within(deadlines)) for _ in range(3)]
        timer = deadlines._timer
        assert timer is not None
        await within(deadlines, 0)
        assert deadlines._timer is timer
        assert [await outcome(task) for task in tasks] == [TimeoutError] * 3
        await until(lambda: deadlines._timer is None)


async def test_a_deadline_outside_of_a_task_is_a_mistake() -> None:
    loop = asyncio.get_running_loop()
    told: asyncio.Future[Deadline] = loop.create_future()

    def ask() -> None:
        try:
            told.set_result(Deadlines(ALLOWED_S).one())
        except RuntimeError as error:
            told.set_exception(error)

    loop.call_soon(ask)

    with pytest.raises(RuntimeError):
        await told
