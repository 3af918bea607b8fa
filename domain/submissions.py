"""Handing attempts in: one statement reads all that their results follow from, and one writes all that follows."""

from collections.abc import Collection, Mapping, Sequence
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
class HandIn:
    """An attempt that is handed in by its learner at the moment `now`; `claim` is that of the key that came along."""

    attempt_id: AttemptId
    user_id: UserId
    claim: Claim | None
    now: datetime


@entity
class Sheet:
    """All that the result of an attempt follows from; whatever changes any of it changes a revision.

    `attempt` is as it stands, `slots` are empty where its questions or their keys are lost, `zone` is the learner's at
    the end it would have now, and `receipt` what the key of the claim was used for. `on_roadmap` says that a roadmap
    which the learner is enrolled in has a node that the quiz completes. `history` is left out where the learner was
    active within hours: the last date of an activity is `active_on` then, and one more activity on that date is
    routine.
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
    """All that follows from handing an attempt in: its end and score, XP, the streak and the roll-ups.

    `read` says of which sheet: the result is worth nothing once one of the two has changed.
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


class Submissions(Protocol):
    """Attempts that are handed in; every method reaches only those of the user it names."""

    async def hold(self, attempt_id: AttemptId, *, user_id: UserId) -> None:
        """Hold back whatever changes a revision of the attempt's sheet until the transaction ends."""

    async def sheets(
        self, handed: Sequence[HandIn], *, credits_within: timedelta, xp_within: timedelta
    ) -> list[Sheet | None]:
        """Return what each attempt is graded by, keys included: for grading alone; one slot per attempt, in order.

        The credits and the recent XP are those within the two spans before the end that it would have at its `now`:
        that, or its deadline where it was before.
        """

    async def finish(self, results: Sequence[Result]) -> list[bool]:
        """Close attempts and store all of their results, at most one of a learner; return of which that was done.

        Nothing of a result is stored where a revision is not the one that was read, as it is not once the attempt
        is closed: of any number of concurrent calls with one sheet exactly one stores its result. Nobody is waited
        for: a result is not stored either while a transaction holds its attempt or changes what a sheet tells of.
        """
