"""Dumps: pg_dump writes one from a snapshot, and pg_restore reads it into a database; both through a pipe."""

from pathlib import Path

from domain.jobs.backup_jobs import BackupError
from gateway.backups import program_runs
from gateway.backups.checksums import HashedFile
from gateway.backups.encryption import Copy
from gateway.backups.snapshots import Snapshot
from gateway.databases import client_programs
from gateway.databases.client_programs import ClientProgram, ProgramMissingError

LOCK_WAIT_MS = 60_000
"""How long pg_dump waits for a table that a migration holds."""


def program(name: str, *, server: int, oldest: int = 0) -> ClientProgram:
    """Return the program of Postgres that fits; raises BackupError."""
    try:
        return client_programs.find(name, server=server, oldest=oldest)
    except ProgramMissingError as error:
        raise BackupError(str(error)) from None


async def dump(pg_dump: ClientProgram, url: str, snapshot: Snapshot, file: HashedFile, encrypt: Copy) -> None:
    """Write a dump of a snapshot to a file; raises BackupError."""
    command = [
        str(pg_dump.path),
        "--format=custom",
        "--no-password",
        f"--snapshot={snapshot.id}",
        f"--lock-wait-timeout={LOCK_WAIT_MS}",
        f"--dbname={client_programs.address(url)}",
    ]
    with program_runs.started(command, client_programs.environment(url), reads=False) as run:

        def copy() -> None:
            encrypt(run.output, file)
            run.check()

        await program_runs.in_thread(copy, stop=run.stop)


async def restore(
    pg_restore: ClientProgram, url: str, file: Path, decrypt: Copy, *, in_one_transaction: bool
) -> None:
    """Restore a dump into an empty database; raises BackupError.

    Owners, grants and comments are left out: the role of the address owns everything.
    """
    command = [
        str(pg_restore.path),
        "--format=custom",
        "--no-password",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        *(["--single-transaction"] if in_one_transaction else []),
        f"--dbname={client_programs.address(url)}",
    ]
    with program_runs.started(command, client_programs.environment(url), reads=True) as run:

        def copy() -> None:
            try:
                with file.open("rb") as reader:
                    decrypt(reader, run.input)
                run.input.close()
            except BaseException as error:
                if not isinstance(error, BackupError):
                    run.check()  # it says more than the broken pipe
                raise
            run.check()

        await program_runs.in_thread(copy, stop=run.stop)
