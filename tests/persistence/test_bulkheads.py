"""Bulkheads: statements on one table and open transactions hold no more than their share of the connections."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import insert, select, text, update

from domain.errors import UnavailableError
from domain.unit_of_work import Meter
from persistence.bulkheads import LONGEST_QUEUE, STUCK_AFTER_S, TRANSACTIONS, Bulkheads
from persistence.connection_pool import USUAL
from persistence.database import Database, connect
from persistence.learning import goals as goal_statements
from persistence.statements import Command, Statement
from persistence.tables.accounts.users import users
from persistence.tables.learning.goals import goals

LARGEST = 10
GOALS = Statement(select(goals.c.id))
USERS = Statement(select(users.c.id))
BOTH = Statement(select(goals.c.id, users.c.handle).join_from(goals, users))
LOCK_USERS = Statement(update(users).values(bio=""))
NO_TABLE = Statement(text("SELECT 1"))


@pytest.fixture
async def wide(database_url: str) -> AsyncIterator[Database]:
    async with connect(database_url, largest=LARGEST) as database:
        yield database


@pytest.fixture
async def locked_goals(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection that holds the table `goals`; it ends at the end of the test, or before."""
    holder = await asyncpg.connect(database_url)
    await holder.execute("BEGIN; LOCK TABLE goals")
    yield holder
    await holder.close()


async def read(database: Database, statement: Statement[Any]) -> list[Any]:
    async with database.connection(Meter()) as connection:
        return await connection.rows(statement)


async def write(database: Database, *statements: Statement[Any]) -> None:
    async with database.transaction(Meter()) as connection:
        for statement in statements:
            await connection.run(statement)


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def settle(tasks: list[asyncio.Task[Any]]) -> list[type]:
    return [type(result) for result in await asyncio.gather(*tasks, return_exceptions=True)]


def test_the_shares_leave_one_connection() -> None:
    for largest in range(3, 201):
        shares = Bulkheads(largest)
        assert shares.most + shares.most_transactions < largest
        assert min(shares.most, shares.most_transactions) >= 1
    assert Bulkheads(10, 1.0).most == Bulkheads(10, 1.0).most_transactions == 10


def test_a_statement_knows_its_tables_and_those_of_its_foreign_keys() -> None:
    assert BOTH.tables == {"goals", "users"}
    assert Statement(insert(goals)).tables >= {"goals", "users"}
    assert LOCK_USERS.tables == {"users"}
    assert NO_TABLE.tables == Command("BEGIN").tables == set()


def test_only_what_neither_writes_nor_locks_is_a_read() -> None:
    assert GOALS.is_read
    assert BOTH.is_read
    assert not LOCK_USERS.is_read
    assert not goal_statements._LOCK.is_read
    for sql in (
        "SELECT pg_advisory_xact_lock(1)",
        "WITH x AS (DELETE FROM goals RETURNING id) SELECT 1",
        "DO ''",
    ):
        assert not Statement(text(sql)).is_read


async def test_reads_of_a_locked_table_hold_their_share_and_the_rest_wait_without_a_connection(
    wide: Database, locked_goals: "asyncpg.Connection[Any]"
) -> None:
    shares = wide.lender.bulkheads
    stuck = [asyncio.create_task(read(wide, statement)) for statement in [GOALS, BOTH] * LARGEST]

    await until(lambda: len(shares.running) == shares.most and shares.waiting)
    assert await asyncio.gather(*[read(wide, USERS) for _ in range(50)]) == [[]] * 50
    assert wide.load.in_use == shares.most
    await locked_goals.execute("COMMIT")

    assert await settle(stuck) == [list] * len(stuck)
    assert shares.running == set()
    assert not any(shares.waiting.values())


async def test_who_waits_for_what_does_not_move_is_refused_soon_and_later_ones_at_once(
    wide: Database, locked_goals: "asyncpg.Connection[Any]", capsys: pytest.CaptureFixture[str]
) -> None:
    shares = wide.lender.bulkheads
    stuck = [asyncio.create_task(read(wide, GOALS)) for _ in range(2 * LARGEST)]

    await until(lambda: shares.refused.get("goals") == 2 * LARGEST - shares.most)
    with pytest.raises(UnavailableError, match="try again in a few seconds"):
        await read(wide, BOTH)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "statements_refused" in line]
    assert re.search(r"table(=|\":\")goals", line)  # as text or as JSON
    await locked_goals.execute("COMMIT")

    assert sorted(map(repr, await settle(stuck))).count(repr(list)) == shares.most
    assert await read(wide, GOALS) == []


