"""Compression of responses, in the coding that the client prefers (RFC 9110, section 12.5.3)."""

import asyncio
import sys
import zlib
from functools import lru_cache

from gateway.http.negotiation import qualities

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SMALLEST = 1024
"""Responses of up to so many bytes are sent as they are: they fill one packet in any case."""
THREADED = 128 * 1024
"""From so many bytes on, a thread compresses: it would block the event loop for a millisecond."""
_ZSTD_LEVEL = 3
_GZIP_LEVEL = 4
_GZIP_WINDOW = zlib.MAX_WBITS | 16
_OFFERED = ("zstd", "gzip")


@lru_cache(maxsize=256)
def preferred_coding(accept: bytes) -> str | None:
    """Return the coding with the highest quality, in our order for ties; None to send the body as it is."""
    accepted = qualities(accept.decode("latin-1"))
    accepted.setdefault("gzip", accepted.get("x-gzip", accepted.get("*", 0.0)))
    accepted.setdefault("zstd", accepted.get("*", 0.0))
    best = max(_OFFERED, key=lambda coding: accepted[coding])
    return best if accepted[best] > 0 and accepted[best] >= accepted.get("identity", 0.0) else None


async def compressed(body: bytes, coding: str) -> bytes:
    """Return the body in a coding that `preferred_coding` returned."""
    if len(body) < THREADED:
        return _compress(body, coding)
    return await asyncio.to_thread(_compress, body, coding)


def _compress(body: bytes, coding: str) -> bytes:
    if coding == "zstd":
        return zstd.compress(body, _ZSTD_LEVEL)
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return compressor.compress(body) + compressor.flush()
