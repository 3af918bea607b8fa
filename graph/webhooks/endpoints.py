"""Webhook endpoints: the type, the list, and the mutations of admins and operators."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.ids import WebhookEndpointId
from domain.webhooks.endpoints import (
    DISABLED_AFTER,
    LONGEST_DESCRIPTION,
    LONGEST_OVERLAP_H,
    MOST_ENDPOINTS,
    OVERLAP,
    DisabledBecause,
    TooManyWebhookEndpointsError,
    WebhookEndpointState,
)
from domain.webhooks.events import FORMATS, SUBSCRIBABLE, WebhookEvent
from graph.accounts.users import User
from graph.directives import auth
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.jobs.jobs import OPERATOR_READS
from graph.mutations import mutated_by
from graph.node import Node
from graph.paging import Connection
from graph.scalars import URL
from resolvers.accounts import loaders as account_loaders
from resolvers.webhooks import endpoints

_HOURS = int(OVERLAP.total_seconds() // 3_600)
_SECRET = "The secret that verifies signatures, `whsec_...`, shown only once."
_ID = "The endpoint, `webhook_...`."
_URL = "An https address, which resolves to public addresses only."
_EVENTS = "What is sent to it; at least one event, and not PING."
_DESCRIPTION = f"What it is for: one line of at most {LONGEST_DESCRIPTION} characters."

declare_enum(
    WebhookEvent,
    "A kind of event that other systems are told.",
    **{event.name: f"`{event.value}`: {FORMATS[event].description}" for event in WebhookEvent},
)
declare_enum(
    WebhookEndpointState,
    "Whether an endpoint gets deliveries.",
    ENABLED="Events are sent to it.",
    DISABLED="Nothing is sent to it.",
)
declare_enum(
    DisabledBecause,
    "Why an endpoint is disabled.",
    BY_HAND="An admin or an operator disabled it.",
    FAILING=f"For {DISABLED_AFTER.days} days no delivery reached it.",
    GONE="Its receiver answered with status 410.",
)
declare_error(TooManyWebhookEndpointsError, f"There are {MOST_ENDPOINTS} endpoints already.")


@strawberry.type(
    description="An address of another system to which events are sent.", directives=[*OPERATOR_READS]
)
class WebhookEndpoint(Node):
    """One endpoint."""

    id: WebhookEndpointId = attribute("The endpoint's id, `webhook_...`.")
    owner: User | None = loaded_by(
        account_loaders.users_by_id,
        key="owner_id",
        description="Who created it and is told when it is disabled; null for the command line.",
    )
    origin: str = attribute("The scheme and the host of where events are sent, like `https://example.org`.")
    url: URL | None = resolved_by(
        endpoints.url,
        description="Where events are sent. Only admins see it, because its path may hold a secret of the receiver.",
        rule=auth(Role.ADMIN),
    )
    description: str = attribute("What it is for.")
    events: list[WebhookEvent] = attribute("What is sent to it.", at_most=len(SUBSCRIBABLE), usual=3)
    state: WebhookEndpointState = attribute("Whether it gets deliveries.")
    created_at: datetime = attribute("When it was created.")
    disabled_at: datetime | None = attribute("Since when it is disabled.")
    disabled_because: DisabledBecause | None = attribute("Why it is disabled.")
    failing_since: datetime | None = attribute("The first failure after the last success; null after one.")
    previous_secret_until: datetime | None = attribute(
        "Until when the secret before the last rotation signs too; null if it was never rotated."
    )


@strawberry.type
class WebhookEndpointQueries:
    """Root fields about endpoints."""

    webhook_endpoints: Connection[WebhookEndpoint] | None = resolved_by(
        endpoints.webhook_endpoints,
        description="The endpoints, newest first. The caller's role is checked in the database.",
        rule=OPERATOR_READS,
        args={"state": "Only endpoints in this state."},
    )
    webhook_endpoint: WebhookEndpoint | None = resolved_by(
        endpoints.webhook_endpoint,
        description="One endpoint; null if there is none.",
        rule=OPERATOR_READS,
        args={"id": arg(WebhookEndpointId, _ID)},
    )


@strawberry.input(description="A new endpoint.")
class CreateWebhookEndpointInput:
    """Address and events."""

    url: URL = given(_URL, required=True)
    events: list[WebhookEvent] = given(_EVENTS, required=True)
    description: str | None = given(_DESCRIPTION)


@strawberry.input(description="Changes of an endpoint; what is left out stays.")
class UpdateWebhookEndpointInput:
    """An endpoint, and what changes."""

    id: WebhookEndpointId = given(_ID, required=True)
    url: URL | None = given(_URL)
    events: list[WebhookEvent] | None = given(_EVENTS)
    description: str | None = given(_DESCRIPTION)
    enabled: bool | None = given("Whether it gets deliveries; all that operators may change.")


@strawberry.input(description="The endpoint whose secret is replaced.")
class RotateWebhookSecretInput:
    """An endpoint and an overlap."""

    id: WebhookEndpointId = given(_ID, required=True)
    overlap_hours: int | None = given(
        f"For how many hours the secret before signs too: 0 to {LONGEST_OVERLAP_H}, by default {_HOURS}."
    )


@strawberry.input(description="An endpoint to delete.")
class DeleteWebhookEndpointInput:
    """An endpoint."""

    id: WebhookEndpointId = given(_ID, required=True)


@strawberry.type
class WebhookEndpointMutations:
    """Mutations of endpoints; the caller's role is checked in the database."""

    create_webhook_endpoint = mutated_by(
        endpoints.create_webhook_endpoint,
        input=CreateWebhookEndpointInput,
        gives={"endpoint": (WebhookEndpoint, "The endpoint."), "secret": (str, _SECRET)},
        refuses=(ForbiddenError, TooManyWebhookEndpointsError),
        rule=auth(Role.ADMIN),
        description=f"Creates an endpoint to which events are sent from now on. At most {MOST_ENDPOINTS}.",
    )
    update_webhook_endpoint = mutated_by(
        endpoints.update_webhook_endpoint,
        input=UpdateWebhookEndpointInput,
        gives={"endpoint": (WebhookEndpoint, "The endpoint.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description="Changes an endpoint; operators enable and disable, admins change the rest too.",
    )
    rotate_webhook_secret = mutated_by(
        endpoints.rotate_webhook_secret,
        input=RotateWebhookSecretInput,
        gives={"endpoint": (WebhookEndpoint, "The endpoint."), "secret": (str, _SECRET)},
        refuses=(ForbiddenError,),
        rule=auth(Role.ADMIN),
        description="Replaces the secret of an endpoint. During the overlap deliveries have both signatures.",
    )
    delete_webhook_endpoint = mutated_by(
        endpoints.delete_webhook_endpoint,
        input=DeleteWebhookEndpointInput,
        gives={"endpoint": (WebhookEndpoint, "The endpoint as it was.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.ADMIN),
        description="Deletes an endpoint with its deliveries; those that wait are not sent.",
    )
