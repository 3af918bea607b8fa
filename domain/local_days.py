"""Local days: the civil date of a moment in a user's time zone, where the day may begin after midnight."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)


def local_date(moment: datetime, *, time_zone: str, day_start_hour: int = 0) -> date:
    """Return the civil date of `moment` in the zone, where the day begins `day_start_hour` hours after midnight.

    The hours are those of the wall clock, so that a day of 23 or 25 hours needs no special rule.
    """
    wall = moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    return (wall - timedelta(hours=day_start_hour)).date()


def day_end(moment: datetime, *, time_zone: str, day_start_hour: int = 0) -> datetime:
    """Return the first instant, in UTC, after the end of the local day that `moment` lies in.

    Where the clock jumps over that hour, it is the first instant that exists. Where the clock shows the hour twice, it
    is the first of the two, unless the clock falls back into the day that was over.
    """
    today = local_date(moment, time_zone=time_zone, day_start_hour=day_start_hour)
    wall = datetime.combine(today + timedelta(days=1), time(day_start_hour), ZoneInfo(time_zone))
    early, late = sorted(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))

    def is_over(instant: datetime) -> bool:
        return local_date(instant, time_zone=time_zone, day_start_hour=day_start_hour) > today

    if not is_over(late - _SECOND):
        return late
    if is_over(early):
        return early
    while late - early > _SECOND:  # the hour is inside a jump that began before it, as in Antarctica/Troll
        middle = early + (late - early) // _SECOND // 2 * _SECOND
        early, late = (early, middle) if is_over(middle) else (middle, late)
    return late


def day_start(moment: datetime, *, time_zone: str, day_start_hour: int = 0) -> datetime:
    """Return the first instant, in UTC, of the local day that `moment` lies in: the end of the day before it."""
    today = local_date(moment, time_zone=time_zone, day_start_hour=day_start_hour)
    before = moment
    while local_date(before, time_zone=time_zone, day_start_hour=day_start_hour) >= today:
        before -= _HOUR
    return min(day_end(before, time_zone=time_zone, day_start_hour=day_start_hour), moment)
