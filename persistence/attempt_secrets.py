"""Which slots and attempts a learner may see through: the row rule of everything that is revealed."""

from collections.abc import Sequence

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    SmallInteger,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)

from domain.attempts import AttemptReview, Place, RevealedSlot
from domain.ids import AttemptId, UserId
from persistence.attempt_tables import answer_of, attempts, slots
from persistence.base import ID, Statement, by_key
from persistence.engine import Connection

_mine = attempts.c.user_id == bindparam("user_id")
_closed = attempts.c.state.in_([literal_column("'GRADED'"), literal_column("'EXPIRED'")])


def _shown(attempt: FromClause, slot: FromClause) -> ColumnElement[bool]:
    """Write that an open attempt gives feedback after each answer, and that this slot holds one."""
    return and_(attempt.c.feedback == literal_column("'AFTER_EACH'"), slot.c.answered_at.is_not(None))


_in_progress: ColumnElement[str] = literal_column("'IN_PROGRESS'")
_other, _other_slot = attempts.alias("other"), slots.alias("other_slot")
_asked_elsewhere = exists().where(
    _other.c.user_id == bindparam("user_id"),
    _other.c.state == _in_progress,
    _other_slot.c.attempt_id == _other.c.id,
    _other_slot.c.question_id == slots.c.question_id,
    not_(_shown(_other, _other_slot)),
)
_places = (
    func.unnest(bindparam("attempt_ids", type_=ARRAY(ID)), bindparam("numbers", type_=ARRAY(SmallInteger)))
    .table_valued("attempt_id", "number", name="places")
    .render_derived()
)
_REVEALED = Statement(
    select(slots.c.attempt_id, slots.c.number, slots.c.question_id, slots.c.answer)
    .select_from(slots.join(attempts))
    .where(tuple_(slots.c.attempt_id, slots.c.number).in_(select(_places.c.attempt_id, _places.c.number)))
    .where(_mine, not_(_asked_elsewhere))
    .where(or_(_closed, and_(attempts.c.state == _in_progress, _shown(attempts, slots)))),
    lambda attempt_id, number, question_id, answer: RevealedSlot(
        attempt_id=attempt_id, number=number, question_id=question_id, answer=answer_of(answer)
    ),
)
_full = slots.c.credit_numerator == slots.c.credit_denominator
_none = slots.c.credit_numerator == 0
_some = and_(not_(_full), not_(_none))
_given = slots.c.answered_at.is_not(None)
_REVIEWS = Statement(
    select(
        attempts.c.id,
        func.count().filter(_full),
        func.count().filter(_some),
        func.count().filter(_none, _given),
        func.count().filter(not_(_given)),
        attempts.c.finished_at - attempts.c.started_at,
        attempts.c.pass_mark,
    )
    .select_from(attempts.join(slots))
    .where(attempts.c.id == any_(bindparam("ids", type_=ARRAY(ID))), _mine, _closed)
    .group_by(attempts.c.id),
    AttemptReview,
)


async def revealed(
    connection: Connection, places: Sequence[Place], user_id: UserId
) -> list[RevealedSlot | None]:
    """Return one slot per place, filled where the user's own attempt may show what was right there."""
    found = await connection.all(
        _REVEALED,
        attempt_ids=[attempt_id for attempt_id, _ in places],
        numbers=[number for _, number in places],
        user_id=user_id,
    )
    return by_key(places, found, lambda slot: (slot.attempt_id, slot.number))


async def reviews(
    connection: Connection, ids: Sequence[AttemptId], user_id: UserId
) -> list[AttemptReview | None]:
    """Return one slot per id, filled for the user's own graded and expired attempts."""
    found = await connection.all(_REVIEWS, ids=list(ids), user_id=user_id)
    return by_key(ids, found, lambda review: review.attempt_id)
