"""Resolvers of webhook deliveries: the log, replays and tests."""

from datetime import datetime
from typing import Any

from domain.accounts import roles
from domain.accounts.users import Role
from domain.ids import WebhookDeliveryId, WebhookEndpointId
from domain.paging import Page, Window
from domain.time_spans import check_span
from domain.webhooks import replays
from domain.webhooks.deliveries import DeliveryFilter, WebhookDelivery, WebhookDeliveryState
from domain.webhooks.events import WebhookEvent
from resolvers.context import Context


async def webhook_deliveries(
    context: Context,
    *,
    window: Window,
    endpoint_id: WebhookEndpointId | None = None,
    event: WebhookEvent | None = None,
    state: WebhookDeliveryState | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[WebhookDelivery]:
    """Return a page of the log for an operator, newest first."""
    asked = DeliveryFilter(endpoint_id=endpoint_id, event=event, state=state, since=since, until=until)
    check_span(since, until)
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        return await reads.webhook_deliveries.page(asked, window)


async def payload(delivery: WebhookDelivery, context: Context) -> dict[str, Any]:  # noqa: ARG001 - every resolver takes the context
    """Return what is sent; the rule of the field keeps it from operators."""
    return delivery.payload


async def replay_webhook_delivery(context: Context, *, id: WebhookDeliveryId) -> WebhookDelivery:
    """Send a delivery again."""
    async with context.open_work() as work:
        return await replays.replay(work, context.act(), id)


async def replay_webhook_deliveries(
    context: Context,
    *,
    endpoint_id: WebhookEndpointId | None = None,
    event: WebhookEvent | None = None,
    state: WebhookDeliveryState | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[WebhookDelivery]:
    """Send the deliveries again that pass a filter."""
    asked = DeliveryFilter(endpoint_id=endpoint_id, event=event, state=state, since=since, until=until)
    async with context.open_work() as work:
        return await replays.replay_all(work, context.act(), asked)


async def send_test_webhook(context: Context, *, id: WebhookEndpointId) -> WebhookDelivery:
    """Send a test event to an endpoint."""
    async with context.open_work() as work:
        return await replays.ping(work, context.act(), id)
