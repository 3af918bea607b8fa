"""Events of a `text/event-stream` as graphql-sse writes them (enisdenjo/graphql-sse, PROTOCOL.md): lines end by LF."""

import re

EVENTS = "text/event-stream"
COMPLETE = b"event: complete\ndata:\n\n"
"""EventSource passes over an event without a line of data."""
COMMENT = b":\n\n"
HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"accept"),
    (b"x-accel-buffering", b"no"),
]
"""nginx would keep events back until they fill a page, but for the last of these."""
_MARK = re.compile(r"[!-~]{1,64}")


def next_event(data: bytes, mark: str | None) -> bytes:
    """Write a response as an event; `mark` is what a client that lost the connection sends as `Last-Event-ID`."""
    if mark is None:
        return b"event: next\ndata: %b\n\n" % data
    return b"id: %b\nevent: next\ndata: %b\n\n" % (mark.encode(), data)


def last_mark(headers: dict[bytes, bytes]) -> str | None:
    """Return the mark of the last event that a client has heard; None where it says none, or what cannot be one."""
    given = headers.get(b"last-event-id", b"").decode("latin-1")
    return given if _MARK.fullmatch(given) else None
