"""Model of a learner's attempts at two quizzes that share questions: the rules in a few lines, without a database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from domain.assessment.attempts import GRACE, AttemptState
from domain.content.quizzes import Feedback

ENDED = {AttemptState.GRADED, AttemptState.EXPIRED, AttemptState.SUBMITTED}
GRADED = {AttemptState.GRADED, AttemptState.EXPIRED}
ROWS = """SELECT a.id, a.state, a.score, a.finished_at, a.deadline,
    (SELECT json_agg(json_build_array(number, answer, client_seq, flagged) ORDER BY number) FROM attempt_slots s
     WHERE s.attempt_id = a.id) AS slots,
    (SELECT json_agg(json_build_array(x.reason, x.amount, x.status) ORDER BY x.reason) FROM xp_entries x
     WHERE x.source_type = 'attempt' AND x.source_id = a.id) AS entries,
    (SELECT count(*) FROM activities y WHERE y.source_type = 'attempt' AND y.source_id = a.id) AS activities
    FROM quiz_attempts a WHERE a.user_id = $1 ORDER BY a.id"""
"""What the database has of the attempts of a learner."""


@dataclass
class ModelQuiz:
    """A quiz of the first `size` of the same true-or-false questions, which are all true."""

    name: str
    size: int
    limit: timedelta | None
    feedback: Feedback


@dataclass
class ModelAttempt:
    """An attempt; `saved` holds the answer and the client's number of each slot that has one."""

    id: str
    quiz: ModelQuiz
    deadline: datetime | None
    state: AttemptState = AttemptState.IN_PROGRESS
    saved: dict[int, tuple[bool, int]] = field(default_factory=dict)
    flagged: set[int] = field(default_factory=set)
    late: bool = False
    ended_at: datetime | None = None
    submit_key: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended in the database."""
        return self.state is AttemptState.IN_PROGRESS

    def is_overdue(self, now: datetime) -> bool:
        return self.is_running and self.deadline is not None and now > self.deadline + GRACE

    def takes_answers(self, now: datetime) -> bool:
        return self.is_running and not self.is_overdue(now)

    def hides(self, question: int) -> bool:
        """Tell whether it asks the question and does not show yet what is right."""
        shows = self.quiz.feedback is Feedback.AFTER_EACH and question in self.saved
        return question <= self.quiz.size and not shows

    @property
    def score(self) -> Fraction:
        """The score in percent."""
        right = sum(truth for truth, _ in self.saved.values())
        return Fraction(100 * right, self.quiz.size)


@dataclass
class ModelLearner:
    """A learner with all their attempts, in the order of their starts, and the keys that starts have used."""

    attempts: list[ModelAttempt] = field(default_factory=list)
    start_keys: dict[str, ModelAttempt] = field(default_factory=dict)

    def running(self, quiz: ModelQuiz) -> ModelAttempt | None:
        return next((a for a in self.attempts if a.quiz is quiz and a.is_running), None)

    def holds_back(self, attempt: ModelAttempt, now: datetime) -> bool:
        """Tell whether another open attempt asks a question of this one."""
        return any(
            other.takes_answers(now) and any(map(other.hides, range(1, attempt.quiz.size + 1)))
            for other in self.attempts
            if other is not attempt
        )

    def end(self, attempt: ModelAttempt, now: datetime) -> None:
        """End a running attempt by its learner or by its deadline, and release what waited for its end."""
        attempt.late = attempt.is_overdue(now)
        attempt.ended_at = now if attempt.deadline is None else min(attempt.deadline, now)
        attempt.state = AttemptState.SUBMITTED
        if not self.holds_back(attempt, now):
            self._grade(attempt)
        self.release(now)

    def abandon(self, attempt: ModelAttempt, now: datetime) -> None:
        attempt.state, attempt.ended_at = AttemptState.ABANDONED, now
        self.release(now)

    def expire(self, now: datetime) -> None:
        """End every overdue attempt, and release what waits for nothing, as the sweeper does."""
        for attempt in self.attempts:
            if attempt.is_overdue(now):
                self.end(attempt, now)
        self.release(now)

    def release(self, now: datetime) -> None:
        for attempt in self.attempts:
            if attempt.state is AttemptState.SUBMITTED and not self.holds_back(attempt, now):
                self._grade(attempt)

    def _grade(self, attempt: ModelAttempt) -> None:
        attempt.state = AttemptState.EXPIRED if attempt.late else AttemptState.GRADED


def compare(attempt: ModelAttempt, row: Any) -> None:
    """Compare an attempt of the model with its row of ROWS."""
    assert (AttemptState(row["state"]), row["deadline"]) == (attempt.state, attempt.deadline)
    assert row["finished_at"] == attempt.ended_at
    slots = {number: (answer, seq, flagged) for number, answer, seq, flagged in row["slots"]}
    for number in range(1, attempt.quiz.size + 1):
        truth, seq = attempt.saved.get(number, (None, None))
        answer = None if truth is None else {"truth": truth}
        assert slots[number] == (answer, seq, number in attempt.flagged)
    counted = attempt.state in ENDED and bool(attempt.saved)
    assert row["activities"] == int(counted)
    if attempt.state in GRADED:
        assert abs(float(row["score"]) - float(attempt.score)) <= 0.05
        reasons = [reason for reason, _, _ in row["entries"] or ()]
        assert len(reasons) == len(set(reasons))
    else:
        assert (row["score"], row["entries"]) == (None, None)
