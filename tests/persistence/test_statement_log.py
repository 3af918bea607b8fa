"""Statement log: which statements it has; where it is off, connections are those that do not ask."""

import asyncpg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from domain.unit_of_work import Meter
from gateway.settings.environment import Settings
from gateway.settings.modes import SqlLogging
from persistence.database import connect
from persistence.logged_connections import LoggedConnection
from persistence.sql_connection import SqlConnection
from persistence.statement_log import StatementLog
from persistence.statements import Statement

_NUMBERS = Statement(text("SELECT n FROM generate_series(1, CAST(:most AS int)) AS n"), int)
_QUOTED = Statement(text("SELECT CAST(:canary AS text)::int"), int)


@pytest.mark.parametrize(
    ("log", "seconds", "event"),
    [
        (StatementLog(0.1, logs_all=False), 0.09, None),
        (StatementLog(0.1, logs_all=False), 0.1, ("slow_sql", "warning")),
        (StatementLog(0.1, logs_all=True), 0.09, ("sql", "info")),
        (StatementLog(0.1, logs_all=True), 0.1, ("slow_sql", "warning")),
    ],
)
def test_slow_statements_are_warnings_and_others_are_logged_on_demand(
    log: StatementLog, seconds: float, event: tuple[str, str] | None
) -> None:
    with capture_logs() as lines:
        log.add("SELECT 1", seconds)

    assert [(line["event"], line["log_level"]) for line in lines] == ([event] if event else [])


async def test_a_line_has_rows_or_the_kind_of_error_and_no_value(shared_url: str) -> None:
    with capture_logs() as lines:
        async with connect(shared_url, largest=1, statement_log=StatementLog(60, logs_all=True)) as database:
            async with database.connection(Meter()) as connection:
                await connection.rows(_NUMBERS, most=3)
            with pytest.raises(asyncpg.PostgresError):
                async with database.transaction(Meter()) as connection:
                    await connection.rows(_QUOTED, canary="canary")

    counted, failed = lines
    assert (counted["rows"], counted["statement"]) == (
        3,
        "SELECT n FROM generate_series(1, CAST($1 AS int)) AS n",
    )
    assert failed["error"] == "InvalidTextRepresentationError"
    assert "canary" not in str(lines)


async def test_off_means_connections_that_do_not_log(shared_url: str) -> None:
    async with connect(shared_url, largest=1) as silent, silent.connection(Meter()) as connection:
        assert type(connection) is SqlConnection

    assert not issubclass(SqlConnection, LoggedConnection)
    assert Settings(log_sql=SqlLogging.OFF).statement_log is None
    assert Settings(log_sql=SqlLogging.SLOW).statement_log is not None
