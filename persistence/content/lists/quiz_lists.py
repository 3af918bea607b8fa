"""Lists of quizzes in Postgres, newest first: all, those of an exam type, and those that pass a filter."""

from datetime import datetime

from sqlalchemy import Boolean, Text, and_, bindparam, func, literal_column, or_, select

from domain.content.quizzes import ALL_QUIZZES, Feedback, Quiz, QuizFilter
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, columns_for
from persistence.tables.content.exam_types import exam_types
from persistence.tables.content.quizzes import quizzes

quiz_of = maker(Quiz, feedback=member_of(Feedback))
quiz_columns = columns_for(Quiz, quizzes)
is_public = quizzes.c.drawn_for_id.is_(None)
_newest = {
    "order": [quizzes.c.id],
    "descending": True,
    "make": quiz_of,
    "key_of": lambda quiz: (quiz.id,),
    "name": "quizzes",
}
_listed = select(*quiz_columns).where(quizzes.c.withdrawn_at.is_(None), is_public)
_NEWEST_FIRST: Pages[Quiz] = Pages(_listed, **_newest)  # type: ignore[arg-type]
_NEWEST_OF_TYPE: Pages[Quiz] = Pages(
    _listed.where(
        quizzes.c.exam_type_id
        == select(exam_types.c.id).where(exam_types.c.code == bindparam("code")).scalar_subquery()
    ),
    **_newest,  # type: ignore[arg-type]
)
_timed, _opened = bindparam("has_time_limit", type_=Boolean), bindparam("is_open", type_=Boolean)
_now, _words = bindparam("now", type_=MOMENT), bindparam("query", type_=Text)
_code = bindparam("code", type_=ID)
_is_open = and_(
    func.coalesce(quizzes.c.opens_at <= _now, literal_column("true")),
    func.coalesce(quizzes.c.closes_at > _now, literal_column("true")),
)
_FILTERED: Pages[Quiz] = Pages(
    _listed.where(
        or_(
            _code.is_(None),
            quizzes.c.exam_type_id
            == select(exam_types.c.id).where(exam_types.c.code == _code).scalar_subquery(),
        ),
        or_(_words.is_(None), func.strpos(func.lower(quizzes.c.title), func.lower(_words)) > 0),
        or_(_timed.is_(None), quizzes.c.time_limit.is_not(None) == _timed),
        or_(_opened.is_(None), _is_open == _opened),
    ),
    **_newest,  # type: ignore[arg-type]
)


async def page(
    connection: SqlConnection, window: Window, *, exam_type_code: str | None, asked: QuizFilter, now: datetime
) -> Page[Quiz]:
    """Return quizzes that are not withdrawn; without a filter by a statement that an index answers."""
    if asked != ALL_QUIZZES:
        return await _FILTERED.read(
            connection,
            window,
            code=exam_type_code,
            now=now,
            query=asked.query,
            has_time_limit=asked.has_time_limit,
            is_open=asked.is_open,
        )
    if exam_type_code is None:
        return await _NEWEST_FIRST.read(connection, window)
    return await _NEWEST_OF_TYPE.read(connection, window, code=exam_type_code)
