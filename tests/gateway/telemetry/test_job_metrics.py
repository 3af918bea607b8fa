"""Job metrics: how runs ended and how long they took, and how busy the queues are."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain import job_table
from domain.acts import Act
from domain.errors import InvalidInputError
from domain.ids import JobId
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.job_states import JobState
from domain.mail import delivery_reports
from domain.mail.mail_events import MailEvent, MailEventKind
from domain.unit_of_work import Meter
from domain.work import Work
from gateway import secrets_and_ids
from gateway.jobs.handlers import InSteps, InTransaction, JobContext
from gateway.settings.environment import Settings
from gateway.telemetry import job_metrics
from gateway.telemetry.job_metrics import JobMetrics
from gateway.telemetry.job_observer import JobObserver
from gateway.telemetry.prometheus import Exposition
from tests.builders import mint
from tests.builders.acts import an_act
from tests.builders.jobs import CountArguments, a_kind, a_worker
from tests.builders.mail import KEYS, a_mail
from tests.support.clients.prometheus import Samples
from tests.support.queue_workers import ended, queued, until, working
from tests.support.schema_client import Asker

SOON = timedelta(milliseconds=20)
MAINTENANCE = job_table.MAINTENANCE


def samples_of(metrics: JobMetrics) -> Samples:
    return Samples(Exposition(metrics.families).text().decode())


async def count(work: Work, act: Act, arguments: CountArguments) -> None:
    if arguments.to < 0:
        raise InvalidInputError("A count goes up.")


async def fail(context: JobContext, arguments: CountArguments) -> None:
    raise OSError("10.0.0.1 does not answer")


async def test_runs_are_counted_by_kind_and_outcome(ask: Asker, database_url: str) -> None:
    ask.ports.now = secrets_and_ids.now
    metrics = JobMetrics()
    good, bad = a_kind(), a_kind(name="bad", retries=RetryPolicy(attempts=2, base=SOON, cap=SOON))
    jobs = [
        await queued(ask.ports, good),
        await queued(ask.ports, good),
        await queued(ask.ports, good, to=-1),
        await queued(ask.ports, bad),
    ]

    pairs = (good, InTransaction(count)), (bad, InSteps(fail))
    async with working(ask.ports, database_url, *pairs, observer=JobObserver(metrics)):
        for job in jobs:
            await ended(ask.ports, job)

    samples = samples_of(metrics)
    assert samples("job_seconds_count", kind="count", outcome="SUCCEEDED") == 2
    assert samples("job_seconds_count", kind="count", outcome="HELD") == 1
    assert samples("job_seconds_bucket", kind="count", outcome="SUCCEEDED", le="1800.0") == 2
    assert samples("job_seconds_sum", kind="count", outcome="SUCCEEDED") > 0
    assert [samples("job_seconds_count", kind="bad", outcome=end) for end in ("FAILED", "HELD")] == [1, 1]
    assert samples("job_failures_total", kind="bad", error="OSError") == 2
    assert samples("job_failures_total", kind="count", error="InvalidInputError") == 1


async def test_a_run_that_is_put_back_is_no_failure(ask: Asker, database_url: str) -> None:
    ask.ports.now = secrets_and_ids.now
    metrics, kind = JobMetrics(), a_kind()
    job = await queued(ask.ports, kind)

    async def hang(context: JobContext, arguments: CountArguments) -> None:
        await context.report(1)
        await until(ask.ports, context.job, lambda found: found.state is JobState.CANCELLED)

    async with working(
        ask.ports, database_url, (kind, InSteps(hang)), observer=JobObserver(metrics)
    ) as worker:
        await until(ask.ports, job, lambda found: found.progress == 1)
        worker.stop()
        worker.put_back()

    samples = samples_of(metrics)
    assert samples("job_seconds_count", kind="count", outcome="INTERRUPTED") == 1
    assert not [name for name, _ in samples.samples if name == "questpath_job_failures_total"]


async def busy(ask: Asker, kind: JobKind, **values: Any) -> JobMetrics:
    """Read the numbers a minute after one job was due, with another one that waits for its time, and one worker."""
    await queued(ask.ports, kind, **values)
    await queued(ask.ports, kind, at=ask.clock() + timedelta(hours=1))
    ask.clock.forward(minutes=1)
    async with ask.postgres.open_work(Meter()) as work:
        await work.queues.beat(a_worker(now=ask.clock(), queues=[kind.queue]))
        await work.queues.pause(kind.queue, by=None, reason="A test.", now=ask.clock())
    metrics = JobMetrics()
    await metrics.read(ask.ports)
    return metrics


async def test_queues_show_their_depth_age_and_workers(ask: Asker) -> None:
    samples = samples_of(await busy(ask, a_kind(queue=MAINTENANCE)))

    shown = {
        name: samples(f"job_{name}", queue=MAINTENANCE)
        for name in (
            "queue_depth",
            "queue_scheduled",
            "queue_running",
            "queue_failed",
            "queue_paused",
            "workers",
        )
    }
    assert shown == {
        "queue_depth": 1,
        "queue_scheduled": 1,
        "queue_running": 0,
        "queue_failed": 0,
        "queue_paused": 1,
        "workers": 1,
    }
    assert samples("job_queue_oldest_seconds", queue=MAINTENANCE) == 60


async def test_while_postgres_is_down_the_queues_show_nothing(ask: Asker) -> None:
    metrics = await busy(ask, a_kind(queue=MAINTENANCE))

    def down(_meter: Meter) -> Any:
        raise OSError

    ask.ports.open_reads = down
    with pytest.raises(OSError):
        await metrics.read(ask.ports)

    assert not [
        name for name, _ in samples_of(metrics).samples if "job_queue" in name or "job_workers" in name
    ]


async def test_queues_are_read_only_where_metrics_can_be_scraped(ask: Asker) -> None:
    reads = 0
    open_reads = ask.ports.open_reads

    def counted(meter: Meter) -> Any:
        nonlocal reads
        reads += 1
        return open_reads(meter)

    ask.ports.open_reads = counted
    async with job_metrics.opened(Settings(), ask.ports) as metrics:
        without_port = reads, samples_of(metrics)("job_queue_depth", queue=MAINTENANCE)
    async with job_metrics.opened(Settings(metrics_port=9_100), ask.ports) as metrics:
        while not any(name == "questpath_job_workers" for name, _ in samples_of(metrics).samples):
            await asyncio.sleep(0.01)

    assert without_port[0] == 0
    assert reads == 1


async def test_mails_of_a_day_are_counted_by_what_became_of_them(ask: Asker) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        for to in ("ada@example.org", "bob@example.org"):
            mail_id = await work.mails.add(a_mail(to=to), job_id=JobId(mint("job")))
            await work.mails.sent(mail_id, now=ask.clock())
        bounced = MailEvent(mail_id=mail_id, kind=MailEventKind.BOUNCED, at=ask.clock())
        await delivery_reports.record(work, an_act(now=ask.clock()), KEYS, bounced)
    ask.clock.forward(hours=1)
    metrics = JobMetrics()

    await metrics.read(ask.ports)
    on_the_day = samples_of(metrics)
    ask.clock.forward(days=1)
    await metrics.read(ask.ports)
    later = samples_of(metrics)

    results = ("sent", "bounced", "complained", "suppressed")
    assert [on_the_day("mails_last_day", result=each) for each in results] == [2, 1, 0, 0]
    assert [later("mails_last_day", result=each) for each in results] == [0, 0, 0, 0]
