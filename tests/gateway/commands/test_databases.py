"""Commands `migrate` and `rebuild`: up, down, as SQL, and derived tables anew."""

import argparse
from typing import Any

import asyncpg
import pytest

from domain.unit_of_work import Meter
from gateway.commands.databases import migrations as commands
from gateway.commands.databases import rebuilds
from gateway.commands.errors import CommandError
from gateway.databases import migrations
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders import a_user, mint

EVER = "GLOBAL:ALL_TIME"
ENTRY = """INSERT INTO xp_entries
(id, user_id, amount, reason, source_type, source_id, rule_version, explanation, occurred_at, local_date, status)
VALUES ($1, $2, 7, 'QUIZ', 'attempt', 'one', 1, 'Seven.', now(), now()::date, 'SETTLED')"""
NEWEST = migrations.newest()
BEFORE = migrations.numbers()[-2]
BEFORE_PARTITIONS, PARTITIONED = "0079", "0080"


async def migrate(url: str, **given: Any) -> int:
    usual = {"to": None, "down": False, "sql": False, "check": False}
    return await commands.migrate(Settings(), url, argparse.Namespace(**usual | given))


async def execute(url: str, statement: str, *values: object) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()


async def test_a_database_goes_down_and_up_again(database_url: str) -> None:
    assert await migrate(database_url, to=BEFORE, down=True) == 0
    assert await migrations.current(database_url) == BEFORE
    assert await migrate(database_url, check=True) == 1

    assert await migrate(database_url, to=NEWEST) == 0
    assert await migrations.current(database_url) == NEWEST
    assert await migrate(database_url, check=True) == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [({"to": BEFORE}, "--down"), ({"to": "9999"}, "no such"), ({"to": "head"}, "no such")],
)
async def test_a_move_that_may_lose_data_or_leads_nowhere_is_refused(
    database_url: str, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        await migrate(database_url, **given)

    assert await migrations.current(database_url) == NEWEST


async def test_a_database_whose_tables_are_held_is_left_where_it_is(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "TRIES", 1)
    holder = await asyncpg.connect(database_url)
    async with holder.transaction():
        await holder.execute("SELECT FROM attempt_slots")

        with pytest.raises(CommandError, match=f"at migration {PARTITIONED}"):
            await migrate(database_url, to=BEFORE_PARTITIONS, down=True)

    await holder.close()


async def test_the_statements_are_printed_and_not_run(
    database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    assert await migrate(database_url, to=BEFORE, sql=True) == 0
    down = capsys.readouterr().out
    await execute(database_url, "UPDATE alembic_version SET version_num = $1", BEFORE)
    assert await migrate(database_url, sql=True) == 0
    up = capsys.readouterr().out

    assert f"SET version_num='{BEFORE}'" in down
    assert f"SET version_num='{NEWEST}'" in up
    assert await migrations.current(database_url) == BEFORE


async def test_a_newer_database_is_left_alone(
    database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    await execute(database_url, "UPDATE alembic_version SET version_num = '9999'")

    assert await migrate(database_url) == 0
    assert await migrate(database_url, check=True) == 0
    assert "nothing to do" in capsys.readouterr().out
    with pytest.raises(CommandError, match="does not know"):
        await migrate(database_url, to=BEFORE, down=True)


async def test_boards_are_rebuilt_from_the_ledger(postgres: Postgres, database_url: str) -> None:
    async with postgres.open_work(Meter()) as work:
        ada = await work.users.add(a_user())
    await execute(database_url, ENTRY, mint("xp"), ada.id)
    await execute(
        database_url, "INSERT INTO leaderboard_entries VALUES ($1, $2, 99, now(), 99, true)", EVER, ada.id
    )

    assert await rebuilds.boards(Settings(), database_url, argparse.Namespace(weeks=2)) == 0

    assert await execute(database_url, "SELECT xp FROM leaderboard_entries WHERE board = $1", EVER) == 7
    weekly = "SELECT array_agg(xp) FROM leaderboard_entries WHERE board LIKE 'GLOBAL:WEEKLY:%'"
    assert await execute(database_url, weekly) == [7]
    assert await execute(database_url, "SELECT count(*) FROM leaderboards") == 3


async def test_analytics_are_rebuilt_from_the_attempts(
    database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    assert await rebuilds.analytics(Settings(), database_url, argparse.Namespace()) == 0
    assert capsys.readouterr().out == "The roll-ups are computed from 0 graded attempts.\n"


async def test_statistics_are_rebuilt_from_the_attempts(
    database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    assert await rebuilds.statistics(Settings(), database_url, argparse.Namespace()) == 0
    assert capsys.readouterr().out == "The statistics are computed from 0 attempts.\n"
