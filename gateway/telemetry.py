"""Logs: one JSON object a line on stdout, the same processors for our lines and the libraries'."""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from gateway.settings import LogFormat

_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
_QUIET = ("uvicorn.error", "uvicorn.access", "asyncio", "alembic", "websockets")


def tell(line: dict[str, Any]) -> None:
    """Write the line of one operation: one encoder call, because there is one for every request."""
    _writer(line)


def _write_json(line: dict[str, Any]) -> None:
    moment = {"level": "info", "timestamp": datetime.now(UTC)}
    sys.stdout.buffer.write(orjson.dumps(line | moment, default=str, option=_OPTIONS))
    sys.stdout.buffer.flush()


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
