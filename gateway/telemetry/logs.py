"""Logs: one JSON object per line on stdout, with the same processors for our lines and the libraries'."""

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from gateway.settings.modes import LogFormat
from gateway.telemetry.exception_text import replace_exception

_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
LINES_WAIT_S = 0.02
"""The longest time in seconds that a line is buffered."""
MOST_WAITING = 256
_QUIET = ("uvicorn.error", "uvicorn.access", "asyncio", "alembic", "websockets")


def write(line: dict[str, Any]) -> None:
    """Write the line of one operation, with a single encoder call, because every request has one."""
    _writer(line)


class LogBuffer:
    """Buffer of lines for stdout: lines of the same 20 ms are written by one system call."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, line: bytes) -> None:
        """Write the line within 20 ms, or at once where no event loop runs."""
        self._waiting.append(line)
        if len(self._waiting) >= MOST_WAITING:
            self.flush()
        elif self._loop is None or self._loop.is_closed():  # looking up the running loop is a system call
            self._schedule_flush()

    def _schedule_flush(self) -> None:
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            self._loop.call_later(LINES_WAIT_S, self.flush)

    def flush(self) -> None:
        """Write the buffered lines."""
        lines, self._loop = b"".join(self._waiting), None
        self._waiting.clear()
        if lines:
            sys.stdout.buffer.write(lines)
            sys.stdout.buffer.flush()


lines = LogBuffer()
"""The buffer of this process; flush it before the process ends."""


def _write_json(line: dict[str, Any]) -> None:
    line["level"] = "info"
    line["timestamp"] = datetime.now(UTC)
    lines.add(orjson.dumps(line, default=str, option=_OPTIONS))


def _write_text(line: dict[str, Any]) -> None:
    structlog.get_logger("gateway.operations").info(line.pop("event"), **line)


_writer: Callable[[dict[str, Any]], None] = _write_text


class _Stdout:
    """Standard output as it is at each write, because loggers are kept and it may be replaced."""

    def write(self, text: str) -> None:
        """Write a text."""
        sys.stdout.write(text)

    def flush(self) -> None:
        """Write what is buffered."""
        sys.stdout.flush()


class _StdoutBytes:
    """The bytes behind standard output, in the same way."""

    def write(self, line: bytes) -> None:
        """Write a line."""
        sys.stdout.buffer.write(line)

    def flush(self) -> None:
        """Write what is buffered."""
        sys.stdout.buffer.flush()


def configure(log: LogFormat) -> None:
    """Set up structlog; libraries log warnings and worse only."""
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        replace_exception,
    ]
    if log is LogFormat.JSON:
        writer: structlog.typing.Processor = structlog.processors.JSONRenderer(serializer=_encode)
        factory: object = structlog.BytesLoggerFactory(_StdoutBytes())  # type: ignore[arg-type]
    else:
        writer = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
        factory = structlog.PrintLoggerFactory(_Stdout())  # type: ignore[arg-type]
    structlog.configure(
        processors=[*shared, writer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=factory,  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    global _writer  # noqa: PLW0603 - there is one log, set up once
    _writer = _write_json if log is LogFormat.JSON else _write_text
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _encode(event: object, **_options: object) -> bytes:
    return orjson.dumps(event, default=str)
