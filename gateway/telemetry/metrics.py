"""Metrics: plain numbers, counted where things happen and formatted only when they are scraped."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATEMENTS = (0, 1, 2, 3, 5, 8, 13, 21, 34)
COSTS = (1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000)
NO_TYPE = "none"
OK = "OK"


class Histogram:
    """Counts of observations by bucket, whose upper `bounds` are inclusive, and their sum."""

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
        """Add another histogram of the same bounds."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        self.total += other.total


class OperationTally:
    """Counts of operations with the same document, client, transport and outcome, found by one look-up."""

    __slots__ = ("batches", "costs", "keys", "seconds", "statements")

    def __init__(self) -> None:
        self.seconds = Histogram(SECONDS)
        self.statements = Histogram(STATEMENTS)
        self.costs = Histogram(COSTS)
        self.batches = 0
        self.keys = 0


class Metrics:
    """The numbers of one process since its start; only its event loop writes them, so there are no locks."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str | None, str], Histogram] = {}
        self.statements: dict[str | None, Histogram] = {}
        self.costs: dict[str | None, Histogram] = {}
        self.errors: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.active = 0
        """Running operations; a subscription runs until it ends."""
        self.subscriptions: Counter[str] = Counter()
        """Open subscriptions by transport."""
        self.sockets = 0
        self.messages = 0
        self.batches = 0
        self.keys = 0
        self.slow = 0
        self.traces = 0
        self.lag = Histogram(SECONDS)

    def add(self, tally: OperationTally, *, transport: str, kind: str | None, code: str) -> None:
        """Add operations of one transport, type and outcome: `OK`, or the code of their first error."""
        self.requests.setdefault((transport, kind, code), Histogram(SECONDS)).add(tally.seconds)
        self.statements.setdefault(kind, Histogram(STATEMENTS)).add(tally.statements)
        self.costs.setdefault(kind, Histogram(COSTS)).add(tally.costs)
        self.batches += tally.batches
        self.keys += tally.keys
