"""Command `worker`: runs jobs until SIGINT or SIGTERM, then drains like a server."""

import argparse
import asyncio
import signal
from contextlib import AsyncExitStack
from functools import partial

import uvloop

from domain import job_table
from domain.jobs import job_administration
from gateway.commands import execution, stores
from gateway.commands.errors import CommandError
from gateway.jobs import worker_lifetime
from gateway.jobs.served_queues import served_queues
from gateway.ports import Adapters, opened
from gateway.processes.worker import WorkerPipe
from gateway.settings.environment import Settings
from gateway.telemetry import breaker_metrics, gauges, job_metrics, logs, prometheus, status_metrics
from gateway.telemetry.job_metrics import JobMetrics
from gateway.telemetry.prometheus import Exposition

_POOL = 2


def work(settings: Settings, arguments: argparse.Namespace) -> int:
    """Run jobs until SIGINT or SIGTERM; a second signal puts those that run back at once."""
    execution.keep_log_files(settings)
    queues = _asked_queues(arguments.queues)
    if arguments.concurrency is not None:
        settings = settings.model_copy(update={"worker_concurrency": max(2, arguments.concurrency)})
    with execution.database(settings, own=False) as url:
        return uvloop.run(_work(settings, url, queues))


def work_beside(url: str, pipe: WorkerPipe) -> int:
    """Run jobs of all queues in a process beside that of `pipe`, which reads the settings anew."""
    return execution.exit_code(lambda settings: _work_for(settings, url, pipe))


def _work_for(settings: Settings, url: str, pipe: WorkerPipe) -> int:
    execution.keep_log_files(settings)
    return uvloop.run(_work(settings, url, None, pipe))


async def _work(settings: Settings, url: str, asked: list[str] | None, pipe: WorkerPipe | None = None) -> int:
    await stores.refuse_if_behind(url)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    deadline_s = settings.statement_deadline_s
    async with AsyncExitStack() as stack:
        adapters = await stack.enter_async_context(
            opened(settings, url, pool=_POOL, statement_deadline_s=deadline_s)
        )
        served = served_queues(adapters.ports)
        queues = served if asked is None else [name for name in asked if name in served]
        if not queues:
            raise CommandError("Mails wait until QUESTPATH_SMTP_URL is set; set it, or name another queue.")
        metrics = await stack.enter_async_context(job_metrics.opened(settings, adapters.ports))
        await stack.enter_async_context(
            prometheus.served(
                _exposition(adapters, metrics),
                settings.metrics_host,
                settings.metrics_port,
                ports=settings.metrics_ports,
            )
        )
        worker = await stack.enter_async_context(
            worker_lifetime.running(settings, url, adapters, metrics, queues=queues)
        )

        def stop() -> None:
            if stopping.is_set():
                worker.put_back()
            stopping.set()

        if pipe is not None:
            stack.enter_context(pipe.watched())
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        print(f"QuestPath runs jobs of {', '.join(queues)}.", flush=True)
        await stopping.wait()
    logs.lines.flush()
    return 0


def _exposition(adapters: Adapters, metrics: JobMetrics) -> Exposition:
    return Exposition(
        metrics.families,
        adapters.webhook_metrics.families,
        adapters.ai_metrics.families,
        partial(gauges.commit_families, adapters.postgres.counts),
        partial(breaker_metrics.families, adapters.breakers),
        partial(status_metrics.families, adapters.board),
    )


def _asked_queues(given: str | None) -> list[str] | None:
    if given is None:
        return None
    names = job_administration.queue_names(job_table.KINDS)
    asked = sorted({name.strip() for name in given.split(",") if name.strip()})
    if not asked or not set(asked) <= set(names):
        raise CommandError(f"--queues must name some of {', '.join(names)}.")
    return asked
