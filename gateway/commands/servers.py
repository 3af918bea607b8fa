"""What `serve` does, and its workers: the application on a socket, on a database that is ready for it."""

import os
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from gateway.app import PATH, application
from gateway.callers.addresses import is_in, networks
from gateway.commands import seeding, stores
from gateway.databases import migrating
from gateway.processes.farewells import CLOSE_S, ending_within
from gateway.processes.serving import Server, raise_open_files
from gateway.processes.supervising import Supervisor
from gateway.processes.working import Post
from gateway.settings.environment import Settings
from gateway.telemetry import logs


async def serve(configured: Settings, url: str, listener: socket.socket) -> int:
    """Serve on `listener`; in development migrate and seed first and tell the demo accounts."""
    await _prepare(configured, url)
    return await _serve(configured, url, listener, partial(_tell_ready, configured, listener))


async def supervise(configured: Settings, url: str, listener: socket.socket, workers: int) -> int:
    """Serve on `listener` with so many processes, on a database that is prepared once."""
    await _prepare(configured, url)
    supervisor = Supervisor(
        lambda inherited, post: ("-m", "gateway.cli", "work", str(inherited), str(post)),
        listener,
        workers=workers,
        patience_s=configured.drain_grace_s + configured.drain_s,
        environment={"QUESTPATH_METRICS_PORTS": str(2 * workers)} | os.environ | {"DATABASE_URL": url},
        on_ready=partial(_tell_ready, configured, listener),
    )
    return await supervisor.run()


async def work(configured: Settings, url: str, listener: socket.socket, post: Post) -> int:
    """Serve on an inherited `listener` for a supervisor."""
    with post.watched():
        return await _serve(configured, url, listener, post.say_ready)


async def _prepare(configured: Settings, url: str) -> None:
    if configured.production:
        return
    await migrating.upgrade(url)
    async with stores.opened(url) as postgres:
        await seeding.seed(postgres)


def _tell_ready(configured: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    print(f"QuestPath is ready on http://{host}:{port}{PATH}", flush=True)
    if not configured.production:
        print(seeding.accounts_table(), flush=True)


async def _serve(configured: Settings, url: str, listener: socket.socket, ready: Callable[[], None]) -> int:
    raise_open_files()
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(application(configured, url))
        server = Server(
            app.asgi,
            on_ready=ready,
            bounds=configured.bounds,
            drain=app.gateway.drain,
            is_friend=partial(is_in, among=networks(configured.trusted_proxies)),
        )
        await server.serve([listener])
        with ending_within(CLOSE_S):
            await stack.aclose()
    logs.lines.flush()
    return int(server.was_cut)
