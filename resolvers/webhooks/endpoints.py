"""Resolvers of webhook endpoints: the list, and what admins and operators change."""

from domain.accounts import roles
from domain.accounts.users import Role
from domain.edits import UNCHANGED, Edit
from domain.ids import WebhookEndpointId
from domain.paging import Page, Window
from domain.webhooks import endpoint_changes
from domain.webhooks.endpoint_changes import EndpointPorts, SignedEndpoint
from domain.webhooks.endpoints import WebhookEndpoint, WebhookEndpointState
from domain.webhooks.events import WebhookEvent
from resolvers.context import Context
from resolvers.webhooks.loaders import endpoints_by_id


async def webhook_endpoints(
    context: Context, *, window: Window, state: WebhookEndpointState | None = None
) -> Page[WebhookEndpoint]:
    """Return a page of the endpoints for an operator, newest first."""
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        return await reads.webhook_endpoints.page(state, window)


async def webhook_endpoint(context: Context, *, id: WebhookEndpointId) -> WebhookEndpoint | None:
    """Return an endpoint for an operator; None if there is none."""
    found: WebhookEndpoint | None = await context.load(endpoints_by_id, id)
    return found


async def url(endpoint: WebhookEndpoint, context: Context) -> str | None:  # noqa: ARG001 - every resolver takes the context
    """Return where events are sent; the rule of the field keeps it from operators."""
    return endpoint.url


async def create_webhook_endpoint(
    context: Context, *, url: str, events: list[WebhookEvent], description: str | None = None
) -> SignedEndpoint:
    """Store an endpoint."""
    async with context.open_work() as work:
        return await endpoint_changes.create(
            work, context.act(), _ports(context), url=url, events=events, description=description or ""
        )


async def update_webhook_endpoint(
    context: Context,
    *,
    id: WebhookEndpointId,
    url: Edit[str | None] = UNCHANGED,
    events: Edit[list[WebhookEvent] | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
    enabled: Edit[bool | None] = UNCHANGED,
) -> WebhookEndpoint:
    """Change what was sent of an endpoint."""
    async with context.open_work() as work:
        return await endpoint_changes.update(
            work,
            context.act(),
            context.ports.webhooks.rules,
            id,
            url=url,
            events=events,
            description=description,
            enabled=enabled,
        )


async def rotate_webhook_secret(
    context: Context, *, id: WebhookEndpointId, overlap_hours: int | None = None
) -> SignedEndpoint:
    """Replace the secret of an endpoint."""
    async with context.open_work() as work:
        return await endpoint_changes.rotate(
            work, context.act(), _ports(context), id, overlap_hours=overlap_hours
        )


async def delete_webhook_endpoint(context: Context, *, id: WebhookEndpointId) -> WebhookEndpoint:
    """Remove an endpoint."""
    async with context.open_work() as work:
        return await endpoint_changes.delete(work, context.act(), id)


def _ports(context: Context) -> EndpointPorts:
    ports = context.ports
    return EndpointPorts(
        rules=ports.webhooks.rules, sealer=ports.webhooks.sealer, randomness=ports.randomness
    )
