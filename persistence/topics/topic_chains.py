"""Topic chains in Postgres."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Boolean, any_, bindparam, case, delete, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.ids import TopicChainId, UserId
from domain.paging import Page, Window
from domain.topics.topic_chains import TopicChain, TopicChainFilter, TopicProgress
from persistence.accounts.user_locks import lock_user
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.topics.topic_chains import topic_chains, topics

viewer = bindparam("viewer_id", type_=ID)
visible_chain = or_(topic_chains.c.owner_id == viewer, topic_chains.c.shared_at.is_not(None))
"""The condition for chains that the viewer reads; an anonymous viewer is null."""
_columns = columns_for(TopicChain, topic_chains)
_own = topic_chains.c.owner_id == bindparam("owner_id", type_=ID)
_one = topic_chains.c.id == bindparam("chain_id", type_=ID)
_ids = bindparam("ids", type_=ARRAY(ID))
_is_shared = bindparam("is_shared", type_=Boolean)
_is_explored = bindparam("is_explored", type_=Boolean)
_COUNT_OTHERS = Statement(
    select(func.count())
    .select_from(topic_chains)
    .where(_own, topic_chains.c.path_key != bindparam("path_key"))
)
_added = insert(topic_chains).values({c.name: bindparam(c.name, type_=c.type) for c in topic_chains.c})
_ADD = Statement(
    _added.on_conflict_do_update(
        constraint="topic_chains_owner_id_path_key_key", set_={"path_key": topic_chains.c.path_key}
    ).returning(*_columns),
    TopicChain,
)
_LOCK = Statement(select(*_columns).where(_one, _own).with_for_update(), TopicChain)
_SAVED = ("title", "shared_at", "changed_at")
_SAVE = Statement(
    update(topic_chains)
    .where(_one)
    .values({name: bindparam(name, type_=topic_chains.c[name].type) for name in _SAVED})
)
_REMOVE = Statement(delete(topic_chains).where(_one, _own).returning(*_columns), TopicChain)
_BY_IDS = Statement(select(*_columns).where(topic_chains.c.id == any_(_ids), visible_chain), TopicChain)
_BY_PUBLIC_ID = Statement(
    select(*_columns).where(topic_chains.c.public_id == bindparam("public_id", type_=ID), visible_chain),
    TopicChain,
)
_waits = exists().where(topics.c.chain_id == topic_chains.c.id, topics.c.explored_at.is_(None))
_NEWEST_FIRST = Pages(
    select(*_columns)
    .where(_own)
    .where(or_(_is_shared.is_(None), _is_shared == topic_chains.c.shared_at.is_not(None)))
    .where(or_(_is_explored.is_(None), _is_explored == not_(_waits))),
    order=[topic_chains.c.id],
    descending=True,
    make=TopicChain,
    key_of=lambda chain: (chain.id,),
    name="topicChains",
)
_explored = case((topic_chains.c.owner_id == viewer, func.count(topics.c.explored_at)))
_PROGRESS = Statement(
    select(topic_chains.c.id, func.count(topics.c.id), _explored)
    .select_from(topic_chains.join(topics, topics.c.chain_id == topic_chains.c.id))
    .where(topic_chains.c.id == any_(_ids), visible_chain)
    .group_by(topic_chains.c.id)
)


class SqlTopicChains:
    """Topic chains in the table `topic_chains`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count_others(self, owner_id: UserId, path_key: str) -> int:
        """Lock the owner's row, and count the chains of other paths."""
        await lock_user(self._connection, owner_id)
        return int(await self._connection.value(_COUNT_OTHERS, owner_id=owner_id, path_key=path_key))

    async def add(self, chain: TopicChain, path_key: str) -> TopicChain:
        """Insert a chain, or return the one with its path."""
        values = {c.name: getattr(chain, c.name) for c in topic_chains.c if c.name != "path_key"}
        stored = await self._connection.first(_ADD, **values, path_key=path_key)
        assert stored is not None  # noqa: S101 - INSERT ... RETURNING of one row
        return stored

    async def lock(self, chain_id: TopicChainId, *, owner_id: UserId) -> TopicChain | None:
        """Return a chain of the owner's, and lock its row."""
        return await self._connection.first(_LOCK, chain_id=chain_id, owner_id=owner_id)

    async def save(self, chain: TopicChain) -> None:
        """Store what may change of a chain."""
        values = {name: getattr(chain, name) for name in _SAVED}
        await self._connection.run(_SAVE, chain_id=chain.id, **values)

    async def remove(self, chain_id: TopicChainId, *, owner_id: UserId) -> TopicChain | None:
        """Delete a chain of the owner's; its topics go with it."""
        return await self._connection.first(_REMOVE, chain_id=chain_id, owner_id=owner_id)

    async def by_ids(
        self, ids: Sequence[TopicChainId], *, viewer_id: UserId | None
    ) -> list[TopicChain | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda chain: chain.id)

    async def by_public_id(self, public_id: str, *, viewer_id: UserId | None) -> TopicChain | None:
        """Return the chain with this public id."""
        return await self._connection.first(_BY_PUBLIC_ID, public_id=public_id, viewer_id=viewer_id)

    async def page(self, asked: TopicChainFilter, window: Window, *, owner_id: UserId) -> Page[TopicChain]:
        """Return the owner's chains, newest first."""
        return await _NEWEST_FIRST.read(
            self._connection,
            window,
            owner_id=owner_id,
            is_shared=asked.is_shared,
            is_explored=asked.is_explored,
        )

    async def progress(
        self, ids: Sequence[TopicChainId], *, viewer_id: UserId | None
    ) -> list[TopicProgress | None]:
        """Count the topics of each chain."""
        rows = await self._connection.rows(_PROGRESS, ids=list(ids), viewer_id=viewer_id)
        found = {id_: TopicProgress(topics=count, explored=explored) for id_, count, explored in rows}
        return [found.get(id_) for id_ in ids]
