"""Attempts in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from domain import paging
from domain.assessment.answer_shares import FEWEST_OTHERS, AnswerCounts
from domain.assessment.attempt_reviews import AttemptReview, RevealedSlot
from domain.assessment.attempts import (
    ALL_ATTEMPTS,
    AttemptFilter,
    AttemptSlot,
    AttemptState,
    Frozen,
    OpenSlot,
    Place,
    QuizAttempt,
    Taken,
    shown,
)
from domain.content.answer_keys import AnswerKey
from domain.content.answers import Answer
from domain.content.questions import Question
from domain.content.quizzes import Feedback, Quiz
from domain.ids import AttemptId, ExamTypeId, QuestionId, QuizId, UserId
from domain.paging import Page, Window

GRADED = {AttemptState.GRADED, AttemptState.EXPIRED}


@dataclass
class Slot:
    question_id: QuestionId
    answer: Answer | None = None
    client_seq: int | None = None
    answered_at: datetime | None = None
    fast: bool = False
    flagged: bool = False
    credit: Fraction | None = None


class FakeAttempts:
    """Attempts in a dict, their slots in another."""

    def __init__(self) -> None:
        self.attempts: dict[AttemptId, QuizAttempt] = {}
        self.kept: dict[Place, Slot] = {}
        self.questions: dict[QuestionId, tuple[Question, AnswerKey]] = {}
        self.first_versions: dict[QuestionId, QuestionId] = {}
        self.quizzes: dict[QuizId, Quiz] = {}
        self.questions_of: dict[QuizId, list[QuestionId]] = {}
        self.exam_codes: dict[ExamTypeId, str] = {}
        self.unreviewed: set[QuestionId] = set()
        self.saved: Counter[AttemptId] = Counter()

    async def open(self, attempt: QuizAttempt) -> QuizAttempt:
        for known in self.attempts.values():
            if (known.user_id, known.quiz_id, known.state) == (
                attempt.user_id,
                attempt.quiz_id,
                AttemptState.IN_PROGRESS,
            ):
                return known
        self.attempts[attempt.id] = attempt
        return attempt

    async def freeze(self, attempt: QuizAttempt) -> Frozen:
        return await self.freeze_drawn(attempt, self.questions_of[attempt.quiz_id])

    async def freeze_drawn(self, attempt: QuizAttempt, question_ids: Sequence[QuestionId]) -> Frozen:
        for number, question_id in enumerate(question_ids, start=1):
            self.kept[attempt.id, number] = Slot(question_id)
        asks_unreviewed = not self.unreviewed.isdisjoint(question_ids)
        self.attempts[attempt.id] = replace(attempt, asks_unreviewed=asks_unreviewed)
        return len(question_ids), asks_unreviewed

    async def taken(self, quiz_id: QuizId, *, user_id: UserId, without: AttemptId) -> Taken:
        mine = [
            a
            for a in self.attempts.values()
            if (a.quiz_id, a.user_id) == (quiz_id, user_id) and a.id != without
        ]
        ends = [a.finished_at for a in mine if a.finished_at is not None]
        return Taken(count=len(mine), last_end=max(ends, default=None))

    async def discard(self, attempt_id: AttemptId) -> None:
        del self.attempts[attempt_id]

    async def by_ids(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[QuizAttempt | None]:
        return [self.own(attempt_id, user_id) for attempt_id in ids]

    async def asked(
        self, ids: Sequence[QuestionId], *, user_id: UserId
    ) -> list[tuple[QuestionId, int] | None]:
        seeds: dict[QuestionId, int] = {}
        for attempt in sorted(self.attempts.values(), key=lambda a: a.id):
            if attempt.user_id == user_id:
                asked = [slot.question_id for place, slot in self.kept.items() if place[0] == attempt.id]
                seeds |= dict.fromkeys(asked, attempt.seed)
        return [(id_, seeds[id_]) if id_ in seeds else None for id_ in ids]

    async def page(
        self, user_id: UserId, window: Window, *, asked: AttemptFilter = ALL_ATTEMPTS
    ) -> Page[QuizAttempt]:
        own = (a for a in self.attempts.values() if a.user_id == user_id and self._passes(a, asked))
        mine = sorted(own, key=lambda a: a.id)
        if not window.backward:
            mine.reverse()
        key = paging.expect(window, "attempts", str)
        if key is not None:
            mine = [a for a in mine if (a.id > key[0] if window.backward else a.id < key[0])]
        return paging.cut(mine[: window.size + 1], window, lambda a: (a.id,), "attempts")

    async def slots(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[list[AttemptSlot]]:
        return [
            [self._slot(place) for place in self.places_of(attempt_id)]
            if self.own(attempt_id, user_id)
            else []
            for attempt_id in ids
        ]

    async def open_slot(self, place: Place, *, user_id: UserId) -> OpenSlot | None:
        attempt = self.own(place[0], user_id)
        if attempt is None or place not in self.kept:
            return None
        elsewhere = [self.kept[p].answered_at for p in self.places_of(place[0]) if p != place]
        return OpenSlot(
            attempt=attempt,
            slot=self._slot(place),
            question=self.questions[self.kept[place].question_id][0],
            client_seq=self.kept[place].client_seq,
            previous_at=max((at for at in elsewhere if at), default=attempt.started_at),
        )

    async def save(
        self, place: Place, *, answer: Answer, client_seq: int, answered_at: datetime, fast: bool
    ) -> None:
        slot = self.kept[place]
        slot.answer, slot.client_seq, slot.answered_at = answer, client_seq, answered_at
        slot.fast = slot.fast or fast
        self.saved[place[0]] += 1

    async def flag(self, place: Place, *, flagged: bool) -> None:
        self.kept[place].flagged = flagged

    async def close(
        self, attempt_id: AttemptId, *, user_id: UserId, state: AttemptState, finished_at: datetime
    ) -> QuizAttempt | None:
        attempt = self.own(attempt_id, user_id)
        if attempt is None or attempt.state is not AttemptState.IN_PROGRESS:
            return None
        self.attempts[attempt_id] = replace(attempt, state=state, finished_at=finished_at)
        return self.attempts[attempt_id]

    async def revealed(self, places: Sequence[Place], *, user_id: UserId) -> list[RevealedSlot | None]:
        return [self._revealed(place, user_id) for place in places]

    async def reviews(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[AttemptReview | None]:
        return [self._review(attempt_id, user_id) for attempt_id in ids]

    async def answers_of_others(
        self, ids: Sequence[QuestionId], *, user_id: UserId
    ) -> list[AnswerCounts | None]:
        return [self._counts(question_id, user_id) for question_id in ids]

    async def holders(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[QuizAttempt | None]:
        return [self._holder(self.own(attempt_id, user_id)) for attempt_id in ids]

    async def overdue(
        self, *, before: datetime, limit: int, user_id: UserId | None = None
    ) -> list[QuizAttempt]:
        found = [
            a
            for a in self.attempts.values()
            if a.state is AttemptState.IN_PROGRESS
            and a.deadline is not None
            and a.deadline < before
            and user_id in {None, a.user_id}
        ]
        return sorted(found, key=lambda a: (a.user_id, a.id))[:limit]

    def own(self, attempt_id: AttemptId, user_id: UserId) -> QuizAttempt | None:
        attempt = self.attempts.get(attempt_id)
        return attempt if attempt and attempt.user_id == user_id else None

    def places_of(self, attempt_id: AttemptId) -> list[Place]:
        return sorted(place for place in self.kept if place[0] == attempt_id)

    def open_ones(self, user_id: UserId) -> list[QuizAttempt]:
        """The learner's attempts in progress, the oldest first."""
        mine = [a for a in self.attempts.values() if a.user_id == user_id]
        return sorted((a for a in mine if a.state is AttemptState.IN_PROGRESS), key=lambda a: a.id)

    def hidden_by(self, attempt: QuizAttempt) -> set[QuestionId]:
        """The first versions of the questions that an open attempt asks without showing what was right."""
        return {self.first_at(at) for at in self.places_of(attempt.id) if not self._final(at)}

    def asked_in(self, attempt_id: AttemptId) -> set[QuestionId]:
        """The first versions of the questions of an attempt."""
        return {self.first_at(at) for at in self.places_of(attempt_id)}

    def first_at(self, place: Place) -> QuestionId:
        question_id = self.kept[place].question_id
        return self.first_versions.get(question_id, question_id)

    def _counts(self, question_id: QuestionId, user_id: UserId) -> AnswerCounts | None:
        firsts: dict[UserId, Slot] = {}
        for place, slot in sorted(self.kept.items()):
            learner = self.attempts[place[0]].user_id
            if slot.question_id == question_id and slot.credit is not None and learner != user_id:
                firsts.setdefault(learner, slot)
        if len(firsts) < FEWEST_OTHERS:
            return None
        choices: Counter[str] = Counter()
        for slot in firsts.values():
            if slot.answer and slot.answer.truth is not None:
                choices[str(slot.answer.truth).lower()] += 1
            choices.update((slot.answer.options if slot.answer else None) or ())
        return AnswerCounts(
            question_id=question_id,
            learners=len(firsts),
            correct=sum(slot.credit == 1 for slot in firsts.values()),
            choices=dict(choices),
        )

    def _passes(self, attempt: QuizAttempt, asked: AttemptFilter) -> bool:
        code = self.exam_codes.get(self.quizzes[attempt.quiz_id].exam_type_id)
        return (
            asked.quiz_id in {None, attempt.quiz_id}
            and asked.exam_type_code in {None, code}
            and asked.state in {None, attempt.state}
            and asked.passed in {None, attempt.passed}
            and (asked.since is None or attempt.started_at >= asked.since)
            and (asked.until is None or attempt.started_at < asked.until)
        )

    def _holder(self, attempt: QuizAttempt | None) -> QuizAttempt | None:
        if attempt is None or attempt.state is not AttemptState.SUBMITTED:
            return None
        asked = self.asked_in(attempt.id)
        return next((o for o in self.open_ones(attempt.user_id) if asked & self.hidden_by(o)), None)

    def _final(self, place: Place) -> bool:
        attempt = self.attempts[place[0]]
        return attempt.feedback is Feedback.AFTER_EACH and self.kept[place].answer is not None

    def _slot(self, place: Place) -> AttemptSlot:
        attempt, slot = self.attempts[place[0]], self.kept[place]
        return AttemptSlot(
            attempt_id=place[0],
            number=place[1],
            question_id=slot.question_id,
            seed=attempt.seed,
            answer=None if slot.answer is None else shown(slot.answer),
            answered_at=slot.answered_at,
            locked=attempt.state is not AttemptState.IN_PROGRESS or self._final(place),
            flagged=slot.flagged,
        )

    def _revealed(self, place: Place, user_id: UserId) -> RevealedSlot | None:
        attempt = self.own(place[0], user_id)
        if attempt is None or place not in self.kept:
            return None
        slot = self.kept[place]
        others = [other for other in self.open_ones(user_id) if other.id != attempt.id]
        asked = any(self.first_at(place) in self.hidden_by(other) for other in others)
        open_ = attempt.state in {AttemptState.IN_PROGRESS, AttemptState.SUBMITTED} and self._final(place)
        never = attempt.feedback is Feedback.SCORE_ONLY
        if never or asked or not (attempt.state in GRADED or open_):
            return None
        return RevealedSlot(
            attempt_id=place[0], number=place[1], question_id=slot.question_id, answer=slot.answer
        )

    def _review(self, attempt_id: AttemptId, user_id: UserId) -> AttemptReview | None:
        attempt = self.own(attempt_id, user_id)
        if attempt is None or attempt.state not in GRADED:
            return None
        kept = [self.kept[place] for place in self.places_of(attempt_id)]
        return AttemptReview(
            attempt_id=attempt_id,
            correct=sum(slot.credit == 1 for slot in kept),
            partly_correct=sum(0 < (slot.credit or 0) < 1 for slot in kept),
            wrong=sum(slot.credit == 0 and slot.answer is not None for slot in kept),
            unanswered=sum(slot.answer is None for slot in kept),
            time_spent=(attempt.finished_at or attempt.started_at) - attempt.started_at or timedelta(0),
            pass_mark=attempt.pass_mark,
        )
