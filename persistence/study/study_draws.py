"""Draws of questions to study: what matches, without what open attempts of the learner ask."""

from sqlalchemy import ARRAY, Integer, Text, bindparam, text

from domain.study.study_sessions import Drawn
from persistence.assessment.open_attempts import is_hidden
from persistence.content.question_versions import lineage
from persistence.content.score_only import is_score_only
from persistence.statements import ID, MOMENT, Statement
from persistence.study.limited_quizzes import is_limited

HIDDEN = f"""SELECT {lineage("q")} AS lineage FROM quiz_attempts o JOIN attempt_slots w ON w.attempt_id = o.id
    JOIN questions q ON q.id = w.question_id
    WHERE o.user_id = :user_id AND o.finished_at IS NULL AND {is_hidden("o", "w")}"""  # noqa: S608 - names of columns
"""What the versions of each question have in common that an open attempt of the user asks and does not show yet."""
_MATCHES = f"""q.exam_type_id = :exam_type_id
    AND (cardinality(CAST(:domain_ids AS text[])) = 0 OR q.domain_id = ANY (CAST(:domain_ids AS text[])))
    AND (CAST(:difficulty AS text) IS NULL OR q.difficulty = :difficulty)
    AND EXISTS (
        SELECT FROM quiz_questions a JOIN quizzes z ON z.id = a.quiz_id
        WHERE a.question_id = q.id AND z.withdrawn_at IS NULL AND z.drawn_for_id IS NULL
        AND (z.opens_at IS NULL OR z.opens_at <= CAST(:now AS timestamptz))
        AND (CAST(:quiz_id AS text) IS NULL OR z.id = :quiz_id))
    AND NOT EXISTS (SELECT FROM question_suspensions u WHERE u.question_id = q.id)
    AND NOT {is_score_only("q")} AND NOT {is_limited("q")}"""  # noqa: S608 - a condition of our own
"""What is studied: questions of quizzes that were opened and not withdrawn, but for suspended ones, for secret keys,
and for those of quizzes at which the learner has a limited number of attempts left.
"""
_STUDIED = (
    bindparam("user_id", type_=ID),
    bindparam("exam_type_id", type_=ID),
    bindparam("domain_ids", type_=ARRAY(ID)),
    bindparam("difficulty", type_=Text),
    bindparam("quiz_id", type_=ID),
    bindparam("now", type_=MOMENT),
)
DRAW = Statement(
    text(f"""
    WITH hidden AS MATERIALIZED ({HIDDEN}), last AS (
        SELECT question_id FROM study_slots WHERE session_id = :session_id ORDER BY number DESC LIMIT 1
    )
    SELECT q.id, :round + CASE WHEN seen.session_id IS NULL THEN 0 ELSE 1 END
    FROM questions q LEFT JOIN (
        SELECT DISTINCT session_id, question_id FROM study_slots WHERE session_id = :session_id AND round = :round
    ) seen ON seen.question_id = q.id
    WHERE {_MATCHES} AND {lineage("q")} NOT IN (SELECT lineage FROM hidden)
    ORDER BY seen.session_id IS NOT NULL, q.id IN (SELECT question_id FROM last),
        md5(:seed || ':' || CASE WHEN seen.session_id IS NULL THEN 0 ELSE 1 END + :round || ':' || q.id)
    LIMIT 1
    """).bindparams(  # noqa: S608 - names of columns
        *_STUDIED,
        bindparam("session_id", type_=ID),
        bindparam("round", type_=Integer),
        bindparam("seed", type_=Text),
    ),
    Drawn,
)
"""The order is that of a hash of the seed, the round and the question; the last one shown is never the next."""
HAS_QUESTIONS = Statement(
    text(f"SELECT EXISTS (SELECT FROM questions q WHERE {_MATCHES})").bindparams(*_STUDIED)  # noqa: S608
)
