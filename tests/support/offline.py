"""What learners did offline in tests: a small world, events in it, and the state that they leave."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.acts import Act
from domain.assessment.attempts import QuizAttempt
from domain.content.answers import Answer
from domain.ids import EnrolmentId, QuestionId, ReviewCardId, StudySessionId, UserId
from domain.learning.enrolments import Enrolment
from domain.learning.progress import NodeState
from domain.offline import sync
from domain.offline.event_kinds import answers, node_checks, reviews, study_answers
from domain.offline.events import EventStatus, GivenEvent, SyncedEvent
from domain.spaced_review.cards import ReviewCard, new_card
from domain.spaced_review.review_log import Rating
from domain.study.study_sessions import StudySession, StudySlot
from gateway.spaced_review.fsrs_schedulers import FsrsSchedulers
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.acts import an_act
from tests.builders.attempts import a_question, an_attempt, store_quiz
from tests.builders.roadmaps import an_enrolment, either, every
from tests.support.roadmaps import StoredRoadmap, store_roadmap
from tests.support.schema_client import START

BEFORE = START - timedelta(hours=80)
"""When the attempt and the enrolment of the world began, and when its devices were in contact."""
SCHEDULERS = FsrsSchedulers()
NEEDS = {"a": [], "b": [every("a")], "c": [either("a", "b")], "d": [every("b", "c")], "e": []}
"""The nodes of the world's roadmap, with what they need."""
_STATE = {
    "answers": (
        "attempt",
        """SELECT number, answer::text, client_seq, answered_at, tie_break, fast, first_offline_at,
            first_is_claimed FROM attempt_slots WHERE attempt_id = $1 ORDER BY number""",
    ),
    "nodes": (
        "enrolment",
        """SELECT lineage_id, state, changed_at, tie_break, passed, done_at FROM node_progress
        WHERE enrolment_id = $1 ORDER BY lineage_id""",
    ),
    "completed": ("enrolment", "SELECT completed_at FROM enrolments WHERE id = $1"),
    "days": (
        "user",
        """SELECT kind, source_id, CASE WHEN kind NOT IN ('STUDY', 'REVIEWS') THEN occurred_at END, local_date,
            time_zone FROM activities WHERE user_id = $1 ORDER BY kind, source_id""",
    ),
    "sessions": (
        "user",
        """SELECT questions_answered, last_active_at, ended_at, time_spent FROM study_sessions
        WHERE user_id = $1 ORDER BY id""",
    ),
    "studied": (
        "user",
        """SELECT s.ended_at, s.client_id, s.time_spent, a.answer::text, a.credit_numerator, a.answered_at, a.local_date
        FROM study_slots s JOIN study_sessions o ON o.id = s.session_id
        LEFT JOIN study_answers a ON a.session_id = s.session_id AND a.number = s.number
        WHERE o.user_id = $1 ORDER BY s.session_id""",
    ),
    "log": (
        "user",
        """SELECT card_id, reviewed_at, client_id, kind, rating, undoes, local_date FROM review_log
        WHERE user_id = $1 ORDER BY card_id, reviewed_at, client_id, kind""",
    ),
    "cards": (
        "user",
        """SELECT state, step, stability, difficulty, due_at, last_reviewed_at, reviews, lapses, introduced_on,
            predicted, recalled FROM review_cards WHERE user_id = $1 ORDER BY id""",
    ),
    "freezes": ("user", "SELECT local_date FROM streak_freezes WHERE user_id = $1 ORDER BY local_date"),
    "xp": (
        "user",
        "SELECT source_id, amount, status FROM xp_entries WHERE user_id = $1 ORDER BY source_id",
    ),
    "total": ("user", "SELECT xp_total, level FROM users WHERE id = $1"),
    "events": (
        "user",
        "SELECT id, status, at, refusals::text FROM offline_events WHERE user_id = $1 ORDER BY id",
    ),
}
"""What has to be the same in whatever order events come; entries and marks without the times of their rows."""


