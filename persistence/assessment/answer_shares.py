"""Answer shares in Postgres: how other learners answered when they were first graded on a question."""

from collections.abc import Sequence

from sqlalchemy import text

from domain.assessment.answer_shares import FEWEST_OTHERS, MOST_COUNTED, AnswerCounts
from domain.ids import QuestionId, UserId
from persistence.database import SqlConnection
from persistence.statements import Statement, by_key

# An id orders by time, so the first slots of a question in the order of their attempts hold the first attempt of
# every learner whom they name, and the index ends the scan.
_COUNTS = Statement(
    text(f"""
    WITH firsts AS MATERIALIZED (
        SELECT q.id AS question_id, f.answer, f.is_right
        FROM unnest(CAST(:ids AS text[])) AS q (id) CROSS JOIN LATERAL (
            SELECT DISTINCT ON (c.user_id) c.answer, c.is_right
            FROM (
                SELECT a.user_id, s.attempt_id, s.answer, s.credit_numerator = s.credit_denominator AS is_right
                FROM attempt_slots s JOIN quiz_attempts a ON a.id = s.attempt_id
                WHERE s.question_id = q.id AND s.credit_denominator IS NOT NULL AND a.mode = 'PRACTICE'
                AND a.user_id <> :user_id
                ORDER BY s.attempt_id LIMIT {MOST_COUNTED}
            ) c ORDER BY c.user_id, c.attempt_id
        ) f
    ), chosen AS (
        SELECT question_id, choice, count(*) AS learners FROM (
            SELECT question_id, jsonb_array_elements_text(answer -> 'options') AS choice FROM firsts
            WHERE answer ? 'options'
            UNION ALL SELECT question_id, answer ->> 'truth' FROM firsts WHERE answer ? 'truth'
        ) each GROUP BY question_id, choice
    ), choices AS (
        SELECT question_id, jsonb_object_agg(choice, learners) AS counts FROM chosen GROUP BY question_id
    )
    SELECT f.question_id, count(*), count(*) FILTER (WHERE f.is_right), c.counts
    FROM firsts f LEFT JOIN choices c USING (question_id)
    GROUP BY f.question_id, c.counts HAVING count(*) >= {FEWEST_OTHERS}
    """)  # noqa: S608 - two numbers of our own
)


async def counts(
    connection: SqlConnection, ids: Sequence[QuestionId], user_id: UserId
) -> list[AnswerCounts | None]:
    """Return one slot per question, filled where enough other learners were graded on it."""
    rows = await connection.rows(_COUNTS, ids=list(dict.fromkeys(ids)), user_id=user_id)
    return by_key(ids, [_counted(*row) for row in rows], lambda counted: counted.question_id)


def _counted(
    question_id: QuestionId, learners: int, correct: int, choices: dict[str, int] | None
) -> AnswerCounts:
    return AnswerCounts(question_id=question_id, learners=learners, correct=correct, choices=choices or {})
