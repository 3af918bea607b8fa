"""Quizzes in Postgres."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    SmallInteger,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from domain.content.drawing.pools import QuestionPool
from domain.content.questions import Difficulty
from domain.content.quizzes import (
    ALL_QUIZZES,
    NewQuiz,
    PublishedContent,
    Quiz,
    QuizFilter,
    SlugTakenError,
)
from domain.errors import NotFoundError
from domain.ids import QuestionId, QuizId, UserId
from domain.paging import Page, Window
from persistence.content.lists import quiz_lists
from persistence.content.lists.quiz_lists import is_public, quiz_columns, quiz_of
from persistence.database import SqlConnection
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for, grouped
from persistence.tables.content.quizzes import quiz_pools, quiz_questions, quizzes

_ids = bindparam("ids", type_=ARRAY(ID))
_viewer = bindparam("viewer_id", type_=ID)
_BY_IDS = Statement(
    select(*quiz_columns).where(
        quizzes.c.id == any_(_ids), or_(is_public, quizzes.c.drawn_for_id == _viewer)
    ),
    quiz_of,
)
_slugs = bindparam("slugs", type_=ARRAY(ID))
_BY_SLUGS = Statement(select(*quiz_columns).where(quizzes.c.slug == any_(_slugs), is_public), quiz_of)
_LOCK = Statement(
    select(*quiz_columns).where(quizzes.c.id == bindparam("id"), is_public).with_for_update(key_share=True),
    quiz_of,
)
_SET_WITHDRAWN = Statement(
    update(quizzes)
    .where(quizzes.c.id == bindparam("quiz_id"))
    .values(withdrawn_at=bindparam("at", type_=MOMENT))
    .returning(*quiz_columns),
    quiz_of,
)
_PUBLISHED = Statement(
    select(*columns_for(PublishedContent, quizzes)).where(quizzes.c.slug == any_(_slugs)), PublishedContent
)
_QUESTION_IDS = Statement(
    select(quiz_questions.c.question_id)
    .where(quiz_questions.c.quiz_id == bindparam("quiz_id"))
    .order_by(quiz_questions.c.position)
)
_QUESTIONS_OF = Statement(
    select(quiz_questions.c.quiz_id, quiz_questions.c.question_id)
    .where(quiz_questions.c.quiz_id == any_(bindparam("quiz_ids", type_=ARRAY(ID))))
    .order_by(quiz_questions.c.position)
)
_written = insert(quizzes).values({c.name: bindparam(c.name) for c in quizzes.c})
_PUBLISH = Statement(
    _written.on_conflict_do_update(
        constraint="quizzes_slug_key",
        set_={
            c.name: _written.excluded[c.name]
            for c in quizzes.c
            if c.name not in {"id", "slug", "author_id", "withdrawn_at"}
        },
        where=and_(quizzes.c.author_id == _written.excluded.author_id, is_public),
    ).returning(*quiz_columns),
    quiz_of,
)
_CLEAR = Statement(delete(quiz_questions).where(quiz_questions.c.quiz_id == bindparam("id")))
_ordered = (
    func.unnest(bindparam("question_ids", type_=ARRAY(ID)))
    .table_valued("question_id", with_ordinality="position")
    .render_derived()
)
_FILL = Statement(
    insert(quiz_questions).from_select(
        ["quiz_id", "position", "question_id"],
        select(bindparam("quiz", type_=ID), _ordered.c.position, _ordered.c.question_id),
    )
)
_pool = maker(QuestionPool, difficulty=member_of(Difficulty))
_POOLS = Statement(
    select(quiz_pools.c.quiz_id, *columns_for(QuestionPool, quiz_pools))
    .where(quiz_pools.c.quiz_id == any_(_ids))
    .order_by(quiz_pools.c.quiz_id, quiz_pools.c.position),
    lambda quiz_id, *columns: (quiz_id, _pool(*columns)),
)
_CLEAR_POOLS = Statement(delete(quiz_pools).where(quiz_pools.c.quiz_id == bindparam("id")))
_given = (
    func.unnest(
        bindparam("domain_ids", type_=ARRAY(ID)),
        bindparam("difficulties", type_=ARRAY(Text)),
        bindparam("counts", type_=ARRAY(SmallInteger)),
    )
    .table_valued("domain_id", "difficulty", "count", with_ordinality="position")
    .render_derived()
)
_FILL_POOLS = Statement(
    insert(quiz_pools).from_select(
        ["quiz_id", "position", "domain_id", "difficulty", "count"],
        select(
            bindparam("quiz", type_=ID),
            _given.c.position,
            _given.c.domain_id,
            _given.c.difficulty,
            _given.c.count,
        ),
    )
)


class SqlQuizzes:
    """Quizzes in the table `quizzes`, their questions in `quiz_questions`, their pools in `quiz_pools`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def by_ids(self, ids: list[QuizId], *, viewer_id: UserId | None = None) -> list[Quiz | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda quiz: quiz.id)

    async def by_slug(self, slug: str) -> Quiz | None:
        """Return the quiz with this slug."""
        (found,) = await self.by_slugs([slug])
        return found

    async def by_slugs(self, slugs: list[str]) -> list[Quiz | None]:
        """Return one slot per slug, in their order."""
        return by_key(slugs, await self._connection.all(_BY_SLUGS, slugs=slugs), lambda quiz: quiz.slug)

    async def question_ids(self, quiz_id: QuizId) -> list[QuestionId]:
        """Return the questions of a quiz, in quiz order."""
        return [row[0] for row in await self._connection.rows(_QUESTION_IDS, quiz_id=quiz_id)]

    async def questions_of(self, quiz_ids: list[QuizId]) -> list[list[QuestionId]]:
        """Return one slot per quiz: its questions, in quiz order."""
        found = await self._connection.rows(_QUESTIONS_OF, quiz_ids=quiz_ids)
        asked = grouped(quiz_ids, found, lambda row: row[0])
        return [[question_id for _, question_id in rows] for rows in asked]

    async def pools(self, ids: Sequence[QuizId]) -> list[list[QuestionPool]]:
        """Return the pools of each quiz, in quiz order."""
        found = await self._connection.all(_POOLS, ids=list(ids))
        return [[pool for _, pool in each] for each in grouped(ids, found, lambda row: row[0])]

    async def page(
        self,
        window: Window,
        *,
        exam_type_code: str | None = None,
        asked: QuizFilter = ALL_QUIZZES,
        now: datetime,
    ) -> Page[Quiz]:
        """Return quizzes that are not withdrawn, newest first."""
        return await quiz_lists.page(
            self._connection, window, exam_type_code=exam_type_code, asked=asked, now=now
        )

    async def lock(self, quiz_id: QuizId) -> Quiz | None:
        """Return a quiz and lock it, but not against attempts."""
        return await self._connection.first(_LOCK, id=quiz_id)

    async def set_withdrawn(self, quiz_id: QuizId, *, at: datetime | None) -> Quiz:
        """Store when a quiz was withdrawn, or that it is not."""
        quiz = await self._connection.first(_SET_WITHDRAWN, quiz_id=quiz_id, at=at)
        if quiz is None:
            raise NotFoundError("There is no such quiz.")
        return quiz

    async def published(self, slugs: list[str]) -> list[PublishedContent | None]:
        """Return one slot per slug: the content that it has now."""
        found = await self._connection.all(_PUBLISHED, slugs=slugs)
        return by_key(slugs, found, lambda published: published.slug)

    async def publish(self, new: NewQuiz, *, now: datetime) -> Quiz:
        """Insert a quiz or replace its author's; concurrent calls for one slug wait for its row lock."""
        values = {f.name: getattr(new.quiz, f.name) for f in fields(Quiz)}
        values |= {"feedback": new.quiz.feedback.value, "content_hash": new.content_hash, "published_at": now}
        quiz = await self._connection.first(_PUBLISH, **values)
        if quiz is None:
            raise SlugTakenError(
                f"Another author's quiz has the slug {new.quiz.slug}; choose another.", field="file"
            )
        await self._connection.run(_CLEAR_POOLS, id=quiz.id)
        if new.pools:
            await self._connection.run(
                _FILL_POOLS,
                quiz=quiz.id,
                domain_ids=[pool.domain_id for pool in new.pools],
                difficulties=[pool.difficulty and pool.difficulty.value for pool in new.pools],
                counts=[pool.count for pool in new.pools],
            )
        await self._connection.run(_CLEAR, id=quiz.id)
        await self._connection.run(_FILL, quiz=quiz.id, question_ids=new.question_ids)
        return quiz
