"""Quiz drafts in Postgres."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, any_, bindparam, delete, exists, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.authoring.stores.quiz_drafts import QuizDraft
from domain.content.drawing.pools import QuestionPool
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback
from domain.ids import QuizDraftId, QuizId, UserId
from persistence.database import SqlConnection
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.authoring.quiz_drafts import quiz_drafts
from persistence.tables.generation.generations import generations

_difficulty = member_of(Difficulty)


def _as_pools(stored: list[dict[str, Any]]) -> list[QuestionPool]:
    return [QuestionPool(**(each | {"difficulty": _difficulty(each["difficulty"])})) for each in stored]


_draft = maker(QuizDraft, feedback=member_of(Feedback), pools=_as_pools)
_columns = columns_for(QuizDraft, quiz_drafts)
_mine = quiz_drafts.c.author_id == bindparam("author_id")
_ids = bindparam("ids", type_=ARRAY(ID))
_one = quiz_drafts.c.id == bindparam("draft_id")
_BY_IDS = Statement(select(*_columns).where(quiz_drafts.c.id == any_(_ids), _mine), _draft)
_OF_CONTENT = Statement(
    select(*_columns).where(or_(quiz_drafts.c.id == any_(_ids), quiz_drafts.c.quiz_id == any_(_ids)), _mine),
    _draft,
)
_LOCK = Statement(select(*_columns).where(_one, _mine).with_for_update(), _draft)
_given = {c.name: bindparam(c.name, type_=c.type) for c in quiz_drafts.c}
_ADD = Statement(insert(quiz_drafts).values(_given).on_conflict_do_nothing().returning(quiz_drafts.c.id))
_others = quiz_drafts.alias("others")
_SAVE = Statement(
    update(quiz_drafts)
    .where(_one)
    .where(
        not_(
            exists()
            .where(_others.c.author_id == quiz_drafts.c.author_id, _others.c.id != quiz_drafts.c.id)
            .where(_others.c.slug == bindparam("wanted", type_=ID))
        )
    )
    .values({name: value for name, value in _given.items() if name not in {"id", "author_id", "quiz_id"}})
    .returning(quiz_drafts.c.id)
)
_REMOVE = Statement(delete(quiz_drafts).where(_one))
_generated = (
    update(generations)
    .where(generations.c.draft_id == bindparam("draft_id", type_=ID))
    .values(quiz_id=bindparam("of_quiz", type_=ID))
    .returning(generations.c.id)
    .cte("generated")
)
_PUBLISH = Statement(delete(quiz_drafts).where(_one).add_cte(_generated))


class SqlQuizDrafts:
    """Drafts in the table `quiz_drafts`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def by_ids(self, ids: Sequence[QuizDraftId], *, author_id: UserId) -> list[QuizDraft | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), author_id=author_id)
        return by_key(ids, found, lambda draft: draft.id)

    async def of_content(self, ids: Sequence[str], *, author_id: UserId) -> list[QuizDraft | None]:
        """Return one slot per id, each of a draft or of the quiz that it will replace."""
        found: dict[str | None, QuizDraft] = {}
        for draft in await self._connection.all(_OF_CONTENT, ids=list(ids), author_id=author_id):
            found |= {draft.id: draft, draft.quiz_id: draft}
        return [found.get(id_) for id_ in ids]

    async def lock(self, draft_id: QuizDraftId, *, author_id: UserId) -> QuizDraft | None:
        """Return a draft, locked until the commit."""
        return await self._connection.first(_LOCK, draft_id=draft_id, author_id=author_id)

    async def add(self, draft: QuizDraft) -> bool:
        """Store a draft, unless a unique constraint finds another one."""
        return await self._connection.first(_ADD, **_values(draft)) is not None

    async def save(self, draft: QuizDraft) -> bool:
        """Store a locked draft as it is now."""
        values = {
            name: value
            for name, value in _values(draft).items()
            if name not in {"id", "author_id", "quiz_id"}
        }
        return await self._connection.first(_SAVE, draft_id=draft.id, wanted=draft.slug, **values) is not None

    async def publish(self, draft_id: QuizDraftId, quiz_id: QuizId) -> None:
        """Delete a locked draft, and name its quiz where it was generated."""
        await self._connection.run(_PUBLISH, draft_id=draft_id, of_quiz=quiz_id)

    async def remove(self, draft_id: QuizDraftId) -> None:
        """Delete a locked draft."""
        await self._connection.run(_REMOVE, draft_id=draft_id)


def _values(draft: QuizDraft) -> dict[str, Any]:
    values = {c.name: getattr(draft, c.name) for c in quiz_drafts.c}
    pools = [
        {
            "domain_id": pool.domain_id,
            "difficulty": pool.difficulty and pool.difficulty.value,
            "count": pool.count,
        }
        for pool in draft.pools
    ]
    return values | {"feedback": draft.feedback.value, "pools": pools}
