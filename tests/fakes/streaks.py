"""Streaks and analytics in memory."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from domain.analytics import AttemptFacts, DayTotals, DomainTotals, LearnerDays
from domain.errors import NotFoundError
from domain.ids import ExamDomainId, ExamTypeId, UserId
from domain.quizzes import ExamDomain, ExamType
from domain.runs import Day
from domain.streaks import Activity, History, UserZone, is_routine, with_activity


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

    async def hold(self, user_id: UserId) -> None:
        """Nobody else is here."""

    async def add(self, activity: Activity) -> History | None:
        before = await self.history(activity.user_id)
        key = (activity.user_id, activity.kind, activity.source_type, activity.source_id)
        new = self.activities.setdefault(key, activity) is activity
        return before if new and not is_routine(before.days, activity) else None

    async def freeze(self, user_id: UserId, dates: Collection[date]) -> None:
        self.freezes[user_id] |= set(dates)


class FakeAnalytics:
    """Roll-ups in dicts, by user, date and exam type or domain."""

    def __init__(self, types: list[ExamType], domains: list[ExamDomain]) -> None:
        self._types = {found.id: found for found in types}
        self._domains = {found.id: found for found in domains}
        self._days: dict[tuple[UserId, ExamTypeId, date], DayTotals] = {}
        self._counts: dict[tuple[UserId, ExamDomainId], DomainTotals] = {}

    async def add(self, facts: AttemptFacts) -> None:
        key = (facts.user_id, facts.exam_type_id, facts.local_date)
        added = DayTotals(
            local_date=facts.local_date,
            quizzes=1,
            score_tenths=facts.score_tenths,
            best_tenths=facts.score_tenths,
            questions=facts.questions,
            correct=facts.correct,
            seconds=facts.seconds,
        )
        self._days[key] = _sum(self._days[key], added) if key in self._days else added
        for count in facts.domains:
            where = (facts.user_id, count.domain_id)
            domain = self._domains[count.domain_id]
            before = self._counts.get(where)
            self._counts[where] = DomainTotals(
                domain_id=domain.id,
                exam_type_name=self._types[domain.exam_type_id].name,
                domain_code=domain.code,
                attempts=count.attempts + (before.attempts if before else 0),
                correct=count.correct + (before.correct if before else 0),
            )

    async def days(
        self, user_id: UserId, *, exam_type_id: ExamTypeId | None, since: date | None
    ) -> LearnerDays:
        by_date: dict[date, DayTotals] = {}
        for (user, exam_type, day), totals in self._days.items():
            if user == user_id and exam_type_id in {None, exam_type} and (since is None or day >= since):
                by_date[day] = _sum(by_date[day], totals) if day in by_date else totals
        days = [by_date[day] for day in sorted(by_date)]
        return LearnerDays(zone=UserZone(time_zone="UTC", day_start_hour=0), days=days)

    async def rebuild(self) -> int:
        return sum(day.quizzes for day in self._days.values())

    async def domains(self, user_id: UserId, *, exam_type_id: ExamTypeId | None) -> list[DomainTotals]:
        return [
            totals
            for (user, domain_id), totals in sorted(self._counts.items(), key=lambda item: item[0])
            if user == user_id and exam_type_id in {None, self._domains[domain_id].exam_type_id}
        ]


def _sum(one: DayTotals, other: DayTotals) -> DayTotals:
    return replace(
        one,
        quizzes=one.quizzes + other.quizzes,
        score_tenths=one.score_tenths + other.score_tenths,
        best_tenths=max(one.best_tenths, other.best_tenths),
        questions=one.questions + other.questions,
        correct=one.correct + other.correct,
        seconds=one.seconds + other.seconds,
    )
