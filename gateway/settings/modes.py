"""Modes: settings with a few fixed values."""

from enum import Enum


class Environment(Enum):
    """Where the gateway runs; production is strict, development is open."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(Enum):
    """The format of log lines: for machines or for people."""

    JSON = "json"
    TEXT = "text"


class LogLevel(Enum):
    """The least serious lines that the log has."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class SqlLogging(Enum):
    """Which SQL statements are logged: none, those that took long, or all."""

    OFF = "off"
    SLOW = "slow"
    ALL = "all"


class DocumentMode(Enum):
    """What happens to documents that are not trusted: they run, they run and are logged, or they are refused."""

    OFF = "off"
    LOG = "log"
    ENFORCE = "enforce"
