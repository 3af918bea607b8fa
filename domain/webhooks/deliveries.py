"""Webhook deliveries: one event for one endpoint, what came of it, and the store of deliveries."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import JobId, UserId, WebhookDeliveryId, WebhookEndpointId, WebhookEventId
from domain.paging import Page, Window
from domain.time_spans import ids_within
from domain.webhooks.events import NotedEvent, WebhookEvent

KEPT = timedelta(days=30)
"""How long a delivery stays in the log."""


class WebhookDeliveryState(Enum):
    """Where a delivery is in its life."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class WebhookFailure(Enum):
    """Why an attempt failed."""

    STATUS = "STATUS"
    REDIRECT = "REDIRECT"
    TIMEOUT = "TIMEOUT"
    CONNECTION = "CONNECTION"
    ADDRESS = "ADDRESS"
    DISABLED = "DISABLED"


@entity
class WebhookDelivery:
    """A delivery as the log has it. `attempts` counts those of earlier replays too.

    `status`, `failure` and `milliseconds` are those of the last attempt. `user_id` is whom the event is about.
    """

    id: WebhookDeliveryId
    endpoint_id: WebhookEndpointId
    event_id: WebhookEventId
    event: WebhookEvent
    user_id: UserId | None
    payload: dict[str, Any]
    state: WebhookDeliveryState
    attempts: int
    status: int | None
    failure: WebhookFailure | None
    milliseconds: int | None
    job_id: JobId
    created_at: datetime
    attempted_at: datetime | None


@entity
class Outgoing:
    """A delivery that waits, with what sends it: the URL and the sealed secrets that sign it now."""

    delivery: WebhookDelivery
    url: str
    secrets: list[bytes]
    is_enabled: bool


@entity
class ReceiverAnswer:
    """What came of one attempt: the status of a response, or why there is none; `milliseconds` is how long it took."""

    status: int | None
    failure: WebhookFailure | None
    milliseconds: int


@entity
class DeliveryFilter:
    """A filter of deliveries; None leaves a condition out, `since` is inclusive and `until` exclusive."""

    endpoint_id: WebhookEndpointId | None = None
    event: WebhookEvent | None = None
    state: WebhookDeliveryState | None = None
    since: datetime | None = None
    until: datetime | None = None


def bounds(asked: DeliveryFilter) -> tuple[str, str]:
    """Return the lowest id of the filter's deliveries and the exclusive highest; ids order by time."""
    return ids_within(WebhookDeliveryId, asked.since, asked.until)


class WebhookDeliveryPendingError(DomainError):
    """The delivery is still tried."""

    code = "WEBHOOK_DELIVERY_PENDING"


class WebhookEvents(Protocol):
    """Events that were noted and are not yet deliveries."""

    async def wait(self) -> bool:
        """Tell whether there are any."""

    async def take(self, limit: int) -> list[NotedEvent]:
        """Remove up to `limit` events and return them, oldest first; those that another process takes are left."""


class WebhookDeliveries(Protocol):
    """The log of deliveries."""

    async def add(self, deliveries: list[WebhookDelivery]) -> None:
        """Store deliveries, in one statement."""

    async def by_ids(self, ids: list[WebhookDeliveryId]) -> list[WebhookDelivery | None]:
        """Return one slot per id, in order."""

    async def page(self, asked: DeliveryFilter, window: Window) -> Page[WebhookDelivery]:
        """Return the deliveries that pass the filter, newest first."""

    async def outgoing(
        self, delivery_id: WebhookDeliveryId, *, job_id: JobId, now: datetime
    ) -> Outgoing | None:
        """Return a delivery that waits for this job; None for any other."""

    async def record(self, delivery: WebhookDelivery) -> bool:
        """Store what came of an attempt; tells whether the delivery still waited for the same job."""

    async def replayable(self, asked: DeliveryFilter, *, limit: int) -> list[WebhookDelivery]:
        """Return and lock ended deliveries to enabled endpoints that pass the filter, oldest first."""

    async def requeue(self, jobs: dict[WebhookDeliveryId, JobId]) -> list[WebhookDelivery]:
        """Let deliveries wait for new jobs, and return them, oldest first."""

    async def forget(self, *, before: datetime) -> None:
        """Remove the deliveries that were made before then."""
