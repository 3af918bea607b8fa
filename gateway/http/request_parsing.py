"""Request parsing: the GraphQL request in the body of a POST or in the query string of a GET."""

from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from gateway.callers.origins import Headers
from gateway.http.errors import HttpError
from gateway.http.request_bodies import LARGEST_BODY, read_body, too_large
from gateway.operations.requests import GraphQLRequest, malformed, parse_json, read_request
from gateway.operations.strict_json import FREE_BYTES, price_of
from gateway.rate_limits.preparation import BodyAdmission
from graph.documents.prepared import RefusedDocumentError

PREFLIGHT = (b"graphql-require-preflight", b"apollo-require-preflight", b"x-apollo-operation-name")
"""Headers that a page of another origin cannot send unless a preflight allows them."""
_MOST_PARAMETERS = 20


async def read_post(headers: Headers, receive: Receive, admission: BodyAdmission) -> GraphQLRequest:
    """Read a POST; raises HttpError or RefusedDocumentError if it is not a GraphQL request, or costs too much to read.

    A large body is paid for before it is decompressed, and again before it is parsed.
    """
    body = await read_body(headers, receive, admission)
    if len(body) <= FREE_BYTES:
        return read_request(parse_json(body))
    async with admission.admit(price_of(body)):
        return _read_large(body)


def _read_large(body: bytes) -> GraphQLRequest:
    if len(body) <= LARGEST_BODY:
        return read_request(parse_json(body))
    try:
        request = read_request(parse_json(body))
    except RefusedDocumentError:
        raise too_large() from None
    if request.text:
        raise too_large()
    return request


def read_get(scope: Scope, headers: Headers, *, strict: bool) -> GraphQLRequest:
    """Read a GET; raises HttpError or RefusedDocumentError if it is not a GraphQL request, or could be forged."""
    if strict and not any(name in headers for name in PREFLIGHT):
        raise HttpError(403, "CSRF_BLOCKED", "Send the header graphql-require-preflight with a GET.")
    try:
        pairs = parse_qsl(
            scope["query_string"].decode("ascii"), errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise malformed("The query string is malformed.") from None
    parameters: dict[str, Any] = dict(pairs)
    if len(parameters) != len(pairs):
        raise malformed("The query string has the same parameter twice.")
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = parse_json(parameters[name].encode(), what=name)
    return read_request(parameters)
