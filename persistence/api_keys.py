"""API keys in Postgres."""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    func,
    insert,
    select,
    update,
)

from domain.api_keys import ApiKey, KeyHolder
from domain.ids import ApiKeyId, UserId
from domain.scopes import Scope
from domain.users import Role
from persistence.base import ID, Statement, columns_for, grouped, id_column, metadata
from persistence.engine import Connection
from persistence.roles import is_active
from persistence.rows import maker
from persistence.user_tables import users

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text(collation="C"), nullable=False),
    Column("key_hash", Text(collation="C"), nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Index("api_keys_key_hash_key", "key_hash", unique=True),
    Index("api_keys_user_id_id_idx", "user_id", "id"),
)


def _scopes(names: list[str]) -> list[Scope]:
    return [Scope(name) for name in names]


def _roles(names: list[str]) -> list[Role]:
    return [Role(name) for name in names]


_NOW = bindparam("now", type_=DateTime(timezone=True))
_key = maker(ApiKey, scopes=_scopes)
_is_good = and_(api_keys.c.revoked_at.is_(None), api_keys.c.expires_at > _NOW)
_ADD = Statement(insert(api_keys).values({c.name: bindparam(c.name) for c in api_keys.c}))
_HOLD = Statement(select(users.c.id).where(users.c.id == bindparam("id")).with_for_update(key_share=True))
_COUNT = Statement(
    select(func.count())
    .select_from(api_keys)
    .where(api_keys.c.user_id == bindparam("user_id"), api_keys.c.revoked_at.is_(None))
)
_REVOKE = Statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("key_id"))
    .where(api_keys.c.user_id == bindparam("owner_id"))
    .where(api_keys.c.revoked_at.is_(None))
    .values(revoked_at=_NOW)
    .returning(*columns_for(ApiKey, api_keys)),
    _key,
)
_OF_USERS = Statement(
    select(*columns_for(ApiKey, api_keys))
    .where(api_keys.c.user_id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(api_keys.c.user_id == bindparam("viewer_id"))
    .where(api_keys.c.revoked_at.is_(None))
    .order_by(api_keys.c.id.desc()),
    _key,
)
_HOLDER = Statement(
    select(
        api_keys.c.id,
        users.c.id,
        users.c.roles,
        users.c.access_version,
        api_keys.c.scopes,
        api_keys.c.expires_at,
        api_keys.c.last_used_at,
    )
    .select_from(api_keys.join(users, api_keys.c.user_id == users.c.id))
    .where(api_keys.c.key_hash == bindparam("key_hash"), _is_good, is_active(_NOW)),
    maker(KeyHolder, roles=_roles, scopes=_scopes),
)
_USED = Statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("key_id"))
    .values(last_used_at=func.date_trunc("hour", _NOW))
)


class SqlApiKeys:
    """Keys in the table `api_keys`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey, *, key_hash: str) -> None:
        """Store a key."""
        values = {name: getattr(key, name) for name in ApiKey.__slots__}  # type: ignore[attr-defined]
        scopes = [scope.value for scope in key.scopes]
        await self._connection.run(_ADD, **values | {"scopes": scopes, "key_hash": key_hash})

    async def hold(self, user_id: UserId) -> int:
        """Return how many unrevoked keys the user has; a lock on the user's row holds back every new one."""
        await self._connection.run(_HOLD, id=user_id)
        return int(await self._connection.value(_COUNT, user_id=user_id))

    async def revoke(self, key_id: ApiKeyId, *, user_id: UserId, now: datetime) -> ApiKey | None:
        """End a key of the user's."""
        return await self._connection.first(_REVOKE, key_id=key_id, owner_id=user_id, now=now)

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[list[ApiKey]]:
        """Return one list per id; the statement itself leaves out everyone but the viewer."""
        found = await self._connection.all(_OF_USERS, ids=ids, viewer_id=viewer_id)
        return grouped(ids, found, lambda key: key.user_id)

    async def holder(self, key_hash: str, *, now: datetime) -> KeyHolder | None:
        """Return whose key it is, with their roles of now."""
        return await self._connection.first(_HOLDER, key_hash=key_hash, now=now)

    async def used(self, key_id: ApiKeyId, *, now: datetime) -> None:
        """Write down the hour in which the key was used."""
        await self._connection.run(_USED, key_id=key_id, now=now)
