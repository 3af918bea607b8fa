"""The statements of attempts, each compiled once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from domain.attempts import AttemptSlot, shown
from persistence.attempt_tables import (
    answer_of,
    attempt_columns,
    attempt_of,
    attempts,
    slots,
)
from persistence.base import ID, Statement
from persistence.idempotency import claiming
from persistence.paging import Pages
from persistence.questions import question_columns, questions
from persistence.users import users

_IN_PROGRESS: ColumnElement[str] = literal_column("'IN_PROGRESS'")
_MOMENT = DateTime(timezone=True)
_ids = bindparam("ids", type_=ARRAY(ID))
_mine = attempts.c.user_id == bindparam("user_id")

OPEN = Statement(
    insert(attempts)
    .values({column.name: bindparam(column.name) for column in attempts.c})
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
)
_answered = slots.c.answered_at.is_not(None)
_final = and_(attempts.c.feedback == literal_column("'AFTER_EACH'"), _answered)
_slot_columns = [
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
    answer = answer_of(row[4])
    return _as_slot(*row[:4], None if answer is None else shown(answer), *row[5:])


_as_slot: Callable[..., AttemptSlot] = AttemptSlot
SLOTS = Statement(
    select(*_slot_columns)
    .select_from(slots.join(attempts))
    .where(slots.c.attempt_id == any_(_ids), _mine)
    .order_by(slots.c.attempt_id, slots.c.number),
    slot_of,
)
HOLD = Statement(
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
        *question_columns,
        *_slot_columns,
    )
    .select_from(slots.join(attempts).join(questions))
    .where(_place)
)
SAVE = Statement(
    update(slots)
    .where(_place)
    .values(
        answer=bindparam("answer", type_=JSONB),
        client_seq=bindparam("client_seq"),
        answered_at=bindparam("answered_at", type_=_MOMENT),
        fast=or_(slots.c.fast, bindparam("fast", type_=Boolean)),
    )
)
# The learner's row is locked first, as everything that awards XP does it: so that two attempts of one learner
# cannot both fill the room under the daily cap, and that nobody waits for each other in a circle.
_learner = select(users.c.id).where(users.c.id == bindparam("user_id")).with_for_update(key_share=True)
_closed = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt_id"))
    .where(attempts.c.user_id == _learner.cte("learner").c.id)
    .where(attempts.c.state == _IN_PROGRESS)
    .returning(*attempt_columns)
)
CLOSE = Statement(
    _closed.values(state=bindparam("closed"), finished_at=bindparam("finished_at", type_=_MOMENT)),
    attempt_of,
)
_now = bindparam("now", type_=_MOMENT)
_late = attempts.c.deadline < bindparam("late_before", type_=_MOMENT)
_handed_in = _closed.values(
    state=case((_late, literal_column("'EXPIRED'")), else_=literal_column("'SUBMITTED'")),
    finished_at=func.least(attempts.c.deadline, _now),
).cte("handed_in")
_key = bindparam("key", type_=Text)
# Stored from the closed row, so that a key is claimed by the submit that wins and by no other one.
_claimed = claiming(
    select(
        _handed_in.c.user_id,
        bindparam("operation", type_=Text),
        _key,
        bindparam("fingerprint", type_=Text),
        _handed_in.c.id,
        _now,
    ).where(_key.is_not(None))
).cte("claimed")
HAND_IN = Statement(select(exists(select(_claimed.c.result_id)), *_handed_in.c))
FINISH = Statement(
    text("""
    WITH graded AS (
        UPDATE attempt_slots SET credit_numerator = part, credit_denominator = whole
        FROM unnest(CAST(:numbers AS int[]), CAST(:parts AS int[]), CAST(:wholes AS int[]))
             AS credit (slot, part, whole)
        WHERE attempt_id = :attempt_id AND number = slot
    )
    UPDATE quiz_attempts SET state = :state, score = :score, passed = :passed, local_date = :local_date
    WHERE id = :attempt_id
    """)
)
OVERDUE = Statement(
    select(*attempt_columns)
    .where(attempts.c.state == _IN_PROGRESS, attempts.c.deadline < bindparam("before", type_=_MOMENT))
    .where(or_(bindparam("user_id", type_=ID).is_(None), _mine))
    .order_by(attempts.c.user_id, attempts.c.id)
    .limit(bindparam("most", type_=Integer)),
    attempt_of,
)
