"""The use of fields in memory."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from domain.field_usage import MOST_CLIENTS, ClientUsage, FieldCount, FieldUsage, UsageFilter
from domain.paging import Page, Window, cut

_Row = tuple[bool, int, datetime]


class FakeFieldUsages:
    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, date], _Row] = {}

    async def add(self, counts: Sequence[FieldCount], *, now: datetime) -> None:
        for c in counts:
            key = (c.coordinate, c.client_name, c.client_version, now.astimezone(UTC).date())
            _, before, seen = self._rows.get(key, (False, 0, now))
            self._rows[key] = (c.deprecated, before + c.requests, max(seen, now))

    async def page(self, asked: UsageFilter, window: Window) -> Page[FieldUsage]:
        found: dict[str, dict[tuple[str, str], list[_Row]]] = {}
        for (coordinate, name, version, day), row in self._rows.items():
            if (
                asked.coordinate in (None, coordinate)
                and (row[0] or not asked.deprecated_only)
                and (asked.since is None or day >= asked.since.astimezone(UTC).date())
            ):
                found.setdefault(coordinate, {}).setdefault((name, version), []).append(row)
        fields = [
            _field(coordinate, found[coordinate]) for coordinate in sorted(found, reverse=window.backward)
        ]
        if window.key is not None:
            last = window.key[0]
            fields = [f for f in fields if (f.coordinate < last if window.backward else f.coordinate > last)]
        return cut(fields[: window.size + 1], window, lambda usage: (usage.coordinate,))

    async def forget(self, *, before: datetime) -> None:
        first = before.astimezone(UTC).date()
        self._rows = {key: row for key, row in self._rows.items() if key[3] >= first}


def _field(coordinate: str, clients: dict[tuple[str, str], list[_Row]]) -> FieldUsage:
    told = [
        ClientUsage(
            name=name,
            version=version,
            requests=sum(row[1] for row in rows),
            last_seen_at=max(row[2] for row in rows),
        )
        for (name, version), rows in clients.items()
    ]
    return FieldUsage(
        coordinate=coordinate,
        deprecated=any(row[0] for rows in clients.values() for row in rows),
        requests=sum(client.requests for client in told),
        last_seen_at=max(client.last_seen_at for client in told),
        clients=sorted(told, key=lambda c: (-c.requests, c.name, c.version))[:MOST_CLIENTS],
    )
