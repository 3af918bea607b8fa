"""The statements of study sessions, each compiled once."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Select,
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
    text,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import insert

from domain.content.questions import Difficulty
from domain.study.study_sessions import RevealedStudySlot, StudySession, StudySlot
from persistence.content.question_versions import lineage
from persistence.paging import Pages, PagesPerKey, parent_key
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.study.study_draws import HIDDEN
from persistence.tables.assessment.attempts import answer_from_json, slot_answer_from_json
from persistence.tables.content.questions import questions
from persistence.tables.study.study_sessions import study_answers, study_sessions, study_slots

session_of = maker(StudySession, difficulty=member_of(Difficulty))
_slot = maker(StudySlot, answer=slot_answer_from_json)
_revealed = maker(RevealedStudySlot, answer=answer_from_json)
_sessions = columns_for(StudySession, study_sessions)
_user = bindparam("user_id", type_=ID)
_ids = bindparam("ids", type_=ARRAY(ID))
_mine = study_sessions.c.user_id == _user
_is_open = study_sessions.c.ended_at.is_(None)
_hidden = (
    text(HIDDEN)
    .bindparams(_user)
    .columns(literal_column("lineage", Text))
    .cte("hidden")
    .prefix_with("MATERIALIZED")
)
_withheld: ColumnElement[bool] = literal_column(lineage("questions"), Text).in_(
    select(literal_column("hidden.lineage", Text)).select_from(_hidden)
)

OPEN_ONE = Statement(select(*_sessions).where(_mine, _is_open).with_for_update(key_share=True), session_of)
LOCK = Statement(
    select(*_sessions)
    .where(study_sessions.c.id == bindparam("session_id"), _mine)
    .with_for_update(key_share=True),
    session_of,
)
ADD = Statement(insert(study_sessions).values({c.name: bindparam(c.name) for c in study_sessions.c}))
CHANGED = ("round", "last_active_at", "ended_at", "questions_viewed", "questions_answered", "time_spent")
SAVE = Statement(
    update(study_sessions)
    .where(study_sessions.c.id == bindparam("session_id"))
    .values({name: bindparam(name, type_=study_sessions.c[name].type) for name in CHANGED})
)
"""The columns that acts change."""
BY_IDS = Statement(select(*_sessions).where(study_sessions.c.id == any_(_ids), _mine), session_of)
_exam_type, _opens = bindparam("exam_type_id", type_=ID), bindparam("is_open", type_=Boolean)
NEWEST_FIRST: Pages[StudySession] = Pages(
    select(*_sessions)
    .where(_mine)
    .where(or_(_exam_type.is_(None), study_sessions.c.exam_type_id == _exam_type))
    .where(or_(_opens.is_(None), _is_open == _opens)),
    order=[study_sessions.c.id],
    descending=True,
    make=session_of,
    key_of=lambda session: (session.id,),
    name="studySessions",
)

COLUMNS_OF_SLOT = (
    "session_id",
    "number",
    "question_id",
    "round",
    "shown_at",
    "ended_at",
    "client_id",
    "time_spent",
)
SHOW = Statement(insert(study_slots).values({name: bindparam(name) for name in COLUMNS_OF_SLOT}))
"""The columns of a slot that are stored with it."""
END_SLOT = Statement(
    update(study_slots)
    .where(
        study_slots.c.session_id == bindparam("of_session"), study_slots.c.number == bindparam("of_number")
    )
    .values(
        {
            name: bindparam(name, type_=study_slots.c[name].type)
            for name in ("ended_at", "client_id", "time_spent")
        }
    )
)


def _slots() -> Select[tuple[object, ...]]:
    """Select slots of the user's sessions with their answers."""
    columns = columns_for(
        StudySlot,
        study_slots,
        seed=study_sessions.c.seed + study_slots.c.round,
        answer=study_answers.c.answer,
        withheld=_withheld,
    )
    answered = and_(
        study_answers.c.session_id == study_slots.c.session_id,
        study_answers.c.number == study_slots.c.number,
    )
    return (
        select(*columns)
        .select_from(
            study_slots.join(study_sessions, study_slots.c.session_id == study_sessions.c.id)
            .join(questions, study_slots.c.question_id == questions.c.id)
            .outerjoin(study_answers, answered)
        )
        .where(_mine)
    )


