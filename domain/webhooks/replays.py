"""Replays: operators send deliveries again that have ended, and test an endpoint."""

from dataclasses import replace

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import JobId, WebhookDeliveryId, WebhookEndpointId, WebhookEventId
from domain.jobs.job_administration import require_operator
from domain.refusals import all_at_once
from domain.time_spans import check_span
from domain.webhooks import delivery_jobs
from domain.webhooks.deliveries import (
    DeliveryFilter,
    WebhookDelivery,
    WebhookDeliveryPendingError,
    WebhookDeliveryState,
)
from domain.webhooks.endpoints import WebhookEndpoint, WebhookEndpointDisabledError
from domain.webhooks.events import WebhookEvent, payload_of
from domain.webhooks.work import WebhooksWork

MOST_AT_ONCE = 1_000
"""How many deliveries one act sends again at most."""


async def replay(work: WebhooksWork, act: Act, delivery_id: WebhookDeliveryId) -> WebhookDelivery:
    """Send a delivery again that has ended, with all attempts and the same `webhook-id`.

    Raises ForbiddenError, NotFoundError, WebhookDeliveryPendingError or WebhookEndpointDisabledError.
    """
    await require_operator(work, act)
    (found,) = await work.webhook_deliveries.by_ids([delivery_id])
    if found is None:
        raise NotFoundError(
            "There is no such delivery; `webhookDeliveries` lists those that there are.", field="id"
        )
    await _enabled(work, found.endpoint_id, field="id")
    if found.state is WebhookDeliveryState.PENDING:
        raise WebhookDeliveryPendingError(
            "This delivery is still tried; wait until it is DELIVERED or FAILED.", field="id"
        )
    (again,) = await _requeue(work, act, [found])
    return again


async def replay_all(work: WebhooksWork, act: Act, asked: DeliveryFilter) -> list[WebhookDelivery]:
    """Send ended deliveries again that pass the filter, the oldest 1 000; those to disabled endpoints are left out.

    Without a state these are failed ones. Raises, all at once, ForbiddenError and InvalidInputErrors.
    """
    with all_at_once() as each:
        with each:
            await require_operator(work, act)
        with each:
            if asked.state is WebhookDeliveryState.PENDING:
                raise InvalidInputError("state must be DELIVERED or FAILED.", field="state")
        with each:
            check_span(asked.since, asked.until)
    wanted = replace(asked, state=asked.state or WebhookDeliveryState.FAILED)
    found = await work.webhook_deliveries.replayable(wanted, limit=MOST_AT_ONCE)
    return await _requeue(work, act, found) if found else []


async def ping(work: WebhooksWork, act: Act, endpoint_id: WebhookEndpointId) -> WebhookDelivery:
    """Send a test event to an endpoint; raises ForbiddenError, NotFoundError or WebhookEndpointDisabledError."""
    await require_operator(work, act)
    endpoint = await _enabled(work, endpoint_id, field="id")
    payload = payload_of(WebhookEvent.PING, {"endpoint_id": endpoint.id}, at=act.now)
    made = delivery_jobs.new_delivery(
        act,
        endpoint,
        WebhookEvent.PING,
        payload,
        event_id=WebhookEventId(act.mint("event")),
        user_id=None,
    )
    await delivery_jobs.start(work, act, [made])
    await audit.record(
        work.audit, act, AuditAction.WEBHOOK_TESTED, target=endpoint.id, difference={"delivery": made.id}
    )
    return made


async def _enabled(work: WebhooksWork, endpoint_id: WebhookEndpointId, *, field: str) -> WebhookEndpoint:
    endpoint = await work.webhook_endpoints.lock(endpoint_id)
    if endpoint is None:
        raise NotFoundError(
            "There is no such endpoint; `webhookEndpoints` lists those that there are.", field=field
        )
    if endpoint.disabled_at is not None:
        raise WebhookEndpointDisabledError("The endpoint is disabled; enable it first.", field=field)
    return endpoint


async def _requeue(work: WebhooksWork, act: Act, found: list[WebhookDelivery]) -> list[WebhookDelivery]:
    jobs = {each.id: JobId(act.mint("job")) for each in found}
    again = await work.webhook_deliveries.requeue(jobs)
    if again:
        await delivery_jobs.start_jobs(work, act, again)
    differences: dict[str, dict[str, str | None]] = {
        each.id: {"event": each.event.value, "endpoint": each.endpoint_id} for each in again
    }
    await audit.record_all(work.audit, act, AuditAction.WEBHOOK_REPLAYED, differences=differences)
    return again
