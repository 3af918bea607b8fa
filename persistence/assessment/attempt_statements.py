"""The statements of attempts, each compiled once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.types import TypeEngine

from domain.assessment.attempts import AttemptSlot, QuizAttempt, Taken
from persistence.assessment.open_attempts import is_hidden, slots_questions
from persistence.content.question_versions import is_among
from persistence.content.questions import question_columns
from persistence.paging import Pages
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.assessment.attempts import (
    attempt_columns,
    attempt_of,
    attempts,
    slot_answer_from_json,
    slots,
)
from persistence.tables.content.exam_types import exam_types
from persistence.tables.content.provenances import is_unreviewed
from persistence.tables.content.questions import questions
from persistence.tables.content.quizzes import quizzes

_IN_PROGRESS: ColumnElement[str] = literal_column("'IN_PROGRESS'")
_ids = bindparam("ids", type_=ARRAY(ID))
_mine = attempts.c.user_id == bindparam("user_id")

OPEN = Statement(
    insert(attempts)
    .values({column.name: bindparam(column.name) for column in attempt_columns})
    .on_conflict_do_nothing(
        index_elements=["user_id", "quiz_id"], index_where=attempts.c.state == _IN_PROGRESS
    )
    .returning(*attempt_columns),
    attempt_of,
)
OPEN_ONE = Statement(
    select(*attempt_columns)
    .where(_mine, attempts.c.quiz_id == bindparam("quiz_id"))
    .where(attempts.c.state == _IN_PROGRESS),
    attempt_of,
)

_FROZEN = f"""), marked AS (
        UPDATE quiz_attempts SET asks_unreviewed = true WHERE id = CAST(:attempt_id AS text) AND EXISTS (
            SELECT FROM frozen f JOIN questions q ON q.id = f.question_id WHERE {is_unreviewed("q.lineage_id")})
        RETURNING id
    ) SELECT (SELECT count(*) FROM frozen), EXISTS (SELECT FROM marked)"""  # noqa: S608 - a condition of our own
FREEZE = Statement(
    text(f"""
    WITH frozen AS (
        INSERT INTO attempt_slots (attempt_id, number, question_id)
        SELECT CAST(:attempt_id AS text), row_number() OVER (ORDER BY position), question_id
        FROM quiz_questions q WHERE quiz_id = :quiz_id
        AND NOT EXISTS (SELECT FROM question_suspensions s WHERE s.question_id = q.question_id)
        RETURNING question_id
    {_FROZEN}
    """),  # noqa: S608 - a part of our own
)
FREEZE_DRAWN = Statement(
    text(f"""
    WITH frozen AS (
        INSERT INTO attempt_slots (attempt_id, number, question_id)
        SELECT CAST(:attempt_id AS text), row_number() OVER (ORDER BY number), id
        FROM unnest(CAST(:question_ids AS text[])) WITH ORDINALITY AS given (id, number)
        WHERE NOT EXISTS (SELECT FROM question_suspensions s WHERE s.question_id = given.id)
        RETURNING question_id
    {_FROZEN}
    """),  # noqa: S608 - a part of our own
)
TAKEN = Statement(
    select(func.count(), func.max(attempts.c.finished_at)).where(
        _mine, attempts.c.quiz_id == bindparam("quiz_id"), attempts.c.id != bindparam("without")
    ),
    Taken,
)
DISCARD = Statement(delete(attempts).where(attempts.c.id == bindparam("attempt_id")))
BY_IDS = Statement(select(*attempt_columns).where(attempts.c.id == any_(_ids), _mine), attempt_of)


def _newest_first(*conditions: ColumnElement[bool]) -> Pages[QuizAttempt]:
    return Pages(
        select(*attempt_columns).where(_mine, *conditions),
        order=[attempts.c.id],
        descending=True,
        make=attempt_of,
        key_of=lambda attempt: (attempt.id,),
        name="attempts",
    )


NEWEST_FIRST = _newest_first()
_of_type = attempts.c.quiz_id.in_(
    select(quizzes.c.id).join(exam_types).where(exam_types.c.code == bindparam("exam_type_code", type_=Text))
)
_wanted: dict[str, tuple[TypeEngine[Any], ColumnElement[bool]]] = {
    "quiz_id": (ID, attempts.c.quiz_id == bindparam("quiz_id", type_=ID)),
    "exam_type_code": (Text(), _of_type),
    "state": (Text(), attempts.c.state == bindparam("state", type_=Text)),
    "passed": (Boolean(), attempts.c.passed == bindparam("passed", type_=Boolean)),
    "since": (MOMENT, attempts.c.started_at >= bindparam("since", type_=MOMENT)),
    "until": (MOMENT, attempts.c.started_at < bindparam("until", type_=MOMENT)),
}
FILTERED = _newest_first(
    *(or_(bindparam(name, type_=kind).is_(None), condition) for name, (kind, condition) in _wanted.items())
)
_answered = slots.c.answered_at.is_not(None)
_final = and_(attempts.c.feedback == literal_column("'AFTER_EACH'"), _answered)
slot_columns = [
    slots.c.attempt_id,
    slots.c.number,
    slots.c.question_id,
    attempts.c.seed,
    slots.c.answer,
    slots.c.answered_at,
    or_(attempts.c.state != _IN_PROGRESS, _final).label("locked"),
    slots.c.flagged,
]


def slot_of(*row: Any) -> AttemptSlot:
    """Build a slot from its columns."""
    return _as_slot(*row[:4], slot_answer_from_json(row[4]), *row[5:])


_as_slot: Callable[..., AttemptSlot] = AttemptSlot
SLOTS = Statement(
    select(*slot_columns)
    .select_from(slots.join(attempts))
    .where(slots.c.attempt_id == any_(_ids), _mine)
    .order_by(slots.c.attempt_id, slots.c.number),
    slot_of,
)
ASKED = Statement(
    text("""
    SELECT DISTINCT ON (asked.question_id) asked.question_id, asked.seed FROM (
        SELECT s.question_id, a.seed, true AS in_attempt, a.id FROM attempt_slots s
        JOIN quiz_attempts a ON a.id = s.attempt_id WHERE s.question_id = ANY (:ids) AND a.user_id = :user_id
        UNION ALL
        SELECT s.question_id, y.seed + s.round, false, y.id FROM study_slots s
        JOIN study_sessions y ON y.id = s.session_id WHERE s.question_id = ANY (:ids) AND y.user_id = :user_id
        UNION ALL
        SELECT q.id, 0, false, '' FROM questions q WHERE q.id = ANY (:ids) AND q.author_id = :user_id
    ) asked ORDER BY asked.question_id, asked.in_attempt DESC, asked.id DESC
    """).bindparams(_ids, bindparam("user_id", type_=ID))
)
"""What an attempt asked has the order of the latest one, or that of the latest study session that showed it.

An author sees their own questions too, in an order of their own."""
LOCK = Statement(
    select(*attempt_columns)
    .where(attempts.c.id == bindparam("attempt_id"), _mine)
    .with_for_update(key_share=True),
    attempt_of,
)
_others = slots.alias("others")
_previous = (
    select(func.max(_others.c.answered_at))
    .where(_others.c.attempt_id == slots.c.attempt_id, _others.c.number != slots.c.number)
    .scalar_subquery()
)
_place = and_(slots.c.attempt_id == bindparam("attempt_id"), slots.c.number == bindparam("number"))
OPEN_SLOT = Statement(
    select(
        func.coalesce(_previous, attempts.c.started_at),
        slots.c.client_seq,
        slots.c.tie_break,
        *question_columns,
        *slot_columns,
    )
    .select_from(slots.join(attempts).join(questions))
    .where(_place)
)
_counted = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt_id"))
    .values(revision=attempts.c.revision + 1)  # a grading input that was read before is out of date
    .cte("counted")
)
SAVE = Statement(
    update(slots)
    .add_cte(_counted)
    .where(_place)
    .values(
        answer=bindparam("answer", type_=JSONB),
        client_seq=bindparam("client_seq"),
        answered_at=bindparam("answered_at", type_=MOMENT),
        fast=or_(slots.c.fast, bindparam("fast", type_=Boolean)),
        tie_break=None,
    )
)
FLAG = Statement(update(slots).where(_place).values(flagged=bindparam("flagged", type_=Boolean)))
CLOSE = Statement(
    update(attempts)
    .where(attempts.c.id == bindparam("attempt_id"), _mine)
    .where(
        attempts.c.finished_at.is_(None)
    )  # by state, the partial index of open ones would be walked end to end
    .values(
        state=bindparam("closed"),
        finished_at=bindparam("finished_at", type_=MOMENT),
        revision=attempts.c.revision + 1,
    )
    .returning(*attempt_columns),
    attempt_of,
)
_HOLDER = ", ".join(f"o.{column.name}" for column in attempt_columns)
HOLDERS = Statement(
    text(f"""
    SELECT a.id, {_HOLDER} FROM quiz_attempts a CROSS JOIN LATERAL (
        SELECT o.* FROM quiz_attempts o
        WHERE o.user_id = a.user_id AND o.finished_at IS NULL AND EXISTS (
            SELECT FROM attempt_slots s WHERE s.attempt_id = o.id AND {is_hidden("o", "s")}
            AND {is_among("s.question_id", slots_questions("a"))} OFFSET 0
        )
        ORDER BY o.finished_at, o.id LIMIT 1
    ) o
    WHERE a.id = ANY (CAST(:ids AS text[])) AND a.user_id = CAST(:user_id AS text) AND a.state = 'SUBMITTED'
    """)  # noqa: S608 - names of columns
)
OVERDUE = Statement(
    select(*attempt_columns)
    .where(attempts.c.state == _IN_PROGRESS, attempts.c.deadline < bindparam("before", type_=MOMENT))
    .where(or_(bindparam("user_id", type_=ID).is_(None), _mine))
    .order_by(attempts.c.user_id, attempts.c.id)
    .limit(bindparam("most", type_=Integer)),
    attempt_of,
)
