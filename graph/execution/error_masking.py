"""Error masking: clients see a refusal as it is, and a defect as one fixed sentence with the request id."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

from domain.errors import DomainError, InvalidInputError
from domain.refusals import together
from resolvers.context import Context

Formatted = dict[str, Any]
DefectLog = Callable[[BaseException, str], None]
"""Receives the cause of a masked error and its request id; clients never see the cause."""

MASKED = "Something went wrong on our side. Try again; if it persists, report the requestId."
_ARGUMENT = re.compile(r"Argument '(\w+)'")
_CODES: dict[str, str] = {InvalidInputError.code: "BAD_USER_INPUT"}


def formatted(error: GraphQLError, request_id: str, log_defect: DefectLog) -> Formatted:
    """Format an error for a response over any transport."""
    cause = error.original_error
    shown: Formatted = {"message": error.message}
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path is not None:
        shown["path"] = list(error.path)
    extensions: Formatted = dict(error.extensions or {})
    if isinstance(cause, DomainError):
        shown["message"] = cause.message
        extensions |= _told(cause)
    elif isinstance(cause, asyncio.TimeoutError | TimeoutError):
        shown["message"] = "This took too long; ask for less, or try again."
        extensions["code"] = "TIMEOUT"
    elif "code" not in extensions:
        if _is_coercion(error):
            extensions["code"] = "BAD_USER_INPUT"
            if argument := _ARGUMENT.match(error.message):
                extensions["field"] = argument[1]
        else:
            log_defect(cause or error, request_id)
            shown["message"] = MASKED
            extensions["code"] = "INTERNAL_SERVER_ERROR"
    extensions["requestId"] = request_id
    shown["extensions"] = extensions
    return shown


def _told(cause: DomainError) -> Formatted:
    """Return the extensions of a refusal: its code and field, and each part of one that has several."""
    parts = together(cause)
    told: Formatted = {"code": _CODES.get(parts[0].code, parts[0].code)}
    if cause.field:
        told["field"] = cause.field
    if len(parts) > 1:
        told["fields"] = [{"field": part.field, "message": part.message} for part in parts]
    return told


def _is_coercion(error: GraphQLError) -> bool:
    """Tell whether graphql-core refused a variable (no path yet) or an argument that a variable filled."""
    if isinstance(error.original_error, GraphQLError | None):
        return error.path is None or error.message.startswith("Argument ")
    return False


def refused(errors: tuple[GraphQLError, ...], context: Context, log_defect: DefectLog) -> Formatted:
    """Format a request that was refused: errors without data."""
    return {"errors": [formatted(error, context.request_id, log_defect) for error in errors]}
