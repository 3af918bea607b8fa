"""Study sessions: one learner's run through the questions of an exam type, without a grade, XP or a deadline."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Protocol

from domain.content.answers import Answer, SlotAnswer
from domain.content.questions import Difficulty
from domain.entities import entity
from domain.ids import ExamDomainId, ExamTypeId, QuestionId, QuizId, StudyAnswerId, StudySessionId, UserId
from domain.paging import Page, Window

IDLE_AFTER = timedelta(hours=2)
"""After how long without an act a session is over; its end is then its last act."""
LONGEST_PAUSE = timedelta(minutes=5)
"""How much of the time between two acts counts at most."""

StudyPlace = tuple[StudySessionId, int]
"""A slot: its session and its number."""
AskedSlot = tuple[StudySessionId, int, str]
"""A slot that an answer names: its session, its number, and the id that the client gave to the answer."""


@entity
class StudySession:
    """One session as its learner sees it.

    `domain_ids` is empty where all domains are studied. `seed` decides the order of the questions, anew in each
    `round`, in which no question comes twice. `time_spent` is the time between its acts, of pauses five minutes.
    """

    id: StudySessionId
    user_id: UserId
    exam_type_id: ExamTypeId
    domain_ids: list[ExamDomainId]
    difficulty: Difficulty | None
    quiz_id: QuizId | None
    seed: int
    round: int
    started_at: datetime
    last_active_at: datetime
    ended_at: datetime | None
    questions_viewed: int
    questions_answered: int
    time_spent: timedelta

    @property
    def studied(self) -> tuple[ExamDomainId, ...]:
        """The domains that were chosen, as one key."""
        return tuple(self.domain_ids)


@entity
class StudySlot:
    """One question that a session showed, with the answer and without anything of the key.

    `ended_at` is when it was answered or skipped. `withheld` says that an open attempt of the learner asks
    the question.
    """

    session_id: StudySessionId
    number: int
    question_id: QuestionId
    round: int
    seed: int
    shown_at: datetime
    ended_at: datetime | None
    client_id: str | None
    answer: SlotAnswer | None
    time_spent: timedelta | None
    withheld: bool

    @property
    def place(self) -> StudyPlace:
        """The key of the slot."""
        return (self.session_id, self.number)

    @property
    def asked(self) -> tuple[QuestionId, int] | None:
        """Which question is shown, and the seed of the order of its options; None while it is withheld."""
        return None if self.withheld else (self.question_id, self.seed)

    @property
    def is_skipped(self) -> bool:
        """Whether it was left without an answer."""
        return self.ended_at is not None and self.answer is None


@entity
class StudyTurn:
    """A slot, and its session as it is after it was shown, answered or skipped."""

    session: StudySession
    slot: StudySlot


@entity
class StudyAnswer:
    """The fact that a learner answered a question in study mode: its credit, 0 to 1, and how long it took.

    It is stored once and never changed. Spaced review follows from these facts; attempts, boards and the statistics of
    questions do not count them.
    """

    id: StudyAnswerId
    user_id: UserId
    session_id: StudySessionId
    number: int
    question_id: QuestionId
    answer: Answer
    credit: Fraction
    time_spent: timedelta
    answered_at: datetime
    local_date: date


@entity
class Drawn:
    """The question that comes next, and the round to which it belongs."""

    question_id: QuestionId
    round: int


@entity
class StudyFilter:
    """Which sessions of a learner are listed; None leaves a condition out."""

    exam_type_id: ExamTypeId | None = None
    is_open: bool | None = None


@entity
class RevealedStudySlot:
    """An answered slot whose key its learner may see."""

    session_id: StudySessionId
    number: int
    question_id: QuestionId
    answer: Answer | None

    @property
    def credit(self) -> Fraction | None:
        """None: it is graded by the key."""
        return None

    @property
    def corrected_by(self) -> QuestionId | None:
        """None: an answer in study mode is not graded again."""
        return None


class StudySessions(Protocol):
    """Sessions with their slots and answers; every method reaches only those of the user it is given."""

    async def open_one(self, user_id: UserId) -> StudySession | None:
        """Return the session that the user has open, and lock it until the transaction ends."""

    async def lock(self, session_id: StudySessionId, *, user_id: UserId) -> StudySession | None:
        """Return a session of the user's, and lock it until the transaction ends."""

    async def add(self, session: StudySession) -> None:
        """Store a new session."""

    async def save(self, session: StudySession) -> None:
        """Store what an act has changed in a locked session."""

    async def by_ids(self, ids: Sequence[StudySessionId], *, user_id: UserId) -> list[StudySession | None]:
        """Return one slot per id, in their order; only the user's own are filled."""

    async def page(self, asked: StudyFilter, window: Window, *, user_id: UserId) -> Page[StudySession]:
        """Return the user's sessions, newest first."""

    async def draw(self, session: StudySession, *, now: datetime) -> Drawn | None:
        """Return what comes next: what was not seen in this round, else a new round without the last one first.

        It is a question of a quiz that is open and not withdrawn, not suspended, asked by no quiz that shows the
        score only, and no open attempt of the learner asks it or another version
        of it. None where there is none.
        """

    async def has_questions(self, session: StudySession, *, now: datetime) -> bool:
        """Tell whether anything matches what is studied, withheld questions included."""

    async def show(self, slot: StudySlot) -> None:
        """Store a new slot of a locked session."""

    async def current(self, ids: Sequence[StudySessionId], *, user_id: UserId) -> list[StudySlot | None]:
        """Return the slot of each of the user's open sessions that is neither answered nor skipped."""

    async def named(self, session: StudySession, *, number: int, client_id: str) -> list[StudySlot]:
        """Return the slots of a session that have a number or were ended under a client's id."""

    async def asked(self, answers: Sequence[AskedSlot], *, user_id: UserId) -> list[StudySlot]:
        """Return the slots of the user's sessions that have one of these numbers, or ended under one of these ids."""

    async def end_slot(self, slot: StudySlot) -> None:
        """Store that a slot was answered or skipped."""

    async def answered(self, answer: StudyAnswer) -> int:
        """Store an answer; return how many the learner has given on its local date, this one included."""

    async def slots(
        self,
        ids: Sequence[StudySessionId],
        window: Window,
        *,
        user_id: UserId,
        is_answered: bool | None,
    ) -> list[Page[StudySlot]]:
        """Return the slots of each of the user's sessions, latest first."""

    async def revealed(
        self, places: Sequence[StudyPlace], *, user_id: UserId
    ) -> list[RevealedStudySlot | None]:
        """Return one slot per place, filled where the user has answered and no open attempt asks the same."""

    async def right_answers(self, ids: Sequence[StudySessionId], *, user_id: UserId) -> list[int | None]:
        """Return how many answers of each session earned full credit.

        None while an open attempt of the learner asks a question that was answered in the session.
        """

    async def end_idle(self, *, before: datetime, limit: int) -> int:
        """End sessions of all learners without an act since `before`, as of their last act; return how many."""


def is_idle(session: StudySession, now: datetime) -> bool:
    """Tell whether a session that is not ended is over by its pause."""
    return session.ended_at is None and now - session.last_active_at > IDLE_AFTER


def counted(pause: timedelta) -> timedelta:
    """Return how much of the time between two acts counts: at least nothing, at most five minutes."""
    return max(timedelta(0), min(pause, LONGEST_PAUSE))
