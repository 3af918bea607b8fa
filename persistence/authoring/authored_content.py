"""Authored content in Postgres: one list of three tables, and the versions of questions."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, Integer, Text, any_, bindparam, column, func, or_, select, text

from domain.authoring.authored_content import AuthoredContent, AuthoredQuestion, ContentState, ContentType
from domain.content.questions import NewQuestion, Question
from domain.ids import QuestionId, UserId
from domain.paging import Page, Window
from persistence.content.questions import SqlQuestions, question_columns, question_of
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key
from persistence.tables.content.questions import questions

_MS = "(extract(epoch FROM {moment}) * 1000)::bigint"
_ROADMAPS = f"""
    SELECT r.id, 'ROADMAP' AS type, v.state, r.title, NULL::int AS version, {_MS.format(moment="v.changed_at")} AS ms
    FROM roadmaps r CROSS JOIN LATERAL (
        SELECT max(greatest(v.created_at, v.published_at)) AS changed_at, CASE
            WHEN bool_or(v.state = 'PUBLISHED') THEN 'PUBLISHED' WHEN bool_or(v.state = 'DRAFT') THEN 'DRAFT'
            ELSE 'ARCHIVED' END AS state
        FROM roadmap_versions v WHERE v.roadmap_id = r.id
    ) v WHERE r.author_id = :author_id AND v.changed_at IS NOT NULL"""  # noqa: S608 - an expression of our own
_QUIZZES = f"""
    SELECT z.id, 'QUIZ', CASE WHEN z.withdrawn_at IS NULL THEN 'PUBLISHED' ELSE 'ARCHIVED' END, z.title, NULL::int,
        {_MS.format(moment="greatest(z.published_at, z.withdrawn_at)")}
    FROM quizzes z WHERE z.author_id = :author_id AND z.drawn_for_id IS NULL
    UNION ALL SELECT d.id, 'QUIZ', 'DRAFT', d.title, NULL::int, {_MS.format(moment="d.changed_at")}
    FROM quiz_drafts d WHERE d.author_id = :author_id AND d.quiz_id IS NULL"""  # noqa: S608 - an expression of our own
_QUESTIONS = """
    SELECT q.id, 'QUESTION', CASE WHEN EXISTS (
            SELECT FROM quiz_questions p JOIN quizzes z ON z.id = p.quiz_id
            WHERE p.question_id = q.id AND z.withdrawn_at IS NULL AND z.drawn_for_id IS NULL
        ) OR EXISTS (
            SELECT FROM quizzes z JOIN quiz_pools p ON p.quiz_id = z.id
            WHERE z.author_id = q.author_id AND z.exam_type_id = q.exam_type_id AND z.withdrawn_at IS NULL
                AND (p.domain_id IS NULL OR p.domain_id = q.domain_id)
                AND (p.difficulty IS NULL OR p.difficulty = q.difficulty)
        ) THEN 'PUBLISHED' ELSE 'ARCHIVED' END, left(q.prompt, 200), q.version::int, q.made_ms
    FROM questions q WHERE q.author_id = :author_id
    AND q.replaced_by_id IS NULL
    ORDER BY q.made_ms DESC, q.id DESC"""
"""In the order of an index, so that a page of 50 000 questions reads its own rows and not all of them."""
_all = (
    text(f"{_ROADMAPS} UNION ALL {_QUIZZES} UNION ALL ({_QUESTIONS})")
    .bindparams(bindparam("author_id", type_=ID))
    .columns(
        column("id", ID),
        column("type", Text),
        column("state", Text),
        column("title", Text),
        column("version", Integer),
        column("ms", BigInteger),
    )
    .subquery("authored")
)
_columns = [
    _all.c.id,
    _all.c.type,
    _all.c.state,
    _all.c.title,
    _all.c.version,
    func.to_timestamp(_all.c.ms / 1000.0, type_=MOMENT),
    _all.c.ms,
]
_content = maker(AuthoredContent, type=member_of(ContentType), state=member_of(ContentState))
_type, _state = bindparam("type", type_=Text), bindparam("state", type_=Text)
_CHANGED_LAST: Pages[AuthoredContent] = Pages(
    select(*_columns)
    .where(or_(_type.is_(None), _all.c.type == _type))
    .where(or_(_state.is_(None), _all.c.state == _state)),
    order=[_all.c.ms, _all.c.id],
    descending=True,
    make=_content,
    key_of=lambda content: (content.changed_ms, content.id),
    name="myContent",
)
_ids = bindparam("ids", type_=ARRAY(ID))
_BY_IDS = Statement(select(*_columns).where(_all.c.id == any_(_ids)), _content)
_QUESTIONS_BY_IDS = Statement(
    select(*question_columns)
    .where(questions.c.id == any_(_ids))
    .where(questions.c.author_id == bindparam("author_id", type_=ID)),
    question_of,
)
_LOCK = Statement(
    text("""
    SELECT u.id FROM questions q JOIN users u ON u.id = q.author_id WHERE q.id = :question_id FOR NO KEY UPDATE OF u
    """).bindparams(bindparam("question_id", type_=ID))
)
_NEWEST = Statement(
    text("""
    WITH RECURSIVE later AS (
        SELECT id, version, replaced_by_id FROM questions WHERE id = :question_id UNION ALL
        SELECT q.id, q.version, q.replaced_by_id FROM later JOIN questions q ON q.id = later.replaced_by_id
    ) SELECT id FROM later ORDER BY version DESC LIMIT 1
    """).bindparams(bindparam("question_id", type_=ID)),
    str,
)


_AUTHORED = Statement(
    select(questions.c.author_id, questions.c.name, questions.c.version, *question_columns).where(
        questions.c.id == bindparam("id")
    )
)
_REPLACE = Statement(
    text("""
    WITH numbered AS (
        UPDATE questions SET version = :version, lineage_id = (SELECT lineage_id FROM questions WHERE id = :old)
        WHERE id = :new
    ),
    replaced AS (UPDATE questions SET replaced_by_id = :new WHERE id = :old RETURNING author_id),
    drafted AS (
        UPDATE quiz_drafts d SET question_ids = array_replace(d.question_ids, :old, :new) FROM replaced
        WHERE d.author_id = replaced.author_id AND :old = ANY (d.question_ids)
    )
    UPDATE quiz_questions SET question_id = :new WHERE question_id = :old
    """).bindparams(
        bindparam("old", type_=ID), bindparam("new", type_=ID), bindparam("version", type_=Integer)
    )
)
_EDITED = Statement(
    text("""
    UPDATE quizzes z SET content_hash = :content_hash FROM quiz_questions p
    WHERE p.quiz_id = z.id AND p.question_id = :new
    """).bindparams(bindparam("new", type_=ID), bindparam("content_hash", type_=ID))
)


class SqlAuthoredContents:
    """Content in the tables `roadmaps`, `quizzes`, `quiz_drafts` and `questions`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def page(
        self, window: Window, *, author_id: UserId, type: ContentType | None, state: ContentState | None
    ) -> Page[AuthoredContent]:
        """Return an author's content, changed last first."""
        return await _CHANGED_LAST.read(
            self._connection,
            window,
            author_id=author_id,
            type=None if type is None else type.value,
            state=None if state is None else state.value,
        )

    async def by_ids(self, ids: Sequence[str], *, author_id: UserId) -> list[AuthoredContent | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), author_id=author_id)
        return by_key(ids, found, lambda content: content.id)

    async def questions(self, ids: Sequence[QuestionId], *, author_id: UserId) -> list[Question | None]:
        """Return the author's own questions without their keys, one slot per id."""
        found = await self._connection.all(_QUESTIONS_BY_IDS, ids=list(ids), author_id=author_id)
        return by_key(ids, found, lambda question: question.id)

    async def lock_newest(self, question_id: QuestionId) -> AuthoredQuestion | None:
        """Return the newest version of a question; its author's row is locked first, against other updates."""
        await self._connection.run(_LOCK, question_id=question_id)
        newest = await self._connection.first(_NEWEST, question_id=question_id)
        if newest is None:
            return None
        (row,) = await self._connection.rows(_AUTHORED, id=newest)
        author_id, name, version, *columns = row
        question = question_of(*columns)
        (key,) = await SqlQuestions(self._connection).keys_by_ids([question.id])
        if key is None:
            return None
        return AuthoredQuestion(question=question, key=key, author_id=author_id, name=name, version=version)

    async def replace(self, old: QuestionId, new: NewQuestion, *, version: int) -> None:
        """Store a version, and let quizzes ask it; their hashes change, so that an import of the file is no repeat."""
        await SqlQuestions(self._connection).add([new])
        await self._connection.run(_REPLACE, old=old, new=new.question.id, version=version)
        await self._connection.run(_EDITED, new=new.question.id, content_hash=new.content_hash)
