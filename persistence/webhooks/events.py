"""Noted webhook events in Postgres, which become deliveries."""

from sqlalchemy import Integer, bindparam, exists, select, text

from domain.webhooks.events import NotedEvent, WebhookEvent
from persistence.database import SqlConnection
from persistence.row_mapping import maker, member_of
from persistence.statements import Statement
from persistence.tables.webhooks.webhooks import webhook_events as events

_WAIT = Statement(select(exists(select(events.c.id))))
_TAKE = Statement(
    text("""
    WITH taken AS (
        DELETE FROM webhook_events WHERE id IN (
            SELECT id FROM webhook_events ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
        )
        RETURNING id, event, user_id, facts, occurred_at
    )
    SELECT event, user_id, facts, occurred_at FROM taken ORDER BY id
    """).bindparams(bindparam("most", type_=Integer)),
    maker(NotedEvent, event=member_of(WebhookEvent)),
)


class SqlWebhookEvents:
    """Events in the table `webhook_events`; `event_notes` writes them."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def wait(self) -> bool:
        """Tell whether there are any."""
        return bool(await self._connection.value(_WAIT))

    async def take(self, limit: int) -> list[NotedEvent]:
        """Remove up to `limit` events and return them, oldest first."""
        return await self._connection.all(_TAKE, most=limit)
