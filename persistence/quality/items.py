"""Item statistics in Postgres: the order of counting in `item_attempts`, totals of questions in `item_totals`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, any_, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import JSONB

from domain import ids as identifiers
from domain.ids import QuestionId
from domain.quality import response_times
from domain.quality.item_projection import ItemAttempt, ItemSlot
from domain.quality.item_statistics import ItemTotals
from domain.quality.response_times import Histogram
from persistence.database import SqlConnection
from persistence.quality.hidden_questions import same_question
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.assessment.attempts import answer_from_json
from persistence.tables.quality.items import item_totals

_OVERLAP = timedelta(minutes=10)
"""Attempts that started this long before the newest known one are looked for again: their commit may have come late."""
_COUNTS = "a.mode = 'PRACTICE' AND a.state IN ('GRADED', 'EXPIRED')"
_positional: Callable[..., ItemTotals] = ItemTotals
totals_columns = columns_for(ItemTotals, item_totals)


def totals_of(*columns: Any) -> ItemTotals:
    """Build totals from `totals_columns`."""
    *numbers, choices, times = columns
    return _positional(*numbers, choices, {int(bucket): count for bucket, count in times.items()})


_LOCK = Statement(text("LOCK TABLE item_totals IN EXCLUSIVE MODE"))
_NEWEST = Statement(text("SELECT max(attempt_id) FROM item_attempts"))
_NOTE = Statement(
    text("""
    INSERT INTO item_attempts (attempt_id) SELECT id FROM quiz_attempts WHERE id > :since
    ON CONFLICT (attempt_id) DO NOTHING
    """).bindparams(bindparam("since", type_=ID))
)
_LAST_PLACE = Statement(text("SELECT coalesce(max(place), 0) FROM item_attempts"))
_PLACE = Statement(
    text("""
    UPDATE item_attempts i SET place = CAST(:last AS bigint) + ended.number FROM (
        SELECT a.id, row_number() OVER (ORDER BY a.finished_at, a.id) AS number
        FROM item_attempts o JOIN quiz_attempts a ON a.id = o.attempt_id
        WHERE o.place IS NULL AND a.state IN ('GRADED', 'EXPIRED', 'ABANDONED')
        ORDER BY a.finished_at, a.id LIMIT :most
    ) ended WHERE i.attempt_id = ended.id
    """).bindparams(bindparam("last", type_=BigInteger), bindparam("most", type_=Integer))
)
# A learner's own question tells nothing about it, and of others only what the learner was graded on first.
_AFTER = Statement(
    text(f"""
    WITH page AS MATERIALIZED (
        SELECT a.id, i.place, a.user_id, a.started_at, {_COUNTS} AS counts
        FROM item_attempts i JOIN quiz_attempts a ON a.id = i.attempt_id
        WHERE i.place > :place ORDER BY i.place LIMIT :most
    )
    SELECT p.id, p.place, p.started_at, s.question_id, s.answer, s.answered_at, s.credit_numerator,
        s.credit_denominator, q.author_id <> p.user_id AND NOT EXISTS (
            SELECT FROM quiz_attempts a JOIN item_attempts k ON k.attempt_id = a.id
            JOIN attempt_slots t ON t.attempt_id = a.id JOIN questions v ON v.id = t.question_id
            WHERE a.user_id = p.user_id AND k.place < p.place AND {_COUNTS} AND {same_question("v", "q")}
        )
    FROM page p LEFT JOIN (attempt_slots s JOIN questions q ON q.id = s.question_id)
        ON s.attempt_id = p.id AND p.counts AND s.credit_denominator IS NOT NULL
    ORDER BY p.place, s.number
    """).bindparams(  # noqa: S608 - conditions of our own
        bindparam("place", type_=BigInteger), bindparam("most", type_=Integer)
    )
)
_CLEAR = Statement(delete(item_totals))
_ids = bindparam("ids", type_=ARRAY(ID))
_TOTALS = Statement(select(*totals_columns).where(item_totals.c.question_id == any_(_ids)), totals_of)
_TIMES = Statement(
    select(item_totals.c.question_id, item_totals.c.times).where(item_totals.c.question_id == any_(_ids))
)
_NAMES = [f.name for f in fields(ItemTotals)]
_KINDS = {"question_id": "text", "elo": "double precision", "choices": "jsonb", "times": "jsonb"}
_GIVEN = ", ".join(f"{name} {_KINDS.get(name, 'bigint')}" for name in _NAMES)
_SAVE = Statement(
    text(f"""
    INSERT INTO item_totals ({", ".join(_NAMES)}) SELECT {", ".join(_NAMES)}
    FROM jsonb_to_recordset(:rows) AS given ({_GIVEN})
    ON CONFLICT (question_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _NAMES)}
    """).bindparams(bindparam("rows", type_=JSONB))  # noqa: S608 - names of columns
)


class SqlItemProjection:
    """The order of counting in `item_attempts`, totals in `item_totals`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def take(self, *, limit: int) -> list[ItemAttempt]:
        """Note new attempts, and give places to those that have ended, the earliest end first."""
        await self._connection.rows(_LOCK)
        newest = await self._connection.value(_NEWEST)
        await self._connection.run(_NOTE, since=_since(newest))
        last = int(await self._connection.value(_LAST_PLACE))
        await self._connection.run(_PLACE, last=last, most=limit)
        return await self.after(last, limit=limit)

    async def clear(self) -> None:
        """Delete all totals."""
        await self._connection.rows(_LOCK)
        await self._connection.run(_CLEAR)

    async def after(self, place: int, *, limit: int) -> list[ItemAttempt]:
        """Return the attempts with the next places."""
        rows = await self._connection.rows(_AFTER, place=place, most=limit)
        return [_attempt([tuple(row) for row in group]) for _, group in groupby(rows, key=lambda row: row[0])]

    async def totals(self, ids: Sequence[QuestionId]) -> list[ItemTotals | None]:
        """Return one slot per question."""
        found = await self._connection.all(_TOTALS, ids=list(ids))
        return by_key(ids, found, lambda totals: totals.question_id)

    async def save(self, totals: Sequence[ItemTotals]) -> None:
        """Insert totals, or replace those that are there, in one statement."""
        rows = [{name: getattr(each, name) for name in _NAMES} for each in totals]
        for row in rows:
            row["times"] = {str(bucket): count for bucket, count in row["times"].items()}
            row["choices"] = dict(row["choices"])
        await self._connection.run(_SAVE, rows=rows)

    async def response_times(self, ids: Sequence[QuestionId]) -> list[Histogram | None]:
        """Return the histogram of the response times of each question."""
        rows = await self._connection.rows(_TIMES, ids=list(ids))
        found = {
            question_id: {int(bucket): count for bucket, count in times.items()}
            for question_id, times in rows
        }
        return [found.get(id_) for id_ in ids]

    async def response_time(self, ids: Sequence[QuestionId], percentile: int) -> list[timedelta | None]:
        """Return a percentile of the response times of each question."""
        found = await self.response_times(ids)
        return [None if times is None else response_times.percentile(times, percentile) for times in found]


def _since(newest: str | None) -> str:
    """Return an id from which on attempts may be new."""
    if newest is None:
        return ""
    moment = identifiers.milliseconds_of(newest) - _OVERLAP // timedelta(milliseconds=1)
    return identifiers.compose("attempt", milliseconds=max(moment, 0), randomness=bytes(10))


def _attempt(rows: Sequence[Sequence[Any]]) -> ItemAttempt:
    id_, place, started_at = rows[0][:3]
    return ItemAttempt(id=id_, place=place, started_at=started_at, slots=list(_slots(rows)))


def _slots(rows: Sequence[Sequence[Any]]) -> Iterable[ItemSlot]:
    for row in rows:
        question_id, answer, answered_at, part, whole, is_first = row[3:]
        if question_id is not None:
            moment: datetime | None = answered_at
            yield ItemSlot(
                question_id=question_id,
                answer=answer_from_json(answer),
                answered_at=moment,
                credit=Fraction(part, whole),
                is_first=is_first,
            )
