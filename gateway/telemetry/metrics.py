"""Metrics: plain numbers, counted where things happen and written out when somebody asks for them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATEMENTS = (0, 1, 2, 3, 5, 8, 13, 21, 34)
COSTS = (1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000)
NO_TYPE = "none"
OK = "OK"


class Histogram:
    """How many observations fell into each bucket, whose upper `bounds` are inclusive, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def add(self, other: "Histogram") -> None:
        """Add another one of the same bounds."""
        self.counts = [mine + its for mine, its in zip(self.counts, other.counts, strict=True)]
        self.total += other.total


class Tally:
    """Operations that are alike in document, client, transport and outcome: one look-up finds all there is to count."""

    __slots__ = ("batches", "costs", "keys", "seconds", "statements")

    def __init__(self) -> None:
        self.seconds = Histogram(SECONDS)
        self.statements = Histogram(STATEMENTS)
        self.costs = Histogram(COSTS)
        self.batches = 0
        self.keys = 0


class Metrics:
    """The numbers of one process since its start; one event loop writes them, so that nothing is locked."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str | None, str], Histogram] = {}
        self.statements: dict[str | None, Histogram] = {}
        self.costs: dict[str | None, Histogram] = {}
        self.errors: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.active = 0
        """Operations that are open; a subscription as long as it lasts."""
        self.subscriptions: Counter[str] = Counter()
        """Subscriptions that are open, by transport."""
        self.sockets = 0
        self.messages = 0
        self.batches = 0
        self.keys = 0
        self.slow = 0
        self.traces = 0
        self.lag = Histogram(SECONDS)

    def add(self, tally: Tally, *, transport: str, kind: str | None, code: str) -> None:
        """Add operations of one transport, type and outcome: `OK`, or the code of their first error."""
        self.requests.setdefault((transport, kind, code), Histogram(SECONDS)).add(tally.seconds)
        self.statements.setdefault(kind, Histogram(STATEMENTS)).add(tally.statements)
        self.costs.setdefault(kind, Histogram(COSTS)).add(tally.costs)
        self.batches += tally.batches
        self.keys += tally.keys
