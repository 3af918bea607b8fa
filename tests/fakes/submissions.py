"""Handing in, in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from domain.assessment.attempt_results import end_of
from domain.assessment.attempts import AttemptState, QuizAttempt, is_overdue
from domain.assessment.grading_inputs import AnsweredSlot, GradingInput, RecentResults, Revisions
from domain.assessment.submissions import Submission, SubmissionResult, WithheldResult
from domain.gamification.xp import QUIZ_REASONS, XpReason, XpStatus
from domain.idempotency import REMEMBERED, Claim, Receipt
from domain.ids import AttemptId, QuestionId, QuizId, UserId
from tests.fakes.attempts import GRADED, FakeAttempts, Slot
from tests.fakes.streaks import FakeStreaks
from tests.fakes.xp import FakeXp

LATELY = timedelta(hours=6)
UNGRADED = {AttemptState.IN_PROGRESS, AttemptState.SUBMITTED}


class FakeSubmissions:
    """Attempts of another fake, with the ledger, the activities and the receipts that results go to."""

    def __init__(self, attempts: FakeAttempts) -> None:
        self.attempts = attempts
        self.on_roadmaps: set[tuple[UserId, QuizId]] = set()
        self.own_quizzes: set[tuple[UserId, QuizId]] = set()
        self.streaks = FakeStreaks()
        self.ledger = FakeXp()
        self.receipts: dict[tuple[UserId, str, str], tuple[Receipt, datetime]] = {}
        self.finished: Counter[UserId] = Counter()

    async def lock(self, attempt_id: AttemptId, *, user_id: UserId) -> None:
        """Nothing runs at the same time."""

    async def grading_inputs(
        self, submissions: Sequence[Submission], *, credits_within: timedelta, xp_within: timedelta
    ) -> list[GradingInput | None]:
        return [await self._grading_input(each, credits_within, xp_within) for each in submissions]

    async def _grading_input(
        self, submission: Submission, credits_within: timedelta, xp_within: timedelta
    ) -> GradingInput | None:
        attempt_id, user_id, now = submission.attempt_id, submission.user_id, submission.now
        attempt = self.attempts.own(attempt_id, user_id)
        if attempt is None:
            return None
        quiz, end = self.attempts.quizzes[attempt.quiz_id], end_of(attempt, now)
        active_on = self._active_on(user_id, end)
        return GradingInput(
            attempt=attempt,
            revisions=self._revisions(attempt),
            slots=self._slots(attempt_id),
            quiz_slug=quiz.slug,
            quiz_title=quiz.title,
            exam_type_id=quiz.exam_type_id,
            zone=await self.streaks.zone_of(user_id, at=end),
            is_own=(user_id, attempt.quiz_id) in self.own_quizzes,
            on_roadmap=(user_id, attempt.quiz_id) in self.on_roadmaps,
            asked_elsewhere=self._is_asked_elsewhere(attempt, now),
            others_wait=any(
                a.user_id == user_id and a.state is AttemptState.SUBMITTED and a.id != attempt_id
                for a in self.attempts.attempts.values()
            ),
            receipt=self._receipt(user_id, submission.claim, now),
            recent=self._recent(
                attempt,
                end,
                until=end if attempt.finished_at is None else end + credits_within,
                credits_since=end - credits_within,
                xp_since=end - xp_within,
            ),
            history=None if active_on else await self.streaks.history(user_id),
            active_on=active_on,
        )

    async def finish(self, results: Sequence[SubmissionResult]) -> list[bool]:
        return [await self._finish(result) for result in results]

    async def withhold(self, result: WithheldResult) -> bool:
        return await self._record(result)

    async def releasable(
        self, *, user_id: UserId | None, ending: AttemptId | None, now: datetime, limit: int
    ) -> list[QuizAttempt]:
        found = [
            a
            for a in self.attempts.attempts.values()
            if a.state is AttemptState.SUBMITTED
            and user_id in {None, a.user_id}
            and not self._is_asked_elsewhere(a, now, ending)
        ]
        return sorted(found, key=lambda a: (a.user_id, str(a.finished_at), a.id))[:limit]

    def _is_asked_elsewhere(
        self, attempt: QuizAttempt, now: datetime, ending: AttemptId | None = None
    ) -> bool:
        asked = self.attempts.asked_in(attempt.id)
        return any(
            asked & self.attempts.hidden_by(other)
            for other in self.attempts.open_ones(attempt.user_id)
            if other.id not in {attempt.id, ending} and not is_overdue(other, now)
        )

    async def _finish(self, result: SubmissionResult) -> bool:
        if not await self._record(result):
            return False
        for number, credit in result.credits.items():
            self.attempts.kept[result.attempt.id, number].credit = credit
        return True

    async def _record(self, result: SubmissionResult | WithheldResult) -> bool:
        attempt, claim = result.attempt, result.claim
        known = self.attempts.attempts[attempt.id]
        if known.state not in UNGRADED or self._revisions(known) != result.read:
            return False
        self.attempts.attempts[attempt.id] = attempt
        self.attempts.saved[attempt.id] += 1
        if result.activity:
            await self.streaks.add(result.activity)
        if claim:
            self.receipts[attempt.user_id, claim.operation, claim.key] = claim.receipt, result.claimed_at
        await self.streaks.freeze(attempt.user_id, result.freezes)
        await self.ledger.add(result.entries)
        self.finished[attempt.user_id] += 1
        return True

    def _revisions(self, attempt: QuizAttempt) -> Revisions:
        user_id = attempt.user_id
        entries = sum(e.user_id == user_id for e in self.ledger.entries)
        activities = sum(a.user_id == user_id for a in self.streaks.activities.values())
        return Revisions(
            learner=self.finished[user_id] + entries + activities, answers=self.attempts.saved[attempt.id]
        )

    def _receipt(self, user_id: UserId, claim: Claim | None, now: datetime) -> Receipt | None:
        key = (user_id, claim.operation, claim.key) if claim else None
        found = self.receipts.get(key) if key else None
        return found[0] if found and found[1] > now - REMEMBERED else None

    def _slots(self, attempt_id: AttemptId) -> list[AnsweredSlot]:
        """Return the slots, none where a question or its key is lost."""
        kept = {n: self.attempts.kept[at, n] for at, n in self.attempts.places_of(attempt_id)}
        if any(slot.question_id not in self.attempts.questions for slot in kept.values()):
            return []
        return [self._slot(n, slot) for n, slot in kept.items()]

    def _slot(self, number: int, slot: Slot) -> AnsweredSlot:
        question, key = self.attempts.questions[slot.question_id]
        return AnsweredSlot(number=number, question=question, key=key, answer=slot.answer, fast=slot.fast)

    def _active_on(self, user_id: UserId, end: datetime) -> date | None:
        mine = [a for a in self.streaks.activities.values() if a.user_id == user_id]
        last = max((a.local_date for a in mine), default=None)
        return (
            last if any(a.local_date == last and end - LATELY < a.occurred_at <= end for a in mine) else None
        )

    def _recent(
        self,
        attempt: QuizAttempt,
        end: datetime,
        *,
        until: datetime,
        credits_since: datetime,
        xp_since: datetime,
    ) -> RecentResults:
        others = [
            a
            for a in self.attempts.attempts.values()
            if a.user_id == attempt.user_id
            and a.state in GRADED
            and a.id != attempt.id
            and a.finished_at is not None
            and a.finished_at <= until
        ]
        asked = {
            self.attempts.first_at(at): self.attempts.kept[at].question_id
            for at in self.attempts.places_of(attempt.id)
        }
        best: dict[QuestionId, Fraction] = {}
        for other in others:
            for place in self.attempts.places_of(other.id):
                slot = self.attempts.kept[place]
                recent = other.finished_at is not None and other.finished_at > credits_since
                now_asked = asked.get(self.attempts.first_at(place))
                if recent and now_asked and slot.credit:
                    best[now_asked] = max(best.get(now_asked, Fraction(0)), slot.credit)
        earned: Counter[date] = Counter()
        nodes: Counter[date] = Counter()
        lately = 0
        for entry in self.ledger.entries:
            mine = entry.user_id == attempt.user_id and entry.status is not XpStatus.REVERSED
            if mine and entry.reason in QUIZ_REASONS:
                earned[entry.local_date] += entry.amount
                lately += entry.amount if xp_since < entry.occurred_at <= end else 0
            if mine and entry.reason is XpReason.NODE_COMPLETED:
                nodes[entry.local_date] += entry.amount
        return RecentResults(
            credits=best,
            attempts=[a.local_date for a in others if a.quiz_id == attempt.quiz_id and a.local_date],
            xp=earned,
            lately=lately,
            nodes=nodes,
        )
