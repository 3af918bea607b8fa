"""Timers of attempts: what a client counts down from, by the server's clock."""

from datetime import datetime, timedelta

from domain.assessment.attempts import GRACE, AttemptState, QuizAttempt, remaining
from domain.entities import entity
from domain.ids import AttemptId
from domain.signals import Signal

_JUST_AFTER = timedelta(milliseconds=1)


@entity
class AttemptTimer:
    """An attempt as its timer shows it at `server_time`.

    `remaining` is at least zero, and None for a closed attempt or one without a deadline.
    """

    attempt: QuizAttempt
    state: AttemptState
    deadline: datetime | None
    remaining: timedelta | None
    server_time: datetime

    @property
    def is_over(self) -> bool:
        """Whether the attempt takes no more answers, and its timer has nothing more to show."""
        return self.state is not AttemptState.IN_PROGRESS


def timer_of(attempt: QuizAttempt, now: datetime) -> AttemptTimer:
    """Return the timer of an attempt as it stands now."""
    return AttemptTimer(
        attempt=attempt,
        state=attempt.state,
        deadline=attempt.deadline,
        remaining=remaining(attempt, now),
        server_time=now,
    )


def next_look(timer: AttemptTimer, *, at_most: timedelta) -> timedelta:
    """Return after which time the timer shows something else by itself: at the deadline, then after the grace period.

    It is `at_most` where nothing comes before that.
    """
    if timer.deadline is None:
        return at_most
    left = timer.deadline - timer.server_time
    if left <= timedelta(0):
        left += GRACE + _JUST_AFTER
    return max(timedelta(0), min(left, at_most))


def attempt_signal(attempt_id: AttemptId) -> Signal:
    """Return the signal that an attempt has ended, or that its deadline is another one."""
    return Signal(topic=f"attempt:{attempt_id}", body=attempt_id)
