"""Reads of a replica: what it cancels, refuses or lacks is read on the primary, and the watch sees its state."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from domain.ids import UserId
from domain.unit_of_work import Meter
from persistence.database import Database, connect
from persistence.replicas import replicated_postgres
from persistence.replicas.read_replicas import ReadReplicas
from persistence.replicas.replica import Absence
from persistence.replicas.replicated_postgres import ReplicatedPostgres, name_of
from persistence.signals import LocalSignals
from persistence.sql_connection import SqlConnection
from persistence.statements import Statement
from tests.support.patience import PATIENCE_S
from tests.support.servers.postgres_replicas import (
    ReplicaServer,
    ReplicatedServer,
    primary,
    replica,
    replicated_server,
)

__all__ = ["primary", "replica"]

IS_REPLICA = Statement(text("SELECT pg_is_in_recovery()"))
SLOW = Statement(text("SELECT count(*) FROM doomed_rows, pg_sleep(1.5)"))
pytestmark = pytest.mark.slow


class Opened:
    """Replicated units of work, and the replicas behind them."""

    def __init__(self, database: Database, replicas: ReadReplicas) -> None:
        self.postgres = ReplicatedPostgres(database, LocalSignals(), replicas)
        self.replicas = replicas

    def meter(self) -> Meter:
        """Return the meter of an operation that reads the first replica."""
        meter = Meter()
        meter.replica = self.replicas.all[0].run
        meter.reader = UserId("user_1")
        return meter


@pytest.fixture
async def opened(primary: ReplicatedServer, replica: ReplicaServer) -> AsyncIterator[Opened]:
    async with (
        connect(primary.url) as database,
        replicated_postgres.opened(primary.url, [replica.url], share=0.5, late_s=30) as replicas,
    ):
        await until(lambda: replicas.all[0].absence is None)
        yield Opened(database, replicas)


async def until(is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.02)


async def where(connection: SqlConnection) -> str:
    return "replica" if await connection.value(IS_REPLICA) else "primary"


async def test_an_operation_reads_the_primary_once_it_has_written(opened: Opened) -> None:
    meter = opened.meter()

    async with opened.postgres.open_reads(meter) as reads:
        before = await where(reads.connection)
    async with opened.postgres.open_work(meter):
        pass
    async with opened.postgres.open_reads(meter) as reads:
        after = await where(reads.connection)

    assert (before, after) == ("replica", "primary")


async def test_a_lost_connection_is_replaced_by_one_to_the_primary(opened: Opened) -> None:
    async with opened.postgres.open_reads(opened.meter()) as reads:
        first = await where(reads.connection)
        reads.connection.raw.terminate()
        found = [await where(reads.connection), await where(reads.connection)]

    assert (first, found) == ("replica", ["primary", "primary"])
    assert opened.replicas.all[0].fallbacks == {"does_not_answer": 1}


async def test_what_only_the_primary_has_is_read_there(primary: ReplicatedServer, opened: Opened) -> None:
    async with opened.postgres.open_reads(opened.meter()) as reads:
        await set_replay(opened, pause=True)
        await primary.run("CREATE TABLE newer (a int)")
        rows = await reads.connection.rows(Statement(text("SELECT a FROM newer")))
        await set_replay(opened, pause=False)

    assert rows == []
    assert opened.replicas.all[0].fallbacks == {"left": 1}


async def set_replay(opened: Opened, *, pause: bool) -> None:
    """Pause or resume the replay of the replica."""
    command = "pg_wal_replay_pause" if pause else "pg_wal_replay_resume"
    async with opened.postgres.open_reads(opened.meter()) as reads:
        await reads.connection.value(Statement(text(f"SELECT {command}()")))


async def test_a_statement_that_replay_cancels_is_read_on_the_primary(
    primary: ReplicatedServer, replica: ReplicaServer, opened: Opened
) -> None:
    await replica.run("ALTER SYSTEM SET max_standby_streaming_delay = 0")
    await replica.run("SELECT pg_reload_conf()")
    await primary.run("CREATE TABLE doomed_rows AS SELECT generate_series(1, 10) AS a")

    async def drop_rows() -> None:
        await asyncio.sleep(0.3)
        await primary.run("DELETE FROM doomed_rows WHERE a > 1")
        await primary.run("VACUUM doomed_rows")

    async with opened.postgres.open_reads(opened.meter()) as reads:
        await until_exists(reads.connection)
        dropping = asyncio.create_task(drop_rows())
        counted = await reads.connection.value(SLOW)
        await dropping

    assert counted in {1, 10}
    assert opened.replicas.all[0].fallbacks == {"conflict": 1}


async def until_exists(connection: SqlConnection) -> None:
    """Wait until the replica has the table of the statement."""
    exists = Statement(text("SELECT to_regclass('doomed_rows') IS NOT NULL"))
    async with asyncio.timeout(PATIENCE_S):
        while not await connection.value(exists):
            await asyncio.sleep(0.02)


async def test_a_replica_without_room_sends_readers_to_the_primary(
    primary: ReplicatedServer, replica: ReplicaServer
) -> None:
    async with (
        connect(primary.url) as database,
        replicated_postgres.opened(primary.url, [replica.url], share=1, late_s=30, largest=1) as replicas,
    ):
        await until(lambda: replicas.all[0].absence is None)
        both = Opened(database, replicas)
        replicas.all[0].lender.pool._timeout_s = 0.1
        async with (
            both.postgres.open_reads(both.meter()) as first,
            both.postgres.open_reads(both.meter()) as second,
        ):
            found = await where(first.connection), await where(second.connection)

    assert found == ("replica", "primary")
    assert replicas.all[0].fallbacks == {"busy": 1}


async def test_a_replica_of_another_cluster_gets_no_reads(
    replica: ReplicaServer, primary: ReplicatedServer
) -> None:
    with replicated_server() as other:
        async with replicated_postgres.opened(
            f"{other.url.rpartition('/')[0]}/postgres", [replica.url], share=0.5
        ) as replicas:
            await until(lambda: replicas.all[0].absence is not Absence.UNKNOWN)
            found = replicas.states[0].absence

    assert found is Absence.FOREIGN


async def test_the_primary_is_no_replica_of_itself(primary: ReplicatedServer) -> None:
    async with replicated_postgres.opened(primary.url, [primary.url], share=0.5) as replicas:
        await until(lambda: replicas.all[0].absence is not Absence.UNKNOWN)

    assert replicas.states[0].absence is Absence.PROMOTED


async def test_a_role_without_rights_can_watch(primary: ReplicatedServer, replica: ReplicaServer) -> None:
    urls = [url.replace("questpath@", "plain@") for url in (primary.url, replica.url)]
    async with replicated_postgres.opened(urls[0], urls[1:], share=0.5, late_s=30) as replicas:
        await until(lambda: replicas.states[0].absence is None)


def test_the_name_of_a_replica_holds_no_secret() -> None:
    name = name_of("postgresql://user:secret@db.example.org/questpath?sslkey=secret")

    assert name == "db.example.org:5432"
