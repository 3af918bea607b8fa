"""Expositions: which metrics and details a process that serves shows, and which a worker, while both run."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from prometheus_client.core import Metric

from gateway.monitoring import backup_metrics, database_metrics, health_details, replica_metrics
from gateway.monitoring.health_details import DETAILS_PATH
from gateway.ports import Adapters
from gateway.settings.environment import Settings
from gateway.telemetry import (
    active_users,
    breaker_metrics,
    gauges,
    operation_families,
    prometheus,
    status_metrics,
)
from gateway.telemetry.gauges import GaugeSources
from gateway.telemetry.job_metrics import JobMetrics
from gateway.telemetry.prometheus import METRICS_PATH, Answer, Exposition
from persistence.database import Database

Source = Callable[[], Iterator[Metric]]


@asynccontextmanager
async def of_server(
    settings: Settings, adapters: Adapters, jobs: JobMetrics, sources: GaugeSources, checks: Database
) -> AsyncIterator[dict[str, Answer]]:
    """Yield what a process that serves answers to operators, by path; it is also on a port of its own if one is set.

    `checks` has a connection of its own, so that a busy pool does not hide the state of Postgres.
    """
    operations = partial(operation_families.families, sources)
    replicas = partial(replica_metrics.families, adapters.replicas)
    async with (
        active_users.running(sources.observer.active_users, adapters.ports.now),
        _served(settings, adapters, jobs, checks, operations, replicas) as answers,
    ):
        yield answers


@asynccontextmanager
async def of_worker(
    settings: Settings, adapters: Adapters, jobs: JobMetrics
) -> AsyncIterator[dict[str, Answer]]:
    """Yield what a worker answers to operators, by path, on a port of its own if one is set."""
    commits = partial(gauges.commit_families, adapters.postgres.counts)
    async with _served(settings, adapters, jobs, adapters.database, commits) as answers:
        yield answers


@asynccontextmanager
async def _served(
    settings: Settings, adapters: Adapters, jobs: JobMetrics, checks: Database, *sources: Source
) -> AsyncIterator[dict[str, Answer]]:
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
            partial(backup_metrics.families, settings),
        )
        details = await stack.enter_async_context(health_details.opened(settings, adapters, checks))
        answers: dict[str, Answer] = {METRICS_PATH: exposition.answer, DETAILS_PATH: details.answer}
        await stack.enter_async_context(
            prometheus.served(
                answers, settings.metrics_host, settings.metrics_port, ports=settings.metrics_ports
            )
        )
        yield answers
