"""Webhook delivery by a worker, to a real receiver: once, again after a failure, and not to a host that is down."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from domain.dependency_table import DEPENDENCIES, WEBHOOK_RECEIVER
from domain.jobs.job_states import JobState
from domain.jobs.jobs import Job
from domain.unit_of_work import Meter
from domain.webhooks.deliveries import WebhookDelivery, WebhookDeliveryState, WebhookFailure
from domain.webhooks.delivery_jobs import DELIVER
from domain.webhooks.ports import WebhookPorts
from domain.webhooks.receiver_addresses import ReceiverRules
from domain.webhooks.secrets import Sealer
from gateway import secrets_and_ids
from gateway.jobs.handler_table import HANDLERS
from gateway.telemetry.webhook_metrics import WebhookMetrics
from gateway.webhooks import webhook_sender
from gateway.webhooks.secret_sealer import SecretSealer, UnsealableError
from tests.builders.webhooks import SECRET
from tests.support.queue_workers import ended, read, working
from tests.support.schema_client import Asker
from tests.support.servers.webhook_receiver import Receiver, webhook_receiver
from tests.support.webhooks import deliveries, stored_delivery, stored_endpoint

WAITS = "It waits until webhook_receiver answers again."
SOON = timedelta(milliseconds=20)
QUICK = (
    replace(DELIVER, retries=replace(DELIVER.retries, base=SOON, cap=SOON)),
    HANDLERS[DELIVER.name],
)
RULES = ReceiverRules(allows_local=True)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with webhook_receiver() as running:
        yield running


@pytest.fixture
async def ready(ask: Asker) -> AsyncIterator[Asker]:
    """The asker with a sender of webhooks and the clock of the system."""
    async with webhook_sender.opened(RULES, WebhookMetrics()) as sender:
        ask.ports.now = secrets_and_ids.now
        ask.ports.webhooks = WebhookPorts(rules=RULES, sealer=ask.ports.webhooks.sealer, sender=sender)
        yield ask


async def jobs_of(ask: Asker, made: list[WebhookDelivery]) -> list[Job]:
    async with ask.ports.open_reads(Meter()) as reads:
        jobs = await reads.jobs.by_ids([each.job_id for each in made], viewer_id=None, sees_all=True)
    return [job for job in jobs if job is not None]


async def delivered(ask: Asker, url: str, delivery: WebhookDelivery) -> tuple[WebhookDelivery, JobState]:
    """Let a worker run the delivery's job to its end."""
    async with ask.ports.open_reads(Meter()) as reads:
        (job,) = await reads.jobs.by_ids([delivery.job_id], viewer_id=None, sees_all=True)
    assert job is not None
    async with working(ask.ports, url, QUICK):
        after = await ended(ask.ports, job)
    (found,) = [each for each in await deliveries(ask) if each.id == delivery.id]
    return found, after.state


async def test_a_worker_delivers_a_webhook_once(ready: Asker, database_url: str, receiver: Receiver) -> None:
    made = await stored_delivery(ready, await stored_endpoint(ready, url=receiver.url))

    after, state = await delivered(ready, database_url, made)

    assert state is JobState.SUCCEEDED
    assert (after.state, after.attempts, after.status) == (WebhookDeliveryState.DELIVERED, 1, 204)
    assert after.milliseconds is not None
    (got,) = receiver.received
    assert Webhook(SECRET).verify(got.body, got.headers) == made.payload


async def test_a_failed_delivery_is_tried_again_under_the_same_id(
    ready: Asker, database_url: str, receiver: Receiver
) -> None:
    receiver.status = 404
    made = await stored_delivery(ready, await stored_endpoint(ready, url=receiver.url))
    left = 2
    async with ready.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE jobs SET attempts = $1", DELIVER.retries.attempts - left)

    after, state = await delivered(ready, database_url, made)

    assert (after.state, after.failure, after.status) == (
        WebhookDeliveryState.FAILED,
        WebhookFailure.STATUS,
        404,
    )
    assert after.attempts == len(receiver.received) == left
    assert {got.headers["webhook-id"] for got in receiver.received} == {made.event_id}
    assert (
        state is JobState.SUCCEEDED
    )  # the log of deliveries has the failure; there is nothing for operators to retry


