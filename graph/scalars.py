"""Scalars: how dates, durations, addresses and ids are written to and read from JSON."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NewType

import strawberry
from graphql import EnumValueNode, GraphQLID, ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition, scalar

from domain import ids
from domain.paging import Cursor
from graph.engine.inputs.error_sentences import ScalarError

BigInt = NewType("BigInt", int)
EmailAddress = NewType("EmailAddress", str)
URL = NewType("URL", str)
LeaderboardVersion = NewType("LeaderboardVersion", str)
JsonObject = NewType("JsonObject", dict[str, Any])


_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_MOMENT_IS = "DateTime must be like 2026-01-31T12:00:00Z, with seconds and a time zone"
_LONG = 2**63
_MICROSECOND = timedelta(microseconds=1)
_NONE = timedelta()


def _write_moment(value: datetime) -> str:
    at = value if value.tzinfo is UTC else value.astimezone(UTC)
    parts = at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond // 1_000
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % parts  # noqa: UP031 - half the time of isoformat


def _read_moment(value: Any) -> datetime:
    moment: datetime = _read(_MOMENT, datetime.fromisoformat, value, _MOMENT_IS)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ScalarError("DateTime is out of range") from None


def _read_date(value: Any) -> date:
    read: date = _read(_DATE, date.fromisoformat, value, "LocalDate must be like 2026-01-31")
    return read


def _read(form: re.Pattern[str], parse: Callable[[str], Any], value: Any, message: str) -> Any:
    """Read a text of a form: Python takes more forms of ISO 8601 than the pages that the scalars name."""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ScalarError(message)
    try:
        return parse(value)
    except ValueError:
        raise ScalarError(message) from None


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ScalarError("expected a string")
    return value


def _read_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ScalarError("expected a JSON object")
    return value


def _read_long(value: Any) -> int:
    if type(value) is not int or not -_LONG <= value < _LONG:
        raise ScalarError("BigInt must be an integer of at most 64 bits, like 12, and no string")
    return value


def _refuse_input(_value: Any) -> Any:
    raise ScalarError("this scalar cannot be an input")


def _write_duration(value: timedelta) -> str:
    seconds, microseconds = divmod(abs(value) // _MICROSECOND, 1_000_000)
    fraction = f".{microseconds:06d}".rstrip("0") if microseconds else ""
    return f"{'-' if value < _NONE else ''}PT{seconds}{fraction}S"


def _scalar(
    name: str,
    description: str,
    url: str,
    *,
    write: Callable[[Any], Any] = lambda value: value,
    read: Callable[[Any], Any] = _read_text,
) -> ScalarDefinition:
    def read_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        """Read a literal like a variable, except a name: graphql-core would take it for a string without quotes."""
        if isinstance(node, EnumValueNode):
            raise ScalarError(f"{name} cannot be a name; a text is written in quotes")
        return read(value_from_ast_untyped(node, variables))

    return scalar(
        name=name,
        description=description,
        specified_by_url=url,
        serialize=write,
        parse_value=read,
        parse_literal=read_literal,
    )


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
        "A point in time in UTC, like 2026-01-31T12:00:00.000Z.",
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
        "A length of time in ISO 8601, in seconds without an exponent, like PT90S or PT0.25S.",
        "https://www.w3.org/TR/xmlschema11-2/#dayTimeDuration",
        write=_write_duration,
        read=_refuse_input,
    ),
    EmailAddress: _scalar(
        "EmailAddress",
        "An e-mail address without quotes, comments and literals of IP addresses. All spellings of one address are "
        "equal: it is answered in lower case and NFKC, with its domain in ASCII.",
        "https://www.rfc-editor.org/rfc/rfc6531#section-3.3",
    ),
    URL: _scalar(
        "URL",
        "An absolute https URL without user name and password, as browsers write it.",
        "https://url.spec.whatwg.org/#url-serializing",
    ),
    Cursor: _scalar(
        "Cursor",
        "An opaque position in a list; pass it as `after` or `before`.",
        "https://relay.dev/graphql/connections.htm#sec-Cursor",
    ),
    BigInt: _scalar(
        "BigInt",
        "An integer of up to 64 bits, as a JSON number without a fraction or an exponent. JavaScript reads it exactly "
        "up to 2^53.",
        "https://scalars.graphql.org/chillicream/long.html",
        read=_read_long,
    ),
    LeaderboardVersion: _scalar(
        "LeaderboardVersion",
        "An opaque version of a leaderboard; pass the latest one as `after` to resume.",
        "https://spec.graphql.org/October2021/#sec-Scalars.Custom-Scalars",
    ),
    JsonObject: _scalar(
        "JSONObject",
        "A JSON object whose names depend on what it is about.",
        "https://www.rfc-editor.org/rfc/rfc8259#section-4",
        read=_read_object,
    ),
    strawberry.ID: _ID,
    **dict.fromkeys(ids.PREFIXES, _ID),
}
"""The scalar of the schema for each Python type; every kind of identifier is the built-in ID."""
