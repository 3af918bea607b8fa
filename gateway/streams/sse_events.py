"""Server-sent events in the protocol graphql-sse (enisdenjo/graphql-sse, PROTOCOL.md); lines end with LF."""

import re

EVENTS = "text/event-stream"
COMPLETE = b"event: complete\ndata:\n\n"
"""EventSource ignores an event without a line of data."""
COMMENT = b":\n\n"
HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"accept"),
    (b"x-accel-buffering", b"no"),
]
"""The last one keeps nginx from buffering events until they fill a page."""
_EVENT_ID = re.compile(r"[!-~]{1,64}")


def next_event(data: bytes, event_id: str | None) -> bytes:
    """Write a response as an event; a client that reconnects sends its `event_id` as `Last-Event-ID`."""
    if event_id is None:
        return b"event: next\ndata: %b\n\n" % data
    return b"id: %b\nevent: next\ndata: %b\n\n" % (event_id.encode(), data)


def last_event_id(headers: dict[bytes, bytes]) -> str | None:
    """Return the id of the last event that the client received; None if it sent none, or a malformed one."""
    value = headers.get(b"last-event-id", b"").decode("latin-1")
    return value if _EVENT_ID.fullmatch(value) else None
