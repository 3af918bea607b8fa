"""Webhook endpoints and deliveries in the database of a test, and steps that several tests take with them."""

from typing import Any

from domain.ids import WebhookDeliveryId
from domain.unit_of_work import Meter
from domain.webhooks import delivery_attempts, delivery_jobs
from domain.webhooks.deliveries import ReceiverAnswer, WebhookDelivery, WebhookDeliveryState, WebhookFailure
from domain.webhooks.endpoints import WebhookEndpoint
from domain.webhooks.events import SUBSCRIBABLE, WebhookEvent
from gateway.webhooks import fan_out
from tests.builders.acts import an_act
from tests.builders.webhooks import SECRET, a_delivery, an_endpoint
from tests.support.schema_client import Asker


async def stored_endpoint(ask: Asker, *events: WebhookEvent, **values: Any) -> WebhookEndpoint:
    """Store an endpoint that wants these events, by default all."""
    made = an_endpoint(*(events or SUBSCRIBABLE), now=ask.clock(), **values)
    async with ask.postgres.open_work(Meter()) as work:
        await work.webhook_endpoints.add(made, secret=ask.ports.webhooks.sealer.seal(SECRET))
    return made


async def stored_delivery(ask: Asker, endpoint: WebhookEndpoint, **values: Any) -> WebhookDelivery:
    """Store a delivery with its job."""
    made = a_delivery(endpoint, now=ask.clock(), **values)
    async with ask.postgres.open_work(Meter()) as work:
        await delivery_jobs.start(work, an_act(now=ask.clock()), [made])
    return made


async def add_deliveries(ask: Asker, size: int) -> None:
    """Store deliveries, each to an endpoint of its own."""
    for _ in range(size):
        await stored_delivery(ask, await stored_endpoint(ask))


async def ended_delivery(
    ask: Asker, endpoint: WebhookEndpoint, failure: WebhookFailure | None = None, **values: Any
) -> WebhookDelivery:
    """Store a delivery that was delivered, or whose last attempt failed."""
    made = await stored_delivery(ask, endpoint, **values)
    return await answered(ask, made, failure)


async def answered(
    ask: Asker,
    delivery: WebhookDelivery,
    failure: WebhookFailure | None = None,
    *,
    status: int | None = None,
    attempt: int = 12,
) -> WebhookDelivery:
    """Record the outcome of an attempt, by default of the last one."""
    answer = ReceiverAnswer(
        status=status or (204 if failure is None else None), failure=failure, milliseconds=7
    )
    async with ask.postgres.open_work(Meter()) as work:
        return await delivery_attempts.record(
            work,
            an_act(now=ask.clock()),
            delivery,
            answer,
            attempt=attempt,
            public_url="https://app.example.org",
        )


async def one_in_each_state(ask: Asker, endpoint: WebhookEndpoint) -> dict[str, WebhookDeliveryId]:
    """Store a delivery in every state; return their ids by the states' names."""
    waiting = await stored_delivery(ask, endpoint)
    delivered = await ended_delivery(ask, endpoint)
    failed = await ended_delivery(ask, endpoint, WebhookFailure.TIMEOUT)
    return {each.state.value: each.id for each in (waiting, delivered, failed)}


async def fanned_out(ask: Asker) -> list[WebhookDelivery]:
    """Let all noted events become deliveries, and return the deliveries there are, oldest first."""
    while await fan_out.once(ask.ports):
        pass
    return await deliveries(ask)


async def deliveries(ask: Asker) -> list[WebhookDelivery]:
    """Return all deliveries, oldest first."""
    async with ask.postgres.open_reads(Meter()) as reads:
        rows = await reads.connection.raw.fetch("SELECT id FROM webhook_deliveries ORDER BY id")
        found = await reads.webhook_deliveries.by_ids([row["id"] for row in rows])
    return [each for each in found if each is not None]


async def noted(ask: Asker) -> int:
    """Return how many events are noted."""
    async with ask.postgres.open_reads(Meter()) as reads:
        count: int = await reads.connection.raw.fetchval("SELECT count(*) FROM webhook_events")
    return count


def is_done(delivery: WebhookDelivery) -> bool:
    return delivery.state is not WebhookDeliveryState.PENDING
