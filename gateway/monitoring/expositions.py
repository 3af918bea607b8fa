"""Expositions: which metrics a process that serves shows, and which a worker, while both run."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from prometheus_client.core import Metric

from gateway.ports import Adapters
from gateway.settings.environment import Settings
from gateway.telemetry import (
    active_users,
    breaker_metrics,
    database_metrics,
    gauges,
    operation_families,
    prometheus,
    status_metrics,
)
from gateway.telemetry.gauges import GaugeSources
from gateway.telemetry.job_metrics import JobMetrics
from gateway.telemetry.prometheus import Exposition

Source = Callable[[], Iterator[Metric]]


@asynccontextmanager
async def of_server(
    settings: Settings, adapters: Adapters, jobs: JobMetrics, sources: GaugeSources
) -> AsyncIterator[Exposition]:
    """Yield the metrics of a process that serves, on a port of their own if one is set."""
    operations = partial(operation_families.families, sources)
    async with (
        active_users.running(sources.observer.active_users, adapters.ports.now),
        _served(settings, adapters, jobs, operations) as exposition,
    ):
        yield exposition


@asynccontextmanager
async def of_worker(settings: Settings, adapters: Adapters, jobs: JobMetrics) -> AsyncIterator[Exposition]:
    """Yield the metrics of a worker, on a port of their own if one is set."""
    commits = partial(gauges.commit_families, adapters.postgres.counts)
    async with _served(settings, adapters, jobs, commits) as exposition:
        yield exposition


@asynccontextmanager
async def _served(
    settings: Settings, adapters: Adapters, jobs: JobMetrics, *sources: Source
) -> AsyncIterator[Exposition]:
    async with AsyncExitStack() as stack:
        figures = await stack.enter_async_context(
            database_metrics.opened(settings, adapters.database, adapters.redis, adapters.ports.now)
        )
        exposition = Exposition(
            *sources,
            jobs.families,
            figures.families,
            adapters.webhook_metrics.families,
            adapters.ai_metrics.families,
            partial(breaker_metrics.families, adapters.breakers),
            partial(status_metrics.families, adapters.board),
        )
        await stack.enter_async_context(
            prometheus.served(
                exposition, settings.metrics_host, settings.metrics_port, ports=settings.metrics_ports
            )
        )
        yield exposition
