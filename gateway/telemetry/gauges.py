"""Gauges and counters: numbers of the parts of a process, as families for Prometheus."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from gateway.overload.admission import Admission, Priority
from gateway.rate_limits.rate_limiter import RateLimiter
from gateway.telemetry.metrics import Histogram
from gateway.telemetry.observer import Observer
from graph.execution.executor import Executor
from persistence.commit_counts import CommitCounts
from persistence.database import Database
from resolvers.public_nodes import PublicNodes

M = TypeVar("M", CounterMetricFamily, GaugeMetricFamily)
Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GaugeSources:
    """The parts of a process that have numbers."""

    observer: Observer
    executor: Executor
    database: Database
    counts: CommitCounts
    rate_limiter: RateLimiter
    public_nodes: PublicNodes
    admission: Admission


def families(sources: GaugeSources) -> Iterator[Metric]:
    """Yield the families of all single numbers."""
    yield from _operation_families(sources)
    yield from _engine_families(sources)
    yield from _cache_families(sources)
    yield from _admission_families(sources.admission)
    yield from _other_families(sources)


def counter(name: str, description: str, values: Mapping[Labels, float], *labels: str) -> CounterMetricFamily:
    """Return a counter with a value for each set of labels."""
    return _filled(CounterMetricFamily(f"questpath_{name}", description, labels=labels), values)


def gauge(name: str, description: str, values: Mapping[Labels, float], *labels: str) -> GaugeMetricFamily:
    """Return a gauge with a value for each set of labels."""
    return _filled(GaugeMetricFamily(f"questpath_{name}", description, labels=labels), values)


def histogram(
    name: str, description: str, tallies: Mapping[Labels, Histogram], *labels: str
) -> HistogramMetricFamily:
    """Return a histogram with its buckets for each set of labels."""
    family = HistogramMetricFamily(f"questpath_{name}", description, labels=labels)
    for values, tally in tallies.items():
        buckets, below = [], 0
        bounds = [*(str(float(bound)) for bound in tally.bounds), "+Inf"]
        for bound, count in zip(bounds, tally.counts, strict=True):
            below += count
            buckets.append((bound, float(below)))
        family.add_metric(values, buckets=buckets, sum_value=tally.total)
    return family


def _filled(family: M, values: Mapping[Labels, float]) -> M:
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _by_code(values: Mapping[str, int]) -> dict[Labels, float]:
    return {(name,): value for name, value in values.items()}


def _operation_families(sources: GaugeSources) -> Iterator[Metric]:
    metrics = sources.observer.metrics
    yield counter("errors", "Errors in responses, by code.", _by_code(metrics.errors), "code")
    yield counter("refusals", "User errors of mutations, by code.", _by_code(metrics.refusals), "code")
    yield counter("slow_operations", "Operations that took more than a second.", {(): metrics.slow})
    yield counter("traced_operations", "Traced operations.", {(): metrics.traces})
    yield counter("batches", "Calls of batch functions.", {(): metrics.batches})
    yield counter("batch_keys", "Keys of those calls.", {(): metrics.keys})
    yield counter(
        "messages_sent",
        "Responses of subscriptions; over SSE counted when the stream ends.",
        {(): metrics.messages},
    )
    yield gauge("operations_open", "Running operations, subscriptions included.", {(): metrics.active})
    subscriptions = _by_code(metrics.subscriptions)
    yield gauge("subscriptions_open", "Open subscriptions.", subscriptions, "transport")
    yield gauge("sockets_open", "Open websockets.", {(): metrics.sockets})
    users = sources.observer.active_users.counts
    yield gauge("active_users", "Users with an operation in the last while, about.", users, "within")
    dropped = sources.observer.usage.dropped
    yield counter(
        "field_counts_dropped",
        "Requests of fields that were dropped because too many waited for the database.",
        {(): dropped},
    )


def _engine_families(sources: GaugeSources) -> Iterator[Metric]:
    documents = sources.executor.documents
    compilations = documents.compilations
    yield counter("plans_compiled", "Compiled plans.", {(): compilations.count})
    yield counter("plan_compile_seconds", "Seconds spent on compiling plans.", {(): compilations.seconds})
    fallbacks = _by_code(sources.executor.fallbacks)
    yield counter("engine_fallbacks", "Operations run by graphql-core, by reason.", fallbacks, "reason")
    yield gauge("document_cache_bytes", "Memory of the kept documents, about.", {(): documents.kept.bytes})
    yield gauge("document_cache_documents", "Kept documents.", {(): len(documents.kept)})


def _cache_families(sources: GaugeSources) -> Iterator[Metric]:
    nodes = sources.public_nodes
    looks: dict[Labels, float] = {("hit",): nodes.hits, ("miss",): nodes.misses}
    yield counter("node_cache_looks", "Versions whose nodes were looked for in memory.", looks, "result")
    yield gauge("node_cache_values", "Values of nodes that are kept in memory.", {(): nodes.values})


def _admission_families(admission: Admission) -> Iterator[Metric]:
    refused = _by_code({priority.value: admission.refused[priority] for priority in Priority})
    yield counter("requests_shed", "Requests refused as OVERLOADED, by priority.", refused, "priority")
    lanes = {Priority.ORDINARY: admission.ordinary, Priority.URGENT: admission.urgent}
    limits: dict[tuple[str, ...], float] = {(priority.value,): lane.limit for priority, lane in lanes.items()}
    open_: dict[tuple[str, ...], float] = {
        (priority.value,): lane.begun - lane.ended for priority, lane in lanes.items()
    }
    yield gauge("requests_limit", "Requests that may be in progress.", limits, "lane")
    yield gauge("requests_open", "Requests in progress.", open_, "lane")
    yield gauge("requests_wait_seconds", "How long ready work waits all the time.", {(): admission.wait_s})


def _other_families(sources: GaugeSources) -> Iterator[Metric]:
    load = sources.database.load
    states: dict[Labels, float] = {("in_use",): load.in_use, ("idle",): load.idle}
    yield gauge("pool_connections", "Connections to Postgres.", states, "state")
    yield gauge("pool_waiting", "Callers waiting for a connection to Postgres.", {(): load.waiting})
    yield gauge("pool_largest", "The largest number of connections to Postgres.", {(): load.largest})
    lender = sources.database.lender
    refusals = _by_code({reason.value: count for reason, count in lender.refusals.items()})
    yield counter("postgres_refusals", "Refusals of Postgres, by reason.", refusals, "reason")
    yield counter(
        "statements_refused",
        "Statements refused because those on a table, or the transactions, had their share and did not move.",
        _by_code(lender.bulkheads.refused),
        "table",
    )
    yield from commit_families(sources.counts)
    degraded = sources.rate_limiter.degraded_draws
    yield counter(
        "rate_limits_degraded",
        "Rate limit checks against buckets of this process while Redis was down.",
        {(): degraded},
    )


def commit_families(counts: CommitCounts) -> Iterator[Metric]:
    """Yield the families of what this process has committed."""
    yield counter("xp_awarded", "XP committed by this process.", {(): counts.xp})
    yield counter("attempts_graded", "Attempts graded by this process.", {(): counts.attempts})
    yield counter("mails_queued", "Mails queued by this process.", {(): counts.mails})
