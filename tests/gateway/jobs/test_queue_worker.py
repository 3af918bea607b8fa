"""Queue worker: what happens to jobs that succeed, fail, hang, are cancelled, paused, or lose their worker."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.acts import Act
from domain.errors import InvalidInputError
from domain.ids import JobId
from domain.jobs.job_kinds import NoArguments, RetryPolicy, table_of
from domain.jobs.job_states import JobState
from domain.jobs.jobs import JobFilter
from domain.jobs.rates import Rate
from domain.jobs.runs import Place
from domain.jobs.schedules import CronSchedule
from domain.paging import window
from domain.unit_of_work import Meter
from domain.work import Work
from gateway import secrets_and_ids
from gateway.jobs import queue_worker
from gateway.jobs.cron_lines import CronLineError
from gateway.jobs.handlers import InSteps, InTransaction, JobContext
from gateway.jobs.job_beginnings import JobBeginnings
from gateway.jobs.queue_worker import QueueWorker
from persistence.stores import SqlWork
from resolvers.context import Ports
from tests.builders.jobs import CountArguments, a_kind, start
from tests.support.jobs import entry_of
from tests.support.queue_workers import ended, queued, read, until, working
from tests.support.schema_client import Asker

SOON = timedelta(milliseconds=20)
QUICK = RetryPolicy(attempts=2, base=SOON, cap=SOON)


@pytest.fixture
def ports(ask: Asker) -> Ports:
    """Ports with a real clock, because the queue has one."""
    ask.ports.now = secrets_and_ids.now
    return ask.ports


async def count(work: Work, act: Act, arguments: CountArguments) -> dict[str, Any]:
    return {"counted": arguments.to}


async def test_a_job_runs_and_leaves_its_result(ports: Ports, database_url: str) -> None:
    kind = a_kind()
    job = await queued(ports, kind, to=7)

    async with working(ports, database_url, (kind, InTransaction(count))):
        done = await ended(ports, job)

    assert (done.state, done.result, done.progress, done.attempts) == (
        JobState.SUCCEEDED,
        {"counted": 7},
        100,
        1,
    )
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM pgqueuer") == 0
    await connection.close()


async def test_a_job_that_is_added_meanwhile_begins_at_once(ports: Ports, database_url: str) -> None:
    kind = a_kind()
    async with working(ports, database_url, (kind, InTransaction(count))):
        await ended(ports, await queued(ports, kind))
        job = await queued(ports, kind, to=2)

        assert (await ended(ports, job)).result == {"counted": 2}


async def test_a_failing_job_is_tried_again_and_then_held(ports: Ports, database_url: str) -> None:
    kind = a_kind(retries=QUICK)
    job = await queued(ports, kind)

    async def fail(context: JobContext, arguments: CountArguments) -> None:
        raise OSError("10.0.0.1 does not answer")

    async with working(ports, database_url, (kind, InSteps(fail))):
        held = await ended(ports, job)

    assert (held.state, held.attempts, held.error) == (JobState.FAILED, 2, "OSError")


async def test_a_refusal_of_a_rule_is_not_tried_again(ports: Ports, database_url: str) -> None:
    kind = a_kind(retries=QUICK)
    job = await queued(ports, kind)

    async def refuse(work: Work, act: Act, arguments: CountArguments) -> None:
        raise InvalidInputError("There is nothing to count.")

    async with working(ports, database_url, (kind, InTransaction(refuse))):
        held = await ended(ports, job)

    assert (held.state, held.attempts, held.error) == (JobState.FAILED, 1, "There is nothing to count.")


async def test_what_a_failed_attempt_stored_in_its_transaction_is_gone(
    ports: Ports, database_url: str
) -> None:
    kind = a_kind(retries=QUICK)
    job = await queued(ports, kind)
    attempts = 0

    async def store_and_fail_once(work: Work, act: Act, arguments: CountArguments) -> None:
        nonlocal attempts
        attempts += 1
        await start(work, act, a_kind(name="effect"))
        if attempts == 1:
            raise OSError

    async with working(ports, database_url, (kind, InTransaction(store_and_fail_once))):
        await ended(ports, job)

    async with ports.open_reads(Meter()) as work:
        effects = (await work.jobs.page(JobFilter(kind="effect"), window())).nodes
    assert (attempts, len(effects)) == (2, 1)


async def test_a_job_over_its_time_limit_fails(ports: Ports, database_url: str) -> None:
    kind = a_kind(retries=RetryPolicy(attempts=1, timeout=SOON))
    job = await queued(ports, kind)

    async def hang(context: JobContext, arguments: CountArguments) -> None:
        await asyncio.sleep(60)

    async with working(ports, database_url, (kind, InSteps(hang))):
        held = await ended(ports, job)

    assert (held.state, held.error) == (JobState.FAILED, "It took longer than its time limit.")


async def test_a_running_job_that_is_cancelled_stops(ports: Ports, database_url: str) -> None:
    kind = a_kind()
    job = await queued(ports, kind)
    stopped = asyncio.Event()

    async def hang(context: JobContext, arguments: CountArguments) -> None:
        await context.report(30, "Counting.")
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    async with working(ports, database_url, (kind, InSteps(hang))):
        running = await until(ports, job, lambda found: found.progress == 30)
        async with ports.open_work(Meter()) as work:
            await work.jobs.cancel(job.id, now=ports.now())
        await asyncio.wait_for(stopped.wait(), 10)

    assert (running.state, running.note) == (JobState.RUNNING, "Counting.")
    assert (await read(ports, job)).state is JobState.CANCELLED


async def test_a_worker_that_ends_puts_its_jobs_back_uncounted(ports: Ports, database_url: str) -> None:
    kind = a_kind()
    job = await queued(ports, kind)

    async def hang(context: JobContext, arguments: CountArguments) -> None:
        await asyncio.sleep(60)

    async with working(ports, database_url, (kind, InSteps(hang))) as worker:
        await until(ports, job, lambda found: found.state is JobState.RUNNING)
        worker.stop()
        worker.put_back()
    back = await read(ports, job)
    async with working(ports, database_url, (kind, InTransaction(count))):
        done = await ended(ports, job)

    assert (back.state, back.attempts) == (JobState.QUEUED, 0)
    assert (done.state, done.attempts) == (JobState.SUCCEEDED, 1)


async def test_jobs_of_a_paused_queue_wait(ports: Ports, database_url: str) -> None:
    paused, other = a_kind(), a_kind(name="other", queue="other")
    async with ports.open_work(Meter()) as work:
        await work.queues.pause("default", by=None, reason="A test.", now=ports.now())
    waiting, free = await queued(ports, paused), await queued(ports, other)
    handler = InTransaction(count)

    async with working(ports, database_url, (paused, handler), (other, handler)):
        await ended(ports, free)
        before = await read(ports, waiting)
        async with ports.open_work(Meter()) as work:
            await work.queues.resume("default")
        after = await ended(ports, waiting)

    assert (before.state, after.state) == (JobState.QUEUED, JobState.SUCCEEDED)


async def test_the_list_of_workers_follows_what_they_run(
    ports: Ports, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_worker, "BEAT_S", 600.0)
    monkeypatch.setattr(queue_worker, "_LOOKS", 60_000)
    kind = a_kind()
    free = asyncio.Event()

    async def wait(context: JobContext, arguments: CountArguments) -> None:
        await free.wait()

    async def told() -> list[int]:
        async with ports.open_reads(Meter()) as work:
            return [
                each.running for each in await work.queues.workers(since=ports.now() - timedelta(hours=1))
            ]

    async with working(ports, database_url, (kind, InSteps(wait))):
        job = await queued(ports, kind)
        async with asyncio.timeout(20):
            while await told() != [1]:
                await asyncio.sleep(0.01)
            free.set()
            while await told() != [0]:
                await asyncio.sleep(0.01)

    assert (await read(ports, job)).state is JobState.SUCCEEDED


async def test_a_later_job_waits_for_its_time(ports: Ports, database_url: str) -> None:
    kind = a_kind()
    at = ports.now() + timedelta(seconds=1)
    job = await queued(ports, kind, at=at)

    async with working(ports, database_url, (kind, InTransaction(count))):
        done = await ended(ports, job)

    assert done.started_at is not None
    assert done.started_at >= at


async def test_arguments_that_no_longer_fit_hold_the_job(ports: Ports, database_url: str) -> None:
    kind = a_kind(retries=QUICK)
    job = await queued(ports, kind)
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE jobs SET arguments = '{}'")
    await connection.close()

    async with working(ports, database_url, (kind, InTransaction(count))):
        held = await ended(ports, job)

    assert (held.state, held.error) == (JobState.FAILED, "count needs to.")


async def test_a_worker_is_seen_while_it_works(ports: Ports, database_url: str) -> None:
    kind = a_kind()
    async with working(ports, database_url, (kind, InTransaction(count)), capacity=8):
        await ended(ports, await queued(ports, kind))
        async with ports.open_reads(Meter()) as work:
            (worker,) = await work.queues.workers(since=ports.now() - timedelta(minutes=1))
    async with ports.open_reads(Meter()) as work:
        left = await work.queues.workers(since=ports.now() - timedelta(minutes=1))

    assert (worker.queues, worker.capacity) == (["default"], 8)
    assert left == []


async def test_jobs_of_one_turn_begin_by_one_statement(ports: Ports) -> None:
    kind = a_kind()
    jobs = [await queued(ports, kind, to=number) for number in range(5)]
    async with ports.open_reads(Meter()) as work:
        assert isinstance(work, SqlWork)
        places = [Place(job_id=job.id, entry_id=await entry_of(work, job.id)) for job in jobs]
    meters: list[Meter] = []
    open_step = ports.open_step

    def metered(meter: Meter) -> Any:
        meters.append(meter)
        return open_step(meter)

    ports.open_step = metered
    beginnings = JobBeginnings(ports)
    begun = await asyncio.gather(*(beginnings.begin(place) for place in places))

    assert [job and job.id for job in begun] == [job.id for job in jobs]
    assert [meter.statements for meter in meters] == [1]


async def test_a_beginning_that_fails_is_told_to_each_job_of_its_turn(ports: Ports) -> None:
    def down(_meter: Meter) -> Any:
        raise OSError

    ports.open_step = down
    beginnings, place = JobBeginnings(ports), Place(job_id=JobId("job_1"), entry_id=1)

    told = await asyncio.gather(*(beginnings.begin(place) for _ in range(2)), return_exceptions=True)

    assert [type(error) for error in told] == [OSError, OSError]


async def test_a_worker_that_is_full_takes_no_more_jobs_of_any_kind(ports: Ports, database_url: str) -> None:
    rated = a_kind(name="rated", queue="other", rate=Rate(jobs=1_000, seconds=1))
    kinds = (a_kind(), rated)
    jobs = [await queued(ports, kind) for kind in kinds for _ in range(5)]
    now, most = 0, 0

    async def wait(context: JobContext, arguments: CountArguments) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.1)
        now -= 1

    async with working(ports, database_url, *((kind, InSteps(wait)) for kind in kinds), capacity=4):
        for job in jobs:
            await ended(ports, job)

    assert most == 4


async def test_rated_jobs_of_a_paused_queue_wait(ports: Ports, database_url: str) -> None:
    rated = a_kind(name="rated", queue="other", rate=Rate(jobs=100, seconds=1))
    async with ports.open_work(Meter()) as work:
        await work.queues.pause("other", by=None, reason="A test.", now=ports.now())
    waiting, free = await queued(ports, rated), await queued(ports, a_kind())
    handler = InTransaction(count)

    async with working(ports, database_url, (rated, handler), (a_kind(), handler)):
        await ended(ports, free)
        before = await read(ports, waiting)
        async with ports.open_work(Meter()) as work:
            await work.queues.resume("other")
        after = await ended(ports, waiting)

    assert (before.state, after.state) == (JobState.QUEUED, JobState.SUCCEEDED)


async def test_a_worker_starts_only_the_schedules_of_its_queues(ports: Ports, database_url: str) -> None:
    kinds = table_of(*(a_kind(name=name, queue=name, arguments=NoArguments) for name in ("mine", "other")))
    plan = [
        CronSchedule(name=name, kind=kind, cron="* * * * *", description="") for name, kind in kinds.items()
    ]
    connection = await asyncpg.connect(database_url)

    async def known() -> list[str]:
        rows = await connection.fetch("SELECT entrypoint FROM pgqueuer_schedules ORDER BY entrypoint")
        return [row["entrypoint"] for row in rows]

    async def started(queue: str) -> list[str]:
        """Run a worker of one queue with a downtime behind it; return the kinds of which a job was started."""
        await connection.execute("UPDATE pgqueuer_schedules SET next_run = now() - interval '1 hour'")
        handlers = dict.fromkeys(kinds, InTransaction(count))
        worker = QueueWorker(ports, kinds, handlers, plan, queues={queue}, capacity=2)
        task = asyncio.create_task(worker.run(database_url))
        try:
            async with asyncio.timeout(20):
                while not await connection.fetchval(
                    "SELECT count(*) FROM pgqueuer_schedules WHERE entrypoint = $1 AND next_run > now()",
                    queue,
                ):
                    await asyncio.sleep(0.05)
        finally:
            worker.stop()
            await asyncio.wait_for(task, 20)
        rows = await connection.fetch("SELECT kind FROM jobs ORDER BY kind")
        return [row["kind"] for row in rows]

    await started("mine")
    only_mine = await known()
    await started("other")
    both, first = await known(), await started("mine")
    again = await started("other")
    await connection.close()

    assert (only_mine, both) == (["mine"], ["mine", "other"])
    assert (first, again) == (["mine"], ["mine", "other"])


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("0 0 31 2 *", "yearly never fires; no day fits its cron line."),
        ("0 0 30 2 *", "yearly never fires; no day fits its cron line."),
        ("0 25 * * *", "yearly has no cron line of five fields."),
        ("every day", "yearly has no cron line of five fields."),
        ("", "yearly has no cron line of five fields."),
    ],
)
async def test_a_schedule_that_never_fires_is_refused_by_name_before_anything_is_stored(
    ports: Ports, database_url: str, cron: str, told: str
) -> None:
    kind = a_kind(arguments=NoArguments)
    plan = [CronSchedule(name="yearly", kind=kind, cron=cron, description="")]

    with pytest.raises(CronLineError, match=told):
        QueueWorker(ports, table_of(kind), {}, plan, queues={"default"}, capacity=2)

    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM pgqueuer_schedules") == 0
    await connection.close()
