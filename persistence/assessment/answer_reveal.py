"""Answer reveal in Postgres: the rule of which slots and attempts are revealed to their learner."""

from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    SmallInteger,
    Text,
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

from domain.assessment.attempt_reviews import AttemptReview, RevealedSlot
from domain.assessment.attempts import Place
from domain.ids import AttemptId, UserId
from persistence.content.question_versions import lineage
from persistence.database import SqlConnection
from persistence.statements import ID, Statement, by_key
from persistence.tables.assessment.attempts import answer_from_json, attempts, slots
from persistence.tables.content.questions import questions
from persistence.tables.quality.items import regraded_attempts

_mine = attempts.c.user_id == bindparam("user_id")
_closed = attempts.c.state.in_([literal_column("'GRADED'"), literal_column("'EXPIRED'")])
_tells_more_than_the_score = attempts.c.feedback != literal_column("'SCORE_ONLY'")


def _shown(attempt: FromClause, slot: FromClause) -> ColumnElement[bool]:
    """Return the condition that an attempt gives feedback after each answer and the slot is answered."""
    return and_(attempt.c.feedback == literal_column("'AFTER_EACH'"), slot.c.answered_at.is_not(None))


_lineage: ColumnElement[str] = literal_column(lineage("questions"), Text)
_in_progress: ColumnElement[str] = literal_column("'IN_PROGRESS'")
_submitted: ColumnElement[str] = literal_column("'SUBMITTED'")
_hidden = (
    select(attempts.c.id, _lineage.label("lineage"))
    .select_from(attempts.join(slots).join(questions))
    .where(_mine, attempts.c.state == _in_progress, not_(_shown(attempts, slots)))
    .cte("hidden")
    .prefix_with("MATERIALIZED")
)
_asked_elsewhere = exists().where(_hidden.c.lineage == _lineage, _hidden.c.id != attempts.c.id)
_places = (
    func.unnest(bindparam("attempt_ids", type_=ARRAY(ID)), bindparam("numbers", type_=ARRAY(SmallInteger)))
    .table_valued("attempt_id", "number", name="places")
    .render_derived()
)
_newest = questions.alias("newest")
_corrected_by = (
    select(regraded_attempts.c.question_id)
    .join(_newest, _newest.c.id == regraded_attempts.c.question_id)
    .where(regraded_attempts.c.attempt_id == slots.c.attempt_id)
    .where(_newest.c.lineage_id == questions.c.lineage_id, _newest.c.id != questions.c.id)
    .order_by(regraded_attempts.c.regraded_at.desc(), _newest.c.id.desc())
    .limit(literal_column("1"))
    .scalar_subquery()
)
_REVEALED = Statement(
    select(
        slots.c.attempt_id,
        slots.c.number,
        slots.c.question_id,
        slots.c.answer,
        slots.c.credit_numerator,
        slots.c.credit_denominator,
        _corrected_by,
    )
    .select_from(slots.join(attempts).join(questions))
    .where(tuple_(slots.c.attempt_id, slots.c.number).in_(select(_places.c.attempt_id, _places.c.number)))
    .where(_mine, _tells_more_than_the_score, not_(_asked_elsewhere))
    .where(or_(_closed, and_(attempts.c.state.in_([_in_progress, _submitted]), _shown(attempts, slots)))),
    lambda attempt_id, number, question_id, answer, part, whole, corrected_by: RevealedSlot(
        attempt_id=attempt_id,
        number=number,
        question_id=question_id,
        answer=answer_from_json(answer),
        credit=None if whole is None else Fraction(part, whole),
        corrected_by=corrected_by,
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
    connection: SqlConnection, places: Sequence[Place], user_id: UserId
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
    connection: SqlConnection, ids: Sequence[AttemptId], user_id: UserId
) -> list[AttemptReview | None]:
    """Return one slot per id, filled for the user's own graded and expired attempts."""
    found = await connection.all(_REVIEWS, ids=list(ids), user_id=user_id)
    return by_key(ids, found, lambda review: review.attempt_id)
