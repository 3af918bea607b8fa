"""Scalars: what travels as a string or a number and means more."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, GraphQLID
from strawberry.types.scalar import ScalarDefinition, scalar

from domain import ids
from domain.paging import Cursor

BigInt = NewType("BigInt", int)
EmailAddress = NewType("EmailAddress", str)
URL = NewType("URL", str)
LeaderboardVersion = NewType("LeaderboardVersion", str)


def _write_moment(value: datetime) -> str:
    at = value if value.tzinfo is UTC else value.astimezone(UTC)
    parts = at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond // 1_000
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % parts  # noqa: UP031 - half the time of isoformat


def _read_moment(value: Any) -> datetime:
    moment: datetime = _read(datetime.fromisoformat, value, "DateTime must be like 2026-01-31T12:00:00Z")
    if moment.tzinfo is None:
        raise GraphQLError("DateTime needs a time zone, like 2026-01-31T12:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise GraphQLError("DateTime is out of range") from None


def _read_date(value: Any) -> date:
    read: date = _read(date.fromisoformat, value, "LocalDate must be like 2026-01-31")
    return read


def _read(parse: Callable[[str], Any], value: Any, complaint: str) -> Any:
    try:
        return parse(value)
    except (TypeError, ValueError):
        raise GraphQLError(complaint) from None


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError("expected a string")
    return value


def _read_nothing(_value: Any) -> Any:
    raise GraphQLError("this scalar is for answers only")


def _write_duration(value: timedelta) -> str:
    return (
        f"PT{value.total_seconds():g}S" if value.total_seconds() % 1 else f"PT{int(value.total_seconds())}S"
    )


def _scalar(
    name: str,
    description: str,
    url: str,
    *,
    write: Callable[[Any], Any] = lambda value: value,
    read: Callable[[Any], Any] = _read_text,
) -> ScalarDefinition:
    return scalar(name=name, description=description, specified_by_url=url, serialize=write, parse_value=read)


_ID = ScalarDefinition(
    name="ID",
    description=None,
    specified_by_url=None,
    serialize=GraphQLID.serialize,
    parse_value=GraphQLID.parse_value,
    parse_literal=GraphQLID.parse_literal,
    implementation=GraphQLID,
    origin=GraphQLID,
)
_RFC_3339 = "https://scalars.graphql.org/andimarek/date-time"

SCALARS: dict[object, ScalarDefinition] = {
    datetime: _scalar(
        "DateTime",
        "A moment in UTC, like 2026-01-31T12:00:00.000Z.",
        _RFC_3339,
        write=_write_moment,
        read=_read_moment,
    ),
    date: _scalar(
        "LocalDate",
        "A civil date without a time zone, like 2026-01-31.",
        "https://scalars.graphql.org/andimarek/local-date",
        write=date.isoformat,
        read=_read_date,
    ),
    timedelta: _scalar(
        "Duration",
        "A length of time in ISO 8601, in seconds, like PT90S.",
        "https://www.rfc-editor.org/rfc/rfc3339#appendix-A",
        write=_write_duration,
        read=_read_nothing,
    ),
    EmailAddress: _scalar(
        "EmailAddress", "An e-mail address.", "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2"
    ),
    URL: _scalar("URL", "An absolute address on the web.", "https://url.spec.whatwg.org/"),
    Cursor: _scalar(
        "Cursor",
        "An opaque place in a list; give it back as `after` or `before`.",
        "https://relay.dev/graphql/connections.htm#sec-Cursor",
    ),
    BigInt: _scalar(
        "BigInt",
        "An integer of up to 64 bits, as a JSON number.",
        "https://www.rfc-editor.org/rfc/rfc8259#section-6",
        read=_read_nothing,
    ),
    LeaderboardVersion: _scalar(
        "LeaderboardVersion",
        "An opaque state of a leaderboard; give the latest one back as `after` to resume.",
        "https://spec.graphql.org/October2021/#sec-Scalars.Custom-Scalars",
    ),
    strawberry.ID: _ID,
    **dict.fromkeys(ids.PREFIXES, _ID),
}
"""Which scalar of the schema each Python type is; every kind of identifier is the built-in ID."""
