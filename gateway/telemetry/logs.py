"""Logs: one JSON object a line on stdout, the same processors for our lines and the libraries'."""

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from gateway.settings.modes import LogFormat

_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
LINES_WAIT_S = 0.02
"""How long a line may wait for others, in seconds."""
MOST_WAITING = 256
_QUIET = ("uvicorn.error", "uvicorn.access", "asyncio", "alembic", "websockets")


def tell(line: dict[str, Any]) -> None:
    """Write the line of one operation: one encoder call, because there is one for every request."""
    _writer(line)


class Lines:
    """Lines of operations on their way to stdout: those of one moment leave in one system call."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._due: asyncio.AbstractEventLoop | None = None

    def add(self, line: bytes) -> None:
        """Write the line within 20 ms, or at once where no event loop would come back to it."""
        self._waiting.append(line)
        if len(self._waiting) >= MOST_WAITING:
            self.flush()
        elif self._due is None or self._due.is_closed():  # asking for the loop is a system call
            self._begin_to_wait()

    def _begin_to_wait(self) -> None:
        try:
            self._due = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            self._due.call_later(LINES_WAIT_S, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        lines, self._due = b"".join(self._waiting), None
        self._waiting.clear()
        if lines:
            sys.stdout.buffer.write(lines)
            sys.stdout.buffer.flush()


lines = Lines()
"""The lines of this process; whoever ends it flushes them."""


def _write_json(line: dict[str, Any]) -> None:
    line["level"] = "info"
    line["timestamp"] = datetime.now(UTC)
    lines.add(orjson.dumps(line, default=str, option=_OPTIONS))


def _write_text(line: dict[str, Any]) -> None:
    structlog.get_logger("gateway.operations").info(line.pop("event"), **line)


_writer: Callable[[dict[str, Any]], None] = _write_text


def configure(log: LogFormat) -> None:
    """Set up structlog; libraries speak only from warnings up."""
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if log is LogFormat.JSON:
        writer: structlog.typing.Processor = structlog.processors.JSONRenderer(serializer=_encode)
        factory: object = structlog.BytesLoggerFactory(sys.stdout.buffer)
    else:
        writer = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
        factory = structlog.PrintLoggerFactory()
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
