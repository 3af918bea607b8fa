"""Segments in Postgres: their groups are JSON, and become SQL where users are counted."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    all_,
    any_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.accounts.users import Role
from domain.campaigns.segments import (
    MOST_COUNTED,
    Segment,
    SegmentCondition,
    SegmentGroup,
    SegmentSize,
    written,
)
from domain.gamification.current_streak import StreakState
from domain.ids import SegmentId
from domain.paging import Page, Window
from persistence.campaigns.email_templates import ENDED_STATES
from persistence.campaigns.segment_conditions import IS_REACHABLE, Shape, is_in, moment, shape_of, values_of
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.accounts.users import users
from persistence.tables.campaigns.campaigns import campaigns, segments

_MEMBERS: dict[str, Any] = {"role": Role, "streak": StreakState}


def read_groups(stored: list[list[dict[str, Any]]]) -> list[SegmentGroup]:
    """Return the groups of their JSON."""
    return [SegmentGroup(conditions=[_condition(each) for each in group]) for group in stored]


def _condition(stored: dict[str, Any]) -> SegmentCondition:
    values = {name: _MEMBERS[name](value) if name in _MEMBERS else value for name, value in stored.items()}
    return replace(SegmentCondition(), **values)


_segment = maker(Segment, groups=read_groups)
_columns = columns_for(Segment, segments)
_is_it = segments.c.id == bindparam("segment_id", type_=ID)
_ADD = Statement(
    insert(segments).values({column.name: bindparam(column.name, type_=column.type) for column in segments.c})
)
_BY_IDS = Statement(
    select(*_columns).where(segments.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), _segment
)
_PAGES = Pages(
    select(*_columns),
    order=[segments.c.id],
    descending=True,
    make=_segment,
    key_of=lambda segment: (segment.id,),
    name="segments",
)
_LOCK = Statement(select(*_columns).where(_is_it).with_for_update(), _segment)
_PUT = Statement(
    update(segments)
    .where(_is_it)
    .values(
        name=bindparam("new_name"),
        version=bindparam("new_version"),
        groups=bindparam("new_groups", type_=JSONB),
        updated_at=bindparam("changed_at", type_=MOMENT),
    )
)
_is_used = exists().where(campaigns.c.segment_id == segments.c.id, campaigns.c.state != all_(ENDED_STATES))
_REMOVE = Statement(delete(segments).where(_is_it, ~_is_used))


@lru_cache(maxsize=256)
def _size(shape: Shape) -> Statement[SegmentSize]:
    matching = (
        select(IS_REACHABLE.label("is_reachable"))
        .select_from(users.join(moment, true()))
        .where(is_in(shape))
        .limit(literal_column(str(MOST_COUNTED)))
        .subquery()
    )
    reachable = func.count().filter(matching.c.is_reachable)
    return Statement(
        select(cast(func.count(), Integer), cast(reachable, Integer)).select_from(matching), SegmentSize
    )


class SqlSegments:
    """Segments in the table `segments`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, segment: Segment) -> None:
        """Store a new segment."""
        values = {column.name: getattr(segment, column.name) for column in segments.c}
        await self._connection.run(_ADD, **values | {"groups": written(segment.groups)})

    async def by_ids(self, ids: list[SegmentId]) -> list[Segment | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=ids)
        return by_key(ids, found, lambda segment: segment.id)

    async def page(self, window: Window) -> Page[Segment]:
        """Return the segments, newest first."""
        return await _PAGES.read(self._connection, window)

    async def lock(self, segment_id: SegmentId) -> Segment | None:
        """Return a segment, and keep others from changing it until the transaction ends."""
        return await self._connection.first(_LOCK, segment_id=segment_id)

    async def put(self, segment: Segment) -> None:
        """Store the changes of a segment that `lock` returned."""
        await self._connection.run(
            _PUT,
            segment_id=segment.id,
            new_name=segment.name,
            new_version=segment.version,
            new_groups=written(segment.groups),
            changed_at=segment.updated_at,
        )

    async def remove(self, segment_id: SegmentId) -> bool:
        """Remove a segment; tells whether no campaign that has not ended used it."""
        return await self._connection.run(_REMOVE, segment_id=segment_id) > 0

    async def size(self, groups: list[SegmentGroup], *, now: datetime) -> SegmentSize:
        """Count the users who fit."""
        found = await self._connection.first(_size(shape_of(groups)), **values_of(groups, began=now), now=now)
        assert found is not None  # noqa: S101 - a count has a row
        return found
