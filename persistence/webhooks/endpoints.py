"""Webhook endpoints in Postgres."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, LargeBinary, any_, bindparam, delete, func, insert, select, text, update

from domain.ids import WebhookEndpointId
from domain.paging import Page, Window
from domain.webhooks.endpoints import DisabledBecause, EndpointOwner, WebhookEndpoint, WebhookEndpointState
from domain.webhooks.events import WebhookEvent
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.accounts.users import users
from persistence.tables.webhooks.webhooks import webhook_endpoints as endpoints


def _events(names: list[str]) -> list[WebhookEvent]:
    return [WebhookEvent(name) for name in names]


_make = maker(WebhookEndpoint, events=_events, disabled_because=member_of(DisabledBecause))
_columns = columns_for(WebhookEndpoint, endpoints)
_id = endpoints.c.id == bindparam("endpoint_id")
_secret = bindparam("secret", type_=LargeBinary)
_LOCK_ALL = Statement(text("LOCK TABLE webhook_endpoints IN SHARE ROW EXCLUSIVE MODE"))
_COUNT = Statement(select(func.count()).select_from(endpoints))
_NAMES = [each.name for each in fields(WebhookEndpoint)]
_ADD = Statement(insert(endpoints).values({name: bindparam(name) for name in _NAMES} | {"secret": _secret}))
_LOCK = Statement(select(*_columns).where(_id).with_for_update(), _make)
_BY_IDS = Statement(select(*_columns).where(endpoints.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), _make)


def _pages(*conditions: Any) -> Pages[WebhookEndpoint]:
    return Pages(
        select(*_columns).where(*conditions),
        order=[endpoints.c.id],
        descending=True,
        make=_make,
        key_of=lambda endpoint: (endpoint.id,),
        name="webhookEndpoints",
    )


_is_enabled = endpoints.c.disabled_at.is_(None)
_PAGES = {
    None: _pages(),
    WebhookEndpointState.ENABLED: _pages(_is_enabled),
    WebhookEndpointState.DISABLED: _pages(~_is_enabled),
}
_ENABLED = Statement(select(*_columns).where(_is_enabled).order_by(endpoints.c.id), _make)
_CHANGED = ("url", "description", "events", "disabled_at", "disabled_because", "failing_since")
_CHANGE = Statement(update(endpoints).where(_id).values({name: bindparam(name) for name in _CHANGED}))
_ROTATE = Statement(
    update(endpoints)
    .where(_id)
    .values(
        previous_secret=endpoints.c.secret,
        secret=_secret,
        previous_secret_until=bindparam("previous_until", type_=MOMENT),
    )
)
_REMOVE = Statement(delete(endpoints).where(_id))
_SUCCEEDED = Statement(
    update(endpoints).where(_id).where(endpoints.c.failing_since.is_not(None)).values(failing_since=None)
)
_FAILED = Statement(
    update(endpoints)
    .where(_id)
    .values(failing_since=func.coalesce(endpoints.c.failing_since, bindparam("now", type_=MOMENT)))
    .returning(*_columns),
    _make,
)
_OWNER = Statement(
    select(users.c.email, users.c.handle)
    .join(endpoints, endpoints.c.owner_id == users.c.id)
    .where(_id)
    .where(users.c.erased_at.is_(None)),
    EndpointOwner,
)


class SqlWebhookEndpoints:
    """Endpoints in the table `webhook_endpoints`; secrets stay there, except for deliveries."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count(self) -> int:
        """Return how many endpoints there are; a lock on the table blocks new ones, and no events."""
        await self._connection.rows(_LOCK_ALL)
        return int(await self._connection.value(_COUNT))

    async def add(self, endpoint: WebhookEndpoint, *, secret: bytes) -> None:
        """Store an endpoint."""
        await self._connection.run(_ADD, **_values(endpoint, _NAMES), secret=secret)

    async def lock(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None:
        """Return an endpoint and lock its row."""
        return await self._connection.first(_LOCK, endpoint_id=endpoint_id)

    async def by_ids(self, ids: list[WebhookEndpointId]) -> list[WebhookEndpoint | None]:
        """Return one slot per id, in order."""
        found = await self._connection.all(_BY_IDS, ids=ids)
        return by_key(ids, found, lambda endpoint: endpoint.id)

    async def page(self, state: WebhookEndpointState | None, window: Window) -> Page[WebhookEndpoint]:
        """Return the endpoints, newest first, in one state or all."""
        return await _PAGES[state].read(self._connection, window)

    async def enabled(self) -> list[WebhookEndpoint]:
        """Return the enabled endpoints, oldest first."""
        return await self._connection.all(_ENABLED)

    async def change(self, endpoint: WebhookEndpoint) -> None:
        """Store an endpoint that was locked."""
        await self._connection.run(_CHANGE, **_values(endpoint, _CHANGED), endpoint_id=endpoint.id)

    async def rotate(
        self, endpoint_id: WebhookEndpointId, *, secret: bytes, previous_until: datetime
    ) -> None:
        """Replace the secret and keep the one before."""
        await self._connection.run(
            _ROTATE, endpoint_id=endpoint_id, secret=secret, previous_until=previous_until
        )

    async def remove(self, endpoint_id: WebhookEndpointId) -> None:
        """Remove an endpoint; its deliveries go with it."""
        await self._connection.run(_REMOVE, endpoint_id=endpoint_id)

    async def succeeded(self, endpoint_id: WebhookEndpointId) -> None:
        """Note that a delivery reached the endpoint; usually there is nothing to write."""
        await self._connection.run(_SUCCEEDED, endpoint_id=endpoint_id)

    async def failed(self, endpoint_id: WebhookEndpointId, *, now: datetime) -> WebhookEndpoint | None:
        """Note that a delivery did not, and return the endpoint, locked."""
        return await self._connection.first(_FAILED, endpoint_id=endpoint_id, now=now)

    async def owner_of(self, endpoint_id: WebhookEndpointId) -> EndpointOwner | None:
        """Return the owner; None once the account is gone."""
        return await self._connection.first(_OWNER, endpoint_id=endpoint_id)


def _values(endpoint: WebhookEndpoint, names: list[str] | tuple[str, ...]) -> dict[str, Any]:
    because = endpoint.disabled_because
    return {name: getattr(endpoint, name) for name in names} | {
        "events": [event.value for event in endpoint.events],
        "disabled_because": None if because is None else because.value,
    }
