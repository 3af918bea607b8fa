"""API keys in Postgres."""

from datetime import datetime

from sqlalchemy import ARRAY, and_, any_, bindparam, func, insert, select, update

from domain.accounts.api_keys import ActiveApiKey, ApiKey
from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.ids import ApiKeyId, UserId
from persistence.accounts.roles import is_active
from persistence.database import SqlConnection
from persistence.row_mapping import maker
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for, grouped
from persistence.tables.accounts.api_keys import api_keys
from persistence.tables.accounts.users import users


def _scopes(names: list[str]) -> list[Scope]:
    return [Scope(name) for name in names]


def _roles(names: list[str]) -> list[Role]:
    return [Role(name) for name in names]


_NOW = bindparam("now", type_=MOMENT)
_key = maker(ApiKey, scopes=_scopes)
_is_valid = and_(api_keys.c.revoked_at.is_(None), api_keys.c.expires_at > _NOW)
_ADD = Statement(insert(api_keys).values({c.name: bindparam(c.name) for c in api_keys.c}))
_LOCK = Statement(select(users.c.id).where(users.c.id == bindparam("id")).with_for_update(key_share=True))
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
_BY_IDS = Statement(
    select(*columns_for(ApiKey, api_keys))
    .where(api_keys.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(api_keys.c.user_id == bindparam("viewer_id"))
    .where(api_keys.c.revoked_at.is_(None)),
    _key,
)
_ACTIVE = Statement(
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
    .where(api_keys.c.key_hash == bindparam("key_hash"), _is_valid, is_active(_NOW)),
    maker(ActiveApiKey, roles=_roles, scopes=_scopes),
)
_USED = Statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("key_id"))
    .values(last_used_at=func.date_trunc("hour", _NOW))
)


class SqlApiKeys:
    """Keys in the table `api_keys`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey, *, key_hash: str) -> None:
        """Store a key."""
        values = {name: getattr(key, name) for name in ApiKey.__slots__}  # type: ignore[attr-defined]
        scopes = [scope.value for scope in key.scopes]
        await self._connection.run(_ADD, **values | {"scopes": scopes, "key_hash": key_hash})

    async def lock_and_count(self, user_id: UserId) -> int:
        """Return how many unrevoked keys the user has; a lock on the user's row blocks new ones."""
        await self._connection.run(_LOCK, id=user_id)
        return int(await self._connection.value(_COUNT, user_id=user_id))

    async def revoke(self, key_id: ApiKeyId, *, user_id: UserId, now: datetime) -> ApiKey | None:
        """Revoke a key of the user's."""
        return await self._connection.first(_REVOKE, key_id=key_id, owner_id=user_id, now=now)

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[list[ApiKey]]:
        """Return one list per id; the statement itself reads the viewer's keys only."""
        found = await self._connection.all(_OF_USERS, ids=ids, viewer_id=viewer_id)
        return grouped(ids, found, lambda key: key.user_id)

    async def by_ids(self, ids: list[ApiKeyId], *, viewer_id: UserId) -> list[ApiKey | None]:
        """Return one slot per id, in their order; only the viewer's are filled."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda key: key.id)

    async def active(self, key_hash: str, *, now: datetime) -> ActiveApiKey | None:
        """Return a valid key with its owner's current roles."""
        return await self._connection.first(_ACTIVE, key_hash=key_hash, now=now)

    async def used(self, key_id: ApiKeyId, *, now: datetime) -> None:
        """Store the hour in which the key was last used."""
        await self._connection.run(_USED, key_id=key_id, now=now)
