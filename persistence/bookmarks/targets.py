"""Statements that bookmarks and notes have in common: both are a user's, and of one target each."""

from typing import Any

from sqlalchemy import Select, Table, Text, bindparam, func, or_, select

from domain.bookmarks.targets import TargetType
from persistence.statements import ID, Statement
from persistence.tables.accounts.users import users
from persistence.tables.bookmarks.bookmarks import KEYS

LOCK_USER = Statement(
    select(users.c.id).where(users.c.id == bindparam("user_id")).with_for_update(key_share=True)
)


def count_others(table: Table) -> Statement[Any]:
    """Return the statement that counts a user's rows of other targets."""
    return Statement(
        select(func.count())
        .select_from(table)
        .where(table.c.user_id == bindparam("user_id"))
        .where(table.c.target_id != bindparam("target_id"))
    )


def of_viewer(table: Table, columns: list[Any]) -> Select[Any]:
    """Return the rows of the viewer, of one kind of target where `prefix` is given."""
    prefix = bindparam("prefix", type_=Text)
    return (
        select(*columns)
        .where(table.c.user_id == bindparam("viewer_id", type_=ID))
        .where(or_(prefix.is_(None), func.starts_with(table.c.target_id, prefix)))
    )


def prefix_of(kind: TargetType | None) -> str | None:
    """Return how the ids of a kind of target begin."""
    return None if kind is None else f"{kind.value}_"


def keys_of(target_id: str) -> dict[str, str | None]:
    """Return the foreign keys of a target: one of them is its id."""
    return {key: target_id if target_id.startswith(f"{kind.value}_") else None for kind, key in KEYS.items()}
