"""Handing in, in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from domain.attempt_results import end_of
from domain.attempt_sheets import AnsweredSlot, Practice
from domain.attempts import AttemptState, QuizAttempt
from domain.idempotency import REMEMBERED, Claim, Receipt
from domain.ids import AttemptId, QuestionId, QuizId, UserId
from domain.submissions import HandIn, Result, Revisions, Sheet
from domain.xp import QUIZ_REASONS, XpStatus
from tests.fakes.attempts import GRADED, FakeAttempts, Slot
from tests.fakes.streaks import FakeStreaks
from tests.fakes.xp import FakeXp

LATELY = timedelta(hours=6)


class FakeSubmissions:
    """Attempts of another fake, with the ledger, the activities and the receipts that results go to."""

    def __init__(self, attempts: FakeAttempts) -> None:
        self.attempts = attempts
        self.on_roadmaps: set[tuple[UserId, QuizId]] = set()
        self.streaks = FakeStreaks()
        self.ledger = FakeXp()
        self.receipts: dict[tuple[UserId, str, str], tuple[Receipt, datetime]] = {}
        self.finished: Counter[UserId] = Counter()

    async def hold(self, attempt_id: AttemptId, *, user_id: UserId) -> None:
        """Nobody else is here."""

    async def sheets(
        self, handed: Sequence[HandIn], *, credits_within: timedelta, xp_within: timedelta
    ) -> list[Sheet | None]:
        return [await self._sheet(one, credits_within, xp_within) for one in handed]

    async def _sheet(self, handed: HandIn, credits_within: timedelta, xp_within: timedelta) -> Sheet | None:
        attempt_id, user_id, now = handed.attempt_id, handed.user_id, handed.now
        attempt = self.attempts.own(attempt_id, user_id)
        if attempt is None:
            return None
        quiz, end = self.attempts.quizzes[attempt.quiz_id], end_of(attempt, now)
        active_on = self._active_on(user_id, end)
        return Sheet(
            attempt=attempt,
            revisions=self._revisions(attempt),
            slots=self._slots(attempt_id),
            quiz_slug=quiz.slug,
            quiz_title=quiz.title,
            exam_type_id=quiz.exam_type_id,
            zone=await self.streaks.zone_of(user_id, at=end),
            on_roadmap=(user_id, attempt.quiz_id) in self.on_roadmaps,
            receipt=self._receipt(user_id, handed.claim, now),
            practice=self._practice(attempt, credits_since=end - credits_within, xp_since=end - xp_within),
            history=None if active_on else await self.streaks.history(user_id),
            active_on=active_on,
        )

    async def finish(self, results: Sequence[Result]) -> list[bool]:
        return [await self._finish(result) for result in results]

    async def _finish(self, result: Result) -> bool:
        attempt, claim = result.attempt, result.claim
        known = self.attempts.attempts[attempt.id]
        if known.state is not AttemptState.IN_PROGRESS or self._revisions(known) != result.read:
            return False
        self.attempts.attempts[attempt.id] = attempt
        for number, credit in result.credits.items():
            self.attempts.kept[attempt.id, number].credit = credit
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

    def _practice(self, attempt: QuizAttempt, *, credits_since: datetime, xp_since: datetime) -> Practice:
        others = [
            a
            for a in self.attempts.attempts.values()
            if a.user_id == attempt.user_id and a.state in GRADED and a.id != attempt.id
        ]
        asked = {self.attempts.kept[place].question_id for place in self.attempts.places_of(attempt.id)}
        best: dict[QuestionId, Fraction] = {}
        for other in others:
            for place in self.attempts.places_of(other.id):
                slot = self.attempts.kept[place]
                recent = other.finished_at is not None and other.finished_at > credits_since
                if recent and slot.question_id in asked and slot.credit:
                    best[slot.question_id] = max(best.get(slot.question_id, Fraction(0)), slot.credit)
        earned: Counter[date] = Counter()
        lately = 0
        for entry in self.ledger.entries:
            mine = entry.user_id == attempt.user_id and entry.status is not XpStatus.REVERSED
            if mine and entry.reason in QUIZ_REASONS:
                earned[entry.local_date] += entry.amount
                lately += entry.amount if entry.occurred_at > xp_since else 0
        return Practice(
            credits=best,
            attempts=[a.local_date for a in others if a.quiz_id == attempt.quiz_id and a.local_date],
            xp=earned,
            lately=lately,
        )
