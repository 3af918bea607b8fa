"""Quizzes: ordered questions with a time limit, a pass mark and a feedback mode."""

import re
from collections.abc import Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain import text
from domain.content.drawing.pools import QuestionPool
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import ExamTypeId, QuestionId, QuizId, UserId
from domain.paging import Page, Window

MOST_QUESTIONS = 200
"""How many questions a quiz may have."""
LONGEST_SLUG = 80
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Feedback(Enum):
    """When a learner in practice mode sees the right answers; with SCORE_ONLY never, the score alone."""

    AFTER_EACH = "AFTER_EACH"
    AT_END = "AT_END"
    SCORE_ONLY = "SCORE_ONLY"


@entity
class Quiz:
    """A published quiz; `pass_mark` is in percent, `time_limit` None means no limit.

    A withdrawn one takes no new attempts, and is not listed. Of its questions `drawn_count` are drawn from pools at the
    start of each attempt. A learner may begin `attempts_allowed` attempts, each `cool_down` after the end of the last.
    One that was drawn for a learner is seen by that learner alone.
    """

    id: QuizId
    slug: str
    title: str
    description: str
    exam_type_id: ExamTypeId
    author_id: UserId
    time_limit: timedelta | None
    pass_mark: int
    feedback: Feedback
    question_count: int
    closes_at: datetime | None
    withdrawn_at: datetime | None = None
    opens_at: datetime | None = None
    attempts_allowed: int | None = None
    cool_down: timedelta | None = None
    shuffle_questions: bool = False
    shuffle_options: bool = True
    drawn_count: int = 0
    drawn_for_id: UserId | None = None

    def is_closed(self, now: datetime) -> bool:
        """Tell whether its last moment has passed."""
        return self.closes_at is not None and self.closes_at <= now

    def takes_attempts(self, now: datetime) -> bool:
        """Tell whether an attempt may start."""
        return self.withdrawn_at is None and not self.is_closed(now)


LONGEST_QUERY = 200


@entity
class QuizFilter:
    """Which quizzes a list has: with these words in the title, with a time limit or without, open or not; None for all.

    One is open from `opens_at` until `closes_at`.
    """

    query: str | None = None
    has_time_limit: bool | None = None
    is_open: bool | None = None


ALL_QUIZZES = QuizFilter()


def checked_filter(asked: QuizFilter) -> QuizFilter:
    """Return a filter with its words on one line; raises InvalidInputError."""
    if asked.query is None:
        return asked
    return replace(asked, query=text.line(asked.query, field="query", longest=LONGEST_QUERY))


@entity
class NewQuiz:
    """A quiz about to be published, with its questions and its pools in order."""

    quiz: Quiz
    question_ids: list[QuestionId]
    content_hash: str
    pools: list[QuestionPool] = field(default_factory=list)


@entity
class PublishedContent:
    """The content that a slug has now, by its hash, its author, and when it was withdrawn."""

    slug: str
    author_id: UserId
    content_hash: str
    withdrawn_at: datetime | None


class SlugTakenError(DomainError):
    """Something else has this slug: a quiz of another author, or a roadmap."""

    code = "SLUG_TAKEN"


class Quizzes(Protocol):
    """Published quizzes; their questions are shown in attempts only.

    All are public but those that were drawn for a learner, which only `by_ids` returns, and to that learner alone.
    """

    async def by_ids(self, ids: list[QuizId], *, viewer_id: UserId | None = None) -> list[Quiz | None]:
        """Return one slot per id, in their order."""

    async def by_slug(self, slug: str) -> Quiz | None:
        """Return the quiz with this slug."""

    async def by_slugs(self, slugs: list[str]) -> list[Quiz | None]:
        """Return one slot per slug, in their order."""

    async def question_ids(self, quiz_id: QuizId) -> list[QuestionId]:
        """Return the questions of a quiz, in quiz order, without those that pools draw."""

    async def pools(self, ids: Sequence[QuizId]) -> list[list[QuestionPool]]:
        """Return the pools of each quiz, in quiz order."""

    async def questions_of(self, quiz_ids: list[QuizId]) -> list[list[QuestionId]]:
        """Return one slot per quiz: its questions, in quiz order."""

    async def page(
        self,
        window: Window,
        *,
        exam_type_code: str | None = None,
        asked: QuizFilter = ALL_QUIZZES,
        now: datetime,
    ) -> Page[Quiz]:
        """Return quizzes that are not withdrawn and pass the filter now, newest first; of one exam type by its code."""

    async def lock(self, quiz_id: QuizId) -> Quiz | None:
        """Return a quiz, locked until the commit against other changes of it."""

    async def set_withdrawn(self, quiz_id: QuizId, *, at: datetime | None) -> Quiz:
        """Store when a quiz was withdrawn, or that it is not; raises NotFoundError."""

    async def published(self, slugs: list[str]) -> list[PublishedContent | None]:
        """Return one slot per slug: the content that it has now."""

    async def publish(self, new: NewQuiz, *, now: datetime) -> Quiz:
        """Store a quiz, or replace the content of the author's quiz with the same slug.

        The one that was there keeps its id, and stays withdrawn if it was.

        Raises SlugTakenError where the slug is another author's, or that of a quiz which was drawn for a learner.
        """


def is_slug(value: str) -> bool:
    """Tell whether the value is 1 to 80 of a-z, 0-9 and inner hyphens."""
    return len(value) <= LONGEST_SLUG and _SLUG.fullmatch(value) is not None


def checked_slug(value: str, *, field: str) -> str:
    """Return the value when it is 1 to 80 of a-z, 0-9 and inner hyphens."""
    if not is_slug(value):
        raise InvalidInputError(
            f"{field} must be 1 to {LONGEST_SLUG} of a-z, 0-9 and inner hyphens.", field=field
        )
    return value
