"""What an attempt is graded and rewarded by: its sheet, keys included, and what its learner did before."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from domain.answers import Answer
from domain.entities import entity
from domain.ids import ExamDomainId, OptionId, QuestionId
from domain.questions import AcceptedNumber, AcceptedText, AnswerKey, Difficulty, Question, QuestionKind
from domain.xp import QuizXp


@entity
class Marking:
    """The part of a question and of its key that an answer is graded by: nothing that is only shown."""

    id: QuestionId
    domain_id: ExamDomainId
    kind: QuestionKind
    difficulty: Difficulty
    all_or_nothing: bool
    correct_options: frozenset[OptionId]
    truth: bool | None
    texts: list[AcceptedText]
    numbers: list[AcceptedNumber]


@entity
class AnsweredSlot:
    """A slot as grading sees it: what was asked, what is right, and what was answered."""

    number: int
    question: Question | Marking
    key: AnswerKey | Marking
    answer: Answer | None
    fast: bool


@entity
class PracticeHistory:
    """What the learner did before that a new award depends on.

    `credits` holds the best credit that each question earned in the last 24 hours; `earlier_today` counts the
    graded attempts at the same quiz on the same local date.
    """

    credits: Mapping[QuestionId, Fraction]
    earlier_today: int


@entity
class Practice:
    """What the learner practised around the end of an attempt, for whatever local date that turns out to be.

    `attempts` holds the local date of each graded attempt at the same quiz, `xp` what quizzes earned on each local
    date and `lately` what they earned in the last minutes, pending included.
    """

    credits: Mapping[QuestionId, Fraction]
    attempts: list[date]
    xp: Mapping[date, int]
    lately: int

    def history(self, today: date) -> PracticeHistory:
        """Return what an award on this local date depends on."""
        return PracticeHistory(credits=self.credits, earlier_today=self.attempts.count(today))

    def earned(self, today: date) -> QuizXp:
        """Return what quizzes earned on this local date, and lately."""
        return QuizXp(today=self.xp.get(today, 0), lately=self.lately)
