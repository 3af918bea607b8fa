"""The command `database report`: sizes, use of indexes, bloat and vacuum, for people and for programs."""

import json

import asyncpg

from persistence.database import Database
from persistence.monitoring import report
from tests.support import command_line

FILL = "INSERT INTO bloated SELECT n, repeat('x', 100) FROM generate_series(1, 5000) AS n"


async def bloat(database_url: str) -> None:
    """Make a table of which nine tenths are removed and vacuumed, with an index that nothing uses."""

    connection = await asyncpg.connect(database_url)
    try:
        for statement in (
            "CREATE TABLE bloated (number int, text text) WITH (autovacuum_enabled = off)",
            FILL,
            "CREATE INDEX bloated_text_idx ON bloated (text)",
            "DELETE FROM bloated WHERE number % 10 > 0",
            "VACUUM ANALYZE bloated",
        ):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_bloat_and_unused_indexes_are_found(database_url: str, database: Database) -> None:
    await bloat(database_url)

    sections = await report.read(database, limit=1_000)

    (found,) = [row for row in sections["bloat"] or [] if row["table"] == "bloated"]
    assert 80 < found["bloat_percent"] < 95
    assert "bloated_text_idx" in {row["index"] for row in sections["unused_indexes"] or []}
    assert "users_pkey" not in {row["index"] for row in sections["unused_indexes"] or []}
    (vacuum,) = [row for row in sections["vacuum"] or [] if row["table"] == "bloated"]
    assert vacuum["vacuumed_at"] is not None
    assert vacuum["percent_of_freeze"] < 1
    assert sections["statements"] is None


async def test_people_read_tables_with_titles(database_url: str, capsys) -> None:
    code = await command_line.run(database_url, "database report --limit 3")

    printed = capsys.readouterr().out
    assert code == 0
    assert "Tables, the largest first:\n\ntable" in printed
    assert "pg_stat_statements is not loaded" in printed


async def test_programs_read_one_object(database_url: str, capsys) -> None:
    code = await command_line.run(database_url, "database report --limit 3 --json")

    sections = json.loads(capsys.readouterr().out)
    assert code == 0
    assert sections.keys() == {"tables", "indexes", "unused_indexes", "bloat", "vacuum", "statements"}
    assert [len(sections[name]) for name in ("tables", "indexes", "vacuum")] == [3, 3, 3]
