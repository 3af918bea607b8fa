"""Submissions of attempts: one statement reads everything that their results depend on, one stores the results."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Protocol

from domain.analytics.learner_analytics import AttemptFacts
from domain.assessment.attempts import QuizAttempt
from domain.assessment.grading_inputs import GradingInput, Revisions
from domain.entities import entity
from domain.gamification.streaks import Activity
from domain.gamification.xp import XpEntry
from domain.idempotency import Claim
from domain.ids import AttemptId, UserId


@entity
class Submission:
    """An attempt that its learner submits at `now`; `claim` is that of the idempotency key, if there is one."""

    attempt_id: AttemptId
    user_id: UserId
    claim: Claim | None
    now: datetime


@entity
class Replay:
    """An attempt that the same idempotency key had finished before: nothing is done again."""

    attempt: QuizAttempt


@entity
class SubmissionResult:
    """The result of a submission: end and score, XP, streak and roll-ups.

    `read` names the revisions that it was computed from; it is not stored once one of the two has changed.
    """

    attempt: QuizAttempt
    read: Revisions
    credits: Mapping[int, Fraction]
    entries: list[XpEntry]
    activity: Activity | None
    freezes: Collection[date]
    facts: AttemptFacts
    claim: Claim | None
    claimed_at: datetime


@entity
class WithheldResult:
    """What is stored of a submission while its result is withheld: its end and its day of the streak, ungraded.

    `entries` are those of milestones of the streak.
    """

    attempt: QuizAttempt
    read: Revisions
    entries: list[XpEntry]
    activity: Activity | None
    freezes: Collection[date]
    claim: Claim | None
    claimed_at: datetime


class Submissions(Protocol):
    """Submissions of attempts; every method reaches only the attempts of the users it is given."""

    async def lock(self, attempt_id: AttemptId, *, user_id: UserId) -> None:
        """Lock everything that counts in the attempt's revisions until the transaction ends."""

    async def grading_inputs(
        self, submissions: Sequence[Submission], *, credits_within: timedelta, xp_within: timedelta
    ) -> list[GradingInput | None]:
        """Return the grading input of each submission, keys included; one slot per submission, in order.

        For grading only. Credits and recent XP are those within the two spans before the end of the attempt: its
        `now`, or its deadline where that is earlier. A withheld attempt has ended before, and others that ended within
        the first span after it were graded meanwhile; their credits and dates count as well.
        """

    async def finish(self, results: Sequence[SubmissionResult]) -> list[bool]:
        """Close attempts and store their results, at most one of a learner; return which were stored.

        A result is not stored at all where a revision is not the one that was read, which includes that the attempt
        is closed: of concurrent calls with the same input exactly one stores its result. The call does not wait: a
        result is not stored either while another transaction locks its attempt or its learner.
        """

    async def withhold(self, result: WithheldResult) -> bool:
        """Store that an attempt was submitted, without a result; return whether it was, as `finish` does."""

    async def releasable(
        self, *, user_id: UserId | None, ending: AttemptId | None, now: datetime, limit: int
    ) -> list[QuizAttempt]:
        """Return withheld attempts that no open attempt asks about, of one learner or of all, by learner and end.

        `ending` does not count as open, nor does an attempt that is overdue at `now`.
        """
