"""Replies: an encoded response on its way out, with what caches may do with it, compressed where the client likes."""

import hashlib
from dataclasses import dataclass, field

from starlette.types import Send

from gateway.callers.doors import Headers
from gateway.callers.origins import Lines
from gateway.http.compressing import SMALLEST, compressed, preferred_coding
from gateway.http.negotiation import GRAPHQL, JSON
from graph.keeping import Policy

_TYPES = {media: (b"content-type", f"{media}; charset=utf-8".encode()) for media in (JSON, GRAPHQL)}
_UNKEPT = [(b"cache-control", b"no-store"), (b"vary", b"accept, accept-encoding, origin")]
_KEPT_BY = (b"vary", b"accept, accept-encoding, authorization, origin")
"""A kept answer is kept for one caller, and the one for nobody in particular is no answer to somebody."""
_TAG_BYTES = 16


def usual_lines(media: str) -> Lines:
    """Return the headers of an answer that nobody keeps, but for its id and its length."""
    return [_TYPES[media], *_UNKEPT]


@dataclass(slots=True)
class Reply:
    """A response; `policy` says how long it may be kept, `is_compressible` whether its length may tell of it."""

    status: int
    media: str
    body: bytes
    request_id: str
    lines: Lines = field(default_factory=list)
    policy: Policy | None = None
    is_compressible: bool = False

    async def send(self, send: Send, headers: Headers) -> None:
        """Send it, or 304 where the client holds it already."""
        coding = self._coding(headers) if len(self.body) > SMALLEST else None
        lines = [(b"x-request-id", self.request_id.encode()), *self.lines]
        if self.policy is None:
            lines += _UNKEPT
        else:
            tag = self._tag(coding)
            lines += [(b"cache-control", directives(self.policy)), _KEPT_BY, (b"etag", tag)]
            if holds(headers.get(b"if-none-match"), tag):
                await _send(send, 304, lines, b"")
                return
        body = self.body
        if coding is not None:
            body = await compressed(body, coding)
            lines.append((b"content-encoding", coding.encode()))
        lines += [
            _TYPES[self.media],
            (b"content-length", b"%d" % len(body)),
        ]
        await _send(send, self.status, lines, body)

    def _coding(self, headers: Headers) -> str | None:
        accept = headers.get(b"accept-encoding")
        return preferred_coding(accept) if accept is not None and self.is_compressible else None

    def _tag(self, coding: str | None) -> bytes:
        """Return a strong validator: it differs with every byte, with the type and with the coding."""
        digest = hashlib.blake2b(self.body, digest_size=_TAG_BYTES)
        digest.update(f"{self.media} {coding}".encode())
        return f'"{digest.hexdigest()}"'.encode()


def directives(policy: Policy) -> bytes:
    """Return the value of Cache-Control."""
    age = f"max-age={policy.max_age}" if policy.max_age else "no-cache"
    return f"{'public' if policy.is_shared else 'private'}, {age}".encode()


def holds(condition: bytes | None, tag: bytes) -> bool:
    """Tell whether If-None-Match names the tag, compared weakly (RFC 9110, section 13.1.2)."""
    if condition is None:
        return False
    named = {part.strip().removeprefix(b"W/") for part in condition.split(b",")}
    return tag in named or condition.strip() == b"*"


async def _send(send: Send, status: int, lines: Lines, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
