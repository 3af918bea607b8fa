"""What a closed attempt is graded and rewarded by, each read in one statement; keys are among it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import (
    ARRAY,
    Date,
    DateTime,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    true,
)

from domain.attempt_sheets import AnsweredSlot, PracticeHistory, PracticeRecord, Sheet
from domain.attempts import QuizAttempt
from domain.ids import AttemptId, QuestionId
from domain.streaks import UserZone
from domain.xp import QuizXp
from persistence.attempt_tables import answer_of, attempts, slots
from persistence.base import ID, Statement
from persistence.engine import Connection
from persistence.questions import (
    key_columns,
    key_of,
    question_columns,
    question_keys,
    question_of,
    questions,
)
from persistence.quizzes import quizzes
from persistence.roadmap_tables import enrolments, roadmap_nodes
from persistence.streaks import zone_at
from persistence.users import users
from persistence.xp import quiz_xp

_OF_QUIZ = 6
_OF_SLOT = 3
_KEY = _OF_QUIZ + _OF_SLOT + len(question_columns)
(_time_zone, _day_start_hour), _next_change = zone_at(attempts.c.finished_at)
_on_roadmap = exists().where(
    enrolments.c.user_id == attempts.c.user_id,
    roadmap_nodes.c.version_id == enrolments.c.version_id,
    roadmap_nodes.c.quiz_slug == quizzes.c.slug,
)
_head = (
    select(
        attempts.c.id,
        quizzes.c.slug,
        quizzes.c.title,
        quizzes.c.exam_type_id,
        _time_zone.label("time_zone"),
        _day_start_hour.label("day_start_hour"),
        _on_roadmap.label("on_roadmap"),
    )
    .select_from(
        attempts.join(quizzes).join(users, users.c.id == attempts.c.user_id).outerjoin(_next_change, true())
    )
    .where(attempts.c.id == bindparam("attempt_id"))
    .cte("head")
    .prefix_with("MATERIALIZED")
)
_SHEET = Statement(
    select(
        *list(_head.c)[1:],
        *(slots.c.number, slots.c.answer, slots.c.fast),
        *question_columns,
        *key_columns,
    )
    .select_from(
        _head.join(slots, slots.c.attempt_id == _head.c.id)
        .join(questions, questions.c.id == slots.c.question_id)
        .outerjoin(question_keys, question_keys.c.question_id == questions.c.id)
    )
    .where(slots.c.attempt_id == bindparam("attempt_id"))
    .order_by(slots.c.number)
)
_others = (
    attempts.c.user_id == bindparam("user_id"),
    attempts.c.state.in_([literal_column("'GRADED'"), literal_column("'EXPIRED'")]),
    attempts.c.id != bindparam("attempt_id"),
)
_credits = (
    select(slots.c.question_id, slots.c.credit_numerator, slots.c.credit_denominator)
    .distinct()
    .select_from(slots.join(attempts))
    .where(*_others, attempts.c.finished_at > bindparam("credits_since", type_=DateTime(timezone=True)))
    .where(slots.c.question_id == any_(bindparam("question_ids", type_=ARRAY(ID))))
    .where(slots.c.credit_numerator > 0)
    .subquery("credits")
)
_today = (
    select(func.count().label("earlier"))
    .where(*_others, attempts.c.quiz_id == bindparam("quiz_id"))
    .where(attempts.c.local_date == bindparam("local_date", type_=Date))
    .subquery("today")
)
_earned = quiz_xp.subquery("earned")
_RECORD = Statement(
    select(_today.c.earlier, _earned.c.today, _earned.c.lately, *_credits.c).select_from(
        _today.join(_earned, true()).outerjoin(_credits, true())
    )
)


async def sheet(connection: Connection, attempt_id: AttemptId) -> Sheet:
    """Return what a closed attempt is graded by; raises LookupError where a question has lost its key."""
    rows = await connection.rows(_SHEET, attempt_id=attempt_id)
    if not rows or any(row[_KEY] is None for row in rows):
        raise LookupError(f"attempt {attempt_id} has lost its questions or their keys")
    quiz_slug, quiz_title, exam_type_id, time_zone, day_start_hour, on_roadmap = rows[0][:_OF_QUIZ]
    answered = []
    for row in rows:
        number, answer, fast = row[_OF_QUIZ : _OF_QUIZ + _OF_SLOT]
        answered.append(
            AnsweredSlot(
                number=number,
                question=question_of(*row[_OF_QUIZ + _OF_SLOT : _KEY]),
                key=key_of(*row[_KEY:]),
                answer=answer_of(answer),
                fast=fast,
            )
        )
    return Sheet(
        slots=answered,
        quiz_slug=quiz_slug,
        quiz_title=quiz_title,
        exam_type_id=exam_type_id,
        zone=UserZone(time_zone=time_zone, day_start_hour=day_start_hour),
        on_roadmap=on_roadmap,
    )


async def record(
    connection: Connection,
    attempt: QuizAttempt,
    *,
    question_ids: Sequence[QuestionId],
    local_date: date,
    credits_since: datetime,
    xp_since: datetime,
) -> PracticeRecord:
    """Return what other attempts and the ledger say.

    A local date is a day from UTC's at most, so that two days bound the scan of the ledger.
    """
    rows = await connection.rows(
        _RECORD,
        attempt_id=attempt.id,
        user_id=attempt.user_id,
        quiz_id=attempt.quiz_id,
        question_ids=list(question_ids),
        local_date=local_date,
        credits_since=credits_since,
        xp_since=xp_since,
        eve=min(local_date, xp_since.date()) - timedelta(days=2),
    )
    best: dict[QuestionId, Fraction] = {}
    for _, _, _, question_id, part, whole in rows:
        if question_id is not None:
            credit = Fraction(part, whole)
            best[question_id] = max(best.get(question_id, credit), credit)
    earlier_today, today, lately = rows[0][:3]
    return PracticeRecord(
        history=PracticeHistory(credits=best, earlier_today=earlier_today),
        earned=QuizXp(today=today, lately=lately),
    )
