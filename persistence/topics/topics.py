"""Topics of chains in Postgres."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import asyncpg
from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    and_,
    any_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from domain.ids import TopicChainId, TopicId, UserId
from domain.paging import Page, Window
from domain.topics import topic_paths
from domain.topics.next_topics import MOST_NEXT
from domain.topics.topic_changes import name_taken
from domain.topics.topics import Topic, TopicFilter
from persistence.database import SqlConnection
from persistence.paging import PagesPerKey, parent_key, parents
from persistence.row_mapping import maker
from persistence.statements import ID, Statement, by_key, columns_for, grouped
from persistence.tables.topics.topic_chains import topic_chains, topics
from persistence.topics.topic_chains import viewer, visible_chain

_explored_at = case((topic_chains.c.owner_id == viewer, topics.c.explored_at))
_columns = columns_for(Topic, topics, explored_at=_explored_at)
_own_columns = columns_for(Topic, topics)
_of_chain = topics.join(topic_chains, topics.c.chain_id == topic_chains.c.id)
_visible = select(*_columns).select_from(_of_chain).where(visible_chain)
_ids = bindparam("ids", type_=ARRAY(ID))
_order = [topics.c.depth, topics.c.difficulty, topics.c.id]
_BY_IDS = Statement(_visible.where(topics.c.id == any_(_ids)), Topic)
_OWNED = Statement(
    select(*_own_columns)
    .select_from(_of_chain)
    .where(topics.c.id == bindparam("topic_id", type_=ID))
    .where(topic_chains.c.owner_id == bindparam("owner_id", type_=ID))
    .with_for_update(),
    Topic,
)
_OF_CHAINS = Statement(
    _visible.where(topics.c.chain_id == any_(_ids)).order_by(topics.c.chain_id, *_order), Topic
)
_above = topics.alias("above")
_rank = [_above.c.explored_at.is_(None), topics.c.difficulty, topics.c.depth, topics.c.id]
_next = (
    select(func.row_number().over(order_by=_rank).label("rank"), *_own_columns)
    .select_from(
        topics.outerjoin(
            _above, and_(_above.c.chain_id == topics.c.chain_id, _above.c.id == topics.c.parent_id)
        )
    )
    .where(topics.c.chain_id == parent_key, topics.c.explored_at.is_(None))
    .order_by(*_rank)
    .limit(MOST_NEXT)
    .lateral("next")
)
_NEXT_OF_CHAINS = Statement(
    select(parents.c.position, *_next.c)
    .select_from(parents.join(topic_chains, topic_chains.c.id == parent_key).outerjoin(_next, true()))
    .where(topic_chains.c.owner_id == bindparam("owner_id", type_=ID))
    .order_by(parents.c.position, _next.c.rank)
)
"""The rule of `next_topics.suggested`, so that only the topics that it returns are read."""
_BASE_OF_CHAINS = Statement(
    _visible.where(topics.c.chain_id == any_(_ids), topics.c.is_base).order_by(topics.c.chain_id, *_order),
    Topic,
)
_COUNT = Statement(
    select(func.count()).select_from(topics).where(topics.c.chain_id == bindparam("chain_id", type_=ID))
)
_names = [column.name for column in topics.c]
_given = (
    func.unnest(*(bindparam(name, type_=ARRAY(topics.c[name].type)) for name in _names))
    .table_valued(*_names, name="given")
    .render_derived()
)
_ADD = Statement(
    insert(topics)
    .from_select(_names, select(*_given.c))
    .on_conflict_do_nothing(constraint="topics_name_key")
    .returning(*_own_columns),
    Topic,
)
_SAVED = ("name", "name_key", "description", "difficulty", "explored_at")
_SAVE = Statement(
    update(topics)
    .where(topics.c.id == bindparam("topic_id", type_=ID))
    .values({name: bindparam(name, type_=topics.c[name].type) for name in _SAVED})
)
_REMOVE = Statement(delete(topics).where(topics.c.id == bindparam("topic_id", type_=ID)))
_is_explored = bindparam("is_explored", type_=Boolean)
_hardest = bindparam("hardest", type_=Integer)
_asked = _visible.where(
    or_(_is_explored.is_(None), _is_explored == _explored_at.is_not(None)),
    or_(_hardest.is_(None), topics.c.difficulty <= _hardest),
)
_OF_CHAIN = PagesPerKey(
    _asked.where(topics.c.chain_id == parent_key),
    order=_order,
    make=Topic,
    key_of=lambda topic: (topic.depth, topic.difficulty, topic.id),
    name="topics",
)
_BELOW = PagesPerKey(
    _asked.where(topics.c.parent_id == parent_key),
    order=[topics.c.difficulty, topics.c.id],
    make=Topic,
    key_of=lambda topic: (topic.difficulty, topic.id),
    name="subtopics",
)
_PATHS = Statement(
    text(
        """
        WITH RECURSIVE above AS (
            SELECT t.id AS of, t.chain_id, t.parent_id, t.name, t.depth
            FROM topics t JOIN topic_chains c ON c.id = t.chain_id
            WHERE t.id = ANY (:ids) AND (c.owner_id = :viewer_id OR c.shared_at IS NOT NULL)
            UNION ALL
            SELECT a.of, p.chain_id, p.parent_id, p.name, p.depth FROM above a
            JOIN topics p ON p.chain_id = a.chain_id AND p.id = a.parent_id
        )
        SELECT of, array_agg(name ORDER BY depth) FROM above GROUP BY of
        """
    ).bindparams(_ids, viewer)
)
_topic = maker(Topic)


class SqlTopics:
    """Topics in the table `topics`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def by_ids(self, ids: Sequence[TopicId], *, viewer_id: UserId | None) -> list[Topic | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda topic: topic.id)

    async def owned(self, topic_id: TopicId, *, owner_id: UserId) -> Topic | None:
        """Return a topic of the owner's, and lock its row and that of its chain."""
        return await self._connection.first(_OWNED, topic_id=topic_id, owner_id=owner_id)

    async def of_chains(self, ids: Sequence[TopicChainId], *, viewer_id: UserId | None) -> list[list[Topic]]:
        """Return all topics of each chain."""
        found = await self._connection.all(_OF_CHAINS, ids=list(ids), viewer_id=viewer_id)
        return grouped(ids, found, lambda topic: topic.chain_id)

    async def next_of_chains(
        self, ids: Sequence[TopicChainId], *, owner_id: UserId
    ) -> list[list[Topic] | None]:
        """Return what the owner may explore next in each chain."""
        found: list[list[Topic] | None] = [None] * len(ids)
        rows = await self._connection.rows(_NEXT_OF_CHAINS, keys=list(ids), owner_id=owner_id)
        for position, rows_of in groupby(rows, itemgetter(0)):
            found[position - 1] = [_topic(*columns) for _, rank, *columns in rows_of if rank is not None]
        return found

    async def base_of_chains(
        self, ids: Sequence[TopicChainId], *, viewer_id: UserId | None
    ) -> list[list[Topic]]:
        """Return the path of each chain, in its order."""
        found = await self._connection.all(_BASE_OF_CHAINS, ids=list(ids), viewer_id=viewer_id)
        return grouped(ids, found, lambda topic: topic.chain_id)

    async def pages_of_chains(
        self, ids: Sequence[TopicChainId], asked: TopicFilter, window: Window, *, viewer_id: UserId | None
    ) -> list[Page[Topic]]:
        """Return a page of the topics of each chain."""
        return await _OF_CHAIN.read(
            self._connection,
            ids,
            window,
            viewer_id=viewer_id,
            is_explored=asked.is_explored,
            hardest=asked.hardest,
        )

    async def pages_below(
        self, ids: Sequence[TopicId], asked: TopicFilter, window: Window, *, viewer_id: UserId | None
    ) -> list[Page[Topic]]:
        """Return a page of the subtopics of each topic."""
        return await _BELOW.read(
            self._connection,
            ids,
            window,
            viewer_id=viewer_id,
            is_explored=asked.is_explored,
            hardest=asked.hardest,
        )

    async def paths(self, ids: Sequence[TopicId], *, viewer_id: UserId | None) -> list[str | None]:
        """Return the names down to each topic, as a path."""
        rows = await self._connection.rows(_PATHS, ids=list(ids), viewer_id=viewer_id)
        found = {id_: topic_paths.written(names) for id_, names in rows}
        return [found.get(id_) for id_ in ids]

    async def count(self, chain_id: TopicChainId) -> int:
        """Return how many topics a chain has."""
        return int(await self._connection.value(_COUNT, chain_id=chain_id))

    async def add(self, topics: Sequence[Topic]) -> list[Topic]:
        """Insert topics in one statement; return those that were."""
        rows = [_values(topic) for topic in topics]
        added = await self._connection.all(_ADD, **{name: [row[name] for row in rows] for name in _names})
        by_id = {topic.id: topic for topic in added}
        return [by_id[topic.id] for topic in topics if topic.id in by_id]

    async def save(self, topic: Topic) -> None:
        """Store what may change of a topic; the unique constraint decides on its name."""
        values = _values(topic)
        try:
            await self._connection.run(_SAVE, topic_id=topic.id, **{name: values[name] for name in _SAVED})
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name == "topics_name_key":
                raise name_taken() from None
            raise

    async def remove(self, topic_id: TopicId) -> None:
        """Delete a topic; those below it go with it."""
        await self._connection.run(_REMOVE, topic_id=topic_id)


def _values(topic: Topic) -> dict[str, Any]:
    """Return the row of a topic."""
    return {
        name: topic_paths.key_of(topic.name) if name == "name_key" else getattr(topic, name)
        for name in _names
    }
