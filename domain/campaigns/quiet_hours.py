"""Quiet hours: when no mail goes to a reader, by the clock of their zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DEFAULT_FROM, DEFAULT_UNTIL = 21, 8
"""By default from 21:00 to 08:00."""
LAST_HOUR = 23
_QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_quiet(moment: datetime, *, time_zone: str, begins: int, ends: int) -> bool:
    """Tell whether the reader's clock shows an hour from `begins` to before `ends`; equal hours are no quiet hours."""
    hour = moment.astimezone(ZoneInfo(time_zone)).hour
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def next_loud(moment: datetime, *, time_zone: str, begins: int, ends: int) -> datetime:
    """Return `moment`, or the first instant after it at which the reader's clock shows no quiet hour.

    Every zone shows full hours at quarters of an hour of UTC, before and after each change of the clock; so only these
    are looked at, and a jump over the end, or an end that the clock shows twice, needs no special rule.
    """
    while is_quiet(moment, time_zone=time_zone, begins=begins, ends=ends):
        moment += _QUARTER - (moment - _EPOCH) % _QUARTER
    return moment
