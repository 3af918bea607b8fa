"""Slots of attempts in Postgres, many at once."""

import json
from collections.abc import Sequence

from sqlalchemy import ARRAY, Integer, and_, any_, bindparam, func, select, text

from domain.assessment.attempts import OpenSlot, Place
from domain.ids import AttemptId, UserId
from domain.offline.answer_haste import SlotTime
from domain.offline.answer_slots import PlacedAnswer
from persistence.assessment.attempt_statements import slot_columns, slot_of
from persistence.content.questions import question_columns, question_of
from persistence.database import SqlConnection
from persistence.statements import ID, Statement
from persistence.tables.assessment.attempts import (
    answer_to_json,
    attempt_columns,
    attempt_of,
    attempts,
    slots,
)
from persistence.tables.content.questions import questions

_mine = attempts.c.user_id == bindparam("user_id", type_=ID)
_LOCK = Statement(
    select(attempts.c.id)
    .where(attempts.c.id == any_(bindparam("ids", type_=ARRAY(ID))), _mine)
    .order_by(attempts.c.id)
    .with_for_update(key_share=True)
)
_asked = (
    func.unnest(bindparam("attempt_ids", type_=ARRAY(ID)), bindparam("numbers", type_=ARRAY(Integer)))
    .table_valued("attempt_id", "number", name="asked")
    .render_derived()
)
_OPEN_SLOTS = Statement(
    select(slots.c.client_seq, slots.c.tie_break, *attempt_columns, *question_columns, *slot_columns)
    .select_from(
        slots.join(attempts)
        .join(questions)
        .join(_asked, and_(_asked.c.attempt_id == slots.c.attempt_id, _asked.c.number == slots.c.number))
    )
    .where(_mine)
)
_SAVE = Statement(
    text("""
    WITH counted AS (
        UPDATE quiz_attempts SET revision = revision + 1 WHERE id = ANY (CAST(:attempt_ids AS text[]))
    )
    UPDATE attempt_slots s SET answer = given.answer::jsonb, client_seq = given.client_seq,
        answered_at = given.answered_at, tie_break = given.tie_break
    FROM unnest(CAST(:attempt_ids AS text[]), CAST(:numbers AS int[]), CAST(:answers AS text[]), CAST(:seqs AS int[]),
        CAST(:moments AS timestamptz[]), CAST(:tie_breaks AS text[]))
        AS given (attempt_id, number, answer, client_seq, answered_at, tie_break)
    WHERE s.attempt_id = given.attempt_id AND s.number = given.number
    """)
)
_TIMES = Statement(
    select(
        slots.c.attempt_id,
        slots.c.number,
        attempts.c.started_at,
        slots.c.answered_at,
        slots.c.first_offline_at,
        slots.c.first_is_claimed,
        slots.c.fast,
    )
    .select_from(slots.join(attempts))
    .where(slots.c.attempt_id == any_(bindparam("ids", type_=ARRAY(ID))), slots.c.answered_at.is_not(None)),
    lambda attempt_id, number, started_at, answered_at, first_at, is_claimed, fast: SlotTime(
        place=(attempt_id, number),
        started_at=started_at,
        answered_at=answered_at,
        first_at=first_at,
        is_claimed=is_claimed,
        fast=fast,
    ),
)
_JUDGE = Statement(
    text("""
    UPDATE attempt_slots s SET first_offline_at = given.first_at, first_is_claimed = given.is_claimed, fast = given.fast
    FROM unnest(CAST(:attempt_ids AS text[]), CAST(:numbers AS int[]), CAST(:firsts AS timestamptz[]),
        CAST(:claimed AS boolean[]), CAST(:fast AS boolean[])) AS given (attempt_id, number, first_at, is_claimed, fast)
    WHERE s.attempt_id = given.attempt_id AND s.number = given.number
    """)
)


class SqlAnswerSlots:
    """Slots in the table `attempt_slots`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock(self, ids: Sequence[AttemptId], *, user_id: UserId) -> None:
        """Lock the user's attempts, in the order of their ids."""
        await self._connection.rows(_LOCK, ids=list(ids), user_id=user_id)

    async def open_slots(self, places: Sequence[Place], *, user_id: UserId) -> list[OpenSlot | None]:
        """Return one slot per place, in one statement."""
        rows = await self._connection.rows(
            _OPEN_SLOTS,
            attempt_ids=[attempt_id for attempt_id, _ in places],
            numbers=[number for _, number in places],
            user_id=user_id,
        )
        found: dict[Place, OpenSlot] = {}
        for client_seq, tie_break, *columns in rows:
            attempt = attempt_of(*columns[: len(attempt_columns)])
            rest = columns[len(attempt_columns) :]
            slot = slot_of(*rest[len(question_columns) :])
            found[slot.place] = OpenSlot(
                attempt=attempt,
                slot=slot,
                question=question_of(*rest[: len(question_columns)]),
                client_seq=client_seq,
                previous_at=attempt.started_at,
                tie_break=tie_break,
            )
        return [found.get(place) for place in places]

    async def save(self, answers: Sequence[PlacedAnswer]) -> None:
        """Save answers in one statement."""
        if not answers:
            return
        await self._connection.run(
            _SAVE,
            attempt_ids=[placed.place[0] for placed in answers],
            numbers=[placed.place[1] for placed in answers],
            answers=[json.dumps(answer_to_json(placed.answer)) for placed in answers],
            seqs=[placed.client_seq for placed in answers],
            moments=[placed.answered_at for placed in answers],
            tie_breaks=[placed.tie_break for placed in answers],
        )

    async def times(self, ids: Sequence[AttemptId]) -> list[SlotTime]:
        """Return the answered slots of these attempts, in one statement."""
        return await self._connection.all(_TIMES, ids=list(ids))

    async def judge(self, slots: Sequence[SlotTime]) -> None:
        """Store the judgement of slots in one statement."""
        if not slots:
            return
        await self._connection.run(
            _JUDGE,
            attempt_ids=[slot.place[0] for slot in slots],
            numbers=[slot.place[1] for slot in slots],
            firsts=[slot.first_at for slot in slots],
            claimed=[slot.is_claimed for slot in slots],
            fast=[slot.fast for slot in slots],
        )
