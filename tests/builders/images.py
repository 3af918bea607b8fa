"""Images of a few bytes, for tests."""

import struct
import zlib


def png(width: int = 3, height: int = 2) -> bytes:
    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes((1 + 3 * 3) * 2))
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def gif(width: int = 3, height: int = 2) -> bytes:
    return b"GIF89a" + struct.pack("<2H", width, height) + b"\x00\x00\x00;"


def jpeg(width: int = 3, height: int = 2) -> bytes:
    app0 = b"\xff\xe0" + struct.pack(">H", 4) + b"ab"
    sof = b"\xff\xc0" + struct.pack(">HB2HB", 8, 8, height, width, 3)
    return b"\xff\xd8" + app0 + b"\xff" + sof + b"\xff\xda\x00\x02xx\xff\xd9"


def webp(width: int = 3, height: int = 2, form: bytes = b"VP8X") -> bytes:
    if form == b"VP8X":
        body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif form == b"VP8L":
        body = b"\x2f" + struct.pack("<I", width - 1 | (height - 1) << 14)
    else:
        body = b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<2H", width, height)
    chunk = form + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
