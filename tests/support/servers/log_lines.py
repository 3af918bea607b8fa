"""A gateway in production on an existing database, and the lines of its log."""

import json
from collections.abc import Iterable
from typing import Any

PRODUCTION = {
    "QUESTPATH_ENV": "production",
    "QUESTPATH_HOSTS": "127.0.0.1",
    "QUESTPATH_SECRET": "the secret of a gateway that a test runs",
    "QUESTPATH_DRAIN_GRACE_S": "0",
}


def parsed(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Return the lines that are JSON; a server also prints that it is ready."""
    return [json.loads(line) for line in lines if line.startswith("{")]
