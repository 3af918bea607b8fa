"""Other learners of the world, who choose each option of a question, so that the list of shares grows."""

from domain.assessment.answer_shares import FEWEST_OTHERS
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.schema_client import Asker

_OPTIONS = """SELECT s.question_id, array_agg(o ->> 'id') AS options
    FROM attempt_slots s JOIN questions q ON q.id = s.question_id, jsonb_array_elements(q.options) AS o
    WHERE s.attempt_id = $1 GROUP BY s.question_id ORDER BY count(*) DESC LIMIT 1"""
_ATTEMPT = """INSERT INTO quiz_attempts (id, user_id, quiz_id, mode, state, feedback, pass_mark, seed, started_at,
    finished_at, local_date, score, passed)
    SELECT $1, $2, quiz_id, mode, 'GRADED', feedback, pass_mark, seed, started_at, finished_at, local_date, 0, false
    FROM quiz_attempts WHERE id = $3"""
_SLOT = """INSERT INTO attempt_slots (attempt_id, number, question_id, answer, client_seq, answered_at,
    credit_numerator, credit_denominator) VALUES ($1, 1, $2, $3, 1, now(), 0, 1)"""


async def others_choose_every_option(ask: Asker, attempt_id: str) -> None:
    """Let at least ten others be graded on a choice of the attempt, and each option be chosen."""
    async with ask.postgres.open_work(Meter()) as work:
        raw = work.connection.raw
        found = await raw.fetchrow(_OPTIONS, attempt_id)
        assert found is not None
        question_id, options = found
    for number in range(max(FEWEST_OTHERS, len(options))):
        other, _ = await ask.learner()
        copy_id = mint("attempt")
        async with ask.postgres.open_work(Meter()) as work:
            raw = work.connection.raw
            await raw.execute(_ATTEMPT, copy_id, other.id, attempt_id)
            await raw.execute(_SLOT, copy_id, question_id, {"options": [options[number % len(options)]]})
