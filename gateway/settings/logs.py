"""Settings of the log: its format, its level, SQL in it, and files beside standard output."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from gateway.settings.modes import LogFormat, LogLevel, SqlLogging
from persistence.statement_log import StatementLog

EXAMPLES = {
    "QUESTPATH_LOG": "json or text",
    "QUESTPATH_LOG_LEVEL": "debug, info, warning or error",
    "QUESTPATH_LOG_SQL": "off, slow or all",
    "QUESTPATH_LOG_SQL_SLOW_MS": "100",
    "QUESTPATH_LOG_FOLDER": "/var/log/questpath",
}
"""A valid value of each setting."""


class LogSettings(BaseSettings):
    """What the log has, and where it goes."""

    log: LogFormat = LogFormat.JSON
    log_level: LogLevel = LogLevel.INFO
    """The least serious lines that the log has."""
    log_sql: SqlLogging = SqlLogging.OFF
    """Which SQL statements are logged with their time; their values never are."""
    log_sql_slow_ms: float = Field(default=100, ge=0, le=60_000)
    """From how many milliseconds on a statement is slow."""
    log_folder: Path | None = None
    """A folder that exists, for files of the log beside standard output; without one there are none."""

    @property
    def statement_log(self) -> StatementLog | None:
        """The log of statements; None where it is off."""
        if self.log_sql is SqlLogging.OFF:
            return None
        return StatementLog(self.log_sql_slow_ms / 1_000, logs_all=self.log_sql is SqlLogging.ALL)
