"""Rows of single columns, and the statements that are kept for them."""

from dataclasses import fields

import pytest
from sqlalchemy import select

from domain.users import User
from persistence.narrow import MOST_STATEMENTS, Narrow
from persistence.users import users
from persistence.work import SqlWork
from tests.builders import a_user
from tests.fakes.rows import row_of

ADA = a_user(handle="row_ada", email="row_ada@example.org")
COLUMNS = tuple(field.name for field in fields(User))


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
    for number in range(2 * MOST_STATEMENTS):
        narrow._of(("handle",) * number)

    assert once is again
    assert "bio" not in once.sql
    assert narrow._of.cache_info().currsize == MOST_STATEMENTS


async def test_a_column_that_nobody_declared_is_refused(work: SqlWork) -> None:
    narrow = Narrow(select(users.c.id), key=users.c.id, columns=[users.c.id])

    with pytest.raises(KeyError):
        await narrow.read(work.connection, ("password_hash",))
