"""Streaks in memory."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from domain.errors import NotFoundError
from domain.gamification.streak_rules import Day
from domain.gamification.streaks import Activity, History, UserZone, is_routine, with_activity
from domain.ids import UserId


class FakeStreaks:
    """Activities in a dict, by their key."""

    def __init__(self) -> None:
        self.zones: dict[UserId, UserZone] = {}
        self.earlier_zones: dict[UserId, list[tuple[datetime, UserZone]]] = defaultdict(list)
        self.activities: dict[tuple[object, ...], Activity] = {}
        self.freezes: dict[UserId, set[date]] = defaultdict(set)

    async def zone_of(self, user_id: UserId, *, at: datetime | None = None) -> UserZone:
        if user_id not in self.zones:
            raise NotFoundError("There is no such user.")
        before = [zone for until, zone in self.earlier_zones[user_id] if at is not None and until > at]
        return before[0] if before else self.zones[user_id]

    async def history(self, user_id: UserId) -> History:
        days: list[Day] = []
        for activity in self.activities.values():
            if activity.user_id == user_id:
                days = with_activity(days, activity)
        return History(
            days=sorted(days, key=lambda day: day.local_date), frozen=frozenset(self.freezes[user_id])
        )

    async def lock(self, user_id: UserId) -> None:
        """Do nothing: there are no other transactions."""

    async def add(self, activity: Activity) -> History | None:
        before = await self.history(activity.user_id)
        key = (activity.user_id, activity.kind, activity.source_type, activity.source_id)
        new = self.activities.setdefault(key, activity) is activity
        return before if new and not is_routine(before.days, activity) else None

    async def freeze(self, user_id: UserId, dates: Collection[date]) -> None:
        self.freezes[user_id] |= set(dates)
