"""Operation families: the histograms and counters of operations, for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric

from gateway.telemetry import gauges
from gateway.telemetry.gauges import GaugeSources, Labels, counter, histogram
from gateway.telemetry.metrics import NO_TYPE, Histogram
from gateway.telemetry.observer import Observer


def families(sources: GaugeSources) -> Iterator[Metric]:
    """Yield the families of all numbers of a process that serves."""
    observer = sources.observer
    observer.drain()
    metrics = observer.metrics
    requests: dict[Labels, Histogram] = {
        (transport, kind or NO_TYPE, code): tally
        for (transport, kind, code), tally in metrics.requests.items()
    }
    yield histogram(
        "request_seconds", "Duration of operations, by outcome.", requests, "transport", "type", "code"
    )
    for name, description, tallies in (
        ("statements", "SQL statements per operation.", metrics.statements),
        ("cost", "Cost charged per operation.", metrics.costs),
    ):
        by_type: dict[Labels, Histogram] = {(kind or NO_TYPE,): tally for kind, tally in tallies.items()}
        yield histogram(name, description, by_type, "type")
    yield histogram("event_loop_lag_seconds", "Lag of the event loop.", {(): metrics.lag})
    yield from _by_operation(observer)
    yield from gauges.families(sources)


def _by_operation(observer: Observer) -> Iterator[CounterMetricFamily]:
    names = observer.usage.names
    for name, description in (
        ("requests", "Operations by name; the rarest are `other`."),
        ("seconds", "Seconds spent on them."),
        ("errors", "Operations with errors."),
    ):
        values: dict[Labels, float] = {labels: getattr(tally, name) for labels, tally in names.items()}
        yield counter(f"operation_{name}", description, values, "operation", "type")
