"""What clients see of an error: a refusal as it is, a defect as one fixed sentence with the request id."""

import asyncio
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

from domain.errors import DomainError, InvalidInputError
from resolvers.context import Context

Formatted = dict[str, Any]
DefectLog = Callable[[BaseException, str], None]
"""Receives the cause of a masked error and its request id; the only place where the cause is told."""

MASKED = "Something went wrong on our side. Try again; if it persists, report the requestId."
_CODES: dict[str, str] = {InvalidInputError.code: "BAD_USER_INPUT"}


def formatted(error: GraphQLError, request_id: str, log_defect: DefectLog) -> Formatted:
    """Format one error for a response, whatever the transport."""
    cause = error.original_error
    shown: Formatted = {"message": error.message}
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path is not None:
        shown["path"] = list(error.path)
    extensions: Formatted = dict(error.extensions or {})
    if isinstance(cause, DomainError):
        shown["message"] = cause.message
        extensions["code"] = _CODES.get(cause.code, cause.code)
        if cause.field:
            extensions["field"] = cause.field
    elif isinstance(cause, asyncio.TimeoutError | TimeoutError):
        shown["message"] = "This took too long; ask for less, or try again."
        extensions["code"] = "TIMEOUT"
    elif "code" not in extensions:
        if _is_coercion(error):
            extensions["code"] = "BAD_USER_INPUT"
        else:
            log_defect(cause or error, request_id)
            shown["message"] = MASKED
            extensions["code"] = "INTERNAL_SERVER_ERROR"
    extensions["requestId"] = request_id
    shown["extensions"] = extensions
    return shown


def _is_coercion(error: GraphQLError) -> bool:
    """Tell whether the library refused a variable (no path yet) or an argument that a variable filled."""
    if isinstance(error.original_error, GraphQLError | None):
        return error.path is None or error.message.startswith("Argument ")
    return False


def refused(errors: tuple[GraphQLError, ...], context: Context, log_defect: DefectLog) -> Formatted:
    """Format a request that was not run: errors without data."""
    return {"errors": [formatted(error, context.request_id, log_defect) for error in errors]}
