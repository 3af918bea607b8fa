"""The command `questpath`: serve, migrate, seed, schema, import, create-user, end-sessions, reconcile, documents."""

import argparse
import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import asyncpg
import uvloop

from domain.errors import DomainError
from domain.users import Role
from gateway.commands import accounts, databases, documents, importing, servers
from gateway.commands.errors import CommandError
from gateway.connections import listeners
from gateway.databases import devdb, postgres_binaries
from gateway.processes.supervising import WorkersFailedError
from gateway.processes.working import Post
from gateway.settings import environment
from gateway.settings.environment import Settings
from gateway.telemetry import logs
from graph import schema

USAGE_ERROR = 2
MOST_WORKERS = 64
BACKLOG = 2_048
_INTERRUPTED = 130


def main() -> None:
    """Run the command line; an expected failure is one sentence on stderr and exit code 2."""
    arguments = _parser().parse_args()
    try:
        configured = environment.read()
        logs.configure(configured.log)
        sys.exit(arguments.run(configured, arguments))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except (
        environment.SettingsError,
        listeners.PortTakenError,
        postgres_binaries.DatabaseUnavailableError,
        CommandError,
    ) as error:
        _fail(str(error))
    except WorkersFailedError as failed:
        sys.exit(failed.code)
    except DomainError as error:
        _fail(f"{error.field}: {error.message}" if error.field else error.message)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        _fail(f"The database cannot be reached or used ({_reason(error)}); check DATABASE_URL.")


def serve(configured: Settings, arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    workers: int = arguments.workers
    if workers > 1 and configured.redis_url is None:
        raise environment.SettingsError(
            "REDIS_URL must be set for more than one worker, which tell each other what changed, "
            f"like {environment.EXAMPLES['REDIS_URL']}"
        )
    with (
        listeners.listen(configured.host, configured.port) as listener,
        _database(configured, own=True) as url,
    ):
        if workers > 1:
            listener.listen(BACKLOG)
            return asyncio.run(servers.supervise(configured, url, listener, workers))
        return uvloop.run(servers.serve(configured, url, listener))


def work(configured: Settings, arguments: argparse.Namespace) -> int:
    """Serve on what the supervisor has passed on."""
    with socket.socket(fileno=arguments.listener) as listener, _database(configured, own=True) as url:
        return uvloop.run(servers.work(configured, url, listener, Post(arguments.post)))


def print_schema(_configured: Settings, _arguments: argparse.Namespace) -> int:
    """Print the SDL."""
    sys.stdout.write(schema.sdl())
    return 0


def _on_database(
    command: Callable[[Settings, str, argparse.Namespace], Awaitable[int]],
) -> Callable[[Settings, argparse.Namespace], int]:
    """Make a command that needs a database but no server."""

    def run(configured: Settings, arguments: argparse.Namespace) -> int:
        with _database(configured, own=False) as url:
            return asyncio.run(_awaited(command(configured, url, arguments)))

    return run


async def _awaited(outcome: Awaitable[int]) -> int:
    return await outcome


@contextmanager
def _database(configured: Settings, *, own: bool) -> Iterator[str]:
    """Yield the address of the database: the one that is set, else the embedded one."""
    if configured.database_url is not None:
        address = configured.database_url.get_secret_value()
        source: AbstractContextManager[str] = nullcontext(
            address.replace("postgresql+asyncpg://", "postgresql://")
        )
    else:
        folder = configured.data / "postgres"
        source = devdb.running(folder) if own else devdb.joined(folder)
    with source as url:
        yield url


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="questpath", description="The GraphQL gateway of QuestPath.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    def verb(name: str, run: Callable[..., int], told: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=told, description=told)
        made.set_defaults(run=run)
        return made

    served = verb("serve", serve, "Serve the gateway; in development migrate and seed first.")
    served.add_argument(
        "--workers", type=_count, default=1, help="how many processes serve; SIGHUP renews them"
    )
    worker = verbs.add_parser("work")  # without help it is not listed: the supervisor alone calls it
    worker.add_argument("listener", type=int)
    worker.add_argument("post", type=int)
    worker.set_defaults(run=work)
    verb("migrate", _on_database(databases.migrate), "Bring the database to the newest migration.")
    verb("seed", _on_database(databases.seed), "Import the demo content and create the demo accounts, once.")
    verb("schema", print_schema, "Print the SDL.")
    verb(
        "reconcile", _on_database(databases.reconcile), "Prove that each learner's entries sum to the total."
    )
    imports = verb(
        "import", _on_database(importing.import_file), "Import a roadmap or questions from a file."
    )
    imports.add_argument("kind", choices=["roadmap", "questions"])
    imports.add_argument("file", type=Path)
    imports.add_argument("--dry-run", action="store_true", help="report only, change nothing")
    imports.add_argument("--exam-type", help="code of the exam type, for a file that names none (GIFT)")
    imports.add_argument("--title", help="title of the quiz, for a file that names none (GIFT)")
    user = verb("create-user", _on_database(accounts.create_user), "Create an account; asks for a password.")
    user.add_argument("email")
    user.add_argument("handle")
    user.add_argument("--role", action="append", choices=[role.value for role in Role], default=[])
    ended = verb("end-sessions", _on_database(accounts.end_sessions), "Sign an account out everywhere.")
    ended.add_argument("email")
    _add_documents(verbs.add_parser("documents", help="Import, list and retire manifests of documents."))
    return parser


def _add_documents(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    imported = actions.add_parser("import", help="Trust the documents of a manifest.")
    imported.add_argument("file", type=Path)
    imported.add_argument("--name", help="name of the manifest, like app@1.4.0; else that of the file")
    imported.set_defaults(run=_on_database(documents.import_manifest))
    actions.add_parser("list", help="List the manifests.").set_defaults(
        run=_on_database(documents.list_manifests)
    )
    retired = actions.add_parser("retire", help="Trust the documents of a manifest no more.")
    retired.add_argument("name")
    retired.set_defaults(run=_on_database(documents.retire_manifest))


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_WORKERS}")
    return count


def _reason(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__


def _fail(sentence: str) -> None:
    print(f"questpath: {sentence}", file=sys.stderr)
    sys.exit(USAGE_ERROR)


if __name__ == "__main__":
    main()
