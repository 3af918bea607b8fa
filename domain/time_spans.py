"""Time spans: objects that were made from one moment on and before another, by their ids, which order by time."""

from datetime import datetime
from typing import Any

from domain import ids
from domain.errors import InvalidInputError


def check_span(since: datetime | None, until: datetime | None) -> None:
    """Raise InvalidInputError for a span whose end is not after its beginning."""
    if since is not None and until is not None and until <= since:
        raise InvalidInputError("until must be later than since.", field="until")


def ids_within(kind: Any, since: datetime | None, until: datetime | None) -> tuple[str, str]:
    """Return the lowest id of a kind of object that was made since then, and the lowest one after the span."""
    prefix = ids.PREFIXES[kind]
    lowest = f"{prefix}_" if since is None else _first_at(prefix, since)
    return lowest, f"{prefix}_~" if until is None else _first_at(prefix, until)


def _first_at(prefix: str, moment: datetime) -> str:
    milliseconds = max(0, int(moment.timestamp() * 1_000))
    return ids.compose(prefix, milliseconds=milliseconds, randomness=bytes(10))
