"""Questions as learners see them, and their store, which reads answer keys separately."""

from dataclasses import field
from enum import Enum
from typing import Protocol

from domain.content.answer_keys import AnswerKey
from domain.content.answers import Blank, MatchingPrompt, Option
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.entities import entity
from domain.ids import ExamDomainId, ExamTypeId, QuestionId, UserId


class Difficulty(Enum):
    """How hard the author thinks a question is."""

    EASY = "EASY"
    MEDIUM = "MEDIUM"
    HARD = "HARD"


@entity
class Question:
    """The part of a question that a learner sees before the attempt is closed: no key, explanation or feedback.

    `options` is empty for the kinds without any, and else in the order of the ids, which is random. `all_or_nothing`
    says how a multiple choice is graded. `prompts` are those of a matching, and `blanks` those of a cloze. Questions
    never change: a correction is a new question.
    """

    id: QuestionId
    exam_type_id: ExamTypeId
    domain_id: ExamDomainId
    kind: QuestionKind
    difficulty: Difficulty
    prompt: str
    options: list[Option]
    all_or_nothing: bool
    prompts: list[MatchingPrompt] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)
    prompt_format: PromptFormat = PromptFormat.PLAIN


@entity
class NewQuestion:
    """A question to store, with the `name` that its author gave it.

    `content_hash` is equal for questions of equal content and key, whatever their ids.
    """

    question: Question
    key: AnswerKey
    author_id: UserId
    name: str
    content_hash: str


class Questions(Protocol):
    """Questions, and their keys, which only `keys_by_ids` returns."""

    async def by_ids(self, ids: list[QuestionId]) -> list[Question | None]:
        """Return one slot per id, in their order."""

    async def keys_by_ids(self, ids: list[QuestionId]) -> list[AnswerKey | None]:
        """Return one key per id, in their order; for grading, and for showing after an attempt is closed."""

    async def names_by_ids(self, ids: list[QuestionId], *, author_id: UserId) -> list[str | None]:
        """Return one slot per id, in their order: the name that the author gave to their question."""

    async def ids_by_hashes(self, hashes: list[str], *, author_id: UserId) -> list[QuestionId | None]:
        """Return one slot per content hash: the author's question with this content, in their order."""

    async def add(self, new: list[NewQuestion]) -> list[QuestionId]:
        """Store one author's questions; return one id per question, that of the existing one with the same content."""
