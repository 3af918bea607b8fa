"""Exception text: tracebacks for the log, without messages that may quote what a client sent.

Drivers and Python put values into messages: a duplicate key, a text that is no number. Kinds that are known to name
types, tables and addresses alone keep their message.
"""

import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

from asyncpg import PostgresError

_WITHOUT_VALUES: frozenset[type[BaseException]] = frozenset(
    {RuntimeError, LookupError, TypeError, AttributeError, AssertionError, NotImplementedError, ImportError}
)
"""Exactly these, and none of their subclasses: the message of a KeyError is the key."""
_DATA_EXCEPTION = "22"


def replace_exception(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the `exc_info` of a log line by its text: a processor of structlog."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["exception"] = exception_text(error)
    return event


def exception_text(error: BaseException) -> str:
    """Return the traceback of an exception, after those of what caused it."""
    return "\n".join(_lines(error, set()))


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _lines(before, seen)
        yield "\nThen, caused by or while handling that:\n"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield _named(error)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _lines(inner, seen)


def _named(error: BaseException) -> str:
    message = _message(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _message(error: BaseException) -> str:
    if isinstance(error, PostgresError):
        return _postgres_message(error)
    keeps = isinstance(error, OSError) or type(error) in _WITHOUT_VALUES
    return str(error) if keeps else ""


def _postgres_message(error: PostgresError) -> str:
    """Return the message without its detail, which quotes the row; one about data quotes the value itself."""
    state = error.sqlstate or ""
    if state.startswith(_DATA_EXCEPTION) or not error.args:
        return state
    return f"{error.args[0]} ({state})"
