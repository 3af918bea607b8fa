"""Messages of graphql-transport-ws: each malformed one has its documented close code."""

from collections.abc import MutableMapping
from typing import Any

from gateway.operations.strict_json import NotStrictJsonError, read_json

_LONGEST_ID = 200
_CARRIED = ("x-request-id", "traceparent", "tracestate")


class CloseSocket(Exception):  # noqa: N818 - an act, not an error
    """End the connection with one of the protocol's codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def read_message(event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Return the message in an ASGI event; raises CloseSocket with 4400 where it is none."""
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


def carried(payload: dict[str, Any]) -> dict[bytes, bytes]:
    """Return what an operation brings in its `extensions` as an HTTP request does in headers: its id and its trace."""
    extensions = payload.get("extensions")
    if not isinstance(extensions, dict):
        return {}
    found = {name: extensions.get(name) for name in _CARRIED}
    return {
        name.encode(): value.encode()
        for name, value in found.items()
        if isinstance(value, str) and value.isascii()
    }


def read_id(message: dict[str, Any]) -> str:
    """Return the operation's id of a message; raises CloseSocket with 4400 where it has none."""
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= _LONGEST_ID:
        raise CloseSocket(4400, "A message of this type needs an id")
    return id_
