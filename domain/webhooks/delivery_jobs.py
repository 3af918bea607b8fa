"""Delivery jobs: the kind of job that sends webhooks, and how events become deliveries with a job each."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from domain.acts import Act
from domain.entities import entity
from domain.ids import JobId, UserId, WebhookDeliveryId, WebhookEventId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.job_starts import JobRequest
from domain.webhooks.deliveries import WebhookDelivery, WebhookDeliveryState
from domain.webhooks.endpoints import WebhookEndpoint
from domain.webhooks.events import WebhookEvent, payload_of
from domain.webhooks.work import WebhooksWork

QUEUE = "webhooks"
"""The queue of what sends webhooks."""
AT_ONCE = 5
"""How many webhooks are sent at the same time, over all workers: slow receivers leave a worker room for other jobs."""


@entity
class DeliverWebhookArguments:
    """Which delivery a job sends."""

    delivery_id: WebhookDeliveryId


DELIVER = JobKind(
    name="deliver_webhook",
    description="Sends a webhook.",
    queue=QUEUE,
    arguments=DeliverWebhookArguments,
    at_once=AT_ONCE,
    retries=RetryPolicy(
        attempts=12,  # the pauses between them make 24.5 hours
        base=timedelta(minutes=1),
        cap=timedelta(hours=8),
        jitter=False,
        timeout=timedelta(minutes=1),
    ),
    stays="Disable its endpoint to send nothing to it.",
    result={"outcome": str},
)


async def fan_out(work: WebhooksWork, act: Act, *, limit: int) -> int:
    """Make a delivery, with its job, of each noted event for each endpoint that wants it; return how many events."""
    noted = await work.webhook_events.take(limit)
    if not noted:
        return 0
    endpoints = await work.webhook_endpoints.enabled()
    made = []
    for each in noted:
        event_id = WebhookEventId(act.mint("event"))
        payload = payload_of(each.event, {**each.facts, "user_id": each.user_id}, at=each.occurred_at)
        made += [
            new_delivery(
                act,
                endpoint,
                each.event,
                payload,
                event_id=event_id,
                user_id=UserId(each.user_id),
            )
            for endpoint in endpoints
            if each.event in endpoint.events
        ]
    await start(work, act, made)
    return len(noted)


async def start(work: WebhooksWork, act: Act, made: list[WebhookDelivery]) -> None:
    """Store new deliveries, with the jobs that send them once that is committed."""
    if made:
        await work.webhook_deliveries.add(made)
        await start_jobs(work, act, made)


async def start_jobs(work: WebhooksWork, act: Act, deliveries: Sequence[WebhookDelivery]) -> None:
    """Start the jobs that stored deliveries name."""
    requests = [
        JobRequest(id=each.job_id, arguments=DeliverWebhookArguments(delivery_id=each.id))
        for each in deliveries
    ]
    await job_starts.start_all(work, act, DELIVER, requests)


def new_delivery(
    act: Act,
    endpoint: WebhookEndpoint,
    event: WebhookEvent,
    payload: dict[str, Any],
    *,
    event_id: WebhookEventId,
    user_id: UserId | None,
) -> WebhookDelivery:
    """Return a delivery that was not tried yet."""
    return WebhookDelivery(
        id=WebhookDeliveryId(act.mint("delivery")),
        endpoint_id=endpoint.id,
        event_id=event_id,
        event=event,
        user_id=user_id,
        payload=payload,
        state=WebhookDeliveryState.PENDING,
        attempts=0,
        status=None,
        failure=None,
        milliseconds=None,
        job_id=JobId(act.mint("job")),
        created_at=act.now,
        attempted_at=None,
    )
