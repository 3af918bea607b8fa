"""Learner analytics in Postgres: roll-ups by local day, and by local day and exam domain."""

from collections.abc import Iterable, Sequence
from datetime import date
from math import lcm
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
)

from domain.analytics.learner_analytics import (
    MOST_DOMAINS,
    AttemptFacts,
    DayTotals,
    DomainTotals,
    LearnerDays,
)
from domain.errors import NotFoundError
from domain.gamification.streaks import UserZone
from domain.ids import ExamTypeId, UserId
from persistence.analytics import rollup_rebuild
from persistence.database import SqlConnection
from persistence.row_mapping import maker
from persistence.statements import ID, Statement
from persistence.tables.accounts.users import users
from persistence.tables.analytics.learner_analytics import attempt_days, domain_days
from persistence.tables.content.exam_types import exam_domains, exam_types

_USER, _EXAM_TYPE = bindparam("user_id", type_=ID), bindparam("exam_type_id", type_=ID)

_PLAIN = {
    "user_id": "text",
    "local_date": "date",
    "exam_type_id": "text",
    "score_tenths": "int",
    "questions": "int",
    "correct": "int",
    "seconds": "bigint",
}
KINDS = _PLAIN | {"rest_numerator": "numeric", "rest_denominator": "numeric"}
"""The columns of each attempt that `adding` reads."""

_COMMON = "lcm(d.rest_denominator, excluded.rest_denominator)"


def adding(attempts: str) -> str:
    """Return the CTEs that add attempts to their days and their answers to their domains.

    The relation `attempts` has a row with the columns of `KINDS` for each attempt, at most one of a learner.
    """
    return f"""added_day AS (
        INSERT INTO attempt_days AS d
            (user_id, exam_type_id, local_date, quizzes, score_tenths, best_tenths, questions, correct, seconds,
            rest_numerator, rest_denominator)
        SELECT user_id, exam_type_id, local_date, 1, score_tenths, score_tenths, questions, correct, seconds,
            rest_numerator, rest_denominator
        FROM {attempts}
        ON CONFLICT (user_id, local_date, exam_type_id) DO UPDATE SET
            quizzes = d.quizzes + 1, score_tenths = d.score_tenths + excluded.score_tenths,
            best_tenths = greatest(d.best_tenths, excluded.best_tenths),
            questions = d.questions + excluded.questions, correct = d.correct + excluded.correct,
            seconds = d.seconds + excluded.seconds,
            rest_numerator = d.rest_numerator * div({_COMMON}, d.rest_denominator)
                + excluded.rest_numerator * div({_COMMON}, excluded.rest_denominator),
            rest_denominator = {_COMMON}
    ), added_domains AS (
        INSERT INTO domain_days AS d (user_id, domain_id, local_date, attempts, correct)
        SELECT user_id, domain_id, local_date, counts.attempts, counts.correct
        FROM unnest(CAST(:domain_users AS text[]), CAST(:domain_ids AS text[]), CAST(:domain_attempts AS int[]),
            CAST(:domain_correct AS int[])) AS counts (user_id, domain_id, attempts, correct)
        JOIN {attempts} USING (user_id)
        ON CONFLICT (user_id, domain_id, local_date) DO UPDATE SET
            attempts = d.attempts + excluded.attempts, correct = d.correct + excluded.correct
    )"""  # noqa: S608 - the name of a relation


def arguments(facts: Sequence[AttemptFacts]) -> dict[str, list[Any]]:
    """Return the parameters of `adding`; the domains are sorted, so that concurrent calls cannot deadlock."""
    counts = sorted(
        ((attempt.user_id, count) for attempt in facts for count in attempt.domains),
        key=lambda pair: (pair[0], pair[1].domain_id),
    )
    rests = [attempt.rest for attempt in facts]
    return {name: [getattr(attempt, name) for attempt in facts] for name in _PLAIN} | {
        "rest_numerator": [rest.numerator for rest in rests],
        "rest_denominator": [rest.denominator for rest in rests],
        "domain_users": [user_id for user_id, _ in counts],
        "domain_ids": [count.domain_id for _, count in counts],
        "domain_attempts": [count.attempts for _, count in counts],
        "domain_correct": [count.correct for _, count in counts],
    }


