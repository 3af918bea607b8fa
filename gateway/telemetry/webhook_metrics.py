"""Webhook metrics: how many attempts reached each endpoint, why others failed, and how long they took."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import Metric

from domain.webhooks.deliveries import WebhookFailure
from gateway.telemetry.gauges import Labels, counter, histogram
from gateway.telemetry.metrics import Histogram

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0)
DELIVERED = "DELIVERED"


class WebhookMetrics:
    """The numbers of webhooks in one process since its start; endpoints are few, so that each has its own."""

    def __init__(self) -> None:
        self._attempts: Counter[Labels] = Counter()
        self._seconds: dict[Labels, Histogram] = {}

    def attempted(self, endpoint_id: str, failure: WebhookFailure | None, seconds: float) -> None:
        """Count an attempt."""
        outcome = DELIVERED if failure is None else failure.value
        self._attempts[endpoint_id, outcome] += 1
        self._seconds.setdefault((endpoint_id,), Histogram(SECONDS)).observe(seconds)

    def families(self) -> Iterator[Metric]:
        """Yield the families of all numbers."""
        yield counter(
            "webhook_attempts", "Attempts to deliver webhooks.", self._attempts, "endpoint", "outcome"
        )
        yield histogram("webhook_seconds", "Duration of these attempts.", self._seconds, "endpoint")
