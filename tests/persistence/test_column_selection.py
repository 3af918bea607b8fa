"""Column selection: rows of single columns, the cached statements, and the types that tables enforce."""

from dataclasses import fields
from importlib import import_module
from itertools import islice, permutations
from pkgutil import walk_packages

import pytest
from sqlalchemy import Boolean, Column, Integer, Label, SmallInteger, Text, select

import resolvers
from domain.accounts.users import User
from persistence.accounts import users as accounts_users
from persistence.column_selection import MOST_STATEMENTS, ColumnSelection
from persistence.content import roadmap_nodes, roadmaps
from persistence.stores import SqlWork
from persistence.tables.accounts.users import users
from resolvers.accounts import loaders
from resolvers.batches import Batch
from resolvers.content import loaders as content_loaders
from tests.builders import a_user
from tests.support.rows import row_of

ADA = a_user(handle="row_ada", email="row_ada@example.org")
COLUMNS = tuple(field.name for field in fields(User))
NARROW_BATCHES = [
    (loaders.users_by_id, accounts_users._ROWS_BY_IDS),
    (content_loaders.roadmaps_by_id, roadmaps._ROWS_BY_IDS),
    (content_loaders.roadmap_versions_by_id, roadmaps._VERSION_ROWS_BY_IDS),
    (content_loaders.nodes_by_version, roadmap_nodes._ROWS_OF_VERSIONS),
]
"""Every batch that loads narrow rows, with its statement."""
PYTHON_TYPES = {Text: str, Boolean: bool, Integer: int, SmallInteger: int}
"""The Python type of a column's values; whole numbers of these two fit into an `Int`, those of a BigInteger may not."""


async def test_rows_of_users_have_the_values_of_the_objects(work: SqlWork) -> None:
    await work.users.add(ADA)
    (user,) = await work.users.by_ids([ADA.id])

    (row,) = await work.users.rows_by_ids([ADA.id], COLUMNS)

    assert list(row or ()) == row_of(user, "id", COLUMNS)


async def test_rows_come_in_the_order_of_the_keys(work: SqlWork) -> None:
    bob = a_user(handle="row_bob", email="row_bob@example.org")
    for new in (ADA, bob):
        await work.users.add(new)

    found = await work.users.rows_by_ids([bob.id, "user_nobody", ADA.id, bob.id], ("handle",))  # type: ignore[list-item]

    assert [row and row[1] for row in found] == ["row_bob", None, "row_ada", "row_bob"]


def test_a_statement_is_compiled_once_for_each_set_of_columns_and_a_few_are_cached() -> None:
    selection = ColumnSelection(select(*users.c), key=users.c.id, columns=list(users.c))

    first, second = selection._cached(("handle",)), selection._cached(("handle",))
    for columns in islice(permutations(COLUMNS, 4), 2 * MOST_STATEMENTS):
        selection._cached(columns)

    assert first is second
    assert "bio" not in first.sql
    assert selection._cached.cache_info().currsize == MOST_STATEMENTS


async def test_an_undeclared_column_is_refused(work: SqlWork) -> None:
    selection = ColumnSelection(select(users.c.id), key=users.c.id, columns=[users.c.id])

    with pytest.raises(KeyError):
        await selection.read(work.connection, ("password_hash",))


def test_every_batch_that_loads_narrow_rows_is_checked_here() -> None:
    modules = [import_module(module.name) for module in walk_packages(resolvers.__path__, "resolvers.")]

    batches = [each for module in modules for each in vars(module).values() if isinstance(each, Batch)]
    narrow = {batch.name for batch in batches if batch.narrow}

    assert narrow == {batch.name for batch, _ in NARROW_BATCHES}


@pytest.mark.parametrize(("batch", "statement"), NARROW_BATCHES, ids=lambda each: getattr(each, "name", ""))
def test_the_tables_enforce_the_types_of_unchecked_columns(batch: Batch, statement: ColumnSelection) -> None:
    assert batch.narrow is not None
    assert batch.narrow.unchecked

    for name, (kind, may_be_null) in batch.narrow.unchecked.items():
        column = statement._columns[name]

        assert PYTHON_TYPES.get(type(column.type)) is kind, name
        assert may_be_null or is_never_null(column), name


def is_never_null(column: object) -> bool:
    """Tell whether the table forbids null; a computed column may be null."""
    while isinstance(column, Label):
        column = column.element
    return isinstance(column, Column) and not column.nullable
