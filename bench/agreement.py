"""Whether all servers answer the same rows, before any of them is timed."""

import json
import re
from datetime import datetime
from typing import Any

from bench import dataset, postgraphile
from bench.servers import POSTGRAPHILE, Server
from bench.shapes import Request, Shape

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
_PROBES = 5


class DisagreementError(Exception):
    """Two servers answer differently; the message names them, the shape and the place."""


def check(servers: list[Server], shape: Shape) -> None:
    """Compare the answers of all servers to a few requests of a reading shape; raises DisagreementError."""
    for n in range(_PROBES):
        _compare(shape, [(server, shape.numbered(n)) for server in servers])


def check_submits(servers: list[Server], shape: Shape, url: str, *, first: int) -> None:
    """Submit an equal attempt on each server, from number `first` on; each must be graded and leave its traces."""
    asked = [(server, shape.numbered(first + n)) for n, server in enumerate(servers)]
    _compare(shape, asked)
    ids = ", ".join(f"'{request.variables['attemptId']}'" for _, request in asked)
    done = dataset.value(
        url,
        "SELECT count(*) FROM quiz_attempts a JOIN users u ON u.id = a.user_id "  # noqa: S608 - our own ids
        f"WHERE a.id IN ({ids}) AND a.state = 'GRADED' AND u.xp_total = (SELECT sum(amount) FROM xp_entries e "
        "WHERE e.user_id = u.id AND e.status = 'SETTLED') AND EXISTS (SELECT FROM xp_entries e "
        "WHERE e.user_id = u.id AND e.source_id = a.id)",
    )
    if done != len(servers):
        raise DisagreementError(f"M1: {done} of {len(servers)} submits left a grade, XP entries and a total")


def _compare(shape: Shape, asked: list[tuple[Server, Request]]) -> None:
    (first, reference), *others = [(server, _answer(server, shape, request)) for server, request in asked]
    for server, answer in others:
        if place := _difference(reference, answer, shape.name):
            raise DisagreementError(f"{first.name} and {server.name} answer differently at {place}")


def _answer(server: Server, shape: Shape, request: Request) -> Any:
    data = json.loads(server.ask(shape, request))["data"]
    if server.name == POSTGRAPHILE:
        data = postgraphile.reshaped(shape.name, data)
    if shape.name == "M1":
        del data["submitQuizAttempt"]["attempt"]["id"]
    return data


def _difference(one: Any, other: Any, place: str) -> str | None:
    """Return the first place where the values differ; numbers and moments may be written in several ways."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(one[key], other[key], f"{place}.{key}") for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(a, b, f"{place}[{n}]") for n, (a, b) in enumerate(zip(one, other, strict=True))]
    else:
        return None if _plain(one) == _plain(other) else f"{place}: {one!r:.200} and {other!r:.200}"
    return next((found for a, b, where in pairs if (found := _difference(a, b, where))), None)


def _plain(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    return value
