"""Requests: what a GraphQL request may look like, whatever brought it."""

from itertools import chain
from typing import Any

import orjson
from graphql import GraphQLError

from domain.manifests import DIGEST
from gateway.operations.strict_json import NotStrictJsonError, read_json
from graph.documents import RefusedDocumentError

_IDS = ("documentId", "doc_id", "id")
_NAMING = {"documentId", "extensions"}
_PARTS = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
DEEPEST = 32
"""How deep objects and lists in variables may stand in each other."""


class GraphQLRequest:
    """A well-formed request: the text of a document or what names one, variables, and which operation to run."""

    __slots__ = ("document_id", "operation_name", "text", "variables")

    def __init__(
        self,
        *,
        text: str,
        variables: dict[str, Any],
        operation_name: str | None,
        document_id: str | None = None,
    ) -> None:
        self.text = text
        self.document_id = document_id
        self.variables = variables
        self.operation_name = operation_name


def malformed(message: str, field: str | None = None) -> RefusedDocumentError:
    """Make the refusal of a request that is not well formed."""
    extensions: dict[str, Any] = {"code": "BAD_USER_INPUT"}
    if field:
        extensions["field"] = field
    return RefusedDocumentError(GraphQLError(message, extensions=extensions))


def parse_json(text: bytes, what: str = "The body") -> Any:
    """Parse strict JSON; raises RefusedDocumentError that says what is wrong with it."""
    try:
        return read_json(text)
    except NotStrictJsonError as error:
        raise malformed(f"{what} {error}.") from None


def read_request(parts: Any) -> GraphQLRequest:
    """Read the parts of a request; raises RefusedDocumentError that names the one that is wrong."""
    if not isinstance(parts, dict):
        raise malformed("A request must be a JSON object with a query.")
    for name, kind in _PARTS.items():
        value = parts.get(name)
        if value is not None and not isinstance(value, kind):
            raise malformed(f"{name} must be {'a string' if kind is str else 'an object'}.", name)
    text = parts.get("query") or ""
    document_id = None if text and parts.keys().isdisjoint(_NAMING) else read_document_id(parts, text)
    if not text and document_id is None:
        raise malformed("query is missing: send the text of a GraphQL document, or its documentId.", "query")
    variables = parts.get("variables") or {}
    if "\0" in text:
        raise malformed("NUL characters are not accepted.")
    if variables:
        _check(variables)
    return GraphQLRequest(
        text=text,
        variables=variables,
        operation_name=parts.get("operationName") or None,
        document_id=document_id,
    )


def read_document_id(parts: dict[str, Any], text: str) -> str | None:
    """Return what names the document, None where nothing does; raises RefusedDocumentError where it is malformed.

    A hash of Apollo's protocol becomes `sha256:...`. Relay's names count only where there is no text.
    """
    persisted = (parts.get("extensions") or {}).get("persistedQuery")
    if persisted is not None:
        digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        if not isinstance(digest, str) or persisted.get("version") != 1:
            raise malformed("extensions.persistedQuery must be {version: 1, sha256Hash}.", "extensions")
        return f"{DIGEST}{digest}"
    for name in _IDS[:1] if text else _IDS:
        value = parts.get(name)
        if value:
            if not isinstance(value, str):
                raise malformed(f"{name} must be a string.", name)
            return value
    return None


def _check(variables: dict[str, Any]) -> None:
    """Refuse what is nested too deeply, and NUL; written again, most variables show that they are neither."""
    try:
        written = orjson.dumps(variables)
    except orjson.JSONEncodeError:
        raise _too_deep() from None
    if written.count(b"{") + written.count(b"[") > DEEPEST and _is_deeper(variables):
        raise _too_deep()
    if b"\\u0000" in written and _holds_nul(variables):
        raise malformed("NUL characters are not accepted.", "variables")


def _too_deep() -> RefusedDocumentError:
    return malformed(f"variables may be nested {DEEPEST} deep.", "variables")


def _is_deeper(value: Any) -> bool:
    """Tell whether lists and objects stand in each other deeper than is allowed."""
    level = [value]
    for _ in range(DEEPEST):
        items = chain.from_iterable(each.values() if isinstance(each, dict) else each for each in level)
        level = [item for item in items if isinstance(item, dict | list)]
    return bool(level)


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
