"""GraphQL requests: reads and checks the parts of a request, for every transport."""

from itertools import chain
from typing import Any

import orjson
from graphql import GraphQLError

from domain.documents.manifests import DIGEST
from gateway.operations.strict_json import NotStrictJsonError, read_json
from graph.documents.prepared import RefusedDocumentError

_IDS = ("documentId", "doc_id", "id")
_NAMING = {"documentId", "extensions"}
_TYPES = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
PARTS = {name: "a string" if kind is str else "an object" for name, kind in _TYPES.items()}
"""The parts of a request, and what each has to be."""
DEEPEST = 32
"""How deep objects and lists in variables may be nested, before the limits on documents apply."""


class GraphQLRequest:
    """A well-formed request: the text of a document or its id, variables, and the operation to run."""

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
    """Make the refusal of a malformed request."""
    extensions: dict[str, Any] = {"code": "BAD_USER_INPUT"}
    if field:
        extensions["field"] = field
    return RefusedDocumentError(GraphQLError(message, extensions=extensions))


def parse_json(text: bytes, what: str = "The body") -> Any:
    """Parse strict JSON; raises RefusedDocumentError that says what is wrong."""
    try:
        return read_json(text)
    except NotStrictJsonError as error:
        raise malformed(f"{what} {error}.") from None


def mistyped(parts: dict[str, Any]) -> str | None:
    """Return the name of a part of another type than it has to be, if there is one."""
    for name, kind in _TYPES.items():
        value = parts.get(name)
        if value is not None and not isinstance(value, kind):
            return name
    return None


def names_document(parts: dict[str, Any]) -> bool:
    """Return whether a request has a document, or a name for one."""
    return any(parts.get(name) is not None for name in ("query", *_IDS, "extensions"))


def read_request(parts: Any) -> GraphQLRequest:
    """Read the parts of a request; raises RefusedDocumentError that names the malformed part."""
    if not isinstance(parts, dict):
        raise malformed("A request must be a JSON object with a query.")
    if (name := mistyped(parts)) is not None:
        raise malformed(f"{name} must be {PARTS[name]}.", name)
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
    """Return the id of the document, or None; raises RefusedDocumentError for a malformed one.

    A hash of Apollo's protocol becomes `sha256:...`. Relay's names (`doc_id`, `id`) count only without a text.
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
    """Refuse deep nesting and NUL; for most variables, encoding them rules out both."""
    try:
        encoded = orjson.dumps(variables)
    except orjson.JSONEncodeError:
        raise _too_deep() from None
    if encoded.count(b"{") + encoded.count(b"[") > DEEPEST and _is_deeper(variables):
        raise _too_deep()
    if b"\\u0000" in encoded and _contains_nul(variables):
        raise malformed("NUL characters are not accepted.", "variables")


def _too_deep() -> RefusedDocumentError:
    return malformed(f"variables may be nested at most {DEEPEST} levels deep.", "variables")


def _is_deeper(value: Any) -> bool:
    """Return whether lists and objects are nested deeper than allowed."""
    level = [value]
    for _ in range(DEEPEST):
        items = chain.from_iterable(each.values() if isinstance(each, dict) else each for each in level)
        level = [item for item in items if isinstance(item, dict | list)]
    return bool(level)


def _contains_nul(value: Any) -> bool:
    """Return whether any string contains NUL, in one walk that is linear in the size of the body."""
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
