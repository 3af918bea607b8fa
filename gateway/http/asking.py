"""Asking: the GraphQL request in the body of a POST or in the query string of a GET."""

from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from gateway.callers.doors import Headers
from gateway.http.bodies import LARGEST_BODY, read_body, too_large
from gateway.http.errors import HttpError
from gateway.operations.requests import GraphQLRequest, malformed, parse_json, read_request
from graph.documents import RefusedDocumentError

PREFLIGHT = (b"graphql-require-preflight", b"apollo-require-preflight", b"x-apollo-operation-name")
"""Headers that a page of another origin cannot send unless a preflight allowed it."""
_MOST_PARAMETERS = 20


async def posted(headers: Headers, receive: Receive) -> GraphQLRequest:
    """Read a POST; raises HttpError or RefusedDocumentError for what is no request."""
    body = await read_body(headers, receive)
    if len(body) <= LARGEST_BODY:
        return read_request(parse_json(body))
    try:
        request = read_request(parse_json(body))
    except RefusedDocumentError:
        raise too_large() from None
    if request.text:
        raise too_large()
    return request


def queried(scope: Scope, headers: Headers, *, strict: bool) -> GraphQLRequest:
    """Read a GET; raises HttpError or RefusedDocumentError for what is no request, or may have been forged."""
    if strict and not any(name in headers for name in PREFLIGHT):
        raise HttpError(403, "CSRF_BLOCKED", "Send the header graphql-require-preflight with a GET.")
    try:
        sent = parse_qsl(
            scope["query_string"].decode("ascii"), errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise malformed("The query string is malformed.") from None
    parts: dict[str, Any] = dict(sent)
    if len(parts) != len(sent):
        raise malformed("The query string names something twice.")
    for name in ("variables", "extensions"):
        if name in parts:
            parts[name] = parse_json(parts[name].encode(), what=name)
    return read_request(parts)
