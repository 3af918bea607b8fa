"""Execution of commands: settings, logs and database for them, and a sentence for each expected failure."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from domain.errors import DomainError
from domain.refusals import together
from gateway.commands.errors import CommandError
from gateway.connections.listeners import PortTakenError
from gateway.databases import embedded_postgres
from gateway.databases.postgres_binaries import DatabaseUnavailableError
from gateway.processes.supervisor import WorkersFailedError
from gateway.settings import environment
from gateway.settings.environment import Settings, SettingsError
from gateway.telemetry import logs
from persistence.postgres_refusals import FAILURES

USAGE_ERROR = 2
_INTERRUPTED = 130


def run(command: Callable[..., Any], arguments: argparse.Namespace) -> int:
    """Run a command and return its exit code."""
    if not arguments.needs_database:
        return exit_code(lambda settings: int(command(settings, arguments)))
    return exit_code(lambda settings: _run_on_database(command, settings, arguments))


def exit_code(body: Callable[[Settings], int]) -> int:
    """Read the settings and run `body`; print an expected failure as one sentence on stderr."""
    try:
        settings = environment.read()
        logs.configure(settings.log, settings.log_level)
        return body(settings)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (SettingsError, PortTakenError, DatabaseUnavailableError, CommandError) as error:
        return _failed(str(error))
    except WorkersFailedError as error:
        return _failed(str(error), error.code)
    except DomainError as error:
        return _failed(
            "\n".join(
                f"{each.field}: {each.message}" if each.field else each.message for each in together(error)
            )
        )
    except (*FAILURES, TimeoutError) as error:
        return _failed(f"The database cannot be reached or used ({_reason(error)}); check DATABASE_URL.")


def keep_log_files(settings: Settings) -> None:
    """Write the log of this process to files where that is set; commands that end leave them to the servers' user."""
    try:
        logs.keep_files(settings.log_folder)
    except OSError as error:
        raise SettingsError(
            f"QUESTPATH_LOG_FOLDER must be a folder that can be written ({error.strerror}), "
            f"like {environment.EXAMPLES['QUESTPATH_LOG_FOLDER']}"
        ) from None


@contextmanager
def database(settings: Settings, *, own: bool) -> Iterator[str]:
    """Yield the address of Postgres itself: of DATABASE_DIRECT_URL, DATABASE_URL, or the embedded Postgres.

    With `own` the embedded Postgres must not be in use yet; without, that of a running gateway is joined.
    """
    given = settings.database_direct_url or settings.database_url
    if given is not None:
        address = given.get_secret_value()
        source: AbstractContextManager[str] = nullcontext(
            address.replace("postgresql+asyncpg://", "postgresql://")
        )
    else:
        folder = settings.data / "postgres"
        source = embedded_postgres.running(folder) if own else embedded_postgres.joined(folder)
    with source as url:
        yield url


def _run_on_database(
    command: Callable[[Settings, str, argparse.Namespace], Awaitable[int]],
    settings: Settings,
    arguments: argparse.Namespace,
) -> int:
    with database(settings, own=False) as url:
        return asyncio.run(_awaited(command(settings, url, arguments)))


async def _awaited(outcome: Awaitable[int]) -> int:
    return await outcome


def _failed(sentence: str, code: int = USAGE_ERROR) -> int:
    print(f"questpath: {sentence}", file=sys.stderr)
    return code


def _reason(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__
