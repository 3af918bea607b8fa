"""Partitions of slots: made ahead, once, not over slots that came early, and gone with the migration that made them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain import ids
from domain.assessment.partitions import slot_partitions
from domain.unit_of_work import Meter
from gateway.databases import migrations
from persistence.work import Postgres

pytestmark = pytest.mark.slow
QUESTION = """INSERT INTO questions (id, exam_type_id, domain_id, kind, difficulty, prompt, options, all_or_nothing,
    author_id, name, content_hash, lineage_id)
    VALUES ('question', 'e', 'd', 'SINGLE_CHOICE', 'EASY', '', '[]', false, 'user', '', '', 'question')
    ON CONFLICT DO NOTHING"""
ATTEMPT = """INSERT INTO quiz_attempts (id, user_id, quiz_id, mode, state, feedback, pass_mark, seed, started_at)
    VALUES ($1, 'user', $1, 'PRACTICE', 'IN_PROGRESS', 'AT_END', 70, 1, now())"""
PLACES = "SELECT tableoid::regclass::text AS place, number FROM attempt_slots ORDER BY number"


def attempt_id(moment: datetime) -> str:
    return ids.compose("attempt", milliseconds=int(moment.timestamp() * 1_000), randomness=bytes(9) + b"x")


async def make(postgres: Postgres, now: datetime) -> list[str]:
    async with postgres.open_work(Meter()) as work:
        return await slot_partitions.make_due(work.slot_partitions, now=now)


async def add_slots(url: str, *moments: datetime) -> list[tuple[str, int]]:
    """Add an attempt with a slot at each moment, without their user and quiz, and return where all slots are."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(QUESTION)
        for number, moment in enumerate(moments):
            await connection.execute(ATTEMPT, attempt_id(moment))
            await connection.execute(
                "INSERT INTO attempt_slots (attempt_id, number, question_id) VALUES ($1, $2, 'question')",
                attempt_id(moment),
                number,
            )
        return [tuple(row) for row in await connection.fetch(PLACES)]
    finally:
        await connection.close()


async def end_of_first(url: str) -> datetime:
    connection = await asyncpg.connect(url)
    try:
        bound = await connection.fetchval(
            "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'attempt_slots_first'"
        )
    finally:
        await connection.close()
    return datetime.fromtimestamp(ids.milliseconds_of(bound.split("'")[1]) / 1_000, UTC)


async def test_each_attempt_goes_to_the_half_year_of_its_id(postgres: Postgres, database_url: str) -> None:
    end = await end_of_first(database_url)

    made = await make(postgres, end)

    again = await make(postgres, end)
    assert (len(made), again) == (3, [])
    assert made[0] == f"attempt_slots_{end:%Y_%m}"
    moments = [end - timedelta(seconds=1), end, end + timedelta(days=185), end + timedelta(days=1_000)]
    assert await add_slots(database_url, *moments) == [
        ("attempt_slots_first", 0),
        (made[0], 1),
        (made[1], 2),
        ("attempt_slots_default", 3),
    ]


async def test_slots_that_came_before_their_partition_stay_where_they_are(
    postgres: Postgres, database_url: str
) -> None:
    end = await end_of_first(database_url)
    early = end + timedelta(days=200)
    await add_slots(database_url, early)

    made = await make(postgres, end)

    assert [name for name in made if name == f"attempt_slots_{end:%Y_%m}"] == made[:1]
    assert len(made) == 2
    assert await add_slots(database_url) == [("attempt_slots_default", 0)]


async def test_the_rows_of_all_partitions_are_sampled(postgres: Postgres, database_url: str) -> None:
    await add_slots(database_url, datetime.now(UTC))

    async with postgres.open_work(Meter()) as work:
        await work.slot_partitions.analyse()

    connection = await asyncpg.connect(database_url)
    sampled = "SELECT count(*) FROM pg_stats WHERE tablename = 'attempt_slots' AND inherited"
    found = await connection.fetchval(sampled)
    await connection.close()
    assert found > 1


async def test_a_database_without_partitions_gets_none(postgres: Postgres, database_url: str) -> None:
    await migrations.move(database_url, migrations.newest(), "0079")

    assert await make(postgres, datetime.now(UTC)) == []


async def test_no_slot_is_lost_when_the_partitions_go_and_come_again(
    postgres: Postgres, database_url: str
) -> None:
    end = await end_of_first(database_url)
    await make(postgres, end)
    moments = [end - timedelta(days=400), end, end + timedelta(days=200), end + timedelta(days=3_000)]
    await add_slots(database_url, *moments)

    await migrations.move(database_url, migrations.newest(), "0079")
    whole = await add_slots(database_url)
    await migrations.upgrade(database_url)

    assert whole == [("attempt_slots", number) for number in range(4)]
    assert await add_slots(database_url) == [("attempt_slots_first", number) for number in range(4)]


async def test_constraints_and_room_are_those_of_the_table_before(
    postgres: Postgres, database_url: str
) -> None:
    end = await end_of_first(database_url)
    (name, *_) = await make(postgres, end)
    connection = await asyncpg.connect(database_url)

    async def rows(statement: str, table: str) -> list[Any]:
        return [tuple(row) for row in await connection.fetch(statement, table)]

    checked = (
        "SELECT contype, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::text::regclass "
        "AND contype <> 'n' ORDER BY 1, 2"
    )
    room = "SELECT reloptions FROM pg_class WHERE oid = $1::text::regclass"
    indexed = "SELECT count(*) FROM pg_index WHERE indrelid = $1::text::regclass AND indisvalid"
    try:
        for statement in (checked, room, indexed):
            first = await rows(statement, "attempt_slots_first")
            assert await rows(statement, name) == first
            assert await rows(statement, "attempt_slots_default") == first
    finally:
        await connection.close()
