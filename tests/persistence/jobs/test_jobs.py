"""Jobs: what a job is after each step of its life, and that a run that lost its job changes nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import JobId, milliseconds_of
from domain.jobs import job_runs, job_starts
from domain.jobs.job_runs import WorkersDiedError
from domain.jobs.job_starts import JobRequest
from domain.jobs.job_states import JobState
from domain.jobs.jobs import Job, JobFilter, NewJob
from domain.jobs.runs import Place
from domain.paging import window
from domain.unit_of_work import Meter
from persistence.jobs.jobs import ADD
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders import a_user, mint
from tests.builders.accounts import NOON
from tests.builders.acts import an_act
from tests.builders.jobs import CountArguments, a_kind, start
from tests.support.jobs import begun, entry_of

ACT = an_act()
LATER = NOON + timedelta(minutes=1)


async def state_of(work: SqlWork, job_id: JobId) -> JobState:
    (job,) = await work.jobs.by_ids([job_id], viewer_id=None, sees_all=True)
    assert job is not None
    return job.state


async def test_a_started_job_waits_with_its_arguments(work: SqlWork) -> None:
    job = await start(work, ACT, to=5)

    assert (job.state, job.kind, job.queue, job.attempts) == (JobState.QUEUED, "count", "default", 0)
    assert job.arguments == {"to": 5, "word": "go", "user_id": None, "words": None}
    assert job.next_run_at == NOON


async def test_many_jobs_are_started_in_order_by_one_statement(work: SqlWork) -> None:
    requests = [JobRequest(arguments=CountArguments(to=n)) for n in range(100)]

    made = await job_starts.start_all(work, ACT, a_kind(), requests)

    assert [job.arguments["to"] for job in made] == list(range(100))


async def test_starting_many_jobs_compares_none_with_each_other(work: SqlWork) -> None:
    nothing = ", ".join("'{}'" for _ in NewJob.__slots__)  # type: ignore[attr-defined]
    await work.connection.raw.execute(f"PREPARE adding AS {ADD.sql}")

    lines = await work.connection.raw.fetch(f"EXPLAIN EXECUTE adding ({nothing})")

    plan = "\n".join(line[0] for line in lines)
    assert "Nested Loop" not in plan, plan


async def test_a_mutation_that_starts_jobs_sends_one_statement_more(postgres: Postgres) -> None:
    meter = Meter()

    async with postgres.open_work(meter) as work:
        await start(work, ACT)
        after_one = meter.statements
        await job_starts.start_all(
            work, ACT, a_kind(), [JobRequest(arguments=CountArguments(to=n)) for n in range(50)]
        )

    assert (after_one, meter.statements) == (1, 2)


async def test_a_second_job_with_the_same_key_is_the_first_until_that_ends(work: SqlWork) -> None:
    first = await start(work, ACT, dedupe_key="daily")
    second = await start(work, ACT, dedupe_key="daily", to=9)
    other_kind = await start(work, ACT, a_kind(name="other"), dedupe_key="daily")
    run = await begun(work, first.id)
    while_running = await start(work, ACT, dedupe_key="daily")
    await work.runs.succeed(run, result=None, now=LATER)
    third = await start(work, ACT, dedupe_key="daily")

    assert first.id == second.id == while_running.id
    assert len({first.id, other_kind.id, third.id}) == 3


async def test_requests_of_one_call_with_the_same_key_get_the_same_job(work: SqlWork) -> None:
    requests = [JobRequest(arguments=CountArguments(to=n), dedupe_key=key) for n, key in enumerate("aba")]

    first, other, again = await job_starts.start_all(work, ACT, a_kind(), requests)

    assert first.id == again.id != other.id


async def test_a_run_reports_and_ends_with_a_result(work: SqlWork) -> None:
    job = await start(work, ACT)
    run = await begun(work, job.id)
    await work.runs.report(run, progress=40, note="2 of 5")
    (half,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
    await work.runs.succeed(run, result={"counted": 5}, now=LATER)
    (done,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)

    assert half is not None
    assert done is not None
    assert (half.state, half.progress, half.note, half.started_at) == (JobState.RUNNING, 40, "2 of 5", NOON)
    assert (done.state, done.progress, done.result) == (JobState.SUCCEEDED, 100, {"counted": 5})
    assert (done.finished_at, done.error) == (LATER, None)


async def test_a_run_that_was_taken_over_changes_nothing(work: SqlWork) -> None:
    job = await start(work, ACT)
    old = await begun(work, job.id)
    new = await begun(work, job.id)

    assert not await work.runs.hold(old)
    assert not await work.runs.report(old, progress=1, note=None)
    assert not await work.runs.succeed(old, result=None, now=LATER)
    assert not await work.runs.fail(old, error="x", now=LATER)
    assert not await work.runs.postpone(old, error="x", until=LATER, counts=True)
    assert await work.runs.hold(new)


async def test_only_the_current_place_in_the_queue_begins_a_job(work: SqlWork) -> None:
    job = await start(work, ACT)
    entry = await entry_of(work, job.id)
    await work.runs.fail(await begun(work, job.id), error="x", now=LATER)
    await work.jobs.retry([job.id], now=LATER)

    assert await work.runs.begin(job.id, entry_id=entry, now=LATER) is None
    assert await work.runs.begin(job.id, entry_id=await entry_of(work, job.id), now=LATER) is not None


async def test_a_failed_job_is_held_retried_and_discarded(work: SqlWork) -> None:
    first, second = await start(work, ACT), await start(work, ACT)
    for job in (first, second):
        await work.runs.fail(await begun(work, job.id), error="OSError", now=LATER)
    failed = await work.jobs.failed(kind="count", queue=None, limit=10)

    (again,) = await work.jobs.retry([first.id], now=LATER)
    (given_up,) = await work.jobs.discard([second.id], now=LATER)

    assert failed == [first.id, second.id]
    assert (again.state, again.attempts, again.next_run_at) == (JobState.QUEUED, 0, LATER)
    assert given_up.state is JobState.DISCARDED
    assert await work.jobs.retry([second.id], now=LATER) == []
    assert await work.jobs.failed(kind=None, queue="default", limit=10) == []


async def test_a_failed_job_is_not_retried_while_a_twin_of_its_key_is_live(work: SqlWork) -> None:
    first = await start(work, ACT, dedupe_key="daily")
    await work.runs.fail(await begun(work, first.id), error="OSError", now=LATER)
    await start(work, ACT, dedupe_key="daily")

    assert await work.jobs.retry([first.id], now=LATER) == []
    assert await state_of(work, first.id) is JobState.FAILED


@pytest.mark.parametrize("is_running", [False, True])
async def test_a_live_job_is_cancelled_once(work: SqlWork, is_running: bool) -> None:
    job = await start(work, ACT)
    run = await begun(work, job.id) if is_running else None

    cancelled = await work.jobs.cancel(job.id, now=LATER)

    assert cancelled is not None
    assert cancelled.state is JobState.CANCELLED
    assert await work.jobs.cancel(job.id, now=LATER) is None
    assert run is None or not await work.runs.succeed(run, result=None, now=LATER)


async def test_a_job_of_another_user_is_seen_by_operators_only(work: SqlWork) -> None:
    ada, bob = [(await work.users.add(a_user())).id for _ in range(2)]
    job = await start(work, ACT, user_id=ada)

    own = await work.jobs.by_ids([job.id], viewer_id=ada, sees_all=False)
    other = await work.jobs.by_ids([job.id], viewer_id=bob, sees_all=False)
    operator = await work.jobs.by_ids([job.id], viewer_id=bob, sees_all=True)

    assert (own, other, operator) == ([job], [None], [job])
    assert (await work.jobs.page_of(ada, JobFilter(), window())).nodes == [job]
    assert (await work.jobs.page_of(bob, JobFilter(), window())).nodes == []


async def test_the_jobs_of_a_user_are_filtered_by_the_time_at_which_they_were_made(work: SqlWork) -> None:
    ada = (await work.users.add(a_user())).id
    first, second = [await start(work, ACT, user_id=ada) for _ in range(2)]
    at = datetime.fromtimestamp(milliseconds_of(second.id) / 1_000, UTC)

    async def made(**span: datetime) -> list[Job]:
        return (await work.jobs.page_of(ada, JobFilter(kind="count", **span), window())).nodes

    assert await made(since=at) == [second]
    assert await made(until=at) == [first]
    assert await made() == [second, first]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (JobFilter(), 3),
        (JobFilter(state=JobState.FAILED), 1),
        (JobFilter(kind="count"), 2),
        (JobFilter(queue="slow"), 1),
        (JobFilter(kind="count", queue="slow"), 0),
        (JobFilter(state=JobState.QUEUED, kind="count", queue="default"), 1),
    ],
)
async def test_jobs_are_filtered(work: SqlWork, asked: JobFilter, expected: int) -> None:
    failed = await start(work, ACT)
    await start(work, ACT)
    await start(work, ACT, a_kind(name="other", queue="slow"))
    await work.runs.fail(await begun(work, failed.id), error="x", now=LATER)

    assert len((await work.jobs.page(asked, window())).nodes) == expected


async def test_old_jobs_are_forgotten_except_failed_ones(work: SqlWork) -> None:
    done, failed, waiting = [await start(work, ACT) for _ in range(3)]
    await work.runs.succeed(await begun(work, done.id), result=None, now=NOON)
    await work.runs.fail(await begun(work, failed.id), error="x", now=NOON)

    assert await work.jobs.forget(before=NOON) == 0
    assert await work.jobs.forget(before=LATER) == 1
    assert {job.id for job in (await work.jobs.page(JobFilter(), window())).nodes} == {failed.id, waiting.id}


async def test_a_failure_is_tried_again_after_a_random_pause_and_then_held(work: SqlWork) -> None:
    kind = a_kind()
    job = await start(work, ACT, kind)
    entry = await entry_of(work, job.id)
    first = await job_runs.begin(work, job.id, entry_id=entry, now=NOON)
    assert first is not None
    once = await job_runs.fail(work, kind, first, OSError("10.0.0.1"), now=NOON, fraction=lambda: 0.5)
    second = await job_runs.begin(work, job.id, entry_id=entry, now=LATER)
    assert second is not None
    twice = await job_runs.fail(work, kind, second, OSError("10.0.0.1"), now=LATER, fraction=lambda: 0.5)

    assert once.retry_at == NOON + timedelta(seconds=5)
    assert twice.retry_at is None
    assert (first.attempts, second.attempts, once.error) == (1, 2, "OSError")
    assert await state_of(work, job.id) is JobState.FAILED


async def test_a_job_whose_worker_dies_every_time_is_held(work: SqlWork) -> None:
    kind = a_kind()
    job = await start(work, ACT, kind)
    entry = await entry_of(work, job.id)
    for _ in range(kind.retries.attempts):
        begun_again = await job_runs.begin(work, job.id, entry_id=entry, now=NOON)
        assert begun_again is not None
        job_runs.refuse_worn_out(kind, begun_again)
    worn_out = await job_runs.begin(work, job.id, entry_id=entry, now=NOON)
    assert worn_out is not None

    with pytest.raises(WorkersDiedError) as refused:
        job_runs.refuse_worn_out(kind, worn_out)
    await job_runs.fail(work, kind, worn_out, refused.value, now=NOON, fraction=lambda: 0.5)

    assert await state_of(work, job.id) is JobState.FAILED


async def place_of(work: SqlWork, job: Job) -> Place:
    return Place(job_id=job.id, entry_id=await entry_of(work, job.id))


async def test_jobs_begin_together_each_in_its_slot(work: SqlWork) -> None:
    kinds = [a_kind(), a_kind(name="other"), a_kind(), a_kind()]
    jobs = [await start(work, ACT, kind) for kind in kinds]
    places = [await place_of(work, job) for job in jobs]
    places[1] = replace(places[1], entry_id=0)
    await work.jobs.cancel(jobs[2].id, now=NOON)

    begun_jobs = await job_runs.begin_all(work, places, now=LATER)

    assert [job and job.id for job in begun_jobs] == [jobs[0].id, None, None, jobs[3].id]
    assert {(job.state, job.attempts, job.run, job.started_at) for job in begun_jobs if job} == {
        (JobState.RUNNING, 1, 1, LATER)
    }


async def test_a_job_that_something_changes_does_not_hold_up_those_beside_it(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as work:
        jobs = [await start(work, ACT) for _ in range(3)]
        places = [await place_of(work, job) for job in jobs]
        run = await begun(work, jobs[1].id)
    meter = Meter()

    async with postgres.open_work(Meter()) as changing, postgres.open_step(meter) as work:
        await changing.runs.hold(run)
        free = await work.runs.begin_free(places, now=LATER)

    assert {job.id for job in free} == {jobs[0].id, jobs[2].id}
    assert meter.statements == 1


async def test_an_unknown_job_has_no_slot(work: SqlWork) -> None:
    job = await start(work, ACT)
    ids = [JobId(mint("job")), job.id]

    assert await work.jobs.by_ids(ids, viewer_id=None, sees_all=True) == [None, replace(job)]
