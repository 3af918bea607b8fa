"""Field usage in Postgres: one row a field, app and day."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, bindparam, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from domain.documents.field_usage import MOST_CLIENTS, ClientUsage, FieldCount, FieldUsage, UsageFilter
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker
from persistence.statements import Statement
from persistence.tables.documents.field_usage import _C, field_counts

_AT_ONCE = 1_000


_ADD = Statement(
    text(
        """
        INSERT INTO field_counts AS t
            (coordinate, client_name, client_version, day, deprecated, requests, last_seen_at)
        SELECT coordinate, name, version, CAST(:day AS date), deprecated, requests, CAST(:now AS timestamptz)
        FROM unnest(
            CAST(:coordinates AS text[]), CAST(:names AS text[]), CAST(:versions AS text[]),
            CAST(:deprecated AS boolean[]), CAST(:requests AS bigint[])
        ) AS sent (coordinate, name, version, deprecated, requests)
        ON CONFLICT (coordinate, client_name, client_version, day) DO UPDATE SET
            requests = t.requests + excluded.requests,
            deprecated = excluded.deprecated,
            last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at)
        """
    )
)
_FORGET = Statement(delete(field_counts).where(field_counts.c.day < bindparam("day", type_=Date)))


def _clients(stored: list[dict[str, Any]]) -> list[ClientUsage]:
    return [
        ClientUsage(
            name=client["name"],
            version=client["version"],
            requests=client["requests"],
            last_seen_at=datetime.fromisoformat(client["seen"]).astimezone(UTC),
        )
        for client in stored
    ]


def _pages() -> Pages[FieldUsage]:
    table = field_counts.c
    coordinate, since = bindparam("coordinate", type_=_C), bindparam("since", type_=Date)
    per_client = (
        select(
            table.coordinate,
            table.client_name,
            table.client_version,
            func.bool_or(table.deprecated).label("deprecated"),
            func.sum(table.requests).cast(BigInteger).label("requests"),
            func.max(table.last_seen_at).label("last_seen_at"),
        )
        .where(or_(coordinate.is_(None), table.coordinate == coordinate))
        .where(or_(since.is_(None), table.day >= since))
        .where(or_(bindparam("every", type_=Boolean), table.deprecated))
        .group_by(table.coordinate, table.client_name, table.client_version)
        .subquery("per_client")
    )
    order = (per_client.c.requests.desc(), per_client.c.client_name, per_client.c.client_version)
    ranked = select(
        *per_client.c,
        func.row_number().over(partition_by=per_client.c.coordinate, order_by=order).label("rank"),
    ).subquery("ranked")
    client = func.jsonb_build_object(
        text("'name'"), ranked.c.client_name, text("'version'"), ranked.c.client_version,
        text("'requests'"), ranked.c.requests, text("'seen'"), ranked.c.last_seen_at,
    )  # fmt: skip
    rows = select(
        ranked.c.coordinate,
        func.bool_or(ranked.c.deprecated),
        func.sum(ranked.c.requests).cast(BigInteger),
        func.max(ranked.c.last_seen_at),
        func.jsonb_agg(aggregate_order_by(client, ranked.c.rank)).filter(
            ranked.c.rank <= text(str(MOST_CLIENTS))
        ),
    ).group_by(ranked.c.coordinate)
    return Pages(
        rows,
        order=[ranked.c.coordinate],
        make=maker(FieldUsage, clients=_clients),
        key_of=lambda usage: (usage.coordinate,),
        name="fieldUsage",
    )


_PAGES = _pages()


class SqlFieldUsages:
    """Field usage in the table `field_counts`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, counts: Sequence[FieldCount], *, now: datetime) -> None:
        """Add counts, a thousand a statement, in one order for all processes."""
        ordered = sorted(counts, key=lambda c: (c.coordinate, c.client_name, c.client_version))
        for start in range(0, len(ordered), _AT_ONCE):
            batch = ordered[start : start + _AT_ONCE]
            await self._connection.run(
                _ADD,
                day=now.astimezone(UTC).date(),
                now=now,
                coordinates=[count.coordinate for count in batch],
                names=[count.client_name for count in batch],
                versions=[count.client_version for count in batch],
                deprecated=[count.deprecated for count in batch],
                requests=[count.requests for count in batch],
            )

    async def page(self, condition: UsageFilter, window: Window) -> Page[FieldUsage]:
        """Return the fields that match, by coordinate."""
        return await _PAGES.read(
            self._connection,
            window,
            coordinate=condition.coordinate,
            every=not condition.deprecated_only,
            since=None if condition.since is None else condition.since.astimezone(UTC).date(),
        )

    async def forget(self, *, before: datetime) -> None:
        """Delete the counts of days before that of the moment."""
        await self._connection.run(_FORGET, day=before.astimezone(UTC).date())
