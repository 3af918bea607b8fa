"""Request bodies: reads and decompresses them with size limits, and only with a type that no HTML form can send."""

import zlib

from starlette.types import Receive

from domain.rate_limits.preparation import of_bytes, of_json
from gateway.callers.origins import Headers
from gateway.http.errors import HttpError
from gateway.http.negotiation import JSON, is_json
from gateway.operations.requests import malformed
from gateway.operations.strict_json import FREE_BYTES, MOST_VALUES
from gateway.rate_limits.preparation import BodyAdmission

LARGEST_BODY = 256 * 1024
"""The size limit of a body with a document, compressed or not."""
LARGEST_PERSISTED_BODY = 1024 * 1024
"""The size limit of a body that only names its document, so that nearly all of it is variables."""
LARGEST_RATIO = 200
"""The limit of the decompressed size in multiples of the compressed; JSON that people write stays below twenty."""
_GZIP = (b"gzip", b"x-gzip")
_GZIP_WINDOW = zlib.MAX_WBITS | 16


async def read_body(headers: Headers, receive: Receive, admission: BodyAdmission) -> bytes:
    """Return the decompressed body; raises HttpError, or RefusedDocumentError if the client disconnects."""
    if not is_json(headers.get(b"content-type", b"").decode("latin-1")):
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", f"Send the body as {JSON} in UTF-8.", accept_post=JSON)
    coding = headers.get(b"content-encoding")
    if coding is None or (coding := coding.strip().lower()) == b"identity":
        return await _received(headers, receive, admission)
    if coding not in _GZIP:
        raise HttpError(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "Send the body compressed with gzip, or uncompressed.",
            accept_encoding="gzip",
        )
    compressed = await _received(headers, receive, admission)
    limit = min(LARGEST_PERSISTED_BODY, len(compressed) * LARGEST_RATIO)
    async with admission.admit(of_bytes(limit)):
        return _decompressed(compressed, limit)


async def _received(headers: Headers, receive: Receive, admission: BodyAdmission) -> bytes:
    """Receive a body; one that could not be paid for if it were full of values is not even received."""
    length = headers.get(b"content-length", b"0")
    declared = int(length[:20]) if length.isdigit() else 0
    if declared > LARGEST_PERSISTED_BODY:
        raise too_large()
    if declared > FREE_BYTES:
        admission.require(of_json(declared, MOST_VALUES))
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise malformed("The client disconnected.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_PERSISTED_BODY:
            raise too_large(connection="close")
        chunks.append(chunk)
        if not message.get("more_body"):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _decompressed(compressed: bytes, limit: int) -> bytes:
    """Decompress one gzip member, and stop at the size limit."""
    decompressor = zlib.decompressobj(_GZIP_WINDOW)
    try:
        body = decompressor.decompress(compressed, limit + 1)
    except zlib.error:
        raise malformed("The body is not valid gzip.") from None
    if len(body) > limit:
        raise too_large()
    if not decompressor.eof or decompressor.unused_data:
        raise malformed("The body must be exactly one complete gzip member.")
    return body


def too_large(**headers: str) -> HttpError:
    """Return the error for a body that is too large; `connection="close"` tells clients to stop sending."""
    return HttpError(
        413,
        "PAYLOAD_TOO_LARGE",
        f"The body may have at most {LARGEST_BODY} bytes, or {LARGEST_PERSISTED_BODY} if it names its document by id, "
        f"and at most {LARGEST_RATIO} times its compressed size.",
        **headers,
    )
