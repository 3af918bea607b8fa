"""Rules of feature flags in Postgres."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, Text, bindparam, delete, text
from sqlalchemy.dialects.postgresql import insert

from domain.accounts.users import Role
from domain.feature_flags.flags import FlagRule
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.feature_flags.flags import feature_flag_users, feature_flags


def _rule(
    key: str,
    enabled: bool,
    percentage: int | None,
    roles: list[str],
    changed_at: datetime,
    changed_by_id: UserId | None,
    user_ids: list[UserId],
) -> FlagRule:
    return FlagRule(
        key=key,
        enabled=enabled,
        percentage=percentage,
        roles=[Role(role) for role in roles],
        user_ids=user_ids,
        changed_at=changed_at,
        changed_by_id=changed_by_id,
    )


_ALL = Statement(
    text("""
    SELECT key, enabled, percentage, roles, changed_at, changed_by,
        ARRAY(SELECT user_id FROM feature_flag_users WHERE flag_key = key ORDER BY user_id)
    FROM feature_flags ORDER BY key
    """),
    _rule,
)
_given = insert(feature_flags).values(
    key=bindparam("key"),
    enabled=bindparam("enabled"),
    percentage=bindparam("percentage", type_=Integer),
    roles=bindparam("roles", type_=ARRAY(Text)),
    changed_at=bindparam("changed_at", type_=MOMENT),
    changed_by=bindparam("changed_by", type_=ID),
)
_SAVE = Statement(
    _given.on_conflict_do_update(
        index_elements=["key"],
        set_={
            column.name: _given.excluded[column.name] for column in feature_flags.c if column.name != "key"
        },
    )
)
_REMOVE = Statement(delete(feature_flags).where(feature_flags.c.key == bindparam("flag")))
_CLEAR_USERS = Statement(delete(feature_flag_users).where(feature_flag_users.c.flag_key == bindparam("flag")))
_ADD_USERS = Statement(
    text(
        "INSERT INTO feature_flag_users (flag_key, user_id) SELECT DISTINCT :flag, id FROM unnest(:ids) AS id"
    ).bindparams(bindparam("flag", type_=ID), bindparam("ids", type_=ARRAY(ID)))
)


class SqlFlagRules:
    """Rules in the tables `feature_flags` and `feature_flag_users`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def all(self) -> list[FlagRule]:
        """Return every rule, by key."""
        return await self._connection.all(_ALL)

    async def save(self, rule: FlagRule) -> None:
        """Store the rule of a flag in place of the one before; blocks other changes of it until the commit."""
        values: dict[str, Any] = {
            "key": rule.key,
            "enabled": rule.enabled,
            "percentage": rule.percentage,
            "roles": [role.value for role in rule.roles],
            "changed_at": rule.changed_at,
            "changed_by": rule.changed_by_id,
        }
        await self._connection.run(_SAVE, **values)
        await self._connection.run(_CLEAR_USERS, flag=rule.key)
        await self._connection.run(_ADD_USERS, flag=rule.key, ids=rule.user_ids)

    async def remove(self, key: str) -> bool:
        """Remove the rule of a flag; tells whether there was one."""
        return await self._connection.run(_REMOVE, flag=key) > 0
