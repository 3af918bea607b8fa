"""Answer feed in Postgres: answers of graded attempts, found by entries of the XP ledger, and those of study mode."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import ARRAY, Integer, bindparam, text

from domain.spaced_review.answer_facts import AnswerFact, AnswerSource, FactBatch
from persistence.database import SqlConnection
from persistence.statements import ID, Statement

_ids = bindparam("ids", type_=ARRAY(ID))
_UNTIL = Statement(text("SELECT until FROM answers_taken WHERE name = :name FOR UPDATE"))
_ENTRIES = Statement(
    text("""
    SELECT id, source_id FROM xp_entries WHERE id > :after AND source_type = 'attempt' ORDER BY id LIMIT :most
    """).bindparams(bindparam("after", type_=ID), bindparam("most", type_=Integer))
)
_TOOK = """least(2147483647, 1000 * extract(epoch FROM
    s.answered_at - coalesce(lag(s.answered_at) OVER (ORDER BY s.answered_at, s.number), a.started_at)))::int"""
_FACTS = Statement(
    text(f"""
    SELECT a.user_id, s.question_id, s.credit_numerator, s.credit_denominator, s.took_ms, s.answered_at, a.local_date,
        a.id
    FROM quiz_attempts a JOIN users u ON u.id = a.user_id CROSS JOIN LATERAL (
        SELECT s.question_id, s.credit_numerator, s.credit_denominator, s.answered_at, s.number, {_TOOK} AS took_ms
        FROM attempt_slots s WHERE s.attempt_id = a.id AND s.answered_at IS NOT NULL
    ) s
    WHERE a.id = ANY (:ids) AND a.state IN ('GRADED', 'EXPIRED') AND s.credit_denominator IS NOT NULL
    AND u.erased_at IS NULL AND a.feedback <> 'SCORE_ONLY'
    ORDER BY a.id, s.number
    """).bindparams(_ids),  # noqa: S608 - an expression of our own
    lambda user_id, question_id, part, of, took_ms, at, local_date, attempt_id: AnswerFact(
        user_id=user_id,
        question_id=question_id,
        credit=Fraction(part, of),
        took=timedelta(milliseconds=took_ms),
        answered_at=at,
        local_date=local_date,
        source_id=attempt_id,
    ),
)
_STUDIED = Statement(
    text("""
    SELECT s.id, s.user_id, s.question_id, s.credit_numerator, s.credit_denominator,
        (1000 * extract(epoch FROM s.time_spent))::int, s.answered_at, s.local_date
    FROM study_answers s WHERE s.id > :after ORDER BY s.id LIMIT :most
    """).bindparams(bindparam("after", type_=ID), bindparam("most", type_=Integer)),
    lambda id_, user_id, question_id, part, of, took_ms, at, local_date: AnswerFact(
        user_id=user_id,
        question_id=question_id,
        credit=Fraction(part, of),
        took=timedelta(milliseconds=took_ms),
        answered_at=at,
        local_date=local_date,
        source_id=id_,
    ),
)
_ADVANCE = Statement(
    text("""
    INSERT INTO answers_taken AS a (name, until) VALUES (:name, :until)
    ON CONFLICT (name) DO UPDATE SET until = greatest(a.until, excluded.until)
    """).bindparams(bindparam("until", type_=ID))
)


class SqlAnswerFeed:
    """Answers in the tables `attempt_slots` and `study_answers`; how far they are taken is in `answers_taken`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def taken_until(self, source: AnswerSource) -> str | None:
        """Lock the id up to which answers were taken, and return it."""
        until: str | None = await self._connection.value(_UNTIL, name=source.value)
        return until

    async def read(self, source: AnswerSource, *, after: str | None, limit: int) -> FactBatch:
        """Return the answers that follow, in at most two statements."""
        if source is AnswerSource.STUDY:
            studied = await self._connection.all(_STUDIED, after=after or "", most=limit)
            until = studied[-1].source_id if studied else None
            return FactBatch(facts=studied, until=until, is_last=len(studied) < limit)
        entries: list[Any] = await self._connection.rows(_ENTRIES, after=after or "", most=limit)
        attempts = list(dict.fromkeys(entry[1] for entry in entries))
        facts = await self._connection.all(_FACTS, ids=attempts) if attempts else []
        return FactBatch(facts=facts, until=entries[-1][0] if entries else None, is_last=len(entries) < limit)

    async def advance(self, source: AnswerSource, until: str) -> None:
        """Store up to which id answers were taken; an earlier one changes nothing."""
        await self._connection.run(_ADVANCE, name=source.value, until=until)
