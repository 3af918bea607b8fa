"""The question bank in Postgres: questions that pools and learners' own quizzes draw, in an order by a seed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Integer, Text, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.content.drawing.pools import DrawQuery, PoolQuery, QuestionFact
from domain.ids import QuestionId
from persistence.content.score_only import is_score_only
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.content.provenances import is_unreviewed
from persistence.tables.content.questions import questions

_OF_POOLS = Statement(
    text(f"""
    SELECT given.place, found.id FROM jsonb_to_recordset(:queries) AS given (
        place int, author_id text, exam_type_id text, domain_id text, difficulty text, without jsonb, seed text,
        most int
    ) CROSS JOIN LATERAL (
        SELECT q.id, md5(given.seed || q.id) AS mark FROM questions q
        WHERE q.author_id = given.author_id AND q.exam_type_id = given.exam_type_id AND q.replaced_by_id IS NULL
        AND (given.domain_id IS NULL OR q.domain_id = given.domain_id)
        AND (given.difficulty IS NULL OR q.difficulty = given.difficulty)
        AND NOT jsonb_exists(given.without, q.id)
        AND NOT EXISTS (SELECT FROM question_suspensions s WHERE s.question_id = q.id)
        AND NOT {is_unreviewed("q.lineage_id")}
        ORDER BY mark, q.id LIMIT given.most
    ) found ORDER BY given.place, found.mark, found.id
    """).bindparams(bindparam("queries", type_=JSONB))  # noqa: S608 - a condition of our own
)
_FACTS = Statement(
    select(
        questions.c.id,
        questions.c.author_id,
        questions.c.exam_type_id,
        questions.c.replaced_by_id.is_not(None),
    ).where(questions.c.id == any_(bindparam("ids", type_=ARRAY(ID)))),
    QuestionFact,
)
_OF_OTHERS = Statement(
    text(f"""
    SELECT q.id FROM questions q
    WHERE q.exam_type_id = :exam_type_id AND q.author_id <> :learner_id AND q.replaced_by_id IS NULL
    AND (cardinality(:domain_ids) = 0 OR q.domain_id = ANY (:domain_ids))
    AND (:difficulty IS NULL OR q.difficulty = :difficulty)
    AND EXISTS (
        SELECT FROM quiz_questions a JOIN quizzes z ON z.id = a.quiz_id
        WHERE a.question_id = q.id AND z.withdrawn_at IS NULL AND z.drawn_for_id IS NULL
        AND (z.opens_at IS NULL OR z.opens_at <= :now) AND (z.closes_at IS NULL OR z.closes_at > :now)
    ) AND NOT EXISTS (SELECT FROM question_suspensions s WHERE s.question_id = q.id)
    AND NOT {is_score_only("q")} AND NOT {is_unreviewed("q.lineage_id")}
    ORDER BY md5(:seed || q.id), q.id LIMIT :most
    """).bindparams(  # noqa: S608 - a condition of our own
        bindparam("exam_type_id", type_=ID),
        bindparam("learner_id", type_=ID),
        bindparam("domain_ids", type_=ARRAY(ID)),
        bindparam("difficulty", type_=Text),
        bindparam("seed", type_=Text),
        bindparam("now", type_=MOMENT),
        bindparam("most", type_=Integer),
    ),
    QuestionId,
)


class SqlQuestionBank:
    """The newest versions in the table `questions`; keys are in another one, which is not read here."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def facts(self, ids: Sequence[QuestionId]) -> list[QuestionFact]:
        """Return what is known of these questions."""
        return await self._connection.all(_FACTS, ids=list(ids))

    async def of_pools(self, queries: Sequence[PoolQuery]) -> list[list[QuestionId]]:
        """Return the questions of each query, in one statement."""
        found: list[list[QuestionId]] = [[] for _ in queries]
        if not queries:
            return found
        given = [
            {
                "place": place,
                "author_id": query.author_id,
                "exam_type_id": query.exam_type_id,
                "domain_id": query.pool.domain_id,
                "difficulty": query.pool.difficulty and query.pool.difficulty.value,
                "without": list(query.without),
                "seed": query.seed,
                "most": query.most,
            }
            for place, query in enumerate(queries)
        ]
        for place, question_id in await self._connection.rows(_OF_POOLS, queries=given):
            found[place].append(question_id)
        return found

    async def of_others(self, query: DrawQuery, *, now: datetime) -> list[QuestionId]:
        """Return questions of published quizzes."""
        return await self._connection.all(
            _OF_OTHERS,
            exam_type_id=query.exam_type_id,
            learner_id=query.learner_id,
            domain_ids=list(query.domain_ids),
            difficulty=query.difficulty and query.difficulty.value,
            seed=query.seed,
            now=now,
            most=query.most,
        )
