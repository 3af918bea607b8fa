"""Debian's programs as processes of a test: found, started as the right user, and ended with the test."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from gateway.databases import postgres_binaries
from tests.support.patience import PATIENCE_S

_PLACES = os.pathsep.join(("/usr/lib/postgresql/15/bin", os.environ["PATH"], "/usr/sbin", "/sbin"))


def program(name: str) -> str:
    """Return the path of a program; a missing one fails the test."""
    found = shutil.which(name, path=_PLACES)
    assert found is not None, f"{name} is missing: run tests/deployment/install as root"
    return found


@contextlib.contextmanager
def started(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the end of the block; `user` is its account where the test runs as root."""
    account = pwd.getpwnam(user) if user and os.geteuid() == 0 else None
    with log.open("ab") as output:
        process = subprocess.Popen(
            [program(str(command[0])), *map(str, command[1:])],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env={"PATH": _PLACES} | dict(environment or {}),
            cwd=folder or "/",
            preexec_fn=postgres_binaries.process_setup(account, child=True),
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> int:
    """End a process, by SIGKILL where it ignores the signal, and return its exit code."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(PATIENCE_S)


def run(command: Sequence[str | Path], *, user: str | None = None, **environment: str) -> str:
    """Run a program to its end and return what it printed; another exit code than 0 fails the test."""
    account = pwd.getpwnam(user) if user and os.geteuid() == 0 else None
    done = subprocess.run(
        [program(str(command[0])), *map(str, command[1:])],
        capture_output=True,
        text=True,
        check=False,
        timeout=10 * PATIENCE_S,
        env={"PATH": _PLACES} | environment,
        cwd="/",
        preexec_fn=postgres_binaries.process_setup(account),
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def eventually(is_so: Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
    """Wait until a condition holds; an exception counts as not yet."""
    deadline = time.monotonic() + within_s
    while True:
        with contextlib.suppress(Exception):
            if is_so():
                return
        if time.monotonic() > deadline:
            assert is_so()
            return
        time.sleep(0.05)
