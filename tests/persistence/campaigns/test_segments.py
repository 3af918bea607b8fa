"""Segments in Postgres: their counts are those that plain Python computes from the same users."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.analytics.weak_areas import is_weak
from domain.campaigns.segments import KINDS, SegmentCondition, SegmentGroup, SegmentSize
from domain.content.exam_types import ExamDomain, ExamType
from domain.gamification.current_streak import StreakState, streak_at
from domain.gamification.streaks import Activity, History, UserZone
from domain.ids import ExamDomainId, ExamTypeId, UserId
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.accounts import NOON
from tests.builders.campaigns import a_segment
from tests.builders.streaks import an_activity, history

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu"]
EXAMS = [ExamTypeId(mint("examtype")) for _ in range(2)]
DOMAINS = [ExamDomainId(mint("domain")) for _ in range(2)]


class Person:
    """A user as plain Python knows them."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self.user_id = UserId("")
        self.roles = [Role.LEARNER, *chance.sample([Role.AUTHOR, Role.MODERATOR], chance.randrange(3))]
        self.zone = UserZone(time_zone=chance.choice(ZONES), day_start_hour=chance.choice([0, 0, 4]))
        self.marketing = chance.random() < 0.6
        self.verified = chance.random() < 0.8
        self.suspended = chance.random() < 0.1
        self.leaves = chance.random() < 0.1
        self.erased = chance.random() < 0.1
        self.exams = {exam for exam in EXAMS if chance.random() < 0.4}
        self.answers = {domain: (chance.randrange(7, 14), chance.randrange(4, 11)) for domain in DOMAINS}
        self.activities = self._activities(chance, now)
        self.frozen = frozenset(
            activity.local_date + timedelta(days=1) for activity in self.activities if chance.random() < 0.05
        )

    def _activities(self, chance: random.Random, now: datetime) -> list[Activity]:
        """Learn on most days of some weeks, with gaps, and now and then in another zone."""
        found = []
        moment = now - timedelta(
            days=chance.choice([0, 0, 1, 1, 2, 2, 3, 3, 4, 40]), minutes=chance.randrange(300)
        )
        for _ in range(chance.choice([0, 1, 5, 12, 20, 40])):
            zone = chance.choice(ZONES) if chance.random() < 0.1 else self.zone.time_zone
            start = self.zone.day_start_hour
            found.append(an_activity(moment, zone, day_start_hour=start, user_id=self.user_id))
            moment -= timedelta(
                days=chance.choice([1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3]), minutes=chance.randrange(90)
            )
        return found[::-1]

    def history(self) -> History:
        return history(*self.activities, frozen=self.frozen)

    def fits(self, condition: SegmentCondition, now: datetime) -> bool:  # noqa: PLR0911 - one for each kind
        value = getattr(condition, condition.kind)
        last = max((activity.occurred_at for activity in self.activities), default=None)
        match condition.kind:
            case "role":
                return value in self.roles
            case "active_within_days":
                return last is not None and last >= now - timedelta(days=value)
            case "inactive_for_days":
                return last is None or last < now - timedelta(days=value)
            case "exam_type_id":
                return value in self.exams
            case "streak":
                return streak_at(self.history(), self.zone, now).state is value
            case "weak_domain_id":
                attempts, correct = self.answers[value]
                return is_weak(attempts, min(attempts, correct))
            case "marketing":
                return self.marketing is value
        raise AssertionError(condition)

    @property
    def is_reachable(self) -> bool:
        return self.marketing and self.verified and not (self.suspended or self.leaves or self.erased)


def expected(people: list[Person], groups: list[SegmentGroup], now: datetime) -> SegmentSize:
    matching = [
        person
        for person in people
        if not person.erased
        and any(all(person.fits(condition, now) for condition in group.conditions) for group in groups)
    ]
    return SegmentSize(matching=len(matching), reachable=sum(person.is_reachable for person in matching))


