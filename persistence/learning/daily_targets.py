"""Daily targets in Postgres: changes, what counts for them, and the dates on which they were reached."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Date, Integer, bindparam, cast, literal_column, select, text
from sqlalchemy.dialects.postgresql import insert

from domain.gamification.xp import QUIZ_REASONS, XpReason
from domain.ids import UserId
from domain.learning.daily_targets import (
    LONGEST_ANSWER,
    DailyKind,
    DayCount,
    Standing,
    TargetChange,
    TargetDay,
)
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import PagesPerKey, parent_key
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, Statement, columns_for
from persistence.tables.content.provenances import is_unreviewed
from persistence.tables.learning.daily_targets import daily_target_days

_day = maker(TargetDay, kind=member_of(DailyKind))
_USER = bindparam("user_id", type_=ID)
_SAVE = Statement(
    text("""
    WITH later AS (
        DELETE FROM daily_targets WHERE user_id = :user_id AND kind = :kind AND from_date > :from_date
    )
    INSERT INTO daily_targets (user_id, kind, from_date, target, removed)
    VALUES (:user_id, :kind, :from_date, :target, :removed)
    ON CONFLICT (user_id, kind, from_date) DO UPDATE SET target = excluded.target, removed = excluded.removed
    """).bindparams(_USER, bindparam("kind", type_=ID), bindparam("from_date", type_=Date))
)
_XP_REASONS = ", ".join(
    f"'{reason.value}'"
    for reason in sorted({*QUIZ_REASONS, XpReason.NODE_COMPLETED, XpReason.REVIEW}, key=str)
)
_STANDING = Statement(
    text(f"""
    SELECT 'change', kind, from_date, target, removed, NULL::timestamptz, NULL FROM daily_targets t
    WHERE user_id = :user_id AND from_date >= coalesce((
        SELECT max(from_date) FROM daily_targets e
        WHERE e.user_id = :user_id AND e.kind = t.kind AND e.from_date <= :first
    ), '-infinity')
    UNION ALL
    SELECT 'day', kind, local_date, target, false, reached_at, time_zone FROM daily_target_days
    WHERE user_id = :user_id AND local_date BETWEEN :first AND :last
    UNION ALL
    SELECT 'count', 'DAILY_XP', local_date, sum(amount)::int, false, max(occurred_at), NULL FROM xp_entries
    WHERE user_id = :user_id AND local_date BETWEEN :first AND :last AND status = 'SETTLED'
    AND reason IN ({_XP_REASONS}) GROUP BY local_date HAVING sum(amount) > 0
    UNION ALL
    SELECT 'count', 'DAILY_REVIEWS', r.local_date, count(DISTINCT (r.card_id, r.reviewed_at, r.client_id))::int,
        false, max(r.reviewed_at), NULL
    FROM review_log r JOIN review_cards c ON c.id = r.card_id JOIN questions q ON q.id = c.lineage_id
    WHERE r.user_id = :user_id AND q.author_id IS DISTINCT FROM r.user_id AND r.local_date BETWEEN :first AND :last
    AND r.kind = 'REVIEW' AND NOT {is_unreviewed("q.lineage_id")}
    AND NOT EXISTS (
        SELECT FROM review_log u WHERE u.card_id = r.card_id AND u.kind = 'UNDO' AND u.undoes = r.client_id
    ) GROUP BY r.local_date
    UNION ALL
    SELECT 'count', each.kind, days.local_date, each.done, false, days.last_at, NULL FROM (
        SELECT parts.local_date, sum(questions)::int AS questions, max(last_at) AS last_at, sum(seconds) AS seconds
        FROM (
        SELECT a.local_date, sum(s.answers)::int AS questions, max(a.finished_at) AS last_at,
            sum(extract(epoch FROM least(a.finished_at - a.started_at, s.answers * CAST(:longest AS interval))))
                AS seconds
        FROM quiz_attempts a JOIN quizzes q ON q.id = a.quiz_id CROSS JOIN LATERAL (
            SELECT count(*) AS answers FROM attempt_slots s WHERE s.attempt_id = a.id AND s.answer IS NOT NULL
        ) s
        WHERE a.user_id = :user_id AND a.state IN ('GRADED', 'EXPIRED')
        AND (q.author_id IS DISTINCT FROM a.user_id OR q.drawn_for_id IS NOT NULL) AND NOT a.asks_unreviewed
        AND a.finished_at >= CAST(:first AS date) - interval '2 days' AND a.local_date BETWEEN :first AND :last
        AND s.answers > 0 GROUP BY a.local_date
        UNION ALL
        SELECT y.local_date, count(DISTINCT y.question_id), max(y.answered_at), extract(epoch FROM sum(y.time_spent))
        FROM study_answers y JOIN questions q ON q.id = y.question_id
        WHERE y.user_id = :user_id AND y.local_date BETWEEN :first AND :last
        AND q.author_id IS DISTINCT FROM y.user_id AND NOT {is_unreviewed("q.lineage_id")} GROUP BY y.local_date
        ) parts GROUP BY parts.local_date
    ) days CROSS JOIN LATERAL (
        VALUES ('DAILY_QUESTIONS', questions), ('DAILY_MINUTES', floor(seconds / 60)::int)
    ) each (kind, done)
    """).bindparams(  # noqa: S608 - names of reasons
        _USER, bindparam("first", type_=Date), bindparam("last", type_=Date), longest=LONGEST_ANSWER
    )
)
_day_columns = columns_for(TargetDay, daily_target_days)
_DAYS = Statement(
    select(*_day_columns)
    .where(daily_target_days.c.user_id == _USER)
    .order_by(daily_target_days.c.local_date),
    _day,
)
_REACH = Statement(
    insert(daily_target_days)
    .values({column.name: bindparam(column.name) for column in daily_target_days.c})
    .on_conflict_do_nothing(index_elements=["user_id", "kind", "local_date"])
    .returning(daily_target_days.c.local_date)
)
_EPOCH = date(2000, 1, 1)
_number = cast(daily_target_days.c.local_date - literal_column(f"DATE '{_EPOCH.isoformat()}'"), Integer)
_HISTORY: PagesPerKey[TargetDay] = PagesPerKey(
    select(*_day_columns)
    .where(daily_target_days.c.user_id == _USER)
    .where(daily_target_days.c.kind == parent_key),
    order=[_number],
    descending=True,
    make=_day,
    key_of=lambda day: ((day.local_date - _EPOCH).days,),
    name="dailyTargetDays",
)


class SqlDailyTargets:
    """Changes in the table `daily_targets`, reached dates in `daily_target_days`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def standing(self, user_id: UserId, *, first: date, last: date) -> Standing:
        """Return what decides about targets on some dates, in one statement.

        What counts is settled XP, answers and time of graded attempts at quizzes of others and of study mode, where a
        question counts once a date, and reviews of questions of others that were not taken back.
        """
        standing = Standing(changes=[], counts=[], days=[])
        found = await self._connection.rows(_STANDING, user_id=user_id, first=first, last=last)
        for what, name, day, number, removed, at, zone in found:
            kind = DailyKind(name)
            if what == "change":
                standing.changes.append(
                    TargetChange(kind=kind, from_date=day, target=number, removed=removed)
                )
            elif what == "count":
                standing.counts.append(DayCount(kind=kind, local_date=day, done=number, last_at=at))
            else:
                standing.days.append(
                    TargetDay(kind=kind, local_date=day, target=number, reached_at=at, time_zone=zone)
                )
        return standing

    async def save(self, user_id: UserId, change: TargetChange) -> None:
        """Store a change in place of one from the same date, and remove those from later dates."""
        await self._connection.run(
            _SAVE,
            user_id=user_id,
            kind=change.kind.value,
            from_date=change.from_date,
            target=change.target,
            removed=change.removed,
        )

    async def days(self, user_id: UserId) -> list[TargetDay]:
        """Return all dates that are reached, by date."""
        return await self._connection.all(_DAYS, user_id=user_id)

    async def reach(self, user_id: UserId, day: TargetDay) -> bool:
        """Store that a target was reached on a date; return False where that is known."""
        values = {name: getattr(day, name) for name in TargetDay.__slots__}  # type: ignore[attr-defined]
        added = await self._connection.rows(_REACH, **values | {"kind": day.kind.value}, user_id=user_id)
        return bool(added)

    async def history(self, user_id: UserId, kinds: Sequence[str], window: Window) -> list[Page[TargetDay]]:
        """Return the dates on which targets of each kind were reached, newest first."""
        return await _HISTORY.read(self._connection, list(kinds), window, user_id=user_id)
