"""What the commands do: the same domain verbs as the resolvers, on the same units of work."""

import argparse
import asyncio
import getpass
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from domain import audit, leaving, users
from domain.audit import NOWHERE, AuditAction
from domain.users import Role
from domain.work import Meter
from gateway import migrating, security, seeding, telemetry
from gateway.addresses import is_in, networks
from gateway.app import PATH, application
from gateway.farewells import CLOSE_S, ending_within
from gateway.passwords import Argon2Passwords
from gateway.serving import Server, raise_open_files
from gateway.settings import Settings
from gateway.supervising import Supervisor
from gateway.working import Post
from persistence.engine import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres

LARGEST_FILE = 20 * 1024 * 1024


class CommandError(Exception):
    """A command cannot do what it was asked; the message is one sentence."""


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
    async with _stores(url) as postgres:
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
    telemetry.lines.flush()
    return int(server.was_cut)


async def migrate(_configured: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Bring the database to the newest migration."""
    await migrating.upgrade(url)
    print(f"The database is at migration {migrating.newest()}.")
    return 0


async def seed(configured: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Import the demo content and create the demo accounts; the second time changes nothing."""
    if configured.production:
        raise CommandError("Demo accounts have public passwords; they are not created in production.")
    await migrating.upgrade(url)
    async with _stores(url) as postgres:
        await seeding.seed(postgres)
    print(seeding.accounts_table())
    return 0


async def create_user(_configured: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Create an account with roles; the password comes from stdin, or is asked for at a terminal."""
    password = (
        getpass.getpass()
        if sys.stdin.isatty()
        else (await asyncio.to_thread(sys.stdin.readline)).rstrip("\n")
    )
    new = await users.new_user(
        mint=security.mint,
        now=security.now(),
        passwords=Argon2Passwords(),
        email=arguments.email,
        password=password,
        handle=arguments.handle,
        display_name=arguments.handle,
        time_zone="UTC",
        roles=[Role.LEARNER, *(Role(name) for name in arguments.role if name != Role.LEARNER.value)],
    )
    async with _stores(url) as postgres, postgres.open_work(Meter()) as work:
        user = await work.users.add(new)
        await audit.record(
            work.audit,
            mint=security.mint,
            now=new.joined_at,
            actor_id=None,
            action=AuditAction.ROLES_SET,
            target=user.id,
            origin=NOWHERE,
            difference={"after": ", ".join(role.value for role in new.roles)},
        )
    print(f"Created {user.handle} ({user.id}) with {', '.join(role.value for role in new.roles)}.")
    return 0


async def end_sessions(_configured: Settings, url: str, arguments: argparse.Namespace) -> int:
    """End every session of an account; the running gateways refuse its tokens within a second."""
    async with _stores(url) as postgres, postgres.open_work(Meter()) as work:
        holder = await work.holders.by_email(arguments.email.strip().lower())
        if holder is None:
            raise CommandError("No account has this e-mail.")
        now = security.now()
        ended = await leaving.end_all(work, user_id=holder.user_id, now=now)
        await audit.record(
            work.audit,
            mint=security.mint,
            now=now,
            actor_id=None,
            action=AuditAction.SESSIONS_REVOKED,
            target=holder.user_id,
            origin=NOWHERE,
            difference={"ended": str(len(ended))},
        )
    print(f"Ended {len(ended)} sessions of {holder.handle}.")
    return 0


async def import_file(_configured: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Import a file, all or nothing; prints the report and fails where anything was refused."""
    text = await asyncio.to_thread(_read, arguments.file)
    async with _stores(url) as postgres:
        report = await seeding.import_text(
            postgres,
            kind=arguments.kind,
            text=text,
            dry_run=arguments.dry_run,
            exam_type_code=arguments.exam_type,
            title=arguments.title,
        )
    print(seeding.told(report))
    return 1 if report.refused else 0


async def reconcile(_configured: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Compare each learner's settled entries with the total; name those who differ and fail."""
    async with _stores(url) as postgres, postgres.open_reads(Meter()) as reads:
        differences = await reads.xp.discrepancies()
        checked = await reads.users.count()
    for difference in differences:
        print(
            f"{difference.user_id}: entries sum to {difference.settled}, the total says {difference.xp_total}"
        )
    print(f"{checked} learners checked, {len(differences)} differ.")
    return 1 if differences else 0


@asynccontextmanager
async def _stores(url: str) -> AsyncIterator[Postgres]:
    async with connect(url, largest=2) as database:
        yield Postgres(database, LocalSignals())


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CommandError(f"{path} is larger than {LARGEST_FILE >> 20} MB.")
        return path.read_text("utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not UTF-8 text.") from None
