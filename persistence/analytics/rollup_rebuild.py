"""Rebuild of the roll-ups of learner analytics from the graded attempts."""

from sqlalchemy import BigInteger, Integer, cast, delete, extract, func, select, text, true
from sqlalchemy.dialects.postgresql import insert

from persistence.database import SqlConnection
from persistence.statements import Statement
from persistence.tables.analytics.learner_analytics import attempt_days, domain_days
from persistence.tables.assessment.attempts import attempts, slots
from persistence.tables.content.questions import questions
from persistence.tables.content.quizzes import quizzes

# Every statement that adds to one roll-up also adds to the other, so a lock on one table is enough to stop them all; a
# second lock could be taken in the opposite order.
_LOCK = Statement(text("LOCK TABLE attempt_days IN SHARE ROW EXCLUSIVE MODE"))
_CLEAR = (Statement(delete(attempt_days)), Statement(delete(domain_days)))
_is_graded = attempts.c.score.is_not(None)
_is_right = slots.c.credit_numerator == slots.c.credit_denominator
_per_attempt = (
    select(func.count().label("questions"), func.count().filter(_is_right).label("correct"))
    .where(slots.c.attempt_id == attempts.c.id)
    .lateral("per_attempt")
)
_REBUILD_DAYS = Statement(
    insert(attempt_days).from_select(
        [c.name for c in attempt_days.c if not c.name.startswith("rest_")],
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
# The mean of an attempt with n slots is the sum of part / (whole of a slot * n). Parts over the same whole are summed
# first, because they are few, and those of a day are brought to one common multiple then.
_REBUILD_RESTS = Statement(
    text("""
    WITH parts AS (
        SELECT user_id, exam_type_id, local_date, whole, sum(part) AS part FROM (
            SELECT a.user_id, q.exam_type_id, a.local_date, credit_numerator AS part,
                CAST(credit_denominator AS numeric) * count(*) OVER (PARTITION BY a.id) AS whole
            FROM quiz_attempts a JOIN quizzes q ON q.id = a.quiz_id JOIN attempt_slots s ON s.attempt_id = a.id
            WHERE a.score IS NOT NULL
        ) slots WHERE part > 0 GROUP BY user_id, exam_type_id, local_date, whole
    ), shares AS (
        SELECT *, least_common_multiple(whole) OVER (PARTITION BY user_id, exam_type_id, local_date) AS common
        FROM parts
    ), sums AS (
        SELECT user_id, exam_type_id, local_date, sum(part * div(common, whole)) AS part, max(common) AS whole
        FROM shares GROUP BY user_id, exam_type_id, local_date
    )
    UPDATE attempt_days d SET rest_numerator = div(1000 * part - score_tenths * whole, gcd(1000 * part, whole)),
        rest_denominator = div(whole, gcd(1000 * part, whole))
    FROM sums
    WHERE sums.user_id = d.user_id AND sums.exam_type_id = d.exam_type_id AND sums.local_date = d.local_date
    """)
)
_COUNT = Statement(select(func.coalesce(func.sum(attempt_days.c.quizzes), 0)))


async def run(connection: SqlConnection) -> int:
    """Compute every roll-up again; attempts that finish meanwhile wait for the lock and are added after it."""
    await connection.rows(_LOCK)
    for statement in (*_CLEAR, _REBUILD_DAYS, _REBUILD_RESTS, _REBUILD_DOMAINS):
        await connection.run(statement)
    return int(await connection.value(_COUNT))
