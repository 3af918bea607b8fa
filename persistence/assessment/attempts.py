"""Attempts in Postgres."""

from collections.abc import Sequence
from datetime import datetime

from domain.assessment.answer_shares import AnswerCounts
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
)
from domain.content.answers import Answer
from domain.ids import AttemptId, QuestionId, QuizId, UserId
from domain.paging import Page, Window
from persistence.assessment import answer_reveal, answer_shares, attempt_statements
from persistence.content.questions import question_columns, question_of
from persistence.database import SqlConnection
from persistence.statements import by_key, grouped
from persistence.tables.assessment.attempts import answer_to_json, attempt_of, values_of

_MOST_TRIES = 5


class SqlAttempts:
    """Attempts in the table `quiz_attempts`, their slots in `attempt_slots`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def open(self, attempt: QuizAttempt) -> QuizAttempt:
        """Store a new attempt, unless the unique index of open attempts finds one; return the open one."""
        quiz = {"user_id": attempt.user_id, "quiz_id": attempt.quiz_id}
        for _ in range(_MOST_TRIES):
            opened = await self._connection.first(attempt_statements.OPEN, **values_of(attempt))
            if opened is None:
                opened = await self._connection.first(attempt_statements.OPEN_ONE, **quiz)
            if opened is not None:
                return opened
        raise TimeoutError(f"the open attempt at {attempt.quiz_id} was closed whenever it was read")

    async def freeze(self, attempt: QuizAttempt) -> Frozen:
        """Give a new attempt the questions of its quiz that are not suspended, in their order, numbered from 1."""
        ((count, asks_unreviewed),) = await self._connection.rows(
            attempt_statements.FREEZE, attempt_id=attempt.id, quiz_id=attempt.quiz_id
        )
        return count, asks_unreviewed

    async def freeze_drawn(self, attempt: QuizAttempt, question_ids: Sequence[QuestionId]) -> Frozen:
        """Give a new attempt these questions, numbered from 1."""
        ((count, asks_unreviewed),) = await self._connection.rows(
            attempt_statements.FREEZE_DRAWN, attempt_id=attempt.id, question_ids=list(question_ids)
        )
        return count, asks_unreviewed

    async def taken(self, quiz_id: QuizId, *, user_id: UserId, without: AttemptId) -> Taken:
        """Return how often the user has begun the quiz before this attempt."""
        taken = await self._connection.first(
            attempt_statements.TAKEN, quiz_id=quiz_id, user_id=user_id, without=without
        )
        return taken or Taken(count=0, last_end=None)

    async def discard(self, attempt_id: AttemptId) -> None:
        """Delete an attempt that this transaction has just stored."""
        await self._connection.run(attempt_statements.DISCARD, attempt_id=attempt_id)

    async def by_ids(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[QuizAttempt | None]:
        """Return one slot per id, in their order; only the user's own are filled."""
        found = await self._connection.all(attempt_statements.BY_IDS, ids=list(ids), user_id=user_id)
        return by_key(ids, found, lambda attempt: attempt.id)

    async def page(
        self, user_id: UserId, window: Window, *, asked: AttemptFilter = ALL_ATTEMPTS
    ) -> Page[QuizAttempt]:
        """Return the user's attempts that pass the filter, newest first."""
        if asked == ALL_ATTEMPTS:
            return await attempt_statements.NEWEST_FIRST.read(self._connection, window, user_id=user_id)
        return await attempt_statements.FILTERED.read(
            self._connection,
            window,
            user_id=user_id,
            quiz_id=asked.quiz_id,
            exam_type_code=asked.exam_type_code,
            state=asked.state and asked.state.value,
            passed=asked.passed,
            since=asked.since,
            until=asked.until,
        )

    async def slots(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[list[AttemptSlot]]:
        """Return the slots of each of the user's attempts, by number."""
        found = await self._connection.all(attempt_statements.SLOTS, ids=list(ids), user_id=user_id)
        return grouped(ids, found, lambda slot: slot.attempt_id)

    async def asked(
        self, ids: Sequence[QuestionId], *, user_id: UserId
    ) -> list[tuple[QuestionId, int] | None]:
        """Return each question that the user was asked, with the seed of the latest attempt that did."""
        rows = await self._connection.rows(attempt_statements.ASKED, ids=list(ids), user_id=user_id)
        found: dict[QuestionId, tuple[QuestionId, int]] = {row[0]: (row[0], row[1]) for row in rows}
        return [found.get(id_) for id_ in ids]

    async def open_slot(self, place: Place, *, user_id: UserId) -> OpenSlot | None:
        """Lock the attempt's row, then read the slot, which cannot change from then on."""
        attempt_id, number = place
        attempt = await self._connection.first(
            attempt_statements.LOCK, attempt_id=attempt_id, user_id=user_id
        )
        if attempt is None:
            return None
        rows = await self._connection.rows(attempt_statements.OPEN_SLOT, attempt_id=attempt_id, number=number)
        if not rows:
            return None
        previous_at, client_seq, tie_break, *columns = rows[0]
        return OpenSlot(
            attempt=attempt,
            slot=attempt_statements.slot_of(*columns[len(question_columns) :]),
            question=question_of(*columns[: len(question_columns)]),
            client_seq=client_seq,
            previous_at=previous_at,
            tie_break=tie_break,
        )

    async def save(
        self, place: Place, *, answer: Answer, client_seq: int, answered_at: datetime, fast: bool
    ) -> None:
        """Save an answer to a slot that `open_slot` returned."""
        await self._connection.run(
            attempt_statements.SAVE,
            attempt_id=place[0],
            number=place[1],
            answer=answer_to_json(answer),
            client_seq=client_seq,
            answered_at=answered_at,
            fast=fast,
        )

    async def flag(self, place: Place, *, flagged: bool) -> None:
        """Flag a slot that `open_slot` returned, or take the flag back."""
        await self._connection.run(
            attempt_statements.FLAG, attempt_id=place[0], number=place[1], flagged=flagged
        )

    async def close(
        self, attempt_id: AttemptId, *, user_id: UserId, state: AttemptState, finished_at: datetime
    ) -> QuizAttempt | None:
        """Close an attempt that is in progress; of concurrent calls the row lock lets one succeed."""
        return await self._connection.first(
            attempt_statements.CLOSE,
            attempt_id=attempt_id,
            user_id=user_id,
            closed=state.value,
            finished_at=finished_at,
        )

    async def revealed(self, places: Sequence[Place], *, user_id: UserId) -> list[RevealedSlot | None]:
        """Return one slot per place; the statement leaves out what the user may not see yet."""
        return await answer_reveal.revealed(self._connection, places, user_id)

    async def reviews(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[AttemptReview | None]:
        """Return one slot per id; only the user's own graded and expired attempts are filled."""
        return await answer_reveal.reviews(self._connection, ids, user_id)

    async def answers_of_others(
        self, ids: Sequence[QuestionId], *, user_id: UserId
    ) -> list[AnswerCounts | None]:
        """Return one slot per question: how other learners were first graded on it."""
        return await answer_shares.counts(self._connection, ids, user_id)

    async def holders(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[QuizAttempt | None]:
        """Return for each of the user's withheld attempts the oldest open one that asks one of its questions."""
        rows = await self._connection.rows(attempt_statements.HOLDERS, ids=list(ids), user_id=user_id)
        found = {row[0]: attempt_of(*row[1:]) for row in rows}
        return [found.get(attempt_id) for attempt_id in ids]

    async def overdue(
        self, *, before: datetime, limit: int, user_id: UserId | None = None
    ) -> list[QuizAttempt]:
        """Return attempts in progress whose deadline lies before the moment, by learner."""
        return await self._connection.all(
            attempt_statements.OVERDUE, before=before, most=limit, user_id=user_id
        )
