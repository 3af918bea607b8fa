"""Deadlines: an overdue operation ends as with `asyncio.timeout`, and there is one timer for all."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from graph.execution.deadlines import LATE_S, Deadline, Deadlines

ALLOWED_S = 10.0
SHORT_S = 0.02
LONG_S = 60.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock of deadlines, which a test moves."""
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr("graph.execution.deadlines.monotonic", lambda: clock.now)
    return clock


async def within(deadlines: Deadlines, seconds: float = LONG_S) -> str:
    with deadlines.start():
        await asyncio.sleep(seconds)
    return "in time"


async def start(work: Awaitable[Any]) -> "asyncio.Task[Any]":
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    return task  # type: ignore[return-value]


async def outcome(task: "asyncio.Task[Any]") -> Any:
    """Return the result of a task, or the class of its exception."""
    await asyncio.wait([task], timeout=5)
    if task.cancelled():
        return asyncio.CancelledError
    return type(task.exception()) if task.exception() else task.result()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(LATE_S / 2)


async def test_an_operation_that_ends_in_time_is_not_changed() -> None:
    deadlines = Deadlines(ALLOWED_S)

    assert await within(deadlines, 0) == "in time"
    with pytest.raises(KeyError), deadlines.start():
        raise KeyError

    assert not deadlines._running


async def test_an_overdue_operation_ends_with_a_timeout_and_its_task_goes_on() -> None:
    deadlines = Deadlines(SHORT_S)

    with pytest.raises(TimeoutError) as raised:
        await within(deadlines)

    assert isinstance(raised.value.__cause__, asyncio.CancelledError)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)
    assert not deadlines._running


async def test_each_operation_has_its_own_deadline(clock: SimpleNamespace) -> None:
    deadlines = Deadlines(ALLOWED_S)
    first = await start(within(deadlines))
    clock.now += ALLOWED_S / 2
    second = await start(within(deadlines))
    brief = await start(within(deadlines, 0))

    clock.now += ALLOWED_S / 2
    deadlines._check()

    assert await outcome(brief) == "in time"
    assert await outcome(first) is TimeoutError
    assert not second.done()
    clock.now += ALLOWED_S / 2
    deadlines._check()
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

    ends: list[Callable[[], Any]] = [deadlines._check, task.cancel]
    for end in ends if is_ours_first else reversed(ends):
        end()

    assert await outcome(task) is asyncio.CancelledError
    assert task.cancelling() == 1


async def test_a_deadline_that_starts_in_a_cancelled_task_works(clock: SimpleNamespace) -> None:
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
    deadlines._check()

    assert await outcome(task) is TimeoutError
    assert task.cancelling() == 1


async def test_an_operation_whose_result_comes_with_its_deadline_is_ended(
    clock: SimpleNamespace,
) -> None:
    deadlines = Deadlines(ALLOWED_S)
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def wait() -> str:
        with deadlines.start():
            return await answer

    task = await start(wait())
    clock.now += ALLOWED_S
    answer.set_result("late")
    deadlines._check()

    assert await outcome(task) is TimeoutError
    assert task.cancelling() == 0


@pytest.mark.parametrize("ending", ["result", KeyError])
async def test_an_operation_can_turn_its_cancellation_into_a_result_or_an_error(
    clock: SimpleNamespace, ending: Any
) -> None:
    deadlines = Deadlines(ALLOWED_S)

    async def stubborn() -> Any:
        with deadlines.start():
            try:
                await asyncio.sleep(LONG_S)
            except asyncio.CancelledError:
                if ending is KeyError:
                    raise KeyError from None
                await asyncio.sleep(0)
                return ending

    task = await start(stubborn())
    clock.now += ALLOWED_S
    deadlines._check()

    assert await outcome(task) == ending
    assert task.cancelling() == 0
    assert not deadlines._running


@pytest.mark.parametrize("is_outer_overdue", [True, False])
async def test_the_outermost_overdue_deadline_raises_the_timeout(
    clock: SimpleNamespace, *, is_outer_overdue: bool
) -> None:
    outer, inner = Deadlines(ALLOWED_S), Deadlines(ALLOWED_S)

    async def nested() -> str:
        with outer.start():
            try:
                await within(inner)
            except TimeoutError:
                return "the inner one"
        return "none"

    task = await start(nested())
    clock.now += ALLOWED_S
    inner._check()
    if is_outer_overdue:
        outer._check()

    assert await outcome(task) == (TimeoutError if is_outer_overdue else "the inner one")
    assert task.cancelling() == 0


async def test_one_timer_runs_while_there_are_operations() -> None:
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


async def test_a_deadline_outside_of_a_task_is_refused() -> None:
    loop = asyncio.get_running_loop()
    started: asyncio.Future[Deadline] = loop.create_future()

    def ask() -> None:
        try:
            started.set_result(Deadlines(ALLOWED_S).start())
        except RuntimeError as error:
            started.set_exception(error)

    loop.call_soon(ask)

    with pytest.raises(RuntimeError):
        await started
