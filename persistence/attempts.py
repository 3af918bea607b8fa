"""Attempts in Postgres."""

from collections.abc import Sequence
from datetime import datetime

from domain.answers import Answer
from domain.attempts import (
    AttemptReview,
    AttemptSlot,
    AttemptState,
    OpenSlot,
    Place,
    QuizAttempt,
    RevealedSlot,
)
from domain.ids import AttemptId, UserId
from domain.paging import Page, Window
from persistence import attempt_secrets
from persistence import attempt_statements as sql
from persistence.attempt_tables import kept_of, values_of
from persistence.base import by_key, grouped
from persistence.engine import Connection
from persistence.questions import question_columns, question_of

_PATIENCE = 5


class SqlAttempts:
    """Attempts in the table `quiz_attempts`, their slots in `attempt_slots`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def open(self, attempt: QuizAttempt) -> QuizAttempt:
        """Store a new attempt; the unique index of open ones decides whether there is one already."""
        quiz = {"user_id": attempt.user_id, "quiz_id": attempt.quiz_id}
        for _ in range(_PATIENCE):
            opened = await self._connection.first(sql.OPEN, **values_of(attempt))
            if opened is None:
                opened = await self._connection.first(sql.OPEN_ONE, **quiz)
            if opened is not None:
                return opened
        raise TimeoutError(f"the open attempt at {attempt.quiz_id} closes as fast as it is looked for")

    async def freeze(self, attempt: QuizAttempt) -> int:
        """Give a new attempt the questions of its quiz in their order, numbered from 1; return how many there are."""
        return await self._connection.run(sql.FREEZE, attempt_id=attempt.id, quiz_id=attempt.quiz_id)

    async def discard(self, attempt_id: AttemptId) -> None:
        """Forget an attempt that this transaction has just stored."""
        await self._connection.run(sql.DISCARD, attempt_id=attempt_id)

    async def by_ids(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[QuizAttempt | None]:
        """Return one slot per id, in their order; only the user's own are filled."""
        found = await self._connection.all(sql.BY_IDS, ids=list(ids), user_id=user_id)
        return by_key(ids, found, lambda attempt: attempt.id)

    async def page(self, user_id: UserId, window: Window) -> Page[QuizAttempt]:
        """Return the user's attempts, newest first."""
        return await sql.NEWEST_FIRST.read(self._connection, window, user_id=user_id)

    async def slots(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[list[AttemptSlot]]:
        """Return the slots of each of the user's attempts, by number."""
        found = await self._connection.all(sql.SLOTS, ids=list(ids), user_id=user_id)
        return grouped(ids, found, lambda slot: slot.attempt_id)

    async def open_slot(self, place: Place, *, user_id: UserId) -> OpenSlot | None:
        """Lock the attempt's row, then read the slot, which nobody changes from then on."""
        attempt_id, number = place
        attempt = await self._connection.first(sql.HOLD, attempt_id=attempt_id, user_id=user_id)
        if attempt is None:
            return None
        rows = await self._connection.rows(sql.OPEN_SLOT, attempt_id=attempt_id, number=number)
        if not rows:
            return None
        previous_at, client_seq, *columns = rows[0]
        return OpenSlot(
            attempt=attempt,
            slot=sql.slot_of(*columns[len(question_columns) :]),
            question=question_of(*columns[: len(question_columns)]),
            client_seq=client_seq,
            previous_at=previous_at,
        )

    async def save(
        self, place: Place, *, answer: Answer, client_seq: int, answered_at: datetime, fast: bool
    ) -> None:
        """Keep an answer at a slot that `open_slot` returned."""
        await self._connection.run(
            sql.SAVE,
            attempt_id=place[0],
            number=place[1],
            answer=kept_of(answer),
            client_seq=client_seq,
            answered_at=answered_at,
            fast=fast,
        )

    async def close(
        self, attempt_id: AttemptId, *, user_id: UserId, state: AttemptState, finished_at: datetime
    ) -> QuizAttempt | None:
        """Close an attempt that is in progress; the row's lock picks the one winner."""
        return await self._connection.first(
            sql.CLOSE, attempt_id=attempt_id, user_id=user_id, closed=state.value, finished_at=finished_at
        )

    async def revealed(self, places: Sequence[Place], *, user_id: UserId) -> list[RevealedSlot | None]:
        """Return one slot per place; the statement itself leaves out what the user may not see yet."""
        return await attempt_secrets.revealed(self._connection, places, user_id)

    async def reviews(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[AttemptReview | None]:
        """Return one slot per id; only the user's own graded and expired attempts are filled."""
        return await attempt_secrets.reviews(self._connection, ids, user_id)

    async def overdue(
        self, *, before: datetime, limit: int, user_id: UserId | None = None
    ) -> list[QuizAttempt]:
        """Return attempts in progress whose deadline lies before the moment, by learner."""
        return await self._connection.all(sql.OVERDUE, before=before, most=limit, user_id=user_id)