@dataclass
class OfflineWorld:
    """A learner with an open attempt and an enrolment, each since BEFORE, on stores that are rolled back."""

    work: SqlWork
    user_id: UserId
    attempt: QuizAttempt
    enrolment: Enrolment
    road: StoredRoadmap
    cards: list[ReviewCard]

    def act(self, now: datetime = START, user_id: UserId | None = None) -> Act:
        return an_act(actor_id=user_id or self.user_id, now=now)

    def an_answer(
        self, id: str, *, slot: int = 1, seq: int = 1, truth: bool = True, at: datetime
    ) -> GivenEvent:
        content = answers.content_of(
            attempt_id=self.attempt.id, slot=slot, answer=Answer(truth=truth), client_seq=seq
        )
        return GivenEvent(id=id, occurred_at=at, kind="answer", read=lambda: content)

    def a_check(self, id: str, node: str, state: NodeState = NodeState.DONE, *, at: datetime) -> GivenEvent:
        content = node_checks.content_of(
            enrolment_id=self.enrolment.id, node_id=self.road.nodes[node].id, state=state
        )
        return GivenEvent(id=id, occurred_at=at, kind="node", read=lambda: content)

    def a_study_answer(
        self, id: str, session_id: str, *, truth: bool | None = True, slot: int = 1, at: datetime
    ) -> GivenEvent:
        answer = None if truth is None else Answer(truth=truth)
        content = study_answers.content_of(session_id=session_id, slot=slot, answer=answer)
        return GivenEvent(id=id, occurred_at=at, kind="study_answer", read=lambda: content)

    def a_review(self, id: str, card: int = 0, rating: Rating = Rating.GOOD, *, at: datetime) -> GivenEvent:
        content = reviews.review_content_of(card_id=self.cards[card].id, rating=rating, seconds=None)
        return GivenEvent(id=id, occurred_at=at, kind="review", read=lambda: content)

    def an_undo(self, id: str, review: str, card: int = 0, *, at: datetime) -> GivenEvent:
        content = reviews.undo_content_of(card_id=self.cards[card].id, review=review)
        return GivenEvent(id=id, occurred_at=at, kind="undo_review", read=lambda: content)

    async def a_session(self, at: datetime) -> StudySessionId:
        """Store a session that was ended a while before, whose first question is open still; return its id."""
        (question,) = await self.work.questions.by_ids([self.cards[0].question_id])
        assert question is not None
        session = StudySession(
            id=StudySessionId(mint("study")),
            user_id=self.user_id,
            exam_type_id=question.exam_type_id,
            domain_ids=[],
            difficulty=None,
            quiz_id=None,
            seed=1,
            round=0,
            started_at=at - timedelta(hours=1),
            last_active_at=at - timedelta(minutes=30),
            ended_at=at - timedelta(minutes=30),
            questions_viewed=1,
            questions_answered=0,
            time_spent=timedelta(minutes=30),
        )
        await self.work.study_sessions.add(session)
        slot = StudySlot(
            session_id=session.id,
            number=1,
            question_id=question.id,
            round=0,
            seed=1,
            shown_at=at - timedelta(minutes=30),
            ended_at=None,
            client_id=None,
            answer=None,
            time_spent=None,
            withheld=False,
        )
        await self.work.study_sessions.show(slot)
        return session.id

    async def sync(
        self, device: str, events: Sequence[GivenEvent], *, now: datetime = START
    ) -> list[SyncedEvent]:
        return await sync.sync(self.work, self.act(now), SCHEDULERS, device_id=device, events=events)

    async def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return everything that has to be the same."""
        ids = {"user": self.user_id, "attempt": self.attempt.id, "enrolment": self.enrolment.id}
        fetch = self.work.connection.raw.fetch
        return {
            name: [tuple(row) for row in await fetch(query, ids[of])] for name, (of, query) in _STATE.items()
        }

    async def undone(self, play: Callable[[], Awaitable[Any]]) -> Any:
        """Play, return what it returns, and take back what it changed."""
        transaction = self.work.connection.raw.transaction()
        await transaction.start()
        try:
            return await play()
        finally:
            await transaction.rollback()


async def an_offline_world(
    work: SqlWork, *, devices: Sequence[str] = ("phone", "tablet"), **values: Any
) -> OfflineWorld:
    """Store a world with devices that are known; `values` are those of its quiz, without a time limit by default."""
    author, learner = await work.users.add(a_user()), await work.users.add(a_user())
    quiz = await store_quiz(
        work, author.id, [a_question() for _ in range(3)], **{"time_limit": None} | values
    )
    attempt = await work.attempts.open(
        an_attempt(
            user_id=learner.id,
            quiz_id=quiz.id,
            feedback=quiz.feedback,
            started_at=BEFORE,
            deadline=None if quiz.time_limit is None else BEFORE + quiz.time_limit,
        )
    )
    await work.attempts.freeze(attempt)
    road = await store_roadmap(work, author.id, NEEDS)
    enrolment = await work.enrolments.add(
        an_enrolment(road.version, learner.id, id=EnrolmentId(mint("enrolment")), started_at=BEFORE)
    )
    others = [a_question() for _ in range(2)]
    await store_quiz(work, author.id, others)
    cards = await _cards(work, learner.id, [question.id for question, _ in others])
    for device in devices:
        await work.offline_events.contact(learner.id, device, now=BEFORE)
    return OfflineWorld(work, learner.id, attempt, enrolment, road, cards)


async def _cards(work: SqlWork, user_id: UserId, ids: list[QuestionId]) -> list[ReviewCard]:
    """Store a card of each question, none of which an open attempt asks."""
    subjects = await work.review_cards.subjects(ids, user_id=user_id)
    made = [
        new_card(ReviewCardId(mint("reviewcard")), user_id=user_id, subject=subject, now=BEFORE)
        for subject in subjects
        if subject is not None
    ]
    await work.review_cards.add(made)
    return made


def statuses(events: Iterable[SyncedEvent]) -> list[EventStatus]:
    return [event.status for event in events]


def codes(event: SyncedEvent) -> list[str]:
    return [refusal.error.code for refusal in event.refusals]
