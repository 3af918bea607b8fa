"""Late acts: from when on an act counts for streak and XP that a device tells of which was not known before."""

from datetime import datetime

from domain import local_days
from domain.gamification.streaks import Streaks
from domain.ids import UserId


async def earliest(
    streaks: Streaks, user_id: UserId, *, now: datetime, known_since: datetime | None = None
) -> datetime:
    """Return the start of the learner's local date, or when their device was first in contact, where that is earlier.

    It is now where their zone has changed since the date began, so that the act counts on no other date.
    """
    zone = await streaks.zone_of(user_id)
    start = local_days.day_start(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    if known_since is not None and known_since < start:
        return known_since
    return start if await streaks.zone_of(user_id, at=start) == zone else now
