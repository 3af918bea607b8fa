"""AI metrics: calls of language models by model and outcome, their tokens, cost and duration."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import Metric

from domain.ai.calls import AiCall
from gateway.telemetry.gauges import Labels, counter, histogram
from gateway.telemetry.metrics import Histogram

SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
QUOTA, PACE = "QUOTA", "PACE"
"""Outcomes of calls that asked no model."""


class AiMetrics:
    """The numbers of one process since its start; the models are those of the settings."""

    def __init__(self) -> None:
        self._requests: Counter[Labels] = Counter()
        self._tokens: Counter[Labels] = Counter()
        self._cost: Counter[Labels] = Counter()
        self._seconds: dict[Labels, Histogram] = {}

    def refused(self, model: str, status: str) -> None:
        """Count a call that asked no model."""
        self._requests[model, status] += 1

    def ended(self, call: AiCall) -> None:
        """Count a call that ended."""
        self._requests[call.model, call.status.value] += 1
        self._tokens[call.model, "in"] += call.tokens_in
        self._tokens[call.model, "out"] += call.tokens_out
        self._cost[(call.model,)] += call.cost
        self._seconds.setdefault((call.model,), Histogram(SECONDS)).observe((call.latency_ms or 0) / 1_000)

    def families(self) -> Iterator[Metric]:
        """Yield the families of all numbers."""
        yield counter("ai_requests", "Calls of language models.", self._requests, "model", "status")
        yield counter("ai_tokens", "Tokens of these calls.", self._tokens, "model", "direction")
        dollars: dict[Labels, float] = {
            labels: millionths / 1_000_000 for labels, millionths in self._cost.items()
        }
        yield counter("ai_cost_dollars", "What these calls cost, in dollars.", dollars, "model")
        yield histogram("ai_seconds", "Duration of these calls.", self._seconds, "model")
