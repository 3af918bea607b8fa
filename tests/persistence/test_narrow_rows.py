"""Rows of single columns, and the statements that are kept for them."""

from dataclasses import fields
from importlib import import_module
from itertools import islice, permutations
from pkgutil import iter_modules

import pytest
from sqlalchemy import Boolean, Column, Integer, Label, SmallInteger, Text, select

import resolvers
from domain.users import User
from persistence import roadmap_nodes, roadmaps
from persistence import users as user_rows
from persistence.narrow import MOST_STATEMENTS, Narrow
from persistence.users import users
from persistence.work import SqlWork
from resolvers import loaders, roadmap_loaders
from resolvers.batches import Batch
from tests.builders import a_user
from tests.fakes.rows import row_of

ADA = a_user(handle="row_ada", email="row_ada@example.org")
COLUMNS = tuple(field.name for field in fields(User))
PROMISING = [
    (loaders.users_by_id, user_rows._ROWS_BY_IDS),
    (roadmap_loaders.roadmaps_by_id, roadmaps._ROWS_BY_IDS),
    (roadmap_loaders.roadmap_versions_by_id, roadmaps._VERSION_ROWS_BY_IDS),
    (roadmap_loaders.nodes_by_version, roadmap_nodes._ROWS_OF_VERSIONS),
]
"""Every batch that gives rows, with the statement that they come from."""
HELD = {Text: str, Boolean: bool, Integer: int, SmallInteger: int}
"""What a column of a type holds; whole numbers of these two fit into an `Int`, those of a BigInteger may not."""


async def test_rows_of_users_hold_what_the_objects_hold(work: SqlWork) -> None:
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


def test_a_statement_is_written_once_for_each_set_of_columns_and_few_are_kept() -> None:
    narrow = Narrow(select(*users.c), key=users.c.id, columns=list(users.c))

    once, again = narrow._of(("handle",)), narrow._of(("handle",))
    for columns in islice(permutations(COLUMNS, 4), 2 * MOST_STATEMENTS):
        narrow._of(columns)

    assert once is again
    assert "bio" not in once.sql
    assert narrow._of.cache_info().currsize == MOST_STATEMENTS


async def test_a_column_that_nobody_declared_is_refused(work: SqlWork) -> None:
    narrow = Narrow(select(users.c.id), key=users.c.id, columns=[users.c.id])

    with pytest.raises(KeyError):
        await narrow.read(work.connection, ("password_hash",))


def test_every_batch_that_gives_rows_is_among_those_whose_promises_are_checked() -> None:
    modules = [import_module(f"resolvers.{module.name}") for module in iter_modules(resolvers.__path__)]

    batches = [each for module in modules for each in vars(module).values() if isinstance(each, Batch)]
    narrow = {batch.name for batch in batches if batch.narrow}

    assert narrow == {batch.name for batch, _ in PROMISING}


@pytest.mark.parametrize(("batch", "statement"), PROMISING, ids=lambda each: getattr(each, "name", ""))
def test_the_tables_keep_what_the_batch_promises(batch: Batch, statement: Narrow) -> None:
    assert batch.narrow is not None
    assert batch.narrow.promises

    for name, (kind, may_be_null) in batch.narrow.promises.items():
        column = statement._columns[name]

        assert HELD.get(type(column.type)) is kind, name
        assert may_be_null or is_never_null(column), name


def is_never_null(column: object) -> bool:
    """Tell whether the table forbids null; what is reckoned in a statement may be null."""
    while isinstance(column, Label):
        column = column.element
    return isinstance(column, Column) and not column.nullable
