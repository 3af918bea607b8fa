"""Webhook scenes: endpoints and deliveries after which every field of theirs has something to show."""

from collections.abc import Sequence
from typing import Any

from domain.webhooks.deliveries import WebhookFailure
from domain.webhooks.events import SUBSCRIBABLE, WebhookEvent
from tests.support.accounts import ADMINS, accepted, mutate, refusal
from tests.support.jobs import an_operator
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything
from tests.support.webhooks import (
    answered,
    ended_delivery,
    one_in_each_state,
    stored_delivery,
    stored_endpoint,
)

_NONE = ListPaths({})
_URL = "https://example.org/hooks"


async def webhooks_of_every_kind(ask: WatchingAsker) -> None:
    """Create, change, rotate, disable, test and delete endpoints, and bring deliveries into each state."""
    _, viewer = await ask.learner(roles=ADMINS)
    signed = f"secret endpoint {everything('WebhookEndpoint', 1, _NONE)}"
    every = [event.name for event in SUBSCRIBABLE]
    given = {"url": _URL, "events": every, "description": "For the warehouse."}
    made = await accepted(ask, viewer, "createWebhookEndpoint", signed, **given)
    endpoint_id = made["endpoint"]["id"]
    await accepted(ask, viewer, "rotateWebhookSecret", signed, id=endpoint_id)
    gone = await stored_endpoint(ask, owner_id=viewer.user_id)
    await answered(ask, await stored_delivery(ask, gone), WebhookFailure.STATUS, status=410)
    failing = await stored_endpoint(ask, owner_id=viewer.user_id)
    for _ in range(2):
        await answered(ask, await stored_delivery(ask, failing), WebhookFailure.CONNECTION)
        ask.clock.forward(days=5)
    idle = await stored_endpoint(ask)
    changed = f"endpoint {everything('WebhookEndpoint', 1, _NONE)}"
    await accepted(ask, viewer, "updateWebhookEndpoint", changed, id=idle.id, enabled=False)
    await refusal(ask, viewer, "sendTestWebhook", id=idle.id)
    working = await stored_endpoint(ask)
    ids = await one_in_each_state(ask, working)
    for event in WebhookEvent:
        await stored_delivery(ask, working, event=event)
    for failure in WebhookFailure:
        await ended_delivery(ask, working, failure, status=None)
    delivery = f"delivery {everything('WebhookDelivery', 1, _NONE)}"
    await accepted(ask, viewer, "sendTestWebhook", delivery, id=working.id)
    await refusal(ask, viewer, "replayWebhookDelivery", id=ids["PENDING"])
    await accepted(ask, viewer, "replayWebhookDelivery", delivery, id=ids["DELIVERED"])
    all_ = f"deliveries {everything('WebhookDelivery', 1, _NONE)}"
    one = f'webhookEndpoint(id: "{working.id}") {everything("WebhookEndpoint", 2, _NONE)}'
    for text in (
        f"webhookEndpoints {everything('WebhookEndpointConnection', 3, _NONE)}",
        f"webhookDeliveries(first: 100) {everything('WebhookDeliveryConnection', 3, _NONE)}",
        one,
    ):
        await ask.data(f"{{ {text} }}", viewer)
    await accepted(ask, viewer, "replayWebhookDeliveries", all_, state="FAILED")
    for _ in range(15):
        await stored_endpoint(ask)
    await mutate(ask, viewer, "createWebhookEndpoint", **given)
    await accepted(ask, viewer, "deleteWebhookEndpoint", changed, id=working.id)


async def of_endpoint_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    ids = {
        "ENABLED": (await stored_endpoint(ask)).id,
        "DISABLED": (await stored_endpoint(ask, disabled_at=ask.clock())).id,
    }
    text = "query ($s: WebhookEndpointState) { webhookEndpoints(state: $s) { nodes { id } } }"
    found = [(await ask.data(text, viewer, s=value))["webhookEndpoints"]["nodes"] for value in values]
    assert found == [[{"id": ids[value]}] for value in values]
    return found


async def of_delivery_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    ids = await one_in_each_state(ask, await stored_endpoint(ask))
    text = "query ($s: WebhookDeliveryState) { webhookDeliveries(state: $s) { nodes { id } } }"
    found = [(await ask.data(text, viewer, s=value))["webhookDeliveries"]["nodes"] for value in values]
    assert found == [[{"id": ids[value]}] for value in values]
    return found


async def of_listed_event(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    endpoint = await stored_endpoint(ask)
    for event in WebhookEvent:
        await stored_delivery(ask, endpoint, event=event)
    text = "query ($e: WebhookEvent) { webhookDeliveries(event: $e) { nodes { id event } } }"
    return [(await ask.data(text, viewer, e=value))["webhookDeliveries"]["nodes"] for value in values]


async def of_replayed_event(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    endpoint = await stored_endpoint(ask)
    for event in WebhookEvent:
        await ended_delivery(ask, endpoint, WebhookFailure.TIMEOUT, event=event)
    return [
        await accepted(ask, viewer, "replayWebhookDeliveries", "deliveries { id event }", event=value)
        for value in values
    ]


async def of_replayed_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    endpoint = await stored_endpoint(ask)
    await ended_delivery(ask, endpoint, WebhookFailure.TIMEOUT)
    await ended_delivery(ask, endpoint)
    return [
        await mutate(
            ask,
            viewer,
            "replayWebhookDeliveries",
            "deliveries { id }",
            state=value,
        )
        for value in values
    ]


async def of_created_events(ask: Asker, values: Sequence[str]) -> list[Any]:
    _, viewer = await ask.learner(roles=ADMINS)
    selection = "endpoint { events }"
    return [
        await mutate(ask, viewer, "createWebhookEndpoint", selection, url=_URL, events=[value])
        for value in values
    ]


async def of_changed_events(ask: Asker, values: Sequence[str]) -> list[Any]:
    _, viewer = await ask.learner(roles=ADMINS)
    endpoint = await stored_endpoint(ask)
    selection = "endpoint { events }"
    return [
        await mutate(ask, viewer, "updateWebhookEndpoint", selection, id=endpoint.id, events=[value])
        for value in values
    ]


EFFECTS = {
    "Query.webhookEndpoints(state:) WebhookEndpointState": of_endpoint_state,
    "Query.webhookDeliveries(state:) WebhookDeliveryState": of_delivery_state,
    "Query.webhookDeliveries(event:) WebhookEvent": of_listed_event,
    "ReplayWebhookDeliveriesInput.event WebhookEvent": of_replayed_event,
    "ReplayWebhookDeliveriesInput.state WebhookDeliveryState": of_replayed_state,
    "CreateWebhookEndpointInput.events WebhookEvent": of_created_events,
    "UpdateWebhookEndpointInput.events WebhookEvent": of_changed_events,
}
"""What the values of the enums of webhooks do in each place where clients send them."""
