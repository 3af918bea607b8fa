"""HTTP responses: an encoded GraphQL response with its cache headers, compressed if the client accepts it."""

import hashlib
from dataclasses import dataclass, field

from starlette.types import Send

from gateway.callers.cors import HeaderList
from gateway.callers.origins import Headers
from gateway.http.compression import SMALLEST, compressed, preferred_coding
from gateway.http.negotiation import GRAPHQL, JSON
from graph.execution.cache_policy import CachePolicy

_TYPES = {media: (b"content-type", f"{media}; charset=utf-8".encode()) for media in (JSON, GRAPHQL)}
_UNCACHED = [(b"cache-control", b"no-store"), (b"vary", b"accept, accept-encoding, origin")]
_CACHED_VARY = (b"vary", b"accept, accept-encoding, authorization, origin")
"""Cached responses vary by Authorization: an anonymous one must not be served to a signed-in caller."""
_TAG_BYTES = 16


def uncached_headers(media: str) -> HeaderList:
    """Return the headers of a response that is not cached, except its id and its length."""
    return [_TYPES[media], *_UNCACHED]


@dataclass(slots=True)
class HttpResponse:
    """A response. `policy` says how long it may be cached; it is compressed only if `is_compressible`.

    The length of a compressed body can reveal secrets in it, if the caller controls another part of it.
    """

    status: int
    media: str
    body: bytes
    request_id: str
    headers: HeaderList = field(default_factory=list)
    policy: CachePolicy | None = None
    is_compressible: bool = False

    async def send(self, send: Send, request_headers: Headers) -> None:
        """Send it, or 304 if the client has it already."""
        coding = self._coding(request_headers) if len(self.body) > SMALLEST else None
        headers = [(b"x-request-id", self.request_id.encode()), *self.headers]
        if self.policy is None:
            headers += _UNCACHED
        else:
            tag = self._tag(coding)
            headers += [(b"cache-control", directives(self.policy)), _CACHED_VARY, (b"etag", tag)]
            if etag_matches(request_headers.get(b"if-none-match"), tag):
                await _send(send, 304, headers, b"")
                return
        body = self.body
        if coding is not None:
            body = await compressed(body, coding)
            headers.append((b"content-encoding", coding.encode()))
        headers += [_TYPES[self.media], (b"content-length", b"%d" % len(body))]
        await _send(send, self.status, headers, body)

    def _coding(self, request_headers: Headers) -> str | None:
        accept = request_headers.get(b"accept-encoding")
        return preferred_coding(accept) if accept is not None and self.is_compressible else None

    def _tag(self, coding: str | None) -> bytes:
        """Return a strong validator: it differs with every byte, with the type and with the coding."""
        digest = hashlib.blake2b(self.body, digest_size=_TAG_BYTES)
        digest.update(f"{self.media} {coding}".encode())
        return f'"{digest.hexdigest()}"'.encode()


def directives(policy: CachePolicy) -> bytes:
    """Return the value of Cache-Control."""
    age = f"max-age={policy.max_age}" if policy.max_age else "no-cache"
    return f"{'public' if policy.is_shared else 'private'}, {age}".encode()


def etag_matches(condition: bytes | None, tag: bytes) -> bool:
    """Return whether If-None-Match names the tag, compared weakly (RFC 9110, section 13.1.2)."""
    if condition is None:
        return False
    named = {part.strip().removeprefix(b"W/") for part in condition.split(b",")}
    return tag in named or condition.strip() == b"*"


async def _send(send: Send, status: int, headers: HeaderList, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
