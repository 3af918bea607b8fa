"""Replica metrics: what was read where, and how far the read replicas are behind."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from gateway.telemetry.gauges import Labels, counter, gauge
from persistence.replicas.read_replicas import ReadReplicas

_PRIMARY = "primary"


def families(replicas: ReadReplicas | None) -> Iterator[Metric]:
    """Yield the families of all replicas; none where there are no replicas."""
    if replicas is None:
        return
    reads: dict[Labels, float] = {(_PRIMARY,): replicas.primary_reads}
    reads |= {(replica.name,): replica.reads for replica in replicas.all}
    yield counter("reads", "Reads by the server that they began on.", reads, "server")
    fallbacks: dict[Labels, float] = {
        (replica.name, reason): count
        for replica in replicas.all
        for reason, count in replica.fallbacks.items()
    }
    yield counter("replica_fallbacks", "Reads that went on on the primary.", fallbacks, "server", "reason")
    states = replicas.states
    used: dict[Labels, float] = {(state.name,): state.absence is None for state in states}
    yield gauge("replica_used", "Whether a replica gets reads.", used, "server")
    lags: dict[Labels, float] = {(state.name,): state.lag_s for state in states if state.lag_s is not None}
    yield gauge("replica_lag_seconds", "Age of the newest commits that a replica shows.", lags, "server")
    unshared: dict[Labels, float] = {(): replicas.writers.unshared if replicas.writers else 0}
    yield counter("writes_unshared", "Writes that other processes were not told of.", unshared)
