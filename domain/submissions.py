"""Handing an attempt in: one statement reads all that its result follows from, and one writes all that follows."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Protocol

from domain.analytics import AttemptFacts
from domain.attempt_sheets import AnsweredSlot, Practice
from domain.attempts import QuizAttempt
from domain.entities import entity
from domain.idempotency import Claim, Receipt
from domain.ids import AttemptId, ExamTypeId, UserId
from domain.streaks import Activity, History, UserZone
from domain.xp import XpEntry


@entity
class Revisions:
    """How often the learner's record and the attempt with its answers had changed when a sheet was read."""

    learner: int
    answers: int


@entity
class Sheet:
    """All that the result of an attempt follows from; whatever changes any of it changes a revision.

    `attempt` is as it stands, `zone` the learner's at the end it would have now, and `receipt` what the key of the
    claim was used for. `on_roadmap` says that a roadmap which the learner is enrolled in has a node that the quiz
    completes. `history` is left out where the learner was active within hours: the last date of an activity is
    `active_on` then, and one more activity on that date is routine.
    """

    attempt: QuizAttempt
    revisions: Revisions
    slots: list[AnsweredSlot]
    quiz_slug: str
    quiz_title: str
    exam_type_id: ExamTypeId
    zone: UserZone
    on_roadmap: bool
    receipt: Receipt | None
    practice: Practice
    history: History | None
    active_on: date | None


@entity
class Result:
    """All that follows from handing an attempt in: its end and score, XP, the streak and the roll-ups."""

    attempt: QuizAttempt
    credits: Mapping[int, Fraction]
    entries: list[XpEntry]
    activity: Activity | None
    freezes: Collection[date]
    facts: AttemptFacts
    claim: Claim | None
    claimed_at: datetime


class Submissions(Protocol):
    """Attempts that are handed in; every method reaches only those of the user it names."""

    async def hold(self, attempt_id: AttemptId, *, user_id: UserId) -> None:
        """Hold back whatever changes a revision of the attempt's sheet until the transaction ends."""

    async def sheet(
        self,
        attempt_id: AttemptId,
        *,
        user_id: UserId,
        claim: Claim | None,
        now: datetime,
        credits_within: timedelta,
        xp_within: timedelta,
    ) -> Sheet | None:
        """Return what the attempt is graded by, keys included: for grading alone.

        The credits and the recent XP are those within the two spans before the end that it would have now: `now`,
        or its deadline where that was before.
        """

    async def finish(self, result: Result, *, read: Revisions) -> bool:
        """Close the attempt and store all of its result, in one statement and therefore wholly or not at all.

        Nothing is stored and False returned where a revision is not the one that was read, as it is not once the
        attempt is closed: of any number of concurrent calls with one sheet exactly one stores its result.
        """
