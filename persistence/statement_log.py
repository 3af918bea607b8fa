"""Statement log: SQL with its time, for operators who look for slow statements; off unless they ask for it."""

from typing import Any

import structlog

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
