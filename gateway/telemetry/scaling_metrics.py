"""Scaling metrics: how many workers a supervisor wants, and how often it changed its mind."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import Metric

from gateway.telemetry.gauges import Labels, counter, gauge


class ScalingMetrics:
    """The numbers of one supervisor of workers since its start."""

    def __init__(self, workers: int) -> None:
        self.wanted = workers
        self.serving = 0
        self.scalings: Counter[Labels] = Counter({("up",): 0, ("down",): 0})

    def changed(self, workers: int) -> None:
        """Count a change of how many workers are wanted."""
        self.scalings["up" if workers > self.wanted else "down",] += 1
        self.wanted = workers

    def families(self) -> Iterator[Metric]:
        """Yield the families of all numbers."""
        workers: dict[Labels, float] = {("wanted",): self.wanted, ("serving",): self.serving}
        yield gauge("scaled_workers", "Workers that a supervisor wants and has.", workers, "state")
        yield counter(
            "worker_scalings", "Changes of how many workers are wanted.", self.scalings, "direction"
        )
