"""Logs: one JSON object per line on stdout, and in files where they are wanted."""

import asyncio
import logging
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import structlog

from domain.traces import current_run
from gateway.settings.modes import LogFormat, LogLevel
from gateway.telemetry.exception_text import replace_exception
from gateway.telemetry.log_files import LogFiles

_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
LINES_WAIT_S = 0.02
"""The longest time in seconds that a line is buffered."""
MOST_WAITING = 256
_ERRORS = frozenset({"error", "critical", "exception"})
_QUIET = ("uvicorn.error", "uvicorn.access", "asyncio", "alembic", "websockets")
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning"}

is_debug = False
"""Whether lines of the level debug are written; ask before one is made."""
_least = logging.INFO
_files: LogFiles | None = None


def write(line: dict[str, Any], level: int = logging.INFO) -> None:
    """Write the line of one operation, with a single encoder call, because every request has one."""
    if level >= _least:
        _writer(line, level)


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
            _stdout_bytes.write(lines)
            _stdout_bytes.flush()
            if _files is not None:
                _files.write(lines)


lines = LogBuffer()
"""The buffer of this process; flush it before the process ends."""


def _write_json(line: dict[str, Any], level: int) -> None:
    line["level"] = _LEVELS[level]
    line["timestamp"] = datetime.now(UTC)
    lines.add(orjson.dumps(line, default=str, option=_OPTIONS))


def _write_text(line: dict[str, Any], level: int) -> None:
    structlog.get_logger("gateway.operations").log(level, line.pop("event"), **line)


_writer: Callable[[dict[str, Any], int], None] = _write_text


class _Stdout:
    """Standard output as it is at each write, because loggers are kept and it may be replaced.

    A line that cannot be written, to a full disk for example, is lost: no request fails for it.
    """

    def write(self, text: str) -> None:
        """Write a text."""
        with suppress(OSError):
            sys.stdout.write(text)

    def flush(self) -> None:
        """Write what is buffered."""
        with suppress(OSError):
            sys.stdout.flush()


class _StdoutBytes:
    """The bytes behind standard output, in the same way."""

    def write(self, line: bytes) -> None:
        """Write a line."""
        with suppress(OSError):
            sys.stdout.buffer.write(line)

    def flush(self) -> None:
        """Write what is buffered."""
        with suppress(OSError):
            sys.stdout.buffer.flush()


_stdout_bytes = _StdoutBytes()


def add_ids(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the ids of the request, the trace and the job that the line is about: a processor of structlog."""
    run = current_run.get()
    if run is not None:
        for name, value in (
            ("request_id", run.request_id),
            ("trace_id", run.trace_id),
            ("job_id", run.job_id),
        ):
            if value is not None:
                event.setdefault(name, value)
    return event


def _add_to_files(_logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if _files is not None:
        _files.write(_encode(event) + b"\n", are_errors=method in _ERRORS)
    return event


def keep_files(folder: Path | None) -> None:
    """Write the log to files of a folder too, as JSON, or no longer; raises OSError for one that cannot be written."""
    global _files  # noqa: PLW0603 - there is one log
    if _files is not None:
        _files.close()
    _files = None if folder is None else LogFiles(folder)


def configure(log: LogFormat, level: LogLevel = LogLevel.INFO) -> None:
    """Set up structlog for lines of a level and worse; libraries log warnings and worse only."""
    global _writer, _least, is_debug  # noqa: PLW0603 - there is one log, set up once
    _least = logging.getLevelNamesMapping()[level.name]
    is_debug = level is LogLevel.DEBUG
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_ids,
        replace_exception,
        _add_to_files,
    ]
    if log is LogFormat.JSON:
        writer: structlog.typing.Processor = structlog.processors.JSONRenderer(serializer=_encode)
        factory: object = structlog.BytesLoggerFactory(_stdout_bytes)  # type: ignore[arg-type]
    else:
        writer = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
        factory = structlog.PrintLoggerFactory(_Stdout())  # type: ignore[arg-type]
    structlog.configure(
        processors=[*shared, writer],
        wrapper_class=structlog.make_filtering_bound_logger(_least),
        logger_factory=factory,  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    _writer = _write_json if log is LogFormat.JSON else _write_text
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _encode(event: object, **_options: object) -> bytes:
    return orjson.dumps(event, default=str)
