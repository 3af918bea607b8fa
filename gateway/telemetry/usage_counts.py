"""Usage counts: requests by operation name and by field, updated outside of requests."""

from datetime import datetime

from domain.documents.field_usage import FieldCount
from domain.unit_of_work import Meter
from gateway.callers.client_apps import ClientApp
from graph.documents.operation_usage import Usage
from resolvers.context import Ports

MOST_NAMES = 100
"""The number of operation names that metrics distinguish: the most frequent ones."""
MOST_CLIENTS = 200
"""The number of clients that are distinguished in a day."""
MOST_FIELDS = 50_000
"""The largest number of pairs of a field and a client that wait for the database; more are dropped and counted."""
OTHER = "other"
ANONYMOUS = "anonymous"
_OTHERS = ClientApp(OTHER, "")

Name = tuple[str, str]
"""The name of an operation and its kind."""


class NameCount:
    """Operations of one name: their number, their seconds and their errors."""

    __slots__ = ("errors", "requests", "seconds")

    def __init__(self) -> None:
        self.requests = 0
        self.seconds = 0.0
        self.errors = 0

    def add(self, *, requests: int, seconds: float, errors: int) -> None:
        """Add operations."""
        self.requests += requests
        self.seconds += seconds
        self.errors += errors


class UsageCounts:
    """Requests to this process by operation name and by field."""

    def __init__(self, deprecated: frozenset[str] = frozenset()) -> None:
        self.names: dict[Name, NameCount] = {}
        self.dropped = 0
        self._deprecated = deprecated
        self._fields: dict[tuple[str, ClientApp], int] = {}
        self._clients: set[ClientApp] = set()
        self._day: object = None

    def count(self, usage: Usage, client: ClientApp, *, requests: int, seconds: float, errors: int) -> None:
        """Count operations of one document and client."""
        name = usage.name or ANONYMOUS, usage.kind
        self.names.setdefault(name, NameCount()).add(requests=requests, seconds=seconds, errors=errors)
        known = self._distinguished(client)
        for coordinate in usage.coordinates:
            self._add(coordinate, known, requests)

    def _add(self, coordinate: str, client: ClientApp, requests: int) -> None:
        key = coordinate, client
        before = self._fields.get(key)
        if before is None and len(self._fields) >= MOST_FIELDS:
            self.dropped += requests
        else:
            self._fields[key] = (before or 0) + requests

    def _distinguished(self, client: ClientApp) -> ClientApp:
        """Return the client, or `other` once the largest number of clients is reached."""
        if client not in self._clients:
            if len(self._clients) >= MOST_CLIENTS:
                return _OTHERS
            self._clients.add(client)
        return client

    def forget_names(self) -> None:
        """Merge the rarest names into `other`, so that the sum over all names never falls."""
        if len(self.names) <= MOST_NAMES:
            return
        kept = sorted(self.names, key=lambda name: self.names[name].requests, reverse=True)
        for name, kind in kept[MOST_NAMES:]:
            if name != OTHER:
                merged = self.names.pop((name, kind))
                self.names.setdefault((OTHER, kind), NameCount()).add(
                    requests=merged.requests, seconds=merged.seconds, errors=merged.errors
                )

    async def flush(self, ports: Ports) -> None:
        """Store the field usage; where that fails it is kept for the next time."""
        now = ports.now()
        self._begin_day(now)
        fields, self._fields = self._fields, {}
        if not fields:
            return
        counts = [
            FieldCount(
                coordinate=coordinate,
                client_name=client.name,
                client_version=client.version,
                deprecated=coordinate in self._deprecated,
                requests=requests,
            )
            for (coordinate, client), requests in fields.items()
        ]
        try:
            async with ports.open_work(Meter()) as work:
                await work.field_usages.add(counts, now=now)
        except BaseException:
            for (coordinate, client), requests in fields.items():
                self._add(coordinate, client, requests)
            raise

    def _begin_day(self, now: datetime) -> None:
        if now.date() != self._day:
            self._day = now.date()
            self._clients.clear()
