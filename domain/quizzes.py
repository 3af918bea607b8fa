"""Quizzes: ordered questions with their rules, and the exam types and domains that they belong to."""

import re
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import ExamDomainId, ExamTypeId, QuestionId, QuizId, UserId
from domain.paging import Page, Window

MOST_EXAM_TYPES = 100
MOST_DOMAINS = 40
"""How many domains an exam type may have; all exam types with all their domains still fit into one query."""
MOST_QUESTIONS = 200
"""How many questions a quiz may have."""
LONGEST_SLUG = 80
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Feedback(Enum):
    """When a learner in practice mode is told what was right."""

    AFTER_EACH = "AFTER_EACH"
    AT_END = "AT_END"


@entity
class ExamType:
    """An exam, or a subject, that questions prepare for; `code` is its short name in addresses."""

    id: ExamTypeId
    code: str
    name: str
    description: str


@entity
class ExamDomain:
    """A numbered part of an exam type, like `2.3`; `weight` is its share of the exam in percent."""

    id: ExamDomainId
    exam_type_id: ExamTypeId
    code: str
    name: str
    weight: int


@entity
class Quiz:
    """A published quiz; `pass_mark` is in percent, `time_limit` None means no limit."""

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


@entity
class NewQuiz:
    """A quiz about to be published, with its questions in order."""

    quiz: Quiz
    question_ids: list[QuestionId]
    content_hash: str


@entity
class Published:
    """Which content a slug stands for now, and whose it is."""

    slug: str
    author_id: UserId
    content_hash: str


class SlugTakenError(DomainError):
    """Another author's quiz has this slug."""

    code = "SLUG_TAKEN"


class Quizzes(Protocol):
    """Published quizzes, all of them public; their questions are seen in attempts."""

    async def by_ids(self, ids: list[QuizId]) -> list[Quiz | None]:
        """Return one slot per id, in their order."""

    async def by_slug(self, slug: str) -> Quiz | None:
        """Return the quiz with this slug."""

    async def by_slugs(self, slugs: list[str]) -> list[Quiz | None]:
        """Return one slot per slug, in their order."""

    async def question_ids(self, quiz_id: QuizId) -> list[QuestionId]:
        """Return the questions of a quiz, in quiz order."""

    async def page(self, window: Window, *, exam_type_code: str | None = None) -> Page[Quiz]:
        """Return quizzes, newest first; of one exam type where its code is given."""

    async def published(self, slugs: list[str]) -> list[Published | None]:
        """Return one slot per slug: the content that it stands for now."""

    async def publish(self, new: NewQuiz, *, now: datetime) -> Quiz:
        """Store a quiz, or put this content in its author's quiz of the same slug, which keeps its id.

        Raises SlugTakenError where the slug is another author's.
        """


class ExamTypes(Protocol):
    """Exam types and their domains, all of them public."""

    async def all(self) -> list[ExamType]:
        """Return the exam types, at most 100, by code."""

    async def by_ids(self, ids: list[ExamTypeId]) -> list[ExamType | None]:
        """Return one slot per id, in their order."""

    async def by_code(self, code: str) -> ExamType | None:
        """Return the exam type with this code."""

    async def domains_by_ids(self, ids: list[ExamDomainId]) -> list[ExamDomain | None]:
        """Return one slot per id, in their order."""

    async def domains_of(self, ids: list[ExamTypeId]) -> list[list[ExamDomain]]:
        """Return the domains of each exam type, by code, at most 40 each."""

    async def add(self, new: ExamType) -> ExamType:
        """Store an exam type; return the one that has this code already, unchanged, where there is one."""

    async def add_domains(self, new: list[ExamDomain]) -> None:
        """Store the domains of one exam type; those whose code is there already stay as they are."""


def checked_slug(value: str, *, field: str) -> str:
    """Return the value when it is 1 to 80 of a-z, 0-9 and inner hyphens."""
    if len(value) > LONGEST_SLUG or not _SLUG.fullmatch(value):
        raise InvalidInputError(
            f"{field} must be 1 to {LONGEST_SLUG} of a-z, 0-9 and inner hyphens.", field=field
        )
    return value
