"""Grading keys: what an answer to a question is graded by."""

from dataclasses import field

from domain.content.answer_keys import AcceptedNumber, AcceptedText, PartKey
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.entities import entity
from domain.ids import ExamDomainId, OptionId, QuestionId


@entity
class GradingKey:
    """The part of a question and of its answer key that grading reads: nothing that is only shown."""

    id: QuestionId
    domain_id: ExamDomainId
    kind: QuestionKind
    difficulty: Difficulty
    all_or_nothing: bool
    correct_options: frozenset[OptionId]
    truth: bool | None
    texts: list[AcceptedText]
    numbers: list[AcceptedNumber]
    parts: list[PartKey] = field(default_factory=list)