CURRENT = Statement(
    _slots().where(study_slots.c.session_id == any_(_ids), study_slots.c.ended_at.is_(None), _is_open), _slot
)
_number, _client_id = bindparam("number", type_=Integer), bindparam("client_id", type_=Text)
NAMED = Statement(
    _slots()
    .where(study_slots.c.session_id == bindparam("session_id", type_=ID))
    .where(or_(study_slots.c.number == _number, study_slots.c.client_id == _client_id)),
    _slot,
)
_session_ids, _numbers, _client_ids = (
    bindparam("session_ids", type_=ARRAY(ID)),
    bindparam("numbers", type_=ARRAY(Integer)),
    bindparam("client_ids", type_=ARRAY(Text)),
)
_named = (
    func.unnest(_session_ids, _numbers, _client_ids)
    .table_valued("session_id", "number", "client_id", name="named")
    .render_derived()
)
ASKED = Statement(
    _slots().where(
        exists()
        .where(_named.c.session_id == study_slots.c.session_id)
        .where(or_(_named.c.number == study_slots.c.number, _named.c.client_id == study_slots.c.client_id))
    ),
    _slot,
)
_is_answered = bindparam("is_answered", type_=Boolean)
SLOTS: PagesPerKey[StudySlot] = PagesPerKey(
    _slots()
    .where(study_slots.c.session_id == parent_key)
    .where(or_(_is_answered.is_(None), study_answers.c.id.is_not(None) == _is_answered)),
    order=[study_slots.c.number],
    descending=True,
    make=_slot,
    key_of=lambda slot: (slot.number,),
    name="studySlots",
)
ANSWERED = Statement(
    text("""
    WITH added AS (
        INSERT INTO study_answers (id, user_id, session_id, number, question_id, answer, credit_numerator,
            credit_denominator, time_spent, answered_at, local_date)
        VALUES (:id, :user_id, :session_id, :number, :question_id, :answer, :credit_numerator,
            :credit_denominator, :time_spent, :answered_at, :local_date)
    )
    SELECT count(*) + 1 FROM study_answers WHERE user_id = :user_id AND local_date = :local_date
    """).bindparams(*(bindparam(c.name, type_=c.type) for c in study_answers.c))
)
"""The count does not see what the same statement inserts."""
_places = (
    func.unnest(bindparam("session_ids", type_=ARRAY(ID)), bindparam("numbers", type_=ARRAY(Integer)))
    .table_valued("session_id", "number", name="places")
    .render_derived()
)
_answers_of_user = study_answers.join(questions, study_answers.c.question_id == questions.c.id)
REVEALED = Statement(
    select(*columns_for(RevealedStudySlot, study_answers))
    .select_from(
        _answers_of_user.join(
            _places,
            and_(
                _places.c.session_id == study_answers.c.session_id, _places.c.number == study_answers.c.number
            ),
        )
    )
    .where(study_answers.c.user_id == _user, not_(_withheld)),
    _revealed,
)
_full = study_answers.c.credit_numerator == study_answers.c.credit_denominator
RIGHT_ANSWERS = Statement(
    select(
        study_sessions.c.id,
        sql_cast(func.count(study_answers.c.id).filter(_full), Integer),
        func.coalesce(func.bool_or(_withheld), literal_column("false")),
    )
    .select_from(
        study_sessions.outerjoin(study_answers, study_answers.c.session_id == study_sessions.c.id).outerjoin(
            questions, study_answers.c.question_id == questions.c.id
        )
    )
    .where(study_sessions.c.id == any_(_ids), _mine)
    .group_by(study_sessions.c.id)
)
_idle = (
    select(study_sessions.c.id)
    .where(_is_open, study_sessions.c.last_active_at < bindparam("before", type_=MOMENT))
    .order_by(study_sessions.c.last_active_at)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, key_share=True)
    .cte("idle")
)
END_IDLE = Statement(
    update(study_sessions)
    .where(study_sessions.c.id == _idle.c.id)
    .values(ended_at=study_sessions.c.last_active_at)
)
