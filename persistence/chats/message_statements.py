"""The statements of messages of explore chats, each compiled once."""

from sqlalchemy import (
    ARRAY,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import insert

from domain.chats.chat_messages import (
    IN_PROGRESS,
    LONGEST_ANSWER,
    AnswerPiece,
    AnswerState,
    ChatMessage,
    EarlierTurn,
)
from domain.jobs.job_states import LIVE
from persistence.paging import PagesPerKey, parent_key
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.chats.chats import chat_messages, explore_chats
from persistence.tables.jobs.jobs import jobs

_state_of = member_of(AnswerState)
_message = maker(ChatMessage, state=_state_of)
_piece = maker(AnswerPiece, state=_state_of)
_columns = columns_for(ChatMessage, chat_messages)
_user = bindparam("user_id", type_=ID)
_now = bindparam("now", type_=MOMENT)
_ids = bindparam("ids", type_=ARRAY(ID))
_it = chat_messages.c.id == bindparam("message_id", type_=ID)
_job = bindparam("of_job", type_=ID)
_in_progress = or_(*(chat_messages.c.state == state.value for state in sorted(IN_PROGRESS, key=str)))
_mine = exists().where(explore_chats.c.id == chat_messages.c.chat_id).where(explore_chats.c.user_id == _user)
_this_writing = and_(
    _it,
    chat_messages.c.state == AnswerState.STREAMING.value,
    chat_messages.c.writing == bindparam("of_writing", type_=Integer),
)

ADD = Statement(
    insert(chat_messages).values({c.name: bindparam(c.name, type_=c.type) for c in chat_messages.c})
)
BY_IDS = Statement(select(*_columns).where(chat_messages.c.id == any_(_ids), _mine), _message)
PAGES: PagesPerKey[ChatMessage] = PagesPerKey(
    select(*_columns).where(chat_messages.c.chat_id == parent_key, _mine),
    order=[chat_messages.c.number],
    make=_message,
    key_of=lambda message: (message.number,),
    name="chatMessages",
)
_after = bindparam("after", type_=Integer)
_known = bindparam("known_writing", type_=Integer)
_length = func.length(chat_messages.c.answer)
_goes_on = and_(_after <= _length, func.coalesce(_known, chat_messages.c.writing) == chat_messages.c.writing)
_offset = case((_goes_on, _after), else_=literal(0, Integer))
PIECE = Statement(
    select(
        chat_messages.c.id,
        chat_messages.c.state,
        chat_messages.c.writing,
        _offset,
        func.substr(chat_messages.c.answer, _offset + 1),
    ).where(_it, _mine),
    _piece,
)
_of_chat = chat_messages.c.chat_id == bindparam("of_chat", type_=ID)
FIRST = Statement(
    select(*_columns).where(_of_chat, _mine).order_by(chat_messages.c.number).limit(1), _message
)
IN_PROGRESS_OF = Statement(select(chat_messages.c.id).where(_of_chat, _in_progress, _mine))
TURNS = Statement(
    select(chat_messages.c.question, chat_messages.c.answer)
    .where(
        _of_chat, chat_messages.c.number < bindparam("before", type_=Integer), chat_messages.c.answer != ""
    )
    .order_by(chat_messages.c.number.desc())
    .limit(bindparam("most", type_=Integer)),
    EarlierTurn,
)
_was_begun = chat_messages.c.state == AnswerState.STREAMING.value
BEGIN = Statement(
    update(chat_messages)
    .where(_it, chat_messages.c.job_id == _job, _in_progress)
    .values(
        state=AnswerState.STREAMING.value,
        answer="",
        writing=chat_messages.c.writing + sql_cast(_was_begun, Integer),
        started_at=_now,
    )
    .returning(*_columns),
    _message,
)
APPEND = Statement(
    update(chat_messages)
    .where(_this_writing)
    .values(answer=func.left(chat_messages.c.answer.concat(bindparam("text", type_=Text)), LONGEST_ANSWER))
    .returning(chat_messages.c.id)
)
WAIT = Statement(
    update(chat_messages)
    .where(_this_writing)
    .values(state=AnswerState.WAITING.value, answer="", started_at=None, writing=chat_messages.c.writing + 1)
    .returning(chat_messages.c.id)
)
IS_WRITING = Statement(select(chat_messages.c.id).where(_this_writing))
_how = {
    name: bindparam(f"new_{name}", type_=chat_messages.c[name].type)
    for name in ("state", "tokens", "model", "call_id", "failure", "failure_message")
}
END = Statement(
    update(chat_messages).where(_this_writing).values(ended_at=_now, **_how).returning(*_columns), _message
)
FAIL_WAITING = Statement(
    update(chat_messages)
    .where(_it, chat_messages.c.job_id == _job, _in_progress)
    .values(ended_at=_now, **_how)
    .returning(chat_messages.c.id)
)
CANCEL = Statement(
    update(chat_messages)
    .where(_it, _in_progress, _mine)
    .values(state=AnswerState.CANCELLED.value, ended_at=_now)
    .returning(*_columns),
    _message,
)
WRITE_ANEW = Statement(
    update(chat_messages)
    .where(_it, not_(_in_progress), _mine)
    .values(
        state=AnswerState.WAITING.value,
        answer="",
        writing=chat_messages.c.writing + 1,
        job_id=_job,
        call_id=None,
        model=None,
        failure=None,
        failure_message=None,
        started_at=None,
        ended_at=None,
    )
    .returning(*_columns),
    _message,
)
_lost = (
    select(chat_messages.c.id)
    .where(_in_progress)
    .where(
        not_(
            exists()
            .where(jobs.c.id == chat_messages.c.job_id)
            .where(or_(*(jobs.c.state == state.value for state in sorted(LIVE, key=str))))
        )
    )
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=chat_messages)
    .cte("lost")
)
FAIL_LOST = Statement(
    update(chat_messages)
    .where(chat_messages.c.id == _lost.c.id)
    .values(ended_at=_now, **_how)
    .returning(chat_messages.c.id)
)
