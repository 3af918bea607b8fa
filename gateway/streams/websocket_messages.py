"""Messages of the protocol graphql-transport-ws; each malformed one has its documented close code."""

from collections.abc import MutableMapping
from typing import Any

from gateway.operations.requests import PARTS, mistyped, names_document
from gateway.operations.strict_json import NotStrictJsonError, read_json

_LONGEST_ID = 200
_HEADERS = ("x-request-id", "traceparent", "tracestate")


class CloseSocket(Exception):  # noqa: N818 - an instruction, not an error
    """Close the websocket with one of the protocol's codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def read_message(event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Return the message of an ASGI event; raises CloseSocket with 4400 for anything else."""
    text = event.get("text")
    if text is None:
        raise CloseSocket(4400, "Messages must be text")
    try:
        message = read_json(text.encode())
    except NotStrictJsonError:
        raise CloseSocket(4400, "Messages must be JSON") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise CloseSocket(4400, "A message must be an object with a type")
    return message


def headers_in(payload: dict[str, Any]) -> dict[bytes, bytes]:
    """Return the request id and the trace context, which an operation sends in its `extensions` instead of headers."""
    extensions = payload.get("extensions")
    if not isinstance(extensions, dict):
        return {}
    values = {name: extensions.get(name) for name in _HEADERS}
    return {
        name.encode(): value.encode()
        for name, value in values.items()
        if isinstance(value, str) and value.isascii()
    }


def read_payload(message: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of `subscribe`; raises CloseSocket with 4400 if a part of it is missing or of another type."""
    payload = message.get("payload")
    if not isinstance(payload, dict):
        raise CloseSocket(4400, "The payload of subscribe must be an object")
    if (name := mistyped(payload)) is not None:
        raise CloseSocket(4400, f"{name} in the payload of subscribe must be {PARTS[name]}")
    if not names_document(payload):
        raise CloseSocket(4400, "The payload of subscribe needs a query, or the id of one")
    return payload


def read_id(message: dict[str, Any]) -> str:
    """Return the operation id of a message; raises CloseSocket with 4400 if it has none."""
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= _LONGEST_ID:
        raise CloseSocket(4400, "A message of this type needs an id")
    return id_
