"""Command `serve`: the application on a socket, in one process or in several workers."""

import argparse
import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack, nullcontext
from functools import partial

import uvloop

from gateway.app import PATH, application
from gateway.callers.client_addresses import is_in, networks
from gateway.commands import demo_passwords, execution, seeding, stores
from gateway.commands import workers as job_workers
from gateway.commands.errors import CommandError
from gateway.connections import listeners
from gateway.databases import migrations
from gateway.processes import process_beside, vault_watch
from gateway.processes.graceful_shutdown import CLOSE_S, ending_within
from gateway.processes.server import Server, raise_open_files
from gateway.processes.supervisor import Supervisor
from gateway.processes.worker import WorkerPipe
from gateway.settings import environment
from gateway.settings.environment import Settings, SettingsError
from gateway.telemetry import logs

BACKLOG = 2_048
_LOOPBACK = "127.0.0.1"


def serve(settings: Settings, arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; in development migrate, seed and print the demo accounts first."""
    execution.keep_log_files(settings)
    workers: int = arguments.workers
    if workers > 1 and arguments.with_worker and settings.production:
        raise CommandError("--with-worker is for one process; run questpath worker beside --workers.")
    if workers > 1 and settings.redis_url is None:
        raise SettingsError(
            "REDIS_URL must be set for more than one worker, which tell each other what changed, "
            f"like {environment.EXAMPLES['REDIS_URL']}"
        )
    with (
        listeners.listen(settings.host, settings.port) as listener,
        execution.database(settings, own=True) as url,
    ):
        if workers > 1:
            return _supervise(settings, url, listener, workers)
        with_worker = arguments.with_worker or not settings.production
        return uvloop.run(_prepare_and_serve(settings, url, listener, with_worker=with_worker))


def work(url: str, listener: socket.socket, pipe: WorkerPipe) -> int:
    """Serve on an inherited `listener` in a worker process, which reads the settings anew."""
    return execution.exit_code(lambda settings: uvloop.run(_work(settings, url, listener, pipe)))


def _supervise(settings: Settings, url: str, listener: socket.socket, workers: int) -> int:
    """Serve on `listener` with so many workers, on a database that is prepared once; in development run jobs beside."""
    listener.listen(BACKLOG)
    asyncio.run(_prepare(settings, url))
    # A worker that is replaced leaves its port only when the new one has another; one more is for that of jobs.
    os.environ.setdefault("QUESTPATH_METRICS_PORTS", str(2 * workers + 1))
    drain_s = settings.drain_grace_s + settings.drain_s
    supervisor = Supervisor(
        partial(work, url),
        listener,
        workers=workers,
        drain_s=drain_s,
        on_ready=partial(_print_ready, settings, listener),
    )
    run_jobs = partial(job_workers.work_beside, url)
    # New workers read the settings anew, so a roll takes new secrets up.
    roll = partial(os.kill, os.getpid(), signal.SIGHUP)
    beside = nullcontext() if settings.production else process_beside.running(run_jobs, drain_s=drain_s)
    with beside, vault_watch.watched(settings, roll):
        return supervisor.supervise()


async def _prepare_and_serve(
    settings: Settings, url: str, listener: socket.socket, *, with_worker: bool
) -> int:
    await _prepare(settings, url)
    on_ready = partial(_print_ready, settings, listener)
    return await _serve(settings, url, listener, on_ready, with_worker=with_worker)


async def _prepare(settings: Settings, url: str) -> None:
    if settings.production:
        await stores.refuse_if_behind(url)
        async with stores.opened(url) as postgres:
            await demo_passwords.refuse(postgres)
        return
    await migrations.upgrade(url)
    async with stores.opened(url) as postgres:
        await seeding.seed(postgres)


def _print_ready(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    if host == _LOOPBACK and not settings.production:
        host = "localhost"  # pages of localhost and of 127.0.0.1 are of two sites, and cookies stay on one
    print(f"QuestPath is ready on http://{host}:{port}{PATH}", flush=True)
    if not settings.production:
        print(seeding.accounts_table(), flush=True)


async def _work(settings: Settings, url: str, listener: socket.socket, pipe: WorkerPipe) -> int:
    execution.keep_log_files(settings)
    await stores.refuse_if_behind(url)  # a worker that replaces another may be of a newer version
    with pipe.watched():
        return await _serve(settings, url, listener, pipe.report_ready, with_worker=False)


async def _serve(
    settings: Settings,
    url: str,
    listener: socket.socket,
    on_ready: Callable[[], None],
    *,
    with_worker: bool,
) -> int:
    raise_open_files()
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(application(settings, url, with_worker=with_worker))
        server = Server(
            app.asgi,
            on_ready=on_ready,
            bounds=settings.bounds,
            drain=app.pipeline.drain,
            is_trusted_proxy=partial(is_in, allowed=networks(settings.trusted_proxies)),
        )
        await server.serve([listener])
        with ending_within(CLOSE_S):
            await stack.aclose()
    logs.lines.flush()
    return int(server.was_cut)
