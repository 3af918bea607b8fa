"""Bounds of partitions: the lowest identifier of a half-year, since identifiers are in the order of time."""

from datetime import UTC, datetime, timedelta

from domain import ids

_NOT_BEFORE = timedelta(days=62)
_JULY = 7


def later_bound(prefix: str) -> str:
    """Return the lowest identifier of the first half-year that begins in two months or later."""
    late = datetime.now(UTC) + _NOT_BEFORE
    year, month = (late.year, _JULY) if late.month < _JULY else (late.year + 1, 1)
    begins = datetime(year, month, 1, tzinfo=UTC)
    return ids.compose(prefix, milliseconds=int(begins.timestamp() * 1_000), randomness=bytes(10))
