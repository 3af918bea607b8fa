"""Authored content: the roadmaps, quizzes and questions of an author in one list."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.content.answer_keys import AnswerKey
from domain.content.questions import NewQuestion, Question
from domain.entities import entity
from domain.ids import QuestionId, QuizId, RoadmapId, UserId, is_id
from domain.paging import Page, Window


class ContentType(Enum):
    """A kind of content that an author has."""

    ROADMAP = "ROADMAP"
    QUIZ = "QUIZ"
    QUESTION = "QUESTION"


class ContentState(Enum):
    """Whether learners meet content."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


@entity
class AuthoredContent:
    """A roadmap, a quiz or the newest version of a question; `version` is that of a question.

    `changed_ms` is when it was changed last, in milliseconds since 1970.
    """

    id: str
    type: ContentType
    state: ContentState
    title: str
    version: int | None
    changed_at: datetime
    changed_ms: int

    @property
    def roadmap_id(self) -> RoadmapId | None:
        """The id of a roadmap."""
        return RoadmapId(self.id) if self.type is ContentType.ROADMAP else None

    @property
    def quiz_id(self) -> QuizId | None:
        """The id of a published quiz."""
        return QuizId(self.id) if self.type is ContentType.QUIZ and is_id(self.id, "quiz") else None

    @property
    def drafted_id(self) -> str | None:
        """The id by which the draft of a quiz is found: its own, or that of the quiz."""
        return self.id if self.type is ContentType.QUIZ else None

    @property
    def question_id(self) -> QuestionId | None:
        """The id of a question."""
        return QuestionId(self.id) if self.type is ContentType.QUESTION else None


@entity
class AuthoredQuestion:
    """The newest version of a question with its key, its number, and the name that all versions share."""

    question: Question
    key: AnswerKey
    author_id: UserId
    name: str
    version: int


class AuthoredContents(Protocol):
    """Content by its author; `author_id` leaves out that of others."""

    async def page(
        self, window: Window, *, author_id: UserId, type: ContentType | None, state: ContentState | None
    ) -> Page[AuthoredContent]:
        """Return an author's content, changed last first, of one type and in one state, or all."""

    async def by_ids(self, ids: Sequence[str], *, author_id: UserId) -> list[AuthoredContent | None]:
        """Return one slot per id, in their order."""

    async def questions(self, ids: Sequence[QuestionId], *, author_id: UserId) -> list[Question | None]:
        """Return the author's own questions without their keys, one slot per id."""

    async def lock_newest(self, question_id: QuestionId) -> AuthoredQuestion | None:
        """Return the newest version of the question that has this id in any version, and lock its author's questions.

        None if there is no such question.
        """

    async def replace(self, old: QuestionId, new: NewQuestion, *, version: int) -> None:
        """Store the next version of a question, and let its author's quizzes ask it in place of the old one."""
