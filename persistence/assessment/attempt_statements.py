"""The statements of attempts, each compiled once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
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
from sqlalchemy.dialects.postgresql import JSONB, distinct_on, insert

from domain.assessment.attempts import AttemptSlot
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
from persistence.tables.content.questions import questions

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

FREEZE = Statement(
    text("""
    INSERT INTO attempt_slots (attempt_id, number, question_id)
    SELECT CAST(:attempt_id AS text), row_number() OVER (ORDER BY position), question_id
    FROM quiz_questions WHERE quiz_id = :quiz_id
    """)
)
DISCARD = Statement(delete(attempts).where(attempts.c.id == bindparam("attempt_id")))
BY_IDS = Statement(select(*attempt_columns).where(attempts.c.id == any_(_ids), _mine), attempt_of)
NEWEST_FIRST = Pages(
    select(*attempt_columns).where(_mine),
    order=[attempts.c.id],
    descending=True,
    make=attempt_of,
    key_of=lambda attempt: (attempt.id,),
    name="attempts",
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
    select(slots.c.question_id, attempts.c.seed)
    .select_from(slots.join(attempts))
    .where(slots.c.question_id == any_(_ids), _mine)
    .ext(distinct_on(slots.c.question_id))
    .order_by(slots.c.question_id, attempts.c.id.desc())
)
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
