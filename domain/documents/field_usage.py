"""Field usage: which fields of the schema are requested, and by which apps, to see what can be removed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.paging import Page, Window

KEPT = timedelta(days=90)
"""How long counts are stored."""
MOST_CLIENTS = 100
"""How many apps are listed for one field: those with the most requests."""
LONGEST_COORDINATE = 200
_MOST_NAMED = 20


@entity
class FieldCount:
    """Requests of a field by an app since the last store; name and version are empty when the app sends none."""

    coordinate: str
    client_name: str
    client_version: str
    deprecated: bool
    requests: int


@entity
class ClientUsage:
    """Requests of a field by one version of an app."""

    name: str
    version: str
    requests: int
    last_seen_at: datetime


@entity
class FieldUsage:
    """Requests of a field, and the apps that requested it, most requests first."""

    coordinate: str
    deprecated: bool
    requests: int
    last_seen_at: datetime
    clients: list[ClientUsage]


@entity
class UsageFilter:
    """Which fields to list; None leaves a condition out, `since` counts from the start of its day (UTC)."""

    coordinate: str | None = None
    deprecated_only: bool = False
    since: datetime | None = None


class FieldUsages(Protocol):
    """Counts by field, app and day."""

    async def add(self, counts: Sequence[FieldCount], *, now: datetime) -> None:
        """Add counts to those of the day; several processes may do so at once."""

    async def page(self, condition: UsageFilter, window: Window) -> Page[FieldUsage]:
        """Return the fields that match, by coordinate."""

    async def forget(self, *, before: datetime) -> None:
        """Delete the counts of days before that of the moment."""


def checked_filter(condition: UsageFilter) -> UsageFilter:
    """Return a valid filter; raises InvalidInputError that names the argument."""
    if condition.coordinate is not None and not 0 < len(condition.coordinate) <= LONGEST_COORDINATE:
        raise InvalidInputError(
            f"coordinate must have 1 to {LONGEST_COORDINATE} characters, like `Query.viewer`.",
            field="coordinate",
        )
    return condition


def check_known(coordinate: str, known: Collection[str]) -> None:
    """Refuse a coordinate that is not in the schema, with the fields that its type has."""
    if coordinate in known:
        return
    type_ = coordinate.partition(".")[0]
    siblings = sorted(each for each in known if each.startswith(f"{type_}."))[:_MOST_NAMED]
    there_are = f" There are: {', '.join(siblings)}." if siblings else ""
    raise InvalidInputError(
        f"coordinate must be a field of the schema, or one that was requested in the last {KEPT.days} days.{there_are}",
        field="coordinate",
    )
