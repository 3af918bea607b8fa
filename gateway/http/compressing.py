"""Compressing responses: which coding a client prefers (RFC 9110, section 12.5.3), and doing it."""

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
"""Up to so many bytes a response is sent as it is: it fills one packet in any case."""
THREADED = 128 * 1024
"""From so many bytes on another thread compresses, because the event loop would stand still for a millisecond."""
_ZSTD_LEVEL = 3
_GZIP_LEVEL = 4
_GZIP_WINDOW = zlib.MAX_WBITS | 16
_OFFERED = ("zstd", "gzip")


@lru_cache(maxsize=256)
def preferred_coding(accept: bytes) -> str | None:
    """Return the coding with the highest quality, ours deciding ties; None to send the body as it is."""
    said = qualities(accept.decode("latin-1"))
    said.setdefault("gzip", said.get("x-gzip", said.get("*", 0.0)))
    said.setdefault("zstd", said.get("*", 0.0))
    best = max(_OFFERED, key=lambda coding: said[coding])
    return best if said[best] > 0 and said[best] >= said.get("identity", 0.0) else None


async def compressed(body: bytes, coding: str) -> bytes:
    """Return the body in a coding that was offered."""
    if len(body) < THREADED:
        return _compress(body, coding)
    return await asyncio.to_thread(_compress, body, coding)


def _compress(body: bytes, coding: str) -> bytes:
    if coding == "zstd":
        return zstd.compress(body, _ZSTD_LEVEL)
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return packer.compress(body) + packer.flush()
