"""Deliveries in Postgres: events become deliveries once, waiting ones belong to one job, and old ones are removed."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import retention
from domain.ids import JobId
from domain.unit_of_work import Meter
from domain.webhooks import delivery_jobs
from domain.webhooks.deliveries import KEPT
from domain.webhooks.events import WebhookEvent
from tests.builders import mint
from tests.builders.acts import an_act
from tests.support.schema_client import Asker
from tests.support.webhooks import answered, deliveries, fanned_out, noted, stored_delivery, stored_endpoint


async def test_an_event_becomes_one_delivery_for_each_endpoint_that_wants_it(ask: Asker) -> None:
    wanted = [await stored_endpoint(ask, WebhookEvent.USER_REGISTERED) for _ in range(2)]
    await stored_endpoint(ask, WebhookEvent.XP_AWARDED)
    await ask.learner()

    found = await fanned_out(ask)

    assert [each.endpoint_id for each in found] == [each.id for each in wanted]
    assert len({each.event_id for each in found}) == 1
    assert await noted(ask) == 0
    async with ask.postgres.open_reads(Meter()) as reads:
        jobs = await reads.jobs.by_ids([each.job_id for each in found], viewer_id=None, sees_all=True)
    assert [job.arguments for job in jobs if job] == [{"delivery_id": each.id} for each in found]
    assert {job.user_id for job in jobs if job} == {None}  # a learner does not see it among their jobs


async def test_a_fan_out_that_fails_loses_no_event(ask: Asker) -> None:
    await stored_endpoint(ask)
    await ask.learner()
    with pytest.raises(RuntimeError):
        async with ask.postgres.open_work(Meter()) as work:
            await delivery_jobs.fan_out(work, an_act(), limit=10)
            raise RuntimeError

    assert len(await fanned_out(ask)) == 1


async def test_two_workers_fan_out_different_events(ask: Asker) -> None:
    await stored_endpoint(ask)
    for _ in range(3):
        await ask.learner()
    async with ask.postgres.open_work(Meter()) as one, ask.postgres.open_work(Meter()) as other:
        first = await delivery_jobs.fan_out(one, an_act(), limit=2)
        second = await delivery_jobs.fan_out(other, an_act(), limit=2)

    assert (first, second) == (2, 1)
    assert len({each.event_id for each in await deliveries(ask)}) == 3


async def test_a_fan_out_costs_the_same_statements_whatever_the_number_of_events(ask: Asker) -> None:
    await stored_endpoint(ask)
    costs = []
    for size in (1, 20):
        for _ in range(size):
            await ask.learner()
        meter = Meter()
        async with ask.postgres.open_work(meter) as work:
            await delivery_jobs.fan_out(work, an_act(), limit=100)
        costs.append(meter.statements)

    assert costs[0] == costs[1]


async def test_an_outcome_is_stored_once_and_by_the_job_that_the_delivery_waits_for(ask: Asker) -> None:
    made = await stored_delivery(ask, await stored_endpoint(ask))
    async with ask.postgres.open_reads(Meter()) as reads:
        deliveries_ = reads.webhook_deliveries
        waiting = await deliveries_.outgoing(made.id, job_id=made.job_id, now=ask.clock())
        other = await deliveries_.outgoing(made.id, job_id=JobId(mint("job")), now=ask.clock())

    await answered(ask, made)
    await answered(ask, made)  # as a run does that was taken over meanwhile

    assert waiting is not None
    assert waiting.delivery == made
    assert other is None
    (after,) = await deliveries(ask)
    assert after.attempts == 1


async def test_old_deliveries_are_removed(ask: Asker) -> None:
    old = await stored_delivery(ask, await stored_endpoint(ask))
    minted = datetime(2026, 2, 25, 6, tzinfo=UTC)  # when the ids of tests begin
    async with ask.postgres.open_work(Meter()) as work:
        await retention.tidy(work, now=minted + KEPT - timedelta(days=1))
    kept = await deliveries(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await retention.tidy(work, now=minted + KEPT + timedelta(days=2))

    assert [each.id for each in kept] == [old.id]
    assert await deliveries(ask) == []
