"""Logged connections: connections that log each of their statements, where operators ask for it."""

from time import perf_counter
from typing import Any

from persistence.sql_connection import Call, SqlConnection, count_rows
from persistence.statements import Statement


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
