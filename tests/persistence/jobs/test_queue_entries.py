"""Queue entries: our statements leave the same rows as pgqueuer's own functions."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import AnyEvent, CancellationEvent

from domain import job_table
from domain.jobs import schedule_starts
from domain.unit_of_work import Meter
from persistence.work import Postgres
from tests.builders.acts import an_act
from tests.builders.jobs import start

OTHER = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{OTHER}-b7ad6b7169203331-01"


@pytest.fixture
async def queries(database_url: str) -> Any:
    connection = await asyncpg.connect(database_url)
    yield Queries(AsyncpgDriver(connection))
    await connection.close()


async def entries(queries: Queries) -> list[dict[str, Any]]:
    return await queries.driver.fetch("SELECT * FROM pgqueuer ORDER BY id")


async def test_the_migration_makes_what_a_worker_needs(queries: Queries) -> None:
    await QueueManager(queries).verify_structure()

    assert (await queries.plan_upgrade()).statements == ()


async def test_a_started_job_is_queued_as_pgqueuer_does_it(postgres: Postgres, queries: Queries) -> None:
    async with postgres.open_work(Meter()) as work:
        job = await start(work, an_act(), priority=7, trace_parent=PARENT)
    await queries.enqueue("count", job.id.encode(), 7, headers={"otel": {"traceparent": PARENT}})  # type: ignore[dict-item]

    ours, theirs = await entries(queries)

    same = ours.keys() - {"id", "created", "updated", "heartbeat", "execute_after"}
    assert {name: ours[name] for name in same} == {name: theirs[name] for name in same}
    assert theirs["id"] == ours["id"] + 1


async def test_a_cancelled_job_leaves_the_queue_and_its_worker_is_told(
    postgres: Postgres, queries: Queries
) -> None:
    heard: list[Any] = []
    await queries.driver.add_listener("ch_pgqueuer", heard.append)
    async with postgres.open_work(Meter()) as work:
        job = await start(work, an_act())
    (entry,) = await entries(queries)
    heard.clear()

    async with postgres.open_work(Meter()) as work:
        await work.jobs.cancel(job.id, now=an_act().now)
    await queries.driver.fetch("SELECT 1")

    assert await entries(queries) == []
    (event,) = [AnyEvent.model_validate_json(text).root for text in heard if "cancellation_event" in text]
    assert isinstance(event, CancellationEvent)
    assert (event.channel, event.ids) == ("ch_pgqueuer", [entry["id"]])


async def test_an_entry_that_was_lost_is_made_anew(postgres: Postgres, queries: Queries) -> None:
    async with postgres.open_work(Meter()) as work:
        job = await start(work, an_act())
        await start(work, an_act(), at=an_act().now + timedelta(days=1))
    await queries.driver.execute("DELETE FROM pgqueuer WHERE payload = $1", job.id.encode())

    async with postgres.open_work(Meter()) as work:
        found = await work.jobs.requeue_lost(limit=10)
        again = await work.jobs.requeue_lost(limit=10)

    assert (found, again) == (1, 0)
    assert job.id.encode() in [entry["payload"] for entry in await entries(queries)]


@pytest.mark.parametrize("loss", ["DELETE FROM pgqueuer", "UPDATE pgqueuer SET status = 'failed'"])
async def test_a_schedule_starts_again_although_its_last_job_lost_its_entry(
    postgres: Postgres, queries: Queries, loss: str
) -> None:
    schedule = job_table.SCHEDULES["requeue_lost_jobs"]
    async with postgres.open_work(Meter()) as work:
        first = await schedule_starts.start(work, an_act(), schedule)
        while_it_waits = await schedule_starts.start(work, an_act(), schedule)
    (before,) = await entries(queries)
    await queries.driver.execute(loss)

    async with postgres.open_work(Meter()) as work:
        again = await schedule_starts.start(work, an_act(), schedule)

    (after,) = await entries(queries)
    assert first.id == while_it_waits.id == again.id
    assert (after["payload"], after["status"]) == (before["payload"], "queued")
    assert after["id"] > before["id"]
