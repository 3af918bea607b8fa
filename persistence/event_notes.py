"""Event notes: SQL that notes a webhook event in the statement that makes it happen, and only if an endpoint wants it.

So no act costs a further statement, an act that is rolled back leaves no event, and an event of an act that is
committed is never lost. Where no endpoint subscribes to the event, Postgres does not even read the rows it is about.
"""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, cast, exists, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from domain.webhooks.events import FORMATS, WebhookEvent
from persistence.tables.webhooks.webhooks import webhook_endpoints, webhook_events

_COLUMNS = ("event", "user_id", "occurred_at", "facts")


def noted(event: WebhookEvent, source: str, *, user: str, at: str, **facts: str) -> str:
    """Return the SQL that notes an event for each row of `source`, a FROM clause with conditions.

    `user`, `at` and the `facts` of the event's payload are expressions over that row.
    """
    _check(event, facts)
    pairs = ", ".join(f"'{name}', {value}" for name, value in facts.items())
    return f"""
        INSERT INTO webhook_events ({", ".join(_COLUMNS)})
        SELECT '{event.value}', {user}, {at}, jsonb_build_object({pairs}) FROM {source} AND EXISTS (
            SELECT FROM webhook_endpoints WHERE disabled_at IS NULL AND '{event.value}' = ANY (events)
        )"""  # noqa: S608 - names of columns


def noting(
    event: WebhookEvent,
    rows: Select[Any] | None = None,
    *,
    user: ColumnElement[Any],
    at: ColumnElement[Any],
    **facts: ColumnElement[Any],
) -> CTE:
    """Return the same as a CTE for a statement of SQLAlchemy; `rows` has the conditions, or there is one event."""
    _check(event, facts)
    name: ColumnElement[str] = literal_column(f"'{event.value}'")
    pairs = [part for fact, value in facts.items() for part in (literal_column(f"'{fact}'"), value)]
    is_wanted = exists(
        select(literal_column("1"))
        .select_from(webhook_endpoints)
        .where(webhook_endpoints.c.disabled_at.is_(None))
        .where(name == func.any(webhook_endpoints.c.events))
    )
    chosen = (select() if rows is None else rows).add_columns(
        name, user, at, cast(func.jsonb_build_object(*pairs), JSONB)
    )
    return insert(webhook_events).from_select(_COLUMNS, chosen.where(is_wanted)).cte("noted")


def _check(event: WebhookEvent, facts: dict[str, Any]) -> None:
    wanted = {field.fact for field in FORMATS[event].fields} - {"user_id"}
    if wanted != facts.keys():
        raise ValueError(f"{event.value} has the facts {sorted(wanted)}")
