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
_LATIN = 3
"""How many letters of ASCII a text in a Western language has for each other letter, at least."""
_MARKS_OF_TEXT = frozenset("€‚„…‘’“”•–—«»·¿¡°§²³½±×÷£ \xa0")  # noqa: RUF001 - they are meant
_CANDIDATES = (
    *("utf_16", "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp874", "cp1258"),
)
"""The encodings that editors of the last thirty years have saved texts in."""
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
    target: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
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


def _guessed(file: BinaryIO, wrong: int) -> str:
    """Tell an encoding by the lines that are not ASCII, which alone say anything about it."""
    file.seek(max(0, wrong - _SAMPLE))
    file.readline(_SAMPLE)
    if file.tell() > wrong:
        file.seek(0)
    lines = [line for line in file.read(2 * _SAMPLE).splitlines(keepends=True) if not line.isascii()]
    evidence = b"".join(lines)[:_SAMPLE].rpartition(b"\n")[0] or b"".join(lines)
    if _is_western(evidence):
        return "cp1252"
    best = from_bytes(evidence, cp_isolation=list(_CANDIDATES)).best()
    if best is None or best.encoding in {"utf_8", "ascii"}:
        raise UnreadableTextError("The encoding of the text cannot be told; save it as UTF-8.")
    return best.encoding.replace("_", "-")


def _is_western(evidence: bytes) -> bool:
    """Tell whether words of Latin letters have a few others among them: too few for statistics, and the usual case."""
    try:
        text = evidence.decode("cp1252")
    except UnicodeDecodeError:
        return False
    others = [c for c in text if not c.isascii()]
    letters = sum(c.isascii() and c.isalpha() for c in text)
    return letters > _LATIN * len(others) and all(c.isalpha() or c in _MARKS_OF_TEXT for c in others)
