"""Logs: one JSON object a line on stdout, the same processors for our lines and the libraries'."""

import logging
import sys

import orjson
import structlog

from gateway.settings import LogFormat

_QUIET = ("uvicorn.error", "uvicorn.access", "asyncio", "alembic", "websockets")


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
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _encode(event: object, **_options: object) -> bytes:
    return orjson.dumps(event, default=str)
