"""Streaks in Postgres: activities with their local dates, and used freezes."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.sql.selectable import CompoundSelect, LateralFromClause

from domain.errors import NotFoundError
from domain.gamification.streak_rules import Day
from domain.gamification.streaks import Activity, History, UserZone
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.accounts.users import users, zone_changes
from persistence.tables.gamification.streaks import activities, streak_freezes


def history_of(user_id: object) -> CompoundSelect[tuple[object, ...]]:
    """Select a learner's days, and the dates of their freezes as rows with 0 activities."""
    return union_all(_days(user_id), _freezes(user_id))


def _days(user_id: object) -> Select[tuple[object, ...]]:
    at, zone = activities.c.occurred_at, activities.c.time_zone
    return (
        select(
            activities.c.local_date,
            func.min(at).label("first_at"),
            func.max(at).label("last_at"),
            func.array_agg(aggregate_order_by(zone, at.asc()))[1].label("first_zone"),
            func.array_agg(aggregate_order_by(zone, at.desc()))[1].label("last_zone"),
            cast(func.count(), Integer).label("activities"),
        )
        .where(activities.c.user_id == user_id)
        .group_by(activities.c.local_date)
    )


_no_moment, _no_zone = cast(null(), MOMENT), cast(null(), Text)
_nothing = (_no_moment, _no_moment, _no_zone, _no_zone)


def _freezes(user_id: object) -> Select[tuple[object, ...]]:
    return select(streak_freezes.c.local_date, *_nothing, literal(0, Integer)).where(
        streak_freezes.c.user_id == user_id
    )


_USER = bindparam("user_id", type_=ID)
_LOCAL_DATE = bindparam("local_date", type_=Date)


def zone_at(moment: ColumnElement[Any]) -> tuple[list[ColumnElement[Any]], LateralFromClause]:
    """Return the columns of a user's zone at a given time, and the lateral join that they need."""
    next_change = (
        select(zone_changes.c.old_time_zone, zone_changes.c.old_day_start_hour)
        .where(zone_changes.c.user_id == users.c.id)
        .where(zone_changes.c.changed_at > moment)
        .order_by(zone_changes.c.changed_at)
        .limit(literal_column("1"))
        .lateral("next_change")
    )
    columns: list[ColumnElement[Any]] = [
        func.coalesce(next_change.c.old_time_zone, users.c.time_zone),
        func.coalesce(next_change.c.old_day_start_hour, users.c.day_start_hour),
    ]
    return columns, next_change


_zone, _next_change = zone_at(bindparam("at", type_=MOMENT))
_ZONE = Statement(
    select(*_zone).select_from(users.outerjoin(_next_change, true())).where(users.c.id == _USER), UserZone
)
_HISTORY = Statement(history_of(_USER))
_LOCK = Statement(select(users.c.id).where(users.c.id == _USER).with_for_update(key_share=True))
_added = (
    insert(activities)
    .values({name: bindparam(name) for name in Activity.__slots__})  # type: ignore[attr-defined]
    .on_conflict_do_nothing(index_elements=["user_id", "kind", "source_type", "source_id"])
    .returning(activities.c.user_id)
    .cte("added")
)
_noted = (
    update(users)
    .where(users.c.id == _added.c.user_id)
    .values(revision=users.c.revision + 1)  # attempt sheets that were read before are out of date
    .cte("noted")
)
_mine = exists().where(activities.c.user_id == _USER)
_begun = _mine.where(
    activities.c.local_date == _LOCAL_DATE,
    activities.c.occurred_at <= bindparam("occurred_at", type_=MOMENT),
)
_later = _mine.where(activities.c.local_date > _LOCAL_DATE)
# The condition of `domain.gamification.streaks.is_routine`. These parts see the activities before the insertion.
_matters = select(_added.c.user_id).where(or_(not_(_begun), _later)).cte("matters")
_so = exists(select(_matters.c.user_id))
_ADD = Statement(
    union_all(
        select(cast(null(), Date), *_nothing, literal(-1, Integer)).where(_so),
        _days(_USER).where(_so),
        _freezes(_USER).where(_so),
    ).add_cte(_noted)
)
_dates = (
    func.unnest(bindparam("dates", type_=ARRAY(Date)))
    .table_valued("local_date", name="dates")
    .render_derived()
)
_FREEZE = Statement(
    insert(streak_freezes)
    .from_select(["user_id", "local_date"], select(_USER, _dates.c.local_date))
    .on_conflict_do_nothing(index_elements=["user_id", "local_date"])
)


def history_from(rows: Collection[tuple[date, datetime, datetime, str, str, int]]) -> History:
    """Build a history from the rows that `history_of` selects."""
    days = [Day(*row) for row in rows if row[-1]]  # type: ignore[call-arg]
    return History(
        days=sorted(days, key=lambda day: day.local_date),
        frozen=frozenset(row[0] for row in rows if not row[-1]),
    )


class SqlStreaks:
    """Activities in the table `activities`, used freezes in `streak_freezes`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def zone_of(self, user_id: UserId, *, at: datetime | None = None) -> UserZone:
        """Return the user's zone now, or at a given time; raises NotFoundError."""
        zone = await self._connection.first(_ZONE, user_id=user_id, at=at)
        if zone is None:
            raise NotFoundError("There is no such user.")
        return zone

    async def history(self, user_id: UserId) -> History:
        """Return the learner's days, by date, and the dates of stored freezes."""
        return history_from([tuple(row) for row in await self._connection.rows(_HISTORY, user_id=user_id)])

    async def lock(self, user_id: UserId) -> None:
        """Lock the user's row until the transaction ends."""
        await self._connection.run(_LOCK, user_id=user_id)

    async def add(self, activity: Activity) -> History | None:
        """Store an activity once; the same statement reads the history before it, unless that does not matter."""
        values = {name: getattr(activity, name) for name in Activity.__slots__}  # type: ignore[attr-defined]
        rows = await self._connection.rows(_ADD, **values | {"kind": activity.kind.value})
        return history_from([tuple(row) for row in rows if row[0] is not None]) if rows else None

    async def freeze(self, user_id: UserId, dates: Collection[date]) -> None:
        """Store a freeze for each date; a date that has one keeps it."""
        await self._connection.run(_FREEZE, user_id=user_id, dates=sorted(dates))
