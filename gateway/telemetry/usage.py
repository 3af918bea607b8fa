"""Usage: what is asked for, by the names of operations and by fields; counted off the way of requests."""

from datetime import datetime

from domain.field_usage import FieldCount
from domain.work import Meter
from gateway.callers.clients import Client
from graph.usage import Usage
from resolvers.context import Ports

MOST_NAMES = 100
"""How many names of operations metrics tell apart: those that were asked most."""
MOST_CLIENTS = 200
"""How many clients are told apart in a day."""
MOST_FIELDS = 50_000
"""How many pairs of a field and a client wait for the database; more are dropped, and counted."""
OTHER = "other"
ANONYMOUS = "anonymous"
_OTHERS = Client(OTHER, "")

Name = tuple[str, str]
"""The name of an operation and its kind."""


class NameCount:
    """How many operations, how many seconds they took, and how many had errors."""

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
    """What is asked for in this process, by operation names and by fields."""

    def __init__(self, deprecated: frozenset[str] = frozenset()) -> None:
        self.names: dict[Name, NameCount] = {}
        self.dropped = 0
        self._deprecated = deprecated
        self._fields: dict[tuple[str, Client], int] = {}
        self._clients: set[Client] = set()
        self._day: object = None

    def count(self, usage: Usage, client: Client, *, requests: int, seconds: float, errors: int) -> None:
        """Count operations of one document and client."""
        name = usage.name or ANONYMOUS, usage.kind
        self.names.setdefault(name, NameCount()).add(requests=requests, seconds=seconds, errors=errors)
        known = self._known(client)
        for coordinate in usage.coordinates:
            self._add(coordinate, known, requests)

    def _add(self, coordinate: str, client: Client, requests: int) -> None:
        key = coordinate, client
        before = self._fields.get(key)
        if before is None and len(self._fields) >= MOST_FIELDS:
            self.dropped += requests
        else:
            self._fields[key] = (before or 0) + requests

    def _known(self, client: Client) -> Client:
        """Return the client, or `other` for those beyond the most that are told apart."""
        if client not in self._clients:
            if len(self._clients) >= MOST_CLIENTS:
                return _OTHERS
            self._clients.add(client)
        return client

    def forget_names(self) -> None:
        """Fold the names that were asked least into `other`, so that the sum over all names never falls."""
        if len(self.names) <= MOST_NAMES:
            return
        kept = sorted(self.names, key=lambda name: self.names[name].requests, reverse=True)
        for name, kind in kept[MOST_NAMES:]:
            if name != OTHER:
                gone = self.names.pop((name, kind))
                self.names.setdefault((OTHER, kind), NameCount()).add(
                    requests=gone.requests, seconds=gone.seconds, errors=gone.errors
                )

    async def flush(self, ports: Ports) -> None:
        """Store the counts of fields; where that fails they wait for the next time."""
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
