"""Text encodings: tells how a file is encoded, and makes it UTF-8 with one kind of line ends, piece by piece."""

import codecs
import hashlib
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

_PIECE = 1024 * 1024
_SAMPLE = 256 * 1024
"""How much of a file, at its beginning and around the first byte that is not UTF-8, tells its encoding."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, those that begin like another before it."""


class UnreadableTextError(Exception):
    """The bytes are a text in no encoding that can be told."""


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
    wrong = _first_wrong_byte(file)
    return ("utf-8", 0) if wrong is None else (_guessed(file, wrong), 0)


def decoded(file: BinaryIO) -> DecodedText:
    """Write the text to a temporary file, which ends when it is closed; raises UnreadableTextError."""
    encoding, mark = encoding_of(file)
    digest = hashlib.sha256()
    target: BinaryIO = tempfile.TemporaryFile()  # type: ignore[assignment]  # noqa: SIM115 - the caller closes it
    try:
        for text in _texts(file, encoding, mark):
            piece = text.encode("utf-8", "surrogatepass")
            digest.update(piece)
            target.write(piece)
    except UnicodeError:
        target.close()
        raise UnreadableTextError(f"The text is not {encoding} throughout; save it as UTF-8.") from None
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return DecodedText(file=target, encoding=encoding, content_hash=digest.hexdigest())


def _texts(file: BinaryIO, encoding: str, mark: int) -> Iterator[str]:
    file.seek(mark)
    lines = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    while piece := file.read(_PIECE):
        yield lines.decode(piece)  # type: ignore[arg-type]  # it decodes the bytes with the given decoder
    yield lines.decode(b"", final=True)  # type: ignore[arg-type]


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


def _guessed(file: BinaryIO, wrong: int) -> str:
    file.seek(0)
    sample = file.read(_SAMPLE)
    if wrong > _SAMPLE // 2:
        file.seek(max(0, wrong - _SAMPLE // 2))
        file.readline(_SAMPLE)
        sample = file.read(_SAMPLE)
    whole_lines = sample.rpartition(b"\n")[0] or sample
    best = from_bytes(whole_lines).best()
    if best is None or best.encoding in {"utf_8", "ascii"}:
        raise UnreadableTextError("The encoding of the text cannot be told; save it as UTF-8.")
    return best.encoding.replace("_", "-")