async def test_a_host_that_is_down_uses_up_no_attempts(
    ready: Asker, database_url: str, receiver: Receiver
) -> None:
    receiver.status = 503
    endpoint = await stored_endpoint(ready, url=receiver.url)
    made = [await stored_delivery(ready, endpoint) for _ in range(3)]

    async with asyncio.timeout(40), working(ready.ports, database_url, QUICK):
        while not ready.ports.breakers.is_open(WEBHOOK_RECEIVER, f"127.0.0.1:{receiver.port}"):
            await asyncio.sleep(0.02)
        while not any(job.error == WAITS for job in await jobs_of(ready, made)):
            await asyncio.sleep(0.1)

    found = [each for each in await deliveries(ready) if each.endpoint_id == endpoint.id]
    assert len(receiver.received) <= DEPENDENCIES["webhook_receiver"].failures + len(made)  # those under way
    assert sum(each.attempts for each in found) == len(receiver.received)
    assert {each.state for each in found} == {WebhookDeliveryState.PENDING}
    jobs = await jobs_of(ready, made)
    assert [job.state for job in jobs] == [JobState.QUEUED] * 3
    assert sum(job.attempts for job in jobs) == len(receiver.received)


async def test_another_host_is_not_held_up(ready: Asker, database_url: str, receiver: Receiver) -> None:
    async with webhook_receiver() as down:
        down.status = 500
        broken = await stored_endpoint(ready, url=down.url)
        for _ in range(6):
            await stored_delivery(ready, broken)
        made = await stored_delivery(ready, await stored_endpoint(ready, url=receiver.url))

        after, _ = await delivered(ready, database_url, made)

    assert after.state is WebhookDeliveryState.DELIVERED


async def test_a_disabled_endpoint_gets_nothing_that_waits(
    ready: Asker, database_url: str, receiver: Receiver
) -> None:
    endpoint = await stored_endpoint(ready, url=receiver.url, disabled_at=ready.clock())
    made = await stored_delivery(ready, endpoint)

    after, state = await delivered(ready, database_url, made)

    assert (after.state, after.failure, after.attempts) == (
        WebhookDeliveryState.FAILED,
        WebhookFailure.DISABLED,
        0,
    )
    assert state is JobState.SUCCEEDED
    assert receiver.received == []


async def test_a_job_whose_delivery_waits_for_another_job_sends_nothing(
    ready: Asker, database_url: str, receiver: Receiver
) -> None:
    made = await stored_delivery(ready, await stored_endpoint(ready, url=receiver.url))
    async with ready.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE webhook_deliveries SET job_id = 'job_other'")

    after, state = await delivered(ready, database_url, made)

    assert (after.state, state) == (WebhookDeliveryState.PENDING, JobState.SUCCEEDED)
    assert receiver.received == []


@pytest.mark.parametrize(("age_s", "signatures"), [(-60, 2), (60, 1)])
async def test_a_replaced_secret_signs_until_its_time_is_over(
    ready: Asker, database_url: str, receiver: Receiver, age_s: int, signatures: int
) -> None:
    endpoint = await stored_endpoint(ready, url=receiver.url)
    new = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
    async with ready.postgres.open_work(Meter()) as work:
        await work.webhook_endpoints.rotate(
            endpoint.id,
            secret=ready.ports.webhooks.sealer.seal(new),
            previous_until=secrets_and_ids.now() - timedelta(seconds=age_s),
        )
    made = await stored_delivery(ready, endpoint)

    await delivered(ready, database_url, made)

    (got,) = receiver.received
    assert len(got.headers["webhook-signature"].split(" ")) == signatures
    assert Webhook(new).verify(got.body, got.headers) == made.payload


async def test_secrets_outlive_a_change_of_the_platform_secret_while_the_old_one_is_known() -> None:
    old, new = bytes(32), bytes([1]) * 32
    sealed = SecretSealer([old]).seal(SECRET)

    both: Sealer = SecretSealer([new, old])

    assert SECRET.encode() not in sealed
    assert both.unseal(sealed) == SECRET
    with pytest.raises(UnsealableError):
        SecretSealer([new]).unseal(sealed)


async def test_a_secret_that_cannot_be_read_is_replaced_by_a_rotation(
    ready: Asker, database_url: str, receiver: Receiver
) -> None:
    endpoint = await stored_endpoint(ready, url=receiver.url)
    ready.ports.webhooks = replace(ready.ports.webhooks, sealer=SecretSealer([bytes([7]) * 32]))
    made = await stored_delivery(ready, endpoint)
    async with working(ready.ports, database_url, QUICK):
        async with ready.ports.open_reads(Meter()) as reads:
            (job,) = await reads.jobs.by_ids([made.job_id], viewer_id=None, sees_all=True)
        assert job is not None
        async with asyncio.timeout(15):
            while (await read(ready.ports, job)).error is None:
                await asyncio.sleep(0.02)
        assert "rotate it" in str((await read(ready.ports, job)).error)
        async with ready.postgres.open_work(Meter()) as work:
            await work.webhook_endpoints.rotate(
                endpoint.id,
                secret=ready.ports.webhooks.sealer.seal(SECRET),
                previous_until=secrets_and_ids.now() + timedelta(hours=1),
            )
        await ended(ready.ports, job)

    (got,) = receiver.received
    assert Webhook(SECRET).verify(got.body, got.headers) == made.payload
