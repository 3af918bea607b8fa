"""Webhook deliveries: the log, replays and tests."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.ids import WebhookDeliveryId, WebhookEndpointId, WebhookEventId
from domain.webhooks.deliveries import (
    KEPT,
    WebhookDeliveryPendingError,
    WebhookDeliveryState,
    WebhookFailure,
)
from domain.webhooks.endpoints import WebhookEndpointDisabledError
from domain.webhooks.events import WebhookEvent
from domain.webhooks.replays import MOST_AT_ONCE
from graph.directives import auth
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.jobs.jobs import OPERATOR_READS, Job
from graph.mutations import mutated_by
from graph.node import Node
from graph.paging import Connection
from graph.scalars import JsonObject
from graph.webhooks.endpoints import WebhookEndpoint
from resolvers.jobs import loaders as job_loaders
from resolvers.webhooks import deliveries, loaders

_ENDPOINT = "Only deliveries to this endpoint."
_EVENT = "Only deliveries of this event."
_SINCE = "Only deliveries made then or later."
_UNTIL = "Only deliveries made before then."

declare_enum(
    WebhookDeliveryState,
    "Where a delivery is in its life.",
    PENDING="It waits for its first or next attempt.",
    DELIVERED="The receiver answered with a status of success.",
    FAILED="No attempt reached the receiver; operators replay it.",
)
declare_enum(
    WebhookFailure,
    "Why an attempt failed.",
    STATUS="The receiver answered with a status of no success.",
    REDIRECT="The receiver answered with a redirect, which is not followed.",
    TIMEOUT="The receiver did not answer in time.",
    CONNECTION="There was no connection: the name, the port or the certificate is wrong.",
    ADDRESS="The name of the receiver leads to an address that is not public.",
    DISABLED="The endpoint was disabled meanwhile.",
)
declare_error(WebhookDeliveryPendingError, "The delivery is still tried.")
declare_error(WebhookEndpointDisabledError, "The endpoint is disabled.")


@strawberry.type(description="One event for one endpoint.", directives=[*OPERATOR_READS])
class WebhookDelivery(Node):
    """One delivery."""

    id: WebhookDeliveryId = attribute("The delivery's id, `delivery_...`; ids order by time.")
    endpoint: WebhookEndpoint | None = loaded_by(
        loaders.endpoints_by_id, key="endpoint_id", description="Where it is sent."
    )
    event_id: WebhookEventId = attribute(
        "The event's id, `event_...`: the header `webhook-id`, the same for every attempt and replay."
    )
    event: WebhookEvent = attribute("What happened.")
    payload: JsonObject | None = resolved_by(
        deliveries.payload,
        description="What is sent. Only admins see it, because it may be about a learner.",
        rule=auth(Role.ADMIN),
    )
    state: WebhookDeliveryState = attribute("Where it is in its life.")
    attempts: int = attribute("How many attempts were made, those before replays included.")
    status: int | None = attribute("The HTTP status of the last attempt; null if there was none.")
    failure: WebhookFailure | None = attribute("Why the last attempt failed; null if it did not.")
    milliseconds: int | None = attribute("How long the last attempt took.")
    job: Job | None = loaded_by(
        job_loaders.jobs_by_id,
        key="job_id",
        description="The job that sends it, with the time of the next attempt; null some days after its end.",
    )
    created_at: datetime = attribute("When it was made.")
    attempted_at: datetime | None = attribute("When the last attempt ended; null before the first.")


@strawberry.type
class WebhookDeliveryQueries:
    """The root field about deliveries."""

    webhook_deliveries: Connection[WebhookDelivery] | None = resolved_by(
        deliveries.webhook_deliveries,
        description=f"The deliveries of the last {KEPT.days} days, newest first. The caller's role is checked in the "
        "database.",
        rule=OPERATOR_READS,
        args={
            "endpoint_id": _ENDPOINT,
            "event": _EVENT,
            "state": "Only deliveries in this state.",
            "since": _SINCE,
            "until": _UNTIL,
        },
    )


@strawberry.input(description="A delivery to send again.")
class ReplayWebhookDeliveryInput:
    """A delivery."""

    id: WebhookDeliveryId = given("The delivery, `delivery_...`, which is not PENDING.", required=True)


@strawberry.input(description="Which deliveries to send again: the oldest that pass all that is given.")
class ReplayWebhookDeliveriesInput:
    """A filter."""

    endpoint_id: WebhookEndpointId | None = given(_ENDPOINT)
    event: WebhookEvent | None = given(_EVENT)
    state: WebhookDeliveryState | None = given("DELIVERED or FAILED, by default FAILED.")
    since: datetime | None = given(_SINCE)
    until: datetime | None = given(_UNTIL)


@strawberry.input(description="An endpoint to test.")
class SendTestWebhookInput:
    """An endpoint."""

    id: WebhookEndpointId = given("The endpoint, `webhook_...`.", required=True)


@strawberry.type
class WebhookDeliveryMutations:
    """Mutations of deliveries; the caller's role is checked in the database."""

    replay_webhook_delivery = mutated_by(
        deliveries.replay_webhook_delivery,
        input=ReplayWebhookDeliveryInput,
        gives={"delivery": (WebhookDelivery, "The delivery, which waits again.")},
        refuses=(ForbiddenError, WebhookDeliveryPendingError, WebhookEndpointDisabledError),
        rule=auth(Role.OPERATOR),
        description="Sends a delivery again that has ended, with the same `webhook-id` and all attempts.",
    )
    replay_webhook_deliveries = mutated_by(
        deliveries.replay_webhook_deliveries,
        input=ReplayWebhookDeliveriesInput,
        gives={"deliveries": (list[WebhookDelivery], "The deliveries, which wait again.", MOST_AT_ONCE)},
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description=f"Sends deliveries again that have ended, at most {MOST_AT_ONCE} at a time, the oldest first. "
        "Those to disabled endpoints are left out.",
    )
    send_test_webhook = mutated_by(
        deliveries.send_test_webhook,
        input=SendTestWebhookInput,
        gives={"delivery": (WebhookDelivery, "The delivery of the test event, which waits.")},
        refuses=(ForbiddenError, WebhookEndpointDisabledError),
        rule=auth(Role.OPERATOR),
        description="Sends a `webhook.ping` to an endpoint.",
    )
