"""Postgres refusals: every state of the server is told as such, and what is our mistake stays one."""

import asyncio
from typing import Any

import asyncpg
import pytest
from asyncpg import exceptions
from sqlalchemy import BigInteger, bindparam, text

from domain.errors import RolledBackError, UnavailableError
from domain.unit_of_work import Meter
from persistence.database import Database, connect
from persistence.postgres_refusals import STATES, Reason
from persistence.statements import Statement
from tests.support.fixtures import DatabaseAdmin

OURS = frozenset(
    [
        "00",
        "01",
        "02",
        "03",
        "09",
        "0A",
        "0B",
        "0F",
        "0L",
        "0P",
        "0Z",
        "10",
        "20",
        "21",
        "22",
        "23",
        "24",
        "26",
        "27",
        "2B",
        "2D",
        "2F",
        "34",
        "38",
        "39",
        "3B",
        "3F",
        "42",
        "44",
        "HV",
        "P0",
    ]
)
"""The classes that name a mistake in a statement or in what it was given, except for states in the table."""
MIXED = frozenset({"25", "40", "54", "55"})
"""Classes of which only the states in the table are the server's."""
ALL = sorted({str(kind.sqlstate) for kind in vars(exceptions).values() if getattr(kind, "sqlstate", None)})
SERVERS = [state for state in ALL if state in STATES or state[:2] in STATES]
PID = Statement(text("SELECT pg_backend_pid()"))
NUMBER = Statement(text("SELECT :number").bindparams(bindparam("number", type_=BigInteger())))


def raising(state: str) -> Statement[Any]:
    return Statement(text(f"DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{state}'; END $$"))


async def outcome(database: Database, statement: Statement[Any], **values: Any) -> BaseException:
    """Return what the caller of the statement is told."""
    with pytest.raises(Exception) as raised:
        async with database.connection(Meter()) as connection:
            await connection.value(statement, **values)
    return raised.value


def test_every_class_of_states_is_the_servers_or_our_mistake() -> None:
    classes = {state[:2] for state in ALL}
    decided = OURS | MIXED | {state for state in STATES if len(state) == 2}

    assert len(ALL) > 200
    assert classes - decided == set()
    assert not OURS & {state for state in STATES if len(state) == 2}


async def test_every_state_of_the_server_is_told_as_one(database: Database) -> None:
    told = {state: await outcome(database, raising(state)) for state in SERVERS}

    kinds = {state: type(error) for state, error in told.items()}
    late = {state for state, kind in kinds.items() if kind is TimeoutError}
    conflicts = {state for state, kind in kinds.items() if kind is RolledBackError}
    assert late == {"57014", "25P04"}
    assert conflicts == {"40001", "40P01", "72000"}
    assert set(kinds.values()) == {TimeoutError, RolledBackError, UnavailableError}
    assert all("try again" in str(error).lower() for error in told.values() if str(error))
    assert not any("refused" in str(error) for error in told.values())


@pytest.mark.parametrize("state", ["22003", "23505", "42P01", "40002", "55000", "P0001", "25P01"])
async def test_our_mistakes_stay_mistakes(database: Database, state: str) -> None:
    error = await outcome(database, raising(state))

    assert isinstance(error, asyncpg.PostgresError)
    assert error.sqlstate == state


async def test_a_value_that_the_driver_refuses_is_no_lost_connection(database: Database) -> None:
    assert isinstance(await outcome(database, NUMBER, number=2**70), asyncpg.DataError)


@pytest.mark.slow
async def test_a_deadlock_is_told_as_rolled_back(database: Database) -> None:
    locks = [Statement(text(f"SELECT pg_advisory_xact_lock({key})")) for key in (1, 2)]
    both_hold = asyncio.Barrier(2)

    async def lock(first: Statement[Any], second: Statement[Any]) -> None:
        async with database.transaction(Meter()) as connection:
            await connection.value(first)
            await both_hold.wait()
            await connection.value(second)

    results = await asyncio.gather(lock(*locks), lock(*reversed(locks)), return_exceptions=True)

    assert {type(result) for result in results} == {type(None), RolledBackError}


async def test_a_statement_that_waits_for_a_lock_is_told_before_its_deadline(database_url: str) -> None:
    holder = await asyncpg.connect(database_url)
    await holder.execute("BEGIN; LOCK TABLE goals")

    async with connect(database_url, lock_wait_s=0.05, statement_deadline_s=60) as database:
        error = await outcome(database, Statement(text("SELECT count(*) FROM goals")))
    await holder.close()

    assert isinstance(error, UnavailableError)
    assert database.lender.refusals == {Reason.LOCKED: 1}


async def test_a_read_only_server_is_told_and_its_connections_are_closed(
    database_url: str, database_admin: DatabaseAdmin
) -> None:
    name = database_url.rpartition("/")[2]
    await asyncio.wrap_future(
        database_admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    )

    async with connect(database_url) as database:
        error = await outcome(database, Statement(text("DELETE FROM goals")))
        await asyncio.wrap_future(
            database_admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
        )
        async with database.transaction(Meter()) as connection:
            changed = await connection.run(Statement(text("DELETE FROM goals")))

    assert isinstance(error, UnavailableError)
    assert "only read" in str(error)
    assert changed == 0


async def test_several_hosts_of_which_none_writes_do_not_answer(database_url: str) -> None:
    async with connect(f"{database_url}?target_session_attrs=read-write", largest=1) as database:
        async with database.connection(Meter()) as connection:
            name = await connection.raw.fetchval("SELECT current_database()")
            await connection.raw.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        database.lender.pool.renew()

        told = await outcome(database, PID)

    assert isinstance(told, UnavailableError)
    assert isinstance(told.__cause__, asyncpg.TargetServerAttributeNotMatched)
    assert database.lender.refusals == {Reason.AWAY: 1}


async def test_a_read_goes_on_over_another_connection_where_an_idle_one_had_died(
    database: Database, database_admin: DatabaseAdmin
) -> None:
    for work in (database.connection, database.transaction):
        async with database.connection(Meter()) as connection:
            dead = await connection.value(PID)
        # in the thread of the admin, so that this loop has not heard of it when the connection is lent again
        database_admin.execute(f"SELECT pg_terminate_backend({dead}, 5000)").result()

        async with work(Meter()) as connection:
            assert await connection.value(PID) != dead


async def test_a_write_is_not_repeated_where_it_may_have_been_done(
    database: Database, database_admin: DatabaseAdmin
) -> None:
    async with database.connection(Meter()) as connection:
        dead = await connection.value(PID)
    database_admin.execute(f"SELECT pg_terminate_backend({dead}, 5000)").result()

    assert isinstance(await outcome(database, Statement(text("DELETE FROM goals"))), UnavailableError)


async def test_a_lost_commit_says_that_nobody_knows(
    database: Database, database_admin: DatabaseAdmin
) -> None:
    with pytest.raises(UnavailableError, match="Read it again before you repeat"):
        async with database.transaction(Meter()) as connection:
            pid = await connection.value(PID)
            database_admin.execute(f"SELECT pg_terminate_backend({pid}, 5000)").result()

    assert database.load.in_use == 0


async def test_a_refusal_is_logged_once_a_minute_with_its_state(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        await outcome(database, raising("53100"))

    lines = [line for line in capsys.readouterr().out.splitlines() if "postgres_refused" in line]
    assert len(lines) == 1
    assert "out_of_space" in lines[0]
    assert "53100" in lines[0]
    assert database.lender.refusals == {Reason.FULL: 3}
