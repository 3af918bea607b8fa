"""Gauges and counters: what the parts of a process know of themselves, as families for Prometheus."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.rates.tolls import Toll
from gateway.telemetry.observing import Observer
from graph.execution import Executor
from persistence.counts import Counts
from persistence.engine import Database

M = TypeVar("M", CounterMetricFamily, GaugeMetricFamily)
Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The parts of a process that count."""

    observer: Observer
    executor: Executor
    database: Database
    counts: Counts
    toll: Toll


def families(sources: Sources) -> Iterator[Metric]:
    """Make the families of all single numbers."""
    yield from _of_operations(sources)
    yield from _of_engine(sources)
    yield from _of_the_rest(sources)


def counter(name: str, told: str, values: Mapping[Labels, float], *labels: str) -> CounterMetricFamily:
    """Make a counter with a value for each set of labels."""
    return _filled(CounterMetricFamily(f"questpath_{name}", told, labels=labels), values)


def gauge(name: str, told: str, values: Mapping[Labels, float], *labels: str) -> GaugeMetricFamily:
    """Make a gauge with a value for each set of labels."""
    return _filled(GaugeMetricFamily(f"questpath_{name}", told, labels=labels), values)


def _filled(family: M, values: Mapping[Labels, float]) -> M:
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _by_code(values: Mapping[str, int]) -> dict[Labels, float]:
    return {(name,): value for name, value in values.items()}


def _of_operations(sources: Sources) -> Iterator[Metric]:
    metrics = sources.observer.metrics
    yield counter("errors", "Errors in responses, by code.", _by_code(metrics.errors), "code")
    yield counter("refusals", "User errors of mutations, by code.", _by_code(metrics.refusals), "code")
    yield counter("slow_operations", "Operations that took more than a second.", {(): metrics.slow})
    yield counter("traced_operations", "Operations that were traced.", {(): metrics.traces})
    yield counter("batches", "Calls of batches.", {(): metrics.batches})
    yield counter("batch_keys", "Keys that those asked for.", {(): metrics.keys})
    yield counter(
        "messages_sent", "Responses of subscriptions; over SSE told at their end.", {(): metrics.messages}
    )
    yield gauge("operations_open", "Operations that run, subscriptions too.", {(): metrics.active})
    subscriptions = _by_code(metrics.subscriptions)
    yield gauge("subscriptions_open", "Subscriptions that are open.", subscriptions, "transport")
    yield gauge("sockets_open", "Websockets that are open.", {(): metrics.sockets})
    dropped = sources.observer.usage.dropped
    yield counter("field_counts_dropped", "Requests of fields that were not counted.", {(): dropped})


def _of_engine(sources: Sources) -> Iterator[Metric]:
    documents = sources.executor.documents
    compilations = documents.compilations
    yield counter("plans_compiled", "Plans that were compiled.", {(): compilations.count})
    yield counter("plan_compile_seconds", "Seconds that compiling them took.", {(): compilations.seconds})
    fallbacks = _by_code(sources.executor.fallbacks)
    yield counter("engine_fallbacks", "Operations left to graphql-core, by reason.", fallbacks, "reason")
    yield gauge("document_cache_bytes", "Estimated size of the document cache.", {(): documents.bytes})


def _of_the_rest(sources: Sources) -> Iterator[Metric]:
    load = sources.database.load
    states: dict[Labels, float] = {("in_use",): load.in_use, ("idle",): load.idle}
    yield gauge("pool_connections", "Connections to Postgres.", states, "state")
    yield gauge("pool_waiting", "Who waits for a connection to Postgres.", {(): load.waiting})
    yield gauge("pool_largest", "How many connections there may be.", {(): load.largest})
    counts = sources.counts
    yield counter("xp_awarded", "XP that this process wrote into the ledger.", {(): counts.xp})
    yield counter("attempts_graded", "Attempts that this process graded.", {(): counts.attempts})
    yield counter("mails_queued", "Mails that this process queued.", {(): counts.mails})
    degraded = sources.toll.degraded_draws
    yield counter("rate_limits_degraded", "Draws from own buckets while Redis was gone.", {(): degraded})
