"""Bodies: the bytes of a request, of a type that no form can send, read and decompressed with caps."""

import zlib

from starlette.types import Receive

from gateway.callers.doors import Headers
from gateway.http.errors import HttpError
from gateway.http.negotiation import JSON, is_json
from gateway.operations.requests import malformed

LARGEST_BODY = 256 * 1024
"""How many bytes a body with a document may hold, compressed or not."""
LARGEST_PERSISTED_BODY = 1024 * 1024
"""How many bytes it may hold where the document is only named, so that all of them are variables."""
LARGEST_RATIO = 200
"""How many times its compressed size a body may hold; JSON that people write stays below twenty."""
_GZIP = (b"gzip", b"x-gzip")
_GZIP_WINDOW = zlib.MAX_WBITS | 16


async def read_body(headers: Headers, receive: Receive) -> bytes:
    """Return the body of a request, decompressed; raises HttpError, or RefusedDocumentError where it breaks off."""
    if not is_json(headers.get(b"content-type", b"").decode("latin-1")):
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", f"Send the body as {JSON} in UTF-8.", accept_post=JSON)
    coding = headers.get(b"content-encoding")
    if coding is None or (coding := coding.strip().lower()) == b"identity":
        return await _received(headers, receive)
    if coding not in _GZIP:
        raise HttpError(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "Send the body compressed with gzip, or as it is.",
            accept_encoding="gzip",
        )
    return _decompressed(await _received(headers, receive))


async def _received(headers: Headers, receive: Receive) -> bytes:
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared[:20]) > LARGEST_PERSISTED_BODY:
        raise too_large()
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise malformed("The client went away.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_PERSISTED_BODY:
            raise too_large()
        chunks.append(chunk)
        if not message.get("more_body"):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _decompressed(packed: bytes) -> bytes:
    """Decompress one gzip member, and stop at the cap."""
    most = min(LARGEST_PERSISTED_BODY, len(packed) * LARGEST_RATIO)
    reader = zlib.decompressobj(_GZIP_WINDOW)
    try:
        body = reader.decompress(packed, most + 1)
    except zlib.error:
        raise malformed("The body is not what gzip makes.") from None
    if len(body) > most:
        raise too_large()
    if not reader.eof or reader.unused_data:
        raise malformed("The body must be one whole gzip member.")
    return body


def too_large() -> HttpError:
    """Make the refusal of a body that is too large."""
    return HttpError(
        413,
        "PAYLOAD_TOO_LARGE",
        f"The body may hold at most {LARGEST_BODY} bytes, or {LARGEST_PERSISTED_BODY} where a document is named by id; "
        f"compressed to no less than 1/{LARGEST_RATIO} of it.",
    )