async def store(work: SqlWork, person: Person, now: datetime) -> None:
    raw = work.connection.raw
    new = a_user(roles=person.roles, time_zone=person.zone.time_zone)
    person.user_id = (await work.users.add(new)).id
    await raw.execute(
        "UPDATE users SET day_start_hour = $2, email_verified = $3, suspended_at = $4, suspended_until = NULL, "
        "deleting_at = $5, erased_at = $6 WHERE id = $1",
        person.user_id,
        person.zone.day_start_hour,
        person.verified,
        now if person.suspended else None,
        now if person.leaves else None,
        now if person.erased else None,
    )
    await raw.execute(
        "INSERT INTO email_preferences (user_id, weekly_digest, marketing, changed_at) VALUES ($1, false, $2, $3)",
        person.user_id,
        person.marketing,
        now,
    )
    await raw.executemany(
        "INSERT INTO activities VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (
                person.user_id,
                a.kind.value,
                a.source_type,
                a.source_id,
                "",
                a.occurred_at,
                a.local_date,
                a.time_zone,
            )
            for a in person.activities
        ],
    )
    await raw.executemany(
        "INSERT INTO streak_freezes VALUES ($1, $2)", [(person.user_id, day) for day in person.frozen]
    )
    await raw.executemany(
        "INSERT INTO attempt_days (user_id, exam_type_id, local_date, quizzes, score_tenths, best_tenths, questions, "
        "correct, seconds) VALUES ($1, $2, $3, 1, 500, 500, 10, 5, 60)",
        [
            (person.user_id, exam, day)
            for exam in person.exams
            for day in (date(2026, 1, 1), date(2026, 1, 2))
        ],
    )
    await raw.executemany(
        "INSERT INTO domain_days VALUES ($1, $2, $3, $4, $5)",
        [
            (person.user_id, domain, day, part, right)
            for domain, (attempts, correct) in person.answers.items()
            for day, part, right in (
                (date(2026, 1, 1), attempts - 3, min(attempts, correct)),
                (date(2026, 1, 2), 3, 0),
            )
        ],
    )


def a_condition(chance: random.Random) -> SegmentCondition:
    values: dict[str, Any] = {
        "role": chance.choice([Role.AUTHOR, Role.LEARNER]),
        "active_within_days": chance.choice([1, 2, 30]),
        "inactive_for_days": chance.choice([1, 2, 30]),
        "exam_type_id": chance.choice(EXAMS),
        "streak": chance.choice(list(StreakState)),
        "weak_domain_id": chance.choice(DOMAINS),
        "marketing": chance.random() < 0.5,
    }
    kind = chance.choice(KINDS)
    return SegmentCondition(**{kind: values[kind]})


@pytest.mark.parametrize("seed", range(3))
async def test_a_size_is_what_python_counts(work: SqlWork, seed: int) -> None:
    chance, now = random.Random(seed), NOON + timedelta(hours=9 * seed)
    people = [Person(chance, now) for _ in range(120)]
    for person in people:
        await store(work, person, now)
    each_state = [[SegmentGroup(conditions=[SegmentCondition(streak=state)])] for state in StreakState]
    asked = each_state + [
        [
            SegmentGroup(conditions=[a_condition(chance) for _ in range(chance.randrange(1, 4))])
            for _ in range(chance.randrange(1, 4))
        ]
        for _ in range(60)
    ]

    found = [await work.segments.size(groups, now=now) for groups in asked]
    computed = [expected(people, groups, now) for groups in asked]

    assert found == computed
    assert all(size.matching > 3 for size in found[:3])
    assert sum(0 < size.reachable < size.matching for size in found) > 20


async def test_groups_come_back_as_they_were_stored(work: SqlWork) -> None:
    await work.exam_types.add(ExamType(id=EXAMS[0], code="x", name="X", description="", author_id=None))
    await work.exam_types.add_domains(
        [ExamDomain(id=DOMAINS[0], exam_type_id=EXAMS[0], code="1", name="One", weight=100)]
    )
    chance = random.Random(1)
    groups = [SegmentGroup(conditions=[a_condition(chance) for _ in range(10)]) for _ in range(5)]
    segment = a_segment(*groups)

    await work.segments.add(segment)

    assert await work.segments.by_ids([segment.id]) == [segment]
