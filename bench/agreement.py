"""Agreement of the servers: all must give the same answers before any of them is timed."""

import json
import re
from datetime import datetime
from typing import Any

from bench import dataset, postgraphile
from bench.servers import POSTGRAPHILE, Server
from bench.shapes import Request, Shape

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
_PROBES = 5


class DisagreementError(Exception):
    """Two servers answer differently; the message names the servers, the shape and the field."""


def check(servers: list[Server], shape: Shape) -> None:
    """Compare the answers of all servers to a few requests of a reading shape; raises DisagreementError."""
    for n in range(_PROBES):
        _compare(shape, [(server, shape.request(n)) for server in servers])


def check_submits(servers: list[Server], shape: Shape, url: str, *, first: int) -> None:
    """Submit an attempt on each server, from number `first` on; raises DisagreementError unless each is stored."""
    requests = [(server, shape.request(first + n)) for n, server in enumerate(servers)]
    _compare(shape, requests)
    ids = ", ".join(f"'{request.variables['attemptId']}'" for _, request in requests)
    done = dataset.value(
        url,
        "SELECT count(*) FROM quiz_attempts a JOIN users u ON u.id = a.user_id "  # noqa: S608 - our own ids
        f"WHERE a.id IN ({ids}) AND a.state = 'GRADED' AND u.xp_total = (SELECT sum(amount) FROM xp_entries e "
        "WHERE e.user_id = u.id AND e.status = 'SETTLED') AND EXISTS (SELECT FROM xp_entries e "
        "WHERE e.user_id = u.id AND e.source_id = a.id)",
    )
    if done != len(servers):
        raise DisagreementError(
            f"M1: {done} of {len(servers)} submits stored a grade, XP entries and a total"
        )


def _compare(shape: Shape, requests: list[tuple[Server, Request]]) -> None:
    (first, reference), *others = [(server, _answer(server, shape, request)) for server, request in requests]
    for server, answer in others:
        if path := _difference(reference, answer, shape.name):
            raise DisagreementError(f"{first.name} and {server.name} answer differently at {path}")


def _answer(server: Server, shape: Shape, request: Request) -> Any:
    data = json.loads(server.ask(shape, request))["data"]
    if server.name == POSTGRAPHILE:
        data = postgraphile.reshaped(shape.name, data)
    if shape.name == "M1":
        del data["submitQuizAttempt"]["attempt"]["id"]
    return data


def _difference(first: Any, second: Any, path: str) -> str | None:
    """Return the first path at which the values differ; numbers and timestamps may be written in several ways."""
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        pairs = [(first[key], second[key], f"{path}.{key}") for key in first]
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = [(a, b, f"{path}[{n}]") for n, (a, b) in enumerate(zip(first, second, strict=True))]
    else:
        return None if _plain(first) == _plain(second) else f"{path}: {first!r:.200} and {second!r:.200}"
    return next((found for a, b, below in pairs if (found := _difference(a, b, below))), None)


def _plain(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    if isinstance(value, str) and _TIMESTAMP.fullmatch(value):
        return datetime.fromisoformat(value)
    return value