_GIVEN = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in KINDS.items())
_ADDING = f"WITH given AS (SELECT * FROM unnest({_GIVEN}) AS given ({', '.join(KINDS)})), {adding('given')}"  # noqa: S608 - names of columns
_ADD = Statement(text(f"{_ADDING} SELECT FROM given"))
_since = bindparam("since", type_=Date)
_NUMBERS = ("local_date", "quizzes", "score_tenths", "best_tenths", "questions", "correct", "seconds")
_rest = [attempt_days.c.rest_numerator, attempt_days.c.rest_denominator]
_asked = (
    select(
        *[attempt_days.c[name] for name in _NUMBERS],
        *[
            cast(column, Text).label(column.name) for column in _rest
        ],  # Python reads a long integer faster from text
    )
    .where(attempt_days.c.user_id == _USER)
    .where(or_(_EXAM_TYPE.is_(None), attempt_days.c.exam_type_id == _EXAM_TYPE))
    .where(or_(_since.is_(None), attempt_days.c.local_date >= _since))
    .subquery("asked")
)
_DAYS = Statement(
    select(users.c.time_zone, users.c.day_start_hour, *_asked.c)
    .select_from(users.outerjoin(_asked, true()))
    .where(users.c.id == _USER)
    .order_by(_asked.c.local_date)
)
_totals = maker(DayTotals, rest_numerator=int, rest_denominator=int)


def _together(one: DayTotals, other: DayTotals) -> DayTotals:
    """Add the totals of one day at two exam types."""
    whole = lcm(one.rest_denominator, other.rest_denominator)
    rests = [day.rest_numerator * (whole // day.rest_denominator) for day in (one, other)]
    return DayTotals(
        local_date=one.local_date,
        quizzes=one.quizzes + other.quizzes,
        score_tenths=one.score_tenths + other.score_tenths,
        best_tenths=max(one.best_tenths, other.best_tenths),
        questions=one.questions + other.questions,
        correct=one.correct + other.correct,
        seconds=one.seconds + other.seconds,
        rest_numerator=sum(rests),
        rest_denominator=whole,
    )


def _by_date(rows: Iterable[Sequence[Any]]) -> list[DayTotals]:
    """Build the totals of each date from rows by date."""
    days: list[DayTotals] = []
    for row in rows:
        day = _totals(*row)
        if days and days[-1].local_date == day.local_date:
            days[-1] = _together(days[-1], day)
        else:
            days.append(day)
    return days


_DOMAINS = Statement(
    select(
        domain_days.c.domain_id,
        exam_types.c.name,
        exam_domains.c.code,
        cast(func.sum(domain_days.c.attempts), Integer),
        cast(func.sum(domain_days.c.correct), Integer),
    )
    .select_from(
        domain_days.join(exam_domains, exam_domains.c.id == domain_days.c.domain_id).join(exam_types)
    )
    .where(domain_days.c.user_id == _USER)
    .where(or_(_EXAM_TYPE.is_(None), exam_types.c.id == _EXAM_TYPE))
    .group_by(domain_days.c.domain_id, exam_types.c.name, exam_domains.c.code)
    .order_by(domain_days.c.domain_id)
    .limit(literal_column(str(MOST_DOMAINS))),
    DomainTotals,
)


class SqlLearnerAnalytics:
    """Roll-ups in the tables `attempt_days` and `domain_days`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, facts: AttemptFacts) -> None:
        """Add an attempt to its day and its answers to their domains."""
        await self._connection.run(_ADD, **arguments([facts]))

    async def days(
        self, user_id: UserId, *, exam_type_id: ExamTypeId | None, since: date | None
    ) -> LearnerDays:
        """Return the days with quizzes, by date, from `since` on."""
        rows = await self._connection.rows(_DAYS, user_id=user_id, exam_type_id=exam_type_id, since=since)
        if not rows:
            raise NotFoundError("There is no such user.")
        time_zone, day_start_hour = rows[0][:2]
        return LearnerDays(
            zone=UserZone(time_zone=time_zone, day_start_hour=day_start_hour),
            days=_by_date(row[2:] for row in rows if row[2] is not None),
        )

    async def domains(self, user_id: UserId, *, exam_type_id: ExamTypeId | None) -> list[DomainTotals]:
        """Return the domains with answers, at most 500."""
        return await self._connection.all(_DOMAINS, user_id=user_id, exam_type_id=exam_type_id)

    async def rebuild(self) -> int:
        """Compute every roll-up again; attempts that finish meanwhile wait for the lock and are added after it."""
        return await rollup_rebuild.run(self._connection)
