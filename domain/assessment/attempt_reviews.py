"""Reviews of attempts: what a learner may see of slots and of a closed attempt."""

from datetime import timedelta
from fractions import Fraction

from domain.content.answers import Answer
from domain.entities import entity
from domain.ids import AttemptId, QuestionId


@entity
class RevealedSlot:
    """A slot whose answer key its learner may see: the attempt is closed, or it gives feedback after each answer.

    `credit` is what the slot was graded with, which a regrade may have raised; None while the attempt is open.
    `corrected_by` is the version whose key the slot was graded again by, None without a regrade.
    """

    attempt_id: AttemptId
    number: int
    question_id: QuestionId
    answer: Answer | None
    credit: Fraction | None = None
    corrected_by: QuestionId | None = None


@entity
class AttemptReview:
    """A closed attempt in numbers; a question with part of its credit counts as partly right."""

    attempt_id: AttemptId
    correct: int
    partly_correct: int
    wrong: int
    unanswered: int
    time_spent: timedelta
    pass_mark: int
