"""Builders of webhook endpoints and deliveries."""

from datetime import datetime
from typing import Any

from domain.ids import JobId, WebhookDeliveryId, WebhookEndpointId, WebhookEventId
from domain.webhooks.deliveries import WebhookDelivery, WebhookDeliveryState
from domain.webhooks.endpoints import WebhookEndpoint
from domain.webhooks.events import WebhookEvent
from tests.builders import mint
from tests.builders.accounts import NOON

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def an_endpoint(*events: WebhookEvent, now: datetime = NOON, **values: Any) -> WebhookEndpoint:
    """Make an enabled endpoint, which wants user.registered unless other events are given."""
    usual: dict[str, Any] = {
        "id": WebhookEndpointId(mint("webhook")),
        "owner_id": None,
        "url": "https://example.org/hooks",
        "description": "",
        "events": list(events) or [WebhookEvent.USER_REGISTERED],
        "created_at": now,
        "disabled_at": None,
        "disabled_because": None,
        "failing_since": None,
        "previous_secret_until": None,
    }
    return WebhookEndpoint(**usual | values)


def a_delivery(endpoint: WebhookEndpoint, *, now: datetime = NOON, **values: Any) -> WebhookDelivery:
    """Make a delivery that was not tried yet."""
    usual: dict[str, Any] = {
        "id": WebhookDeliveryId(mint("delivery")),
        "endpoint_id": endpoint.id,
        "event_id": WebhookEventId(mint("event")),
        "event": WebhookEvent.USER_REGISTERED,
        "user_id": None,
        "payload": {"type": "user.registered"},
        "state": WebhookDeliveryState.PENDING,
        "attempts": 0,
        "status": None,
        "failure": None,
        "milliseconds": None,
        "job_id": JobId(mint("job")),
        "created_at": now,
        "attempted_at": None,
    }
    return WebhookDelivery(**usual | values)
