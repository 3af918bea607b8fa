"""Command `worker`: runs jobs until SIGINT or SIGTERM, then drains like a server."""

import argparse
import asyncio
import signal
from contextlib import AsyncExitStack
from functools import partial

import uvloop

from domain import job_table
from domain.jobs import job_administration
from domain.jobs.worker_scales import WorkerBounds
from gateway.commands import execution, scaled_workers, stores
from gateway.commands.errors import CommandError
from gateway.jobs import worker_lifetime
from gateway.jobs.served_queues import queues_with, served_queues
from gateway.mail import delivery, mail_keys
from gateway.monitoring import expositions
from gateway.ports import opened
from gateway.processes.worker import WorkerPipe
from gateway.settings.environment import Settings
from gateway.telemetry import job_metrics, logs

_POOL = 2


def work(settings: Settings, arguments: argparse.Namespace) -> int:
    """Run jobs until SIGINT or SIGTERM; a second signal puts those that run back at once."""
    execution.keep_log_files(settings)
    queues = _asked_queues(arguments.queues)
    if arguments.concurrency is not None:
        settings = settings.model_copy(update={"worker_concurrency": max(2, arguments.concurrency)})
    bounds = _asked_bounds(arguments.min, arguments.max, settings.worker_concurrency)
    with execution.database(settings, own=False) as url:
        if bounds is None:
            return uvloop.run(_work(settings, url, queues))
        names = _served(settings, queues)
        run = partial(work_beside, url, queues=queues, concurrency=bounds.capacity)
        return uvloop.run(scaled_workers.supervise(settings, url, run, queues=names, bounds=bounds))


def work_beside(
    url: str, pipe: WorkerPipe, *, queues: list[str] | None = None, concurrency: int | None = None
) -> int:
    """Run jobs of some queues, or of all, in a process beside that of `pipe`, which reads the settings anew."""

    def body(settings: Settings) -> int:
        execution.keep_log_files(settings)
        if concurrency is not None:
            settings = settings.model_copy(update={"worker_concurrency": concurrency})
        return uvloop.run(_work(settings, url, queues, pipe))

    return execution.exit_code(body)


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
        queues = _some(served if asked is None else [name for name in asked if name in served])
        metrics = await stack.enter_async_context(job_metrics.opened(settings, adapters.ports))
        await stack.enter_async_context(expositions.of_worker(settings, adapters, metrics))
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


def _served(settings: Settings, asked: list[str] | None) -> list[str]:
    """Return which of the queues workers with these settings serve; raises CommandError where there are none."""
    transport = delivery.transport_of(settings, mail_keys.of_settings(settings))
    return _some(
        [
            name
            for name in queues_with(sends_mail=transport is not None, backs_up=settings.backups is not None)
            if name in (asked or [name])
        ]
    )


def _some(queues: list[str]) -> list[str]:
    if not queues:
        raise CommandError("Mails wait until QUESTPATH_SMTP_URL is set; set it, or name another queue.")
    return queues


def _asked_bounds(least: int | None, most: int | None, capacity: int) -> WorkerBounds | None:
    """Return the bounds of the number of workers; None for one worker in this process."""
    if most is None and least is None:
        return None
    if most is None or (least or 1) > most:
        raise CommandError("--max must be given, and be at least --min.")
    return WorkerBounds(least=least or 1, most=most, capacity=capacity)


def _asked_queues(given: str | None) -> list[str] | None:
    if given is None:
        return None
    names = job_administration.queue_names(job_table.KINDS)
    asked = sorted({name.strip() for name in given.split(",") if name.strip()})
    if not asked or not set(asked) <= set(names):
        raise CommandError(f"--queues must name some of {', '.join(names)}.")
    return asked
