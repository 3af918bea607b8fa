"""Which fields of the schema are asked for, and by which apps: what can be removed follows from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.paging import Page, Window

KEPT = timedelta(days=90)
"""How long counts are kept."""
MOST_CLIENTS = 100
"""How many apps are told for one field, those that ask most."""
LONGEST_COORDINATE = 200


@entity
class FieldCount:
    """How often an app asked for a field, since it was last stored; name and version are empty where it told none."""

    coordinate: str
    client_name: str
    client_version: str
    deprecated: bool
    requests: int


@entity
class ClientUsage:
    """How often one version of an app asked for a field."""

    name: str
    version: str
    requests: int
    last_seen_at: datetime


@entity
class FieldUsage:
    """How often a field was asked for, and by whom, those who ask most first."""

    coordinate: str
    deprecated: bool
    requests: int
    last_seen_at: datetime
    clients: list[ClientUsage]


@entity
class UsageFilter:
    """Which fields are asked for; None leaves a condition out, `since` counts from the start of its day (UTC)."""

    coordinate: str | None = None
    deprecated_only: bool = False
    since: datetime | None = None


class FieldUsages(Protocol):
    """Counts by field, app and day."""

    async def add(self, counts: Sequence[FieldCount], *, now: datetime) -> None:
        """Add counts to those of the day; several processes may at once."""

    async def page(self, asked: UsageFilter, window: Window) -> Page[FieldUsage]:
        """Return the fields that pass the filter in the order of their coordinates."""

    async def forget(self, *, before: datetime) -> None:
        """Remove the counts of days before that of the moment."""


def checked_filter(asked: UsageFilter) -> UsageFilter:
    """Return the filter when it can match; raises InvalidInputError that names the argument."""
    if asked.coordinate is not None and not 0 < len(asked.coordinate) <= LONGEST_COORDINATE:
        raise InvalidInputError(
            f"coordinate must hold 1 to {LONGEST_COORDINATE} characters, like `Query.viewer`.",
            field="coordinate",
        )
    return asked
