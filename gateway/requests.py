"""Requests: what a GraphQL request may look like, whatever brought it."""

from typing import Any

import orjson
from graphql import GraphQLError

from graph.documents import RefusedDocumentError

_PARTS = {"query": str, "operationName": str, "variables": dict, "extensions": dict}


class GraphQLRequest:
    """A well-formed request: the text of a document, variables, and which operation to run."""

    __slots__ = ("operation_name", "text", "variables")

    def __init__(self, *, text: str, variables: dict[str, Any], operation_name: str | None) -> None:
        self.text = text
        self.variables = variables
        self.operation_name = operation_name


def malformed(message: str, field: str | None = None) -> RefusedDocumentError:
    """Make the refusal of a request that is not well formed."""
    extensions: dict[str, Any] = {"code": "BAD_USER_INPUT"}
    if field:
        extensions["field"] = field
    return RefusedDocumentError(GraphQLError(message, extensions=extensions))


def parse_json(body: bytes) -> Any:
    """Parse strict JSON (RFC 8259); raises RefusedDocumentError for anything else."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise malformed("The body must be a JSON object in UTF-8.") from None


def read_request(parts: Any) -> GraphQLRequest:
    """Read the parts of a request; raises RefusedDocumentError that names the one that is wrong."""
    if not isinstance(parts, dict):
        raise malformed("A request must be a JSON object with a query.")
    for name, kind in _PARTS.items():
        value = parts.get(name)
        if value is not None and not isinstance(value, kind):
            raise malformed(f"{name} must be {'a string' if kind is str else 'an object'}.", name)
    text = parts.get("query")
    if not text:
        raise malformed("query is missing: send the text of a GraphQL document.", "query")
    variables = parts.get("variables") or {}
    if "\0" in text or (variables and _holds_nul(variables)):
        raise malformed("NUL characters are not accepted.")
    return GraphQLRequest(text=text, variables=variables, operation_name=parts.get("operationName") or None)


def _holds_nul(value: Any) -> bool:
    """Tell whether a NUL hides in any string; one linear walk, which is why bodies are capped."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += item.keys()
            waiting += item.values()
    return False
