"""Text encodings: UTF-8, what a byte order mark or the XML declaration says, and nothing else: no encoding is guessed.

A text becomes UTF-8 with one kind of line ends, piece by piece.
"""

import codecs
import hashlib
import io
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_PIECE = 1024 * 1024
_HEAD = 1024
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
"""How an XML document says its encoding."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, those that begin like another before it."""


class UnreadableTextError(Exception):
    """The bytes are a text in no encoding that is certain."""


@dataclass(slots=True)
class DecodedText:
    """A text as UTF-8 without a mark, with line feeds; the encoding that it was in, and the SHA-256 of the text."""

    file: BinaryIO
    encoding: str
    content_hash: str


def encoding_of(file: BinaryIO) -> tuple[str, int]:
    """Return the encoding, and how many bytes its mark takes; raises UnreadableTextError."""
    file.seek(0)
    head = file.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    place = _first_wrong_byte(file)
    if place is None:
        return "utf-8", 0
    file.seek(0)
    declared = _declared(file.read(_HEAD))
    if declared is None:
        raise UnreadableTextError(f"The text is not UTF-8 (byte {place + 1:,}); save the file as UTF-8.")
    return declared, 0


def decoded(file: BinaryIO) -> DecodedText:
    """Write the text to a temporary file, which ends when it is closed; raises UnreadableTextError."""
    encoding, mark = encoding_of(file)
    digest = hashlib.sha256()
    target: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        for text in _texts(file, encoding, mark):
            piece = text.encode("utf-8", "surrogatepass")
            digest.update(piece)
            target.write(piece)
    except UnicodeError:
        target.close()
        raise UnreadableTextError(f"The text is not {encoding} throughout; save the file as UTF-8.") from None
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return DecodedText(file=target, encoding=encoding, content_hash=digest.hexdigest())


def _texts(file: BinaryIO, encoding: str, mark: int) -> Iterator[str]:
    file.seek(mark)
    lines = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    while piece := file.read(_PIECE):
        yield lines.decode(piece)
    yield lines.decode(b"", final=True)


def _first_wrong_byte(file: BinaryIO) -> int | None:
    """Return the place of the first byte that no UTF-8 has, None where there is none."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    place = 0
    while True:
        piece = file.read(_PIECE)
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return place + error.start
        if not piece:
            return None
        place += len(piece)


def _declared(head: bytes) -> str | None:
    """Return the encoding that an XML document declares; None where it declares none that is known, or UTF-8."""
    found = _DECLARED.match(head)
    if found is None:
        return None
    try:
        name = codecs.lookup(found.group(1).decode("ascii")).name
        b"x".decode(name)  # refuses what is no encoding of texts
    except (LookupError, UnicodeError):
        return None
    return None if name in {"utf-8", "ascii"} else name
