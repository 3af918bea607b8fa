"""Messages of graphql-transport-ws: each malformed one has its documented close code."""

from collections.abc import MutableMapping
from typing import Any

import orjson

_LONGEST_ID = 200


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
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise CloseSocket(4400, "Messages must be JSON") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise CloseSocket(4400, "A message must be an object with a type")
    return message


def read_id(message: dict[str, Any]) -> str:
    """Return the operation's id of a message; raises CloseSocket with 4400 where it has none."""
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= _LONGEST_ID:
        raise CloseSocket(4400, "A message of this type needs an id")
    return id_
