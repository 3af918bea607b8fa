"""Webhook deliveries in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    any_,
    bindparam,
    case,
    delete,
    exists,
    select,
    text,
    update,
)

from domain.ids import JobId, WebhookDeliveryId
from domain.paging import Page, Window
from domain.webhooks.deliveries import (
    DeliveryFilter,
    Outgoing,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookFailure,
    bounds,
)
from domain.webhooks.events import WebhookEvent
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.webhooks.webhooks import webhook_deliveries as deliveries
from persistence.tables.webhooks.webhooks import webhook_endpoints as endpoints

_make = maker(
    WebhookDelivery,
    event=member_of(WebhookEvent),
    state=member_of(WebhookDeliveryState),
    failure=member_of(WebhookFailure),
)
_columns = columns_for(WebhookDelivery, deliveries)
_ids = deliveries.c.id == any_(bindparam("ids", type_=ARRAY(ID)))
_NAMES = [column.name for column in _columns]
_TYPES = {
    "payload": "jsonb[]",
    "attempts": "int[]",
    "status": "int[]",
    "milliseconds": "int[]",
    "created_at": "timestamptz[]",
    "attempted_at": "timestamptz[]",
}
_GIVEN = ", ".join(f"CAST(:{name} AS {_TYPES.get(name, 'text[]')})" for name in _NAMES)
_LIST = ", ".join(_NAMES)
_ADD = Statement(text(f"INSERT INTO webhook_deliveries ({_LIST}) SELECT * FROM unnest({_GIVEN})"))  # noqa: S608 - names of columns
_BY_IDS = Statement(select(*_columns).where(_ids), _make)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    name: deliveries.c[name] == bindparam(name) for name in ("endpoint_id", "event", "state")
}
_within = (
    select(*_columns)
    .where(deliveries.c.id >= bindparam("lowest"))
    .where(deliveries.c.id < bindparam("highest"))
)
_SETS = [names for length in range(len(_CONDITIONS) + 1) for names in combinations(_CONDITIONS, length)]
_PAGES = {
    names: Pages(
        _within.where(*(_CONDITIONS[name] for name in names)),
        order=[deliveries.c.id],
        descending=True,
        make=_make,
        key_of=lambda delivery: (delivery.id,),
        name="webhookDeliveries",
    )
    for names in _SETS
}
"""One statement for each set of conditions: with only the conditions in use, it can follow an index."""
_REPLAYABLE = {
    names: Statement(
        _within.where(*(_CONDITIONS[name] for name in names))
        .where(deliveries.c.state != WebhookDeliveryState.PENDING.value)
        .where(
            exists()
            .where(endpoints.c.id == deliveries.c.endpoint_id)
            .where(endpoints.c.disabled_at.is_(None))
        )
        .order_by(deliveries.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=deliveries, skip_locked=True),
        _make,
    )
    for names in _SETS
    if "state" in names
}
_REQUEUE = Statement(
    text(f"""
    WITH again AS (
        UPDATE webhook_deliveries d SET state = 'PENDING', job_id = given.job_id
        FROM unnest(CAST(:ids AS text[]), CAST(:jobs AS text[])) AS given (id, job_id)
        WHERE d.id = given.id AND d.state <> 'PENDING'
        RETURNING {", ".join(f"d.{name}" for name in _NAMES)}
    )
    SELECT * FROM again ORDER BY id
    """),  # noqa: S608 - names of columns
    _make,
)
_waits = (
    (deliveries.c.id == bindparam("delivery_id"))
    & (deliveries.c.job_id == bindparam("job_id"))
    & (deliveries.c.state == WebhookDeliveryState.PENDING.value)
)
_OUTGOING = Statement(
    select(
        *_columns,
        endpoints.c.url.label("url"),
        endpoints.c.secret.label("secret"),
        case(
            (
                endpoints.c.previous_secret_until > bindparam("now", type_=MOMENT),
                endpoints.c.previous_secret,
            )
        ).label("previous"),
        endpoints.c.disabled_at.is_(None).label("is_enabled"),
    )
    .join(endpoints, endpoints.c.id == deliveries.c.endpoint_id)
    .where(_waits),
    lambda *values: _outgoing(values),
)
_RECORDED = ("state", "attempts", "status", "failure", "milliseconds", "attempted_at")
_RECORD = Statement(
    update(deliveries).where(_waits).values({name: bindparam(f"new_{name}") for name in _RECORDED})
)
_FORGET = Statement(
    delete(deliveries).where(
        deliveries.c.id.in_(
            select(deliveries.c.id)
            .where(deliveries.c.id < bindparam("before"))
            .order_by(deliveries.c.id)
            .limit(10_000)
        )
    )
)


def _outgoing(values: Sequence[Any]) -> Outgoing:
    *columns, url, secret, previous, is_enabled = values
    secrets = [secret] if previous is None else [secret, previous]
    return Outgoing(delivery=_make(*columns), url=url, secrets=secrets, is_enabled=is_enabled)


class SqlWebhookDeliveries:
    """The log in the table `webhook_deliveries`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, made: list[WebhookDelivery]) -> None:
        """Store deliveries, in one statement."""
        rows = [_values(each) for each in made]
        await self._connection.run(_ADD, **{name: [row[name] for row in rows] for name in _NAMES})

    async def by_ids(self, ids: list[WebhookDeliveryId]) -> list[WebhookDelivery | None]:
        """Return one slot per id, in order."""
        found = await self._connection.all(_BY_IDS, ids=ids)
        return by_key(ids, found, lambda delivery: delivery.id)

    async def page(self, asked: DeliveryFilter, window: Window) -> Page[WebhookDelivery]:
        """Return the deliveries that pass the filter, newest first."""
        names, values = _filter(asked)
        return await _PAGES[names].read(self._connection, window, **values)

    async def outgoing(
        self, delivery_id: WebhookDeliveryId, *, job_id: JobId, now: datetime
    ) -> Outgoing | None:
        """Return a delivery that waits for this job; None for any other."""
        return await self._connection.first(_OUTGOING, delivery_id=delivery_id, job_id=job_id, now=now)

    async def record(self, delivery: WebhookDelivery) -> bool:
        """Store what came of an attempt; tells whether the delivery still waited for the same job."""
        values = _values(delivery)
        changed = {f"new_{name}": values[name] for name in _RECORDED}
        waited = await self._connection.run(
            _RECORD, delivery_id=delivery.id, job_id=delivery.job_id, **changed
        )
        return waited > 0

    async def replayable(self, asked: DeliveryFilter, *, limit: int) -> list[WebhookDelivery]:
        """Return and lock ended deliveries to enabled endpoints that pass the filter, oldest first."""
        names, values = _filter(asked)
        return await self._connection.all(_REPLAYABLE[names], most=limit, **values)

    async def requeue(self, jobs: dict[WebhookDeliveryId, JobId]) -> list[WebhookDelivery]:
        """Let deliveries wait for new jobs, and return them, oldest first."""
        return await self._connection.all(_REQUEUE, ids=list(jobs), jobs=list(jobs.values()))

    async def forget(self, *, before: datetime) -> None:
        """Remove the deliveries that were made before then, at most 10 000 at a time; ids order by time."""
        lowest, _ = bounds(DeliveryFilter(since=before))
        await self._connection.run(_FORGET, before=lowest)


def _filter(asked: DeliveryFilter) -> tuple[tuple[str, ...], dict[str, Any]]:
    lowest, highest = bounds(asked)
    wanted = {
        "endpoint_id": asked.endpoint_id,
        "event": None if asked.event is None else asked.event.value,
        "state": None if asked.state is None else asked.state.value,
    }
    values = {name: value for name, value in wanted.items() if value is not None}
    return tuple(values), values | {"lowest": lowest, "highest": highest}


def _values(delivery: WebhookDelivery) -> dict[str, Any]:
    failure = delivery.failure
    return {name: getattr(delivery, name) for name in _NAMES} | {
        "event": delivery.event.value,
        "state": delivery.state.value,
        "failure": None if failure is None else failure.value,
    }
