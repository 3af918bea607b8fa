"""What a closed attempt is graded and rewarded by: its sheet, keys included, and what its learner did before."""

from collections.abc import Mapping
from fractions import Fraction

from domain.answers import Answer
from domain.entities import entity
from domain.ids import ExamTypeId, QuestionId
from domain.questions import AnswerKey, Question
from domain.streaks import UserZone
from domain.xp import QuizXp


@entity
class AnsweredSlot:
    """A slot as grading sees it: what was asked, what is right, and what was answered."""

    number: int
    question: Question
    key: AnswerKey
    answer: Answer | None
    fast: bool


@entity
class Sheet:
    """All that a closed attempt is graded by: its slots by number, its quiz, and the learner's zone at its end.

    `on_roadmap` says that a roadmap which the learner is enrolled in has a node that the quiz completes.
    """

    slots: list[AnsweredSlot]
    quiz_slug: str
    quiz_title: str
    exam_type_id: ExamTypeId
    zone: UserZone
    on_roadmap: bool


@entity
class PracticeHistory:
    """What the learner did before that a new award depends on.

    `credits` holds the best credit that each question earned in the last 24 hours; `earlier_today` counts the
    graded attempts at the same quiz on the same local date.
    """

    credits: Mapping[QuestionId, Fraction]
    earlier_today: int


@entity
class PracticeRecord:
    """What the learner did before, and what they have earned with quizzes."""

    history: PracticeHistory
    earned: QuizXp
