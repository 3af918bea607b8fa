"""Analytics in Postgres: roll-ups by local day, and by local day and exam domain."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Integer,
    PrimaryKeyConstraint,
    Table,
    bindparam,
    cast,
    delete,
    extract,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import insert

from domain.analytics import MOST_DOMAINS, AttemptFacts, DayTotals, DomainTotals, LearnerDays
from domain.errors import NotFoundError
from domain.ids import ExamTypeId, UserId
from domain.streaks import UserZone
from persistence.attempt_tables import attempts, slots
from persistence.base import ID, Statement, metadata
from persistence.engine import Connection
from persistence.exam_types import exam_domains, exam_types
from persistence.questions import questions
from persistence.quizzes import quizzes
from persistence.rows import maker
from persistence.user_tables import users

attempt_days = Table(
    "attempt_days",
    metadata,
    Column("user_id", ID, nullable=False),
    Column("exam_type_id", ID, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("quizzes", Integer, nullable=False),
    Column("score_tenths", BigInteger, nullable=False),
    Column("best_tenths", Integer, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("correct", Integer, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "local_date", "exam_type_id"),
)
domain_days = Table(
    "domain_days",
    metadata,
    Column("user_id", ID, nullable=False),
    Column("domain_id", ID, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("correct", Integer, nullable=False),
    PrimaryKeyConstraint("user_id", "domain_id", "local_date"),
)

_USER, _EXAM_TYPE = bindparam("user_id", type_=ID), bindparam("exam_type_id", type_=ID)

KINDS = {
    "user_id": "text",
    "local_date": "date",
    "exam_type_id": "text",
    "score_tenths": "int",
    "questions": "int",
    "correct": "int",
    "seconds": "bigint",
}
"""The columns that `adding` takes of each attempt."""


def adding(attempts: str) -> str:
    """Write the CTEs that add attempts to their days and their answers to their domains.

    The relation `attempts` has a row with the columns of `KINDS` for each, at most one of a learner.
    """
    return f"""added_day AS (
        INSERT INTO attempt_days AS d
            (user_id, exam_type_id, local_date, quizzes, score_tenths, best_tenths, questions, correct, seconds)
        SELECT user_id, exam_type_id, local_date, 1, score_tenths, score_tenths, questions, correct, seconds
        FROM {attempts}
        ON CONFLICT (user_id, local_date, exam_type_id) DO UPDATE SET
            quizzes = d.quizzes + 1, score_tenths = d.score_tenths + excluded.score_tenths,
            best_tenths = greatest(d.best_tenths, excluded.best_tenths),
            questions = d.questions + excluded.questions, correct = d.correct + excluded.correct,
            seconds = d.seconds + excluded.seconds
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
    """Return what `adding` takes; the domains come in one order for all, so that nobody waits in a circle."""
    counts = sorted(
        ((one.user_id, count) for one in facts for count in one.domains),
        key=lambda of: (of[0], of[1].domain_id),
    )
    return {name: [getattr(one, name) for one in facts] for name in KINDS} | {
        "domain_users": [user_id for user_id, _ in counts],
        "domain_ids": [count.domain_id for _, count in counts],
        "domain_attempts": [count.attempts for _, count in counts],
        "domain_correct": [count.correct for _, count in counts],
    }


_GIVEN = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in KINDS.items())
_ADDING = f"WITH given AS (SELECT * FROM unnest({_GIVEN}) AS given ({', '.join(KINDS)})), {adding('given')}"  # noqa: S608 - names of columns
_ADD = Statement(text(f"{_ADDING} SELECT FROM given"))
_totals = maker(DayTotals)
_sums = [
    cast(func.sum(attempt_days.c.quizzes), Integer),
    cast(func.sum(attempt_days.c.score_tenths), BigInteger),
    func.max(attempt_days.c.best_tenths),
    cast(func.sum(attempt_days.c.questions), Integer),
    cast(func.sum(attempt_days.c.correct), Integer),
    cast(func.sum(attempt_days.c.seconds), BigInteger),
]
_since = bindparam("since", type_=Date)
_by_date = (
    select(attempt_days.c.local_date, *_sums)
    .where(attempt_days.c.user_id == _USER)
    .where(or_(_EXAM_TYPE.is_(None), attempt_days.c.exam_type_id == _EXAM_TYPE))
    .where(or_(_since.is_(None), attempt_days.c.local_date >= _since))
    .group_by(attempt_days.c.local_date)
    .subquery("by_date")
)
_DAYS = Statement(
    select(users.c.time_zone, users.c.day_start_hour, *_by_date.c)
    .select_from(users.outerjoin(_by_date, true()))
    .where(users.c.id == _USER)
    .order_by(_by_date.c.local_date)
)
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
# Whoever adds to one roll-up adds to the other in the same statement, so that the lock on one table holds all of them
# back; a second lock could be taken in the other order than theirs.
_LOCK = Statement(text("LOCK TABLE attempt_days IN SHARE ROW EXCLUSIVE MODE"))
_CLEAR = (Statement(delete(attempt_days)), Statement(delete(domain_days)))
_is_graded = attempts.c.score.is_not(None)
_is_right = slots.c.credit_numerator == slots.c.credit_denominator
_per_attempt = (
    select(
        func.count().label("questions"),
        func.count().filter(_is_right).label("correct"),
    )
    .where(slots.c.attempt_id == attempts.c.id)
    .lateral("per_attempt")
)
_REBUILD_DAYS = Statement(
    insert(attempt_days).from_select(
        [c.name for c in attempt_days.c],
        select(
            attempts.c.user_id,
            quizzes.c.exam_type_id,
            attempts.c.local_date,
            func.count(),
            cast(func.sum(attempts.c.score * 10), BigInteger),
            cast(func.max(attempts.c.score * 10), Integer),
            func.sum(_per_attempt.c.questions),
            func.sum(_per_attempt.c.correct),
            func.sum(func.floor(extract("epoch", attempts.c.finished_at - attempts.c.started_at))),
        )
        .select_from(attempts.join(quizzes).join(_per_attempt, true()))
        .where(_is_graded)
        .group_by(attempts.c.user_id, quizzes.c.exam_type_id, attempts.c.local_date),
    )
)
_REBUILD_DOMAINS = Statement(
    insert(domain_days).from_select(
        [c.name for c in domain_days.c],
        select(
            attempts.c.user_id,
            questions.c.domain_id,
            attempts.c.local_date,
            func.count(),
            func.count().filter(_is_right),
        )
        .select_from(attempts.join(slots).join(questions))
        .where(_is_graded)
        .where(slots.c.answer.is_not(None))
        .group_by(attempts.c.user_id, questions.c.domain_id, attempts.c.local_date),
    )
)
_COUNT = Statement(select(func.coalesce(func.sum(attempt_days.c.quizzes), 0)))


