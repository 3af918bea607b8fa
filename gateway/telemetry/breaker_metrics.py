"""Breaker metrics: the circuit breakers of this process."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from domain.dependency_table import DEPENDENCIES
from domain.service_status.dependencies import BreakerState
from gateway.service_status.circuit_breakers import CircuitBreakers
from gateway.telemetry.gauges import Labels, counter, gauge


def families(breakers: CircuitBreakers) -> Iterator[Metric]:
    """Yield the families of all breakers; a dependency with keys has one breaker for each that failed."""
    states: dict[Labels, float] = {
        (name, state.value): breakers.count(dependency, state)
        for name, dependency in DEPENDENCIES.items()
        for state in (BreakerState.OPEN, BreakerState.HALF_OPEN)
    }
    yield gauge("circuit_breakers", "Circuit breakers that are not closed.", states, "dependency", "state")
    transitions: dict[Labels, float] = {
        (name, state.value): breakers.transitions[name, state]
        for name in DEPENDENCIES
        for state in BreakerState
    }
    yield counter(
        "circuit_breaker_transitions",
        "Changes of circuit breakers, by the new state.",
        transitions,
        "dependency",
        "state",
    )
    stopped: dict[Labels, float] = {(name,): breakers.stopped[name] for name in DEPENDENCIES}
    yield counter(
        "circuit_breaker_stopped_calls",
        "Calls that were not made because the breaker was open.",
        stopped,
        "dependency",
    )
