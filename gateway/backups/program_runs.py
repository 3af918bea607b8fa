"""Program runs: pg_dump and pg_restore as processes that a thread feeds, and that end with their task."""

import asyncio
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, TypeVar

from domain.jobs.backup_jobs import BackupError

T = TypeVar("T")
_ERROR = re.compile(r"(?:error|FATAL): .*", re.DOTALL)


class ProgramRun:
    """A program that runs: we read what it writes, or write what it reads."""

    def __init__(self, process: "subprocess.Popen[bytes]", errors: IO[bytes], name: str) -> None:
        self._process = process
        self._errors = errors
        self._name = name

    @property
    def output(self) -> IO[bytes]:
        """What the program writes."""
        assert self._process.stdout is not None  # noqa: S101 - it was started with a pipe
        return self._process.stdout

    @property
    def input(self) -> IO[bytes]:
        """What the program reads."""
        assert self._process.stdin is not None  # noqa: S101 - it was started with a pipe
        return self._process.stdin

    def stop(self) -> None:
        """End the program at once."""
        self._process.kill()

    def check(self) -> None:
        """Wait for the end of the program; raises BackupError with its first complaint for another exit code than 0."""
        code = self._process.wait()
        if code == 0:
            return
        raise BackupError(f"{self._name} failed ({self._complaint() or f'exit code {code}'}).")

    def _complaint(self) -> str:
        """Return the first error, without the lines after it, which may quote values of rows."""
        self._errors.seek(0)
        for line in self._errors.read().decode("utf-8", "replace").splitlines():
            if found := _ERROR.search(line):
                return found[0].removeprefix("error: ").strip().rstrip(".")
        return ""


@contextmanager
def started(command: list[str], environment: dict[str, str], *, reads: bool) -> Iterator[ProgramRun]:
    """Start a program for the block, which `reads` what we write, or writes what we read; at its end it is gone."""
    with tempfile.TemporaryFile() as errors:
        pipes: dict[str, Any] = (
            {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
            if reads
            else {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        )
        process = subprocess.Popen(command, env=environment, stderr=errors, **pipes)  # noqa: S603 - a program of Postgres
        try:
            yield ProgramRun(process, errors, command[0].rpartition("/")[2])
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


async def in_thread(function: Callable[[], T], *, stop: Callable[[], None]) -> T:
    """Run a function in a thread; if the caller is cancelled, `stop` what it works with, and wait for its end."""
    task = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
        raise
