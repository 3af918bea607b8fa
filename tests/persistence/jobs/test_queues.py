"""Queues: what waits in them, pausing, and the workers that serve them."""

from dataclasses import replace
from datetime import timedelta

from domain.jobs.rates import JobRate
from persistence.stores import SqlWork
from tests.builders.accounts import NOON
from tests.builders.acts import an_act
from tests.builders.jobs import a_kind, a_worker, start
from tests.support.jobs import begun

ACT = an_act()
SOON = NOON + timedelta(minutes=1)


async def test_a_queue_counts_its_jobs_by_what_they_wait_for(work: SqlWork) -> None:
    due, running, failed, done = [await start(work, ACT) for _ in range(4)]
    await start(work, ACT, at=NOON + timedelta(hours=1))
    await start(work, ACT, a_kind(name="other", queue="slow"))
    await begun(work, running.id)
    await work.runs.fail(await begun(work, failed.id), error="x", now=NOON)
    await work.runs.succeed(await begun(work, done.id), result=None, now=NOON)

    default, slow, empty = await work.queues.all(["default", "slow", "empty"], now=SOON)

    assert (default.due, default.scheduled, default.running, default.failed) == (1, 1, 1, 1)
    assert (default.oldest_due_at, default.finished_per_minute) == (due.next_run_at, 2 / 5)
    assert (slow.due, empty.due, empty.oldest_due_at, empty.finished_per_minute) == (1, 0, None, 0.0)


async def test_a_queue_is_paused_and_resumed_once(work: SqlWork) -> None:
    first = await work.queues.pause("default", by=None, reason="The mail server is down.", now=NOON)
    again = await work.queues.pause("default", by=None, reason="Still.", now=SOON)
    (queue,) = await work.queues.all(["default"], now=SOON)
    paused = await work.queues.paused()
    resumed = await work.queues.resume("default")

    assert (first, again, paused, resumed) == (True, False, ["default"], True)
    assert (queue.paused_at, queue.pause_reason) == (NOON, "The mail server is down.")
    assert await work.queues.paused() == []
    assert not await work.queues.resume("default")


async def test_workers_are_seen_while_they_beat(work: SqlWork) -> None:
    worker, gone = a_worker(now=NOON), a_worker(now=NOON)
    await work.queues.beat(worker)
    await work.queues.beat(gone)
    later = replace(worker, running=3, seen_at=SOON)
    await work.queues.beat(later)

    assert await work.queues.workers(since=SOON) == [later]
    await work.queues.leave(worker.id)
    await work.queues.forget(before=SOON, log_before=SOON)
    assert await work.queues.workers(since=NOON) == []


TEN = {"default": JobRate(kind="count", jobs=10, seconds=1)}
STALE = timedelta(seconds=5)


async def test_a_rate_is_stored_for_all_and_taken_away_again(work: SqlWork) -> None:
    other = {"slow": JobRate(kind="other", jobs=1, seconds=60)}
    await work.queues.set_rates(["slow"], other)
    await work.queues.set_rates(["default"], TEN)
    (queue,) = await work.queues.all(["default"], now=SOON)
    both = await work.queues.rates()
    await work.queues.set_rates(["default"], {})

    assert queue.rate == TEN["default"]
    assert both == TEN | other
    assert await work.queues.rates() == other


async def test_as_many_are_taken_as_wait_and_as_the_rate_allows(work: SqlWork) -> None:
    await work.queues.set_rates(["default"], TEN)
    none_waits = await work.queues.take("default", at_most=10, stale_after=STALE)
    for _ in range(5):
        await start(work, ACT)
    await start(work, ACT, a_kind(name="other"))

    first = await work.queues.take("default", at_most=1, stale_after=STALE)
    second = await work.queues.take("default", at_most=10, stale_after=STALE)
    third = await work.queues.take("default", at_most=10, stale_after=STALE)
    await work.queues.give_back("default", 1)
    again = await work.queues.take("default", at_most=10, stale_after=STALE)

    assert (none_waits, first, second, third, again) == (
        0,
        1,
        1,
        0,
        1,
    )  # two begin at once: ten a second for 0.2 s
    assert await work.queues.take("empty", at_most=10, stale_after=STALE) == 0