async def test_transactions_that_locked_something_hold_their_share(
    wide: Database, locked_goals: "asyncpg.Connection[Any]"
) -> None:
    shares = wide.lender.bulkheads
    stuck = [asyncio.create_task(write(wide, LOCK_USERS, GOALS)) for _ in range(2 * LARGEST)]
    stuck += [asyncio.create_task(read(wide, GOALS)) for _ in range(2 * LARGEST)]

    await until(lambda: shares.refused.get(TRANSACTIONS) and shares.refused.get("goals"))
    assert await asyncio.gather(*[read(wide, USERS) for _ in range(50)]) == [[]] * 50
    assert wide.load.in_use < LARGEST
    assert len(shares.transactions) == shares.most_transactions
    await locked_goals.execute("COMMIT")

    assert set(await settle(stuck)) == {type(None), list, UnavailableError}
    assert shares.transactions == set()


async def test_a_transaction_that_others_wait_for_is_never_made_to_wait(wide: Database) -> None:
    shares = wide.lender.bulkheads
    await read(wide, NO_TABLE)
    async with wide.connection(Meter()) as connection:
        await connection.raw.execute(
            "INSERT INTO users (id, handle, display_name, email, email_verified, bio, roles, time_zone, "
            "day_start_hour, locale, joined_at) VALUES ('user_1', 'ada', 'Ada', 'ada@example.org', true, '', "
            "'{LEARNER}', 'UTC', 0, 'en', now())"
        )

    async with wide.transaction(Meter()) as holder:
        await holder.run(LOCK_USERS)
        rivals = [asyncio.create_task(_step(wide, LOCK_USERS)) for _ in range(shares.most)]
        await until(lambda: len(shares.running) == shares.most)
        await asyncio.sleep(STUCK_AFTER_S)
        async with asyncio.timeout(5):
            await holder.run(LOCK_USERS)
            await holder.rows(BOTH)

    assert await settle(rivals) == [int] * shares.most


async def _step(database: Database, statement: Statement[Any]) -> int:
    async with database.connection(Meter()) as connection:
        return await connection.run(statement)


async def test_stuck_statements_do_not_delay_others_that_want_one_of_the_usual_connections(
    wide: Database, locked_goals: "asyncpg.Connection[Any]"
) -> None:
    stuck = [asyncio.create_task(read(wide, GOALS)) for _ in range(USUAL)]
    await until(lambda: len(wide.lender.bulkheads.running) == USUAL)
    await read(wide, USERS)  # waits, and so has the statements looked at

    await until(lambda: wide.lender.pool._stuck == USUAL)
    waited = wide.load.waiting
    reading = asyncio.create_task(read(wide, USERS))
    await asyncio.sleep(0)

    assert waited == wide.load.waiting == 0
    assert await reading == []
    await locked_goals.execute("COMMIT")
    await settle(stuck)


async def test_the_queue_is_bounded(wide: Database, locked_goals: "asyncpg.Connection[Any]") -> None:
    shares = wide.lender.bulkheads
    tasks = [asyncio.create_task(read(wide, GOALS)) for _ in range(shares.most)]
    await until(lambda: len(shares.running) == shares.most)
    waiting = [asyncio.create_task(shares.turn("goals")) for _ in range(LONGEST_QUEUE)]
    await asyncio.sleep(0)

    with pytest.raises(UnavailableError):
        await shares.turn("goals")

    for task in waiting:
        task.cancel()
    await locked_goals.execute("COMMIT")
    await settle([*tasks, *waiting])
    assert await read(wide, GOALS) == []


async def test_a_turn_given_to_a_cancelled_waiter_goes_to_the_next(wide: Database) -> None:
    shares = wide.lender.bulkheads
    first, second = [asyncio.create_task(shares.turn("goals")) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()

    shares.pass_on(["goals"])

    assert await asyncio.wait_for(second, 5) is None
