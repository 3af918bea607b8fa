"""The store of regrades: which attempts asked earlier versions, what their results depend on, and the new results."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from domain.assessment.attempts import QuizAttempt
from domain.assessment.grading_inputs import Repeats
from domain.content.answers import Answer
from domain.content.grading_keys import GradingKey
from domain.entities import entity
from domain.gamification.streaks import UserZone
from domain.gamification.xp import XpStatus
from domain.ids import AttemptId, ExamDomainId, ExamTypeId, QuestionId, UserId
from domain.jobs.job_states import JobState


@entity
class DueAttempt:
    """A closed attempt that is to be graded again."""

    attempt_id: AttemptId
    user_id: UserId


@entity
class StoredSlot:
    """A slot of a closed attempt with its credit."""

    number: int
    question: GradingKey
    answer: Answer | None
    credit: Fraction
    fast: bool


@entity
class RegradeInput:
    """A closed attempt with what its result depends on.

    `quiz_xp` is what quizzes earned on its local date, `statuses` are those of its own XP entries.
    """

    attempt: QuizAttempt
    quiz_slug: str
    quiz_title: str
    exam_type_id: ExamTypeId
    is_own: bool
    on_roadmap: bool
    zone: UserZone
    slots: list[StoredSlot]
    repeats: Repeats
    quiz_xp: int
    statuses: frozenset[XpStatus]


@entity
class RegradeResult:
    """What is stored of an attempt that was graded again by the key of `question_id`.

    `score_tenths` and `rest` are what the score has more, `best_tenths` is the score itself; `correct` are the right
    answers that are new, by their domains. `summary` is that of the activity.
    """

    question_id: QuestionId
    attempt: QuizAttempt
    exam_type_id: ExamTypeId
    credits: Mapping[int, Fraction]
    score_tenths: int
    best_tenths: int
    rest: Fraction
    correct: Mapping[ExamDomainId, int]
    summary: str
    xp: int
    regraded_at: datetime

    @property
    def is_raised(self) -> bool:
        """Whether anything went up."""
        return bool(self.credits)


@entity
class RegradeCounts:
    """How many attempts were graded again by a key, how many of them went up, and how many cannot be graded yet."""

    regraded: int
    raised: int
    waiting: int


@entity
class QuestionRegrade:
    """The latest regrade of a question, by any user, and how many attempts all of them did and raised so far.

    `progress` is that of the job, in percent; `next_run_at` is set while it waits.
    """

    question_id: QuestionId
    state: JobState
    progress: int
    regraded: int
    raised: int
    created_at: datetime
    finished_at: datetime | None
    next_run_at: datetime | None


class Regrades(Protocol):
    """Attempts that asked earlier versions of questions."""

    async def earlier_versions(self, ids: Sequence[QuestionId]) -> list[list[QuestionId]]:
        """Return the versions that each question took the place of."""

    async def due_counts(self, pairs: Sequence[tuple[QuestionId, QuestionId]]) -> dict[QuestionId, int]:
        """Return by question how many closed attempts asked an earlier version and were not graded again.

        A pair is a question and one of its earlier versions.
        """

    async def due(
        self, question_id: QuestionId, earlier: Sequence[QuestionId], *, after: AttemptId | None, limit: int
    ) -> list[DueAttempt]:
        """Return closed attempts that asked one of the earlier versions and were not graded again, by id.

        Those of learners with an open attempt that asks any version are left out.
        """

    async def read(
        self, due: DueAttempt, question_id: QuestionId, earlier: Sequence[QuestionId]
    ) -> RegradeInput | None:
        """Return what the result of a locked attempt depends on; None where it is not due any more."""

    async def store(self, result: RegradeResult) -> None:
        """Store a result once; what it has more is added to the roll-ups."""

    async def was_told(self, user_id: UserId, question_id: QuestionId) -> bool:
        """Tell whether another attempt of the learner went up by the key of this question before."""

    async def counts(self, question_id: QuestionId, earlier: Sequence[QuestionId]) -> RegradeCounts:
        """Return how far the attempts are."""

    async def latest(self, ids: Sequence[QuestionId]) -> list[QuestionRegrade | None]:
        """Return the latest regrade of each question, None without one; jobs that ended are kept for a week."""
