"""Idempotency receipts in Postgres."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from domain.idempotency import REMEMBERED, Receipt, ReceiptName
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.idempotency import receipts


def insert_receipts(rows: Select[Any]) -> ReturningInsert[tuple[str]]:
    """Return the INSERT of receipts selected by `rows` in column order; a key in use returns no row."""
    written = insert(receipts).from_select([c.name for c in receipts.c], rows)
    return written.on_conflict_do_update(
        index_elements=["user_id", "operation", "key"],
        set_={name: written.excluded[name] for name in ("fingerprint", "result_id", "claimed_at")},
        where=receipts.c.claimed_at <= bindparam("forgotten", type_=MOMENT),
    ).returning(receipts.c.result_id)


_CLAIM = Statement(insert_receipts(select(*(bindparam(c.name, type_=c.type) for c in receipts.c))))
_EARLIER = Statement(
    select(*columns_for(Receipt, receipts))
    .where(receipts.c.user_id == bindparam("user_id"))
    .where(receipts.c.operation == bindparam("operation"))
    .where(receipts.c.key == bindparam("key")),
    Receipt,
)
# In the order of the primary key, so that no index on the time is written with every submit.
_FORGET = Statement(
    text("""
    WITH seen AS MATERIALIZED (
        SELECT user_id, operation, key FROM idempotency_receipts
        WHERE (user_id, operation, key) > (:user_id, :operation, :key)
        ORDER BY user_id, operation, key LIMIT :most
    ), old AS MATERIALIZED (
        SELECT r.user_id, r.operation, r.key FROM idempotency_receipts r JOIN seen USING (user_id, operation, key)
        WHERE r.claimed_at <= :before FOR UPDATE OF r SKIP LOCKED
    ), removed AS (
        DELETE FROM idempotency_receipts r USING old
        WHERE r.user_id = old.user_id AND r.operation = old.operation AND r.key = old.key
    )
    SELECT user_id, operation, key FROM seen ORDER BY user_id DESC, operation DESC, key DESC LIMIT 1
    """).bindparams(
        bindparam("user_id", type_=ID),
        bindparam("operation", type_=Text),
        bindparam("key", type_=Text),
        bindparam("before", type_=MOMENT),
        bindparam("most", type_=Integer),
    )
)


class SqlReceipts:
    """Keys in the table `idempotency_receipts`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def claim(
        self, *, user_id: UserId, operation: str, key: str, receipt: Receipt, now: datetime
    ) -> Receipt | None:
        """Insert the key; a concurrent operation with the same key waits here until this one is committed."""
        name = {"user_id": user_id, "operation": operation, "key": key}
        claimed = await self._connection.value(
            _CLAIM,
            **name,
            fingerprint=receipt.fingerprint,
            result_id=receipt.result_id,
            claimed_at=now,
            forgotten=now - REMEMBERED,
        )
        if claimed is not None:
            return None
        return await self._connection.first(_EARLIER, **name)

    async def forget(self, *, before: datetime, after: ReceiptName, most: int) -> ReceiptName | None:
        """Remove the old ones among the next receipts in the order of their names."""
        user_id, operation, key = after
        found = await self._connection.rows(
            _FORGET, user_id=user_id, operation=operation, key=key, before=before, most=most
        )
        return tuple(found[0]) if found else None
