"""Idempotency keys in Postgres."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    bindparam,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from domain.idempotency import REMEMBERED, Receipt
from domain.ids import UserId
from persistence.base import ID, Statement, columns_for, metadata
from persistence.engine import Connection

receipts = Table(
    "idempotency_receipts",
    metadata,
    Column("user_id", ID, nullable=False),
    Column("operation", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("result_id", ID, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("user_id", "operation", "key"),
)
"""Remembered for a day: whose key it is was checked by what was done with it, and is not checked again."""


def claiming(rows: Select[Any]) -> ReturningInsert[tuple[str]]:
    """Write the claim of keys with receipts, both selected by `rows` in column order; a taken key returns no row."""
    written = insert(receipts).from_select([c.name for c in receipts.c], rows)
    return written.on_conflict_do_update(
        index_elements=["user_id", "operation", "key"],
        set_={name: written.excluded[name] for name in ("fingerprint", "result_id", "claimed_at")},
        where=receipts.c.claimed_at <= bindparam("forgotten", type_=DateTime(timezone=True)),
    ).returning(receipts.c.result_id)


_CLAIM = Statement(claiming(select(*(bindparam(c.name, type_=c.type) for c in receipts.c))))
_EARLIER = Statement(
    select(*columns_for(Receipt, receipts))
    .where(receipts.c.user_id == bindparam("user_id"))
    .where(receipts.c.operation == bindparam("operation"))
    .where(receipts.c.key == bindparam("key")),
    Receipt,
)


class SqlReceipts:
    """Keys in the table `idempotency_receipts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(
        self, *, user_id: UserId, operation: str, key: str, receipt: Receipt, now: datetime
    ) -> Receipt | None:
        """Insert the key; a concurrent act with the same key waits here until this one is committed."""
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