class SqlAnalytics:
    """Roll-ups in the tables `attempt_days` and `domain_days`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, facts: AttemptFacts) -> None:
        """Add an attempt to its day and its answers to their domains."""
        await self._connection.run(_ADD, **arguments([facts]))

    async def days(
        self, user_id: UserId, *, exam_type_id: ExamTypeId | None, since: date | None
    ) -> LearnerDays:
        """Return the days with quizzes, by date, from `since` on; a learner without any is a row of nulls."""
        rows = await self._connection.rows(_DAYS, user_id=user_id, exam_type_id=exam_type_id, since=since)
        if not rows:
            raise NotFoundError("There is no such user.")
        time_zone, day_start_hour = rows[0][:2]
        return LearnerDays(
            zone=UserZone(time_zone=time_zone, day_start_hour=day_start_hour),
            days=[_totals(*row[2:]) for row in rows if row[2] is not None],
        )

    async def domains(self, user_id: UserId, *, exam_type_id: ExamTypeId | None) -> list[DomainTotals]:
        """Return the domains with answers, at most 500."""
        return await self._connection.all(_DOMAINS, user_id=user_id, exam_type_id=exam_type_id)

    async def rebuild(self) -> int:
        """Reckon every roll-up anew; the lock makes attempts that finish meanwhile wait and add themselves after."""
        await self._connection.rows(_LOCK)
        for statement in (*_CLEAR, _REBUILD_DAYS, _REBUILD_DOMAINS):
            await self._connection.run(statement)
        return int(await self._connection.value(_COUNT))
