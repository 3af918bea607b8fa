"""Webhook endpoints: the addresses of other systems, the events that each gets, and the store of endpoints."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol
from urllib.parse import urlsplit

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import UserId, WebhookEndpointId
from domain.paging import Page, Window
from domain.webhooks.events import WebhookEvent

MOST_ENDPOINTS = 20
"""How many endpoints there are at most; each event is sent to all that subscribe to it."""
LONGEST_DESCRIPTION = 200
DISABLED_AFTER = timedelta(days=5)
"""After how long of only failures an endpoint is disabled."""
OVERLAP = timedelta(hours=24)
"""How long a replaced secret signs beside the new one, unless the caller says so."""

LONGEST_OVERLAP_H = 168
"""For how many hours a replaced secret may sign beside the new one."""


class WebhookEndpointState(Enum):
    """Whether an endpoint gets deliveries."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class DisabledBecause(Enum):
    """Why an endpoint is disabled."""

    BY_HAND = "BY_HAND"
    FAILING = "FAILING"
    GONE = "GONE"


@entity
class WebhookEndpoint:
    """An endpoint. `failing_since` is the first failure after the last success; None after a success.

    Until `previous_secret_until` the secret before the last rotation signs too.
    """

    id: WebhookEndpointId
    owner_id: UserId | None
    url: str
    description: str
    events: list[WebhookEvent]
    created_at: datetime
    disabled_at: datetime | None
    disabled_because: DisabledBecause | None
    failing_since: datetime | None
    previous_secret_until: datetime | None

    @property
    def origin(self) -> str:
        """The scheme and the host of the URL, whose path and query may hold a secret of the receiver."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def state(self) -> WebhookEndpointState:
        """Whether it gets deliveries."""
        return WebhookEndpointState.ENABLED if self.disabled_at is None else WebhookEndpointState.DISABLED


@entity
class EndpointOwner:
    """Whom a notice about an endpoint goes to."""

    email: str
    handle: str


class TooManyWebhookEndpointsError(DomainError):
    """There are as many endpoints as there may be."""

    code = "TOO_MANY_WEBHOOK_ENDPOINTS"


class WebhookEndpointDisabledError(DomainError):
    """The endpoint is disabled."""

    code = "WEBHOOK_ENDPOINT_DISABLED"


class WebhookEndpoints(Protocol):
    """Endpoints with their sealed secrets."""

    async def lock_and_count(self) -> int:
        """Return how many endpoints there are; nobody adds one until the transaction ends."""

    async def add(self, endpoint: WebhookEndpoint, *, secret: bytes) -> None:
        """Store an endpoint."""

    async def lock(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None:
        """Return an endpoint and lock it until the transaction ends."""

    async def by_ids(self, ids: list[WebhookEndpointId]) -> list[WebhookEndpoint | None]:
        """Return one slot per id, in order."""

    async def page(self, state: WebhookEndpointState | None, window: Window) -> Page[WebhookEndpoint]:
        """Return the endpoints, newest first, in one state or all."""

    async def enabled(self) -> list[WebhookEndpoint]:
        """Return the enabled endpoints, oldest first."""

    async def change(self, endpoint: WebhookEndpoint) -> None:
        """Store an endpoint that was locked."""

    async def rotate(
        self, endpoint_id: WebhookEndpointId, *, secret: bytes, previous_until: datetime
    ) -> None:
        """Replace the secret; the one before signs until then, and those before that no more."""

    async def remove(self, endpoint_id: WebhookEndpointId) -> None:
        """Remove an endpoint, with its deliveries."""

    async def succeeded(self, endpoint_id: WebhookEndpointId) -> None:
        """Note that a delivery reached the endpoint."""

    async def failed(self, endpoint_id: WebhookEndpointId, *, now: datetime) -> WebhookEndpoint | None:
        """Note that a delivery did not, and return the endpoint, locked."""

    async def owner_of(self, endpoint_id: WebhookEndpointId) -> EndpointOwner | None:
        """Return the owner; None once the account is gone."""
