"""Civil days: which local date a moment belongs to, where a user's day may begin after midnight."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def local_date(moment: datetime, *, time_zone: str, day_start_hour: int = 0) -> date:
    """Return the civil date of `moment` in the zone, where the day begins `day_start_hour` hours after midnight.

    The hours are those of the wall clock, so that a day of 23 or 25 hours needs no rule of its own.
    """
    wall = moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    return (wall - timedelta(hours=day_start_hour)).date()
