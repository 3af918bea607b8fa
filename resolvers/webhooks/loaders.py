"""Batches of webhook endpoints and deliveries, which operators see."""

from domain.ids import WebhookDeliveryId, WebhookEndpointId
from domain.webhooks.deliveries import WebhookDelivery
from domain.webhooks.endpoints import WebhookEndpoint
from resolvers.batches import Rows, batch
from resolvers.context import Context
from resolvers.jobs.loaders import OPERATORS


@batch(Rows.VIEWER)
async def endpoints_by_id(context: Context, ids: list[WebhookEndpointId]) -> list[WebhookEndpoint | None]:
    """Load endpoints for an operator."""
    if not _is_operator(context):
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.webhook_endpoints.by_ids(ids)


@batch(Rows.VIEWER)
async def deliveries_by_id(context: Context, ids: list[WebhookDeliveryId]) -> list[WebhookDelivery | None]:
    """Load deliveries for an operator."""
    if not _is_operator(context):
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.webhook_deliveries.by_ids(ids)


def _is_operator(context: Context) -> bool:
    return context.viewer is not None and not OPERATORS.isdisjoint(context.viewer.roles)
