"""Drafts of quizzes: all that an author writes about a quiz before it is published."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.content.drawing.pools import QuestionPool
from domain.content.quizzes import Feedback
from domain.entities import entity
from domain.errors import VersionConflictError
from domain.ids import ExamTypeId, QuestionId, QuizDraftId, QuizId, UserId

MOST_POOLS = 20
"""How many pools a quiz may have."""


@entity
class QuizDraft:
    """A quiz as its author writes it; it may have faults, and only its author sees it.

    `quiz_id` is the quiz that it will replace, None for one that was never published. `version` counts its edits.
    """

    id: QuizDraftId
    author_id: UserId
    quiz_id: QuizId | None
    slug: str
    title: str
    description: str
    exam_type_id: ExamTypeId
    time_limit: timedelta | None
    pass_mark: int
    feedback: Feedback
    opens_at: datetime | None
    closes_at: datetime | None
    attempts_allowed: int | None
    cool_down: timedelta | None
    shuffle_questions: bool
    shuffle_options: bool
    question_ids: list[QuestionId]
    pools: list[QuestionPool]
    version: int
    changed_at: datetime

    @property
    def asked(self) -> tuple[QuestionId, ...]:
        """The questions that every attempt asks, in order."""
        return tuple(self.question_ids)

    @property
    def drawn_count(self) -> int:
        """How many questions its pools draw."""
        return sum(pool.count for pool in self.pools)

    @property
    def question_count(self) -> int:
        """How many questions an attempt has."""
        return len(self.question_ids) + self.drawn_count


class QuizDraftConflictError(VersionConflictError):
    """The draft was edited since the client read it; `current_id` is that of the draft."""


class QuizDrafts(Protocol):
    """Drafts of quizzes; every method reaches only those of the author it is given."""

    async def by_ids(self, ids: Sequence[QuizDraftId], *, author_id: UserId) -> list[QuizDraft | None]:
        """Return one slot per id, in their order."""

    async def of_content(self, ids: Sequence[str], *, author_id: UserId) -> list[QuizDraft | None]:
        """Return one slot per id, each of a draft or of the quiz that it will replace."""

    async def lock(self, draft_id: QuizDraftId, *, author_id: UserId) -> QuizDraft | None:
        """Return a draft, locked until the commit."""

    async def add(self, draft: QuizDraft) -> bool:
        """Store a draft; False where its author has one with the same slug or for the same quiz."""

    async def save(self, draft: QuizDraft) -> bool:
        """Store a locked draft as it is now; False where its author has another one with the same slug."""

    async def publish(self, draft_id: QuizDraftId, quiz_id: QuizId) -> None:
        """Delete a locked draft that was published as a quiz; what was generated for the draft names the quiz then."""

    async def remove(self, draft_id: QuizDraftId) -> None:
        """Delete a locked draft."""
