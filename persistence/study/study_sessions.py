"""Study sessions in Postgres, with their slots and answers."""

from collections.abc import Sequence
from datetime import datetime

from domain.ids import StudySessionId, UserId
from domain.paging import Page, Window
from domain.study.study_sessions import (
    AskedSlot,
    Drawn,
    RevealedStudySlot,
    StudyAnswer,
    StudyFilter,
    StudyPlace,
    StudySession,
    StudySlot,
)
from persistence.database import SqlConnection
from persistence.statements import by_key
from persistence.study import study_draws
from persistence.study import study_statements as statements
from persistence.tables.assessment.attempts import answer_to_json


class SqlStudySessions:
    """Sessions in the table `study_sessions`, what they showed in `study_slots`, the answers in `study_answers`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def open_one(self, user_id: UserId) -> StudySession | None:
        """Return the session that the user has open, and lock its row."""
        return await self._connection.first(statements.OPEN_ONE, user_id=user_id)

    async def lock(self, session_id: StudySessionId, *, user_id: UserId) -> StudySession | None:
        """Return a session of the user's, and lock its row."""
        return await self._connection.first(statements.LOCK, session_id=session_id, user_id=user_id)

    async def add(self, session: StudySession) -> None:
        """Insert a session."""
        values = {name: getattr(session, name) for name in StudySession.__slots__}  # type: ignore[attr-defined]
        difficulty = session.difficulty and session.difficulty.value
        await self._connection.run(statements.ADD, **values | {"difficulty": difficulty})

    async def save(self, session: StudySession) -> None:
        """Store what an act has changed."""
        values = {name: getattr(session, name) for name in statements.CHANGED}
        await self._connection.run(statements.SAVE, session_id=session.id, **values)

    async def by_ids(self, ids: Sequence[StudySessionId], *, user_id: UserId) -> list[StudySession | None]:
        """Return one slot per id, in their order; only the user's own are filled."""
        found = await self._connection.all(statements.BY_IDS, ids=list(ids), user_id=user_id)
        return by_key(ids, found, lambda session: session.id)

    async def page(self, asked: StudyFilter, window: Window, *, user_id: UserId) -> Page[StudySession]:
        """Return the user's sessions, newest first."""
        return await statements.NEWEST_FIRST.read(
            self._connection,
            window,
            user_id=user_id,
            exam_type_id=asked.exam_type_id,
            is_open=asked.is_open,
        )

    async def draw(self, session: StudySession, *, now: datetime) -> Drawn | None:
        """Return what comes next, in one statement that leaves out what open attempts ask."""
        return await self._connection.first(
            study_draws.DRAW,
            user_id=session.user_id,
            session_id=session.id,
            round=session.round,
            seed=str(session.seed),
            now=now,
            **_studied(session),
        )

    async def has_questions(self, session: StudySession, *, now: datetime) -> bool:
        """Tell whether anything matches what is studied."""
        given = {"user_id": session.user_id, "now": now} | _studied(session)
        return bool(await self._connection.value(study_draws.HAS_QUESTIONS, **given))

    async def show(self, slot: StudySlot) -> None:
        """Insert a slot."""
        await self._connection.run(
            statements.SHOW, **{name: getattr(slot, name) for name in statements.COLUMNS_OF_SLOT}
        )

    async def current(self, ids: Sequence[StudySessionId], *, user_id: UserId) -> list[StudySlot | None]:
        """Return the open slot of each of the user's open sessions."""
        found = await self._connection.all(statements.CURRENT, ids=list(ids), user_id=user_id)
        return by_key(ids, found, lambda slot: slot.session_id)

    async def named(self, session: StudySession, *, number: int, client_id: str) -> list[StudySlot]:
        """Return the slots with a number or a client's id."""
        return await self._connection.all(
            statements.NAMED,
            session_id=session.id,
            user_id=session.user_id,
            number=number,
            client_id=client_id,
        )

    async def asked(self, answers: Sequence[AskedSlot], *, user_id: UserId) -> list[StudySlot]:
        """Return the slots that answers name, in one statement."""
        session_ids, numbers, client_ids = zip(*answers, strict=True) if answers else ((), (), ())
        return await self._connection.all(
            statements.ASKED,
            session_ids=list(session_ids),
            numbers=list(numbers),
            client_ids=list(client_ids),
            user_id=user_id,
        )

    async def end_slot(self, slot: StudySlot) -> None:
        """Store the end of a slot."""
        await self._connection.run(
            statements.END_SLOT,
            of_session=slot.session_id,
            of_number=slot.number,
            ended_at=slot.ended_at,
            client_id=slot.client_id,
            time_spent=slot.time_spent,
        )

    async def answered(self, answer: StudyAnswer) -> int:
        """Insert an answer; the same statement counts those of its local date."""
        part, whole = answer.credit.as_integer_ratio()
        values = {
            name: getattr(answer, name)
            for name in StudyAnswer.__slots__  # type: ignore[attr-defined]
            if name != "credit"
        }
        values |= {
            "answer": answer_to_json(answer.answer),
            "credit_numerator": part,
            "credit_denominator": whole,
        }
        return int(await self._connection.value(statements.ANSWERED, **values))

    async def slots(
        self,
        ids: Sequence[StudySessionId],
        window: Window,
        *,
        user_id: UserId,
        is_answered: bool | None,
    ) -> list[Page[StudySlot]]:
        """Return the slots of each of the user's sessions, latest first."""
        return await statements.SLOTS.read(
            self._connection, list(ids), window, user_id=user_id, is_answered=is_answered
        )

    async def revealed(
        self, places: Sequence[StudyPlace], *, user_id: UserId
    ) -> list[RevealedStudySlot | None]:
        """Return one slot per place; the statement leaves out what the user may not see yet."""
        found = await self._connection.all(
            statements.REVEALED,
            session_ids=[session_id for session_id, _ in places],
            numbers=[number for _, number in places],
            user_id=user_id,
        )
        return by_key(places, found, lambda slot: (slot.session_id, slot.number))

    async def right_answers(self, ids: Sequence[StudySessionId], *, user_id: UserId) -> list[int | None]:
        """Return how many answers of each session earned full credit, None while that would tell a key."""
        rows = await self._connection.rows(statements.RIGHT_ANSWERS, ids=list(ids), user_id=user_id)
        found = {row[0]: None if row[2] else row[1] for row in rows}
        return [found.get(id_) for id_ in ids]

    async def end_idle(self, *, before: datetime, limit: int) -> int:
        """End sessions as of their last act; those that another transaction holds are left for the next time."""
        return await self._connection.run(statements.END_IDLE, before=before, most=limit)


def _studied(session: StudySession) -> dict[str, object]:
    """Return the parameters of what is studied."""
    return {
        "exam_type_id": session.exam_type_id,
        "domain_ids": session.domain_ids,
        "difficulty": session.difficulty and session.difficulty.value,
        "quiz_id": session.quiz_id,
    }
