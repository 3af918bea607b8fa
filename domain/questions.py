"""Questions: their public face, and apart from it the keys that grade them."""

from decimal import Decimal
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.ids import ExamDomainId, ExamTypeId, OptionId, QuestionId, UserId


class QuestionKind(Enum):
    """How a question is answered."""

    SINGLE_CHOICE = "SINGLE_CHOICE"
    MULTIPLE_CHOICE = "MULTIPLE_CHOICE"
    TRUE_FALSE = "TRUE_FALSE"
    SHORT_TEXT = "SHORT_TEXT"
    NUMERIC = "NUMERIC"


class Difficulty(Enum):
    """How hard the author thinks a question is."""

    EASY = "EASY"
    MEDIUM = "MEDIUM"
    HARD = "HARD"


@entity
class Option:
    """One of the answers to choose from; its id says nothing about whether it is right."""

    id: OptionId
    text: str


@entity
class Question:
    """What a learner sees before the attempt is closed: no key, no explanation, no feedback.

    `options` is empty for the kinds without a choice, and else in the order of the ids, which is random.
    `all_or_nothing` tells how a multiple choice is graded. Questions never change: a fix is a new question.
    """

    id: QuestionId
    exam_type_id: ExamTypeId
    domain_id: ExamDomainId
    kind: QuestionKind
    difficulty: Difficulty
    prompt: str
    options: list[Option]
    all_or_nothing: bool


@entity
class AcceptedText:
    """A short text that earns `weight` percent."""

    text: str
    weight: int


@entity
class AcceptedNumber:
    """Numbers from `low` to `high`, both included, that earn `weight` percent."""

    low: Decimal
    high: Decimal
    weight: int


@entity
class AnswerKey:
    """The secret half of a question: what is right, and why.

    `option_feedback` is keyed by what was answered: an option's id, `true` or `false`, an accepted text as it
    was written, or an accepted number as `low..high`; `*` stands for every other answer.
    """

    question_id: QuestionId
    correct_options: frozenset[OptionId]
    truth: bool | None
    texts: list[AcceptedText]
    numbers: list[AcceptedNumber]
    explanation: str
    option_feedback: dict[str, str]


@entity
class NewQuestion:
    """A question about to be stored by its author; `name` is what the author calls it.

    `content_hash` is the same for questions that say, ask and grade the same, whatever their ids.
    """

    question: Question
    key: AnswerKey
    author_id: UserId
    name: str
    content_hash: str


class Questions(Protocol):
    """Questions and, reachable by `keys_by_ids` alone, their keys."""

    async def by_ids(self, ids: list[QuestionId]) -> list[Question | None]:
        """Return one slot per id, in their order."""

    async def keys_by_ids(self, ids: list[QuestionId]) -> list[AnswerKey | None]:
        """Return one key per id, in their order; for grading, and for showing after an attempt is closed."""

    async def ids_by_hashes(self, hashes: list[str], *, author_id: UserId) -> list[QuestionId | None]:
        """Return one slot per content hash: the author's question with this content, in their order."""

    async def add(self, new: list[NewQuestion]) -> list[QuestionId]:
        """Store what one author wrote; return one id per question, the older one where there is one."""
