"""Statement log: SQL with its time, for operators who look for slow statements; off unless they ask for it."""

from time import perf_counter
from typing import Any

import structlog

from persistence.sql_connection import Call, SqlConnection, count_rows
from persistence.statements import Statement

_log = structlog.get_logger("persistence.statements")


class StatementLog:
    """Logs statements that took `slow_s` seconds or more, and with `logs_all` the others too."""

    def __init__(self, slow_s: float, *, logs_all: bool) -> None:
        self._slow_s = slow_s
        self._logs_all = logs_all

    def add(self, sql: str, seconds: float, **facts: Any) -> None:
        """Log a statement, whose text holds parameters and no values."""
        is_slow = seconds >= self._slow_s
        if not is_slow and not self._logs_all:
            return
        log = _log.warning if is_slow else _log.info
        text = " ".join(sql.split())
        log("slow_sql" if is_slow else "sql", statement=text, ms=round(seconds * 1_000, 2), **facts)


class LoggedConnection(SqlConnection):
    """A connection that logs each of its statements; of an error only the type, since its text may quote a value."""

    __slots__ = ()

    async def _execute(self, call: Call, statement: Statement[Any], values: dict[str, Any]) -> Any:
        asked = perf_counter()
        facts: dict[str, Any] = {}
        try:
            result = await super()._execute(call, statement, values)
            facts["rows"] = count_rows(result)
        except BaseException as error:
            facts["error"] = type(error).__name__
            raise
        else:
            return result
        finally:
            began = max(asked, self.began)  # it may have waited for its turn
            log = self.lender.statement_log
            assert log is not None  # noqa: S101 - a database with a log makes these connections
            log.add(statement.sql, perf_counter() - began, **facts)
