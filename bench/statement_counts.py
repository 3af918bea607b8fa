"""Statements per request: ours from its log line, the peers' from Postgres' log.

BEGIN, COMMIT and ROLLBACK are not counted.
"""

import json
import re
import time
from pathlib import Path

from bench import dataset
from bench.servers import OURS, Server
from bench.shapes import Shape

_LINE = re.compile(r"^(?!questpath\|)[^|\n]*\|LOG:  (?:execute [^:]*|statement):\s*(\w+)", re.MULTILINE)
_TRANSACTION = {"BEGIN", "COMMIT", "ROLLBACK", "START"}
_ON = ("log_statement = 'all'", "log_line_prefix = '%a|'")
_OFF = ("log_statement = 'none'",)
_RELOAD_S = 0.15
PROBES = 8


def count(servers: list[Server], shape: Shape, url: str, *, first: int = 0) -> dict[str, float | None]:
    """Send a few requests one by one to each server and return the statements per request."""
    log = Path(dataset.value(url, "SHOW data_directory")).parent / "postgres.log"
    _set(url, _ON)
    found: dict[str, float | None] = {}
    for index, server in enumerate(servers):
        logs = (server.log, log)
        before = [path.stat().st_size for path in logs]
        for n in range(PROBES):
            server.ask(shape, shape.request(first + index * PROBES + n))
        time.sleep(_RELOAD_S)
        own, postgres = (_tail(path, size) for path, size in zip(logs, before, strict=True))
        found[server.name] = _logged(own, shape) if server.name == OURS else _counted(postgres)
    _set(url, _OFF)
    return found


def _set(url: str, settings: tuple[str, ...]) -> None:
    dataset.execute(url, *(f"ALTER SYSTEM SET {setting}" for setting in settings), "SELECT pg_reload_conf()")
    time.sleep(_RELOAD_S)


def _tail(path: Path, size: int) -> str:
    with path.open("rb") as file:
        file.seek(size)
        return file.read().decode(errors="replace")


def _counted(log: str) -> float:
    return sum(word.upper() not in _TRANSACTION for word in _LINE.findall(log)) / PROBES


def _logged(log: str, shape: Shape) -> float | None:
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    counts = [line["sql_count"] for line in lines if line.get("operation_name") == shape.name]
    return sum(counts) / len(counts) if counts else None
