"""Grading inputs: everything that the result of an attempt is computed from."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from domain.assessment.attempts import QuizAttempt
from domain.content.answer_keys import AnswerKey
from domain.content.answers import Answer
from domain.content.grading_keys import GradingKey
from domain.content.questions import Question
from domain.entities import entity
from domain.gamification.streaks import History, UserZone
from domain.gamification.xp import QuizXp
from domain.idempotency import Receipt
from domain.ids import ExamTypeId, QuestionId


@entity
class AnsweredSlot:
    """A slot as grading reads it: question, answer key and answer."""

    number: int
    question: Question | GradingKey
    key: AnswerKey | GradingKey
    answer: Answer | None
    fast: bool


@entity
class Repeats:
    """Earlier work that reduces the awards of an attempt.

    `credits` holds the best credit that each question earned in the last 24 hours; `earlier_today` counts the
    graded attempts at the same quiz on the same local date.
    """

    credits: Mapping[QuestionId, Fraction]
    earlier_today: int


@entity
class RecentResults:
    """The learner's results before the end of an attempt, by local date, since the attempt's date is not known yet.

    `attempts` holds the local date of each graded attempt at the same quiz, `xp` what quizzes earned on each local
    date and `lately` what they earned in the last minutes, pending included; `nodes` is the XP of nodes on each
    local date.
    """

    credits: Mapping[QuestionId, Fraction]
    attempts: list[date]
    xp: Mapping[date, int]
    lately: int
    nodes: Mapping[date, int]

    def repeats_on(self, local_date: date) -> Repeats:
        """Return the earlier work that an attempt on this local date repeats."""
        return Repeats(credits=self.credits, earlier_today=self.attempts.count(local_date))

    def xp_on(self, local_date: date) -> QuizXp:
        """Return the XP that quizzes earned on this local date, and lately."""
        return QuizXp(today=self.xp.get(local_date, 0), lately=self.lately)


@entity
class Revisions:
    """How often the learner's record and the attempt with its answers had changed when the input was read."""

    learner: int
    answers: int


@entity
class GradingInput:
    """One attempt with everything that its result depends on; a change of any of it changes a revision.

    `slots` is empty where questions or their keys are lost. `zone` is the learner's at the end that the attempt would
    have now. `receipt` is that of the claim's key, if the key was used before. `on_roadmap` says whether the learner
    is enrolled in a roadmap with a node that the quiz completes, `is_own` whether the learner wrote the quiz.
    `asked_elsewhere` says whether another open attempt of the learner asks one of the questions without showing it yet,
    `others_wait` whether the results of other attempts of theirs are withheld.
    `history` is left out where the learner was active within hours: then `active_on` is the last local date with an
    activity, and one more activity on that date changes no streak.
    """

    attempt: QuizAttempt
    revisions: Revisions
    slots: list[AnsweredSlot]
    quiz_slug: str
    quiz_title: str
    exam_type_id: ExamTypeId
    zone: UserZone
    on_roadmap: bool
    is_own: bool
    asked_elsewhere: bool
    others_wait: bool
    receipt: Receipt | None
    recent: RecentResults
    history: History | None
    active_on: date | None
