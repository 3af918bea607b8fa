"""Image types: what an image is by its first bytes, how large it is in pixels, and whether it is whole."""

import struct
from collections.abc import Callable

from domain.entities import entity
from domain.media.media import MediaType

MOST_PIXELS = 40_000_000
"""How many pixels an image has at most: a program that shows it needs four bytes for each."""
LONGEST_SIDE = 20_000
_PNG_END = b"IEND\xaeB`\x82"
_HALF = "The image is cut off; export it again."
_MARK = 0xFF
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG that are followed by the size."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""The markers of JPEG without a length."""


class ImageRefusedError(Exception):
    """The bytes are no image that is kept; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@entity
class ImageFacts:
    """The type of an image, and its size in pixels."""

    kind: MediaType
    width: int
    height: int


def facts_of(content: bytes, *, largest: int) -> ImageFacts:
    """Return what an image is; raises ImageRefusedError, whatever its name says."""
    if len(content) > largest:
        raise ImageRefusedError(f"An image may have at most {largest:,} bytes.")
    for kind, magic, read in _READERS:
        if content.startswith(magic) and (kind is not MediaType.WEBP or content[8:12] == b"WEBP"):
            try:
                width, height = read(content)
            except (struct.error, IndexError):
                raise ImageRefusedError(_HALF) from None
            _check(width, height)
            return ImageFacts(kind=kind, width=width, height=height)
    if content.lstrip()[:5].lower() in {b"<svg ", b"<?xml", b"<svg>"}:
        raise ImageRefusedError("SVG may hold programs and is not kept; export the image as PNG.")
    raise ImageRefusedError("Only PNG, JPEG, GIF and WebP are kept.")


def _check(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise ImageRefusedError("The image has no pixels.")
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise ImageRefusedError(
            f"An image may have at most {MOST_PIXELS:,} pixels, and {LONGEST_SIDE:,} on a side."
        )


def _png(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR" or not content.endswith(_PNG_END):
        raise ImageRefusedError(_HALF)
    width, height = struct.unpack_from(">2I", content, 16)
    return width, height


def _gif(content: bytes) -> tuple[int, int]:
    if not content.rstrip(b"\0").endswith(b";"):
        raise ImageRefusedError(_HALF)
    width, height = struct.unpack_from("<2H", content, 6)
    return width, height


def _jpeg(content: bytes) -> tuple[int, int]:
    if b"\xff\xd9" not in content[-1024:]:
        raise ImageRefusedError(_HALF)
    place = 2
    while True:
        while content[place] == content[place + 1] == _MARK:
            place += 1
        if content[place] != _MARK:
            raise ImageRefusedError(_HALF)
        marker = content[place + 1]
        if marker in _SOF:
            height, width = struct.unpack_from(">2H", content, place + 5)
            return width, height
        place += 2 if marker in _ALONE else 2 + struct.unpack_from(">H", content, place + 2)[0]


def _webp(content: bytes) -> tuple[int, int]:
    if struct.unpack_from("<I", content, 4)[0] + 8 > len(content):
        raise ImageRefusedError(_HALF)
    form = content[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if form == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<2H", content, 26)
    return width & 0x3FFF, height & 0x3FFF


_READERS: tuple[tuple[MediaType, bytes, Callable[[bytes], tuple[int, int]]], ...] = (
    (MediaType.PNG, b"\x89PNG\r\n\x1a\n", _png),
    (MediaType.JPEG, b"\xff\xd8\xff", _jpeg),
    (MediaType.GIF, b"GIF87a", _gif),
    (MediaType.GIF, b"GIF89a", _gif),
    (MediaType.WEBP, b"RIFF", _webp),
)
