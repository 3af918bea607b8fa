"""File types: which format a file has by its content, and that its name tells no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from domain.imports.guards import archives
from domain.imports.guards.harm import HarmfulFileError
from domain.imports.readers import QuestionFormat, ReadLimits, RoadmapFormat
from domain.imports.reports import ImportKind
from gateway.imports import text_encodings
from gateway.imports.format_table import ALL_QUESTION_FORMATS, ALL_ROADMAP_FORMATS
from gateway.imports.text_encodings import UnreadableTextError

HEAD = 65_536
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\0", "a database of SQLite"),
    (b"\xd0\xcf\x11\xe0", "a document of an old office program"),
)
"""How files begin that are none of ours, with what they are."""
Format = QuestionFormat | RoadmapFormat
FORMATS: Mapping[ImportKind, Mapping[Any, Format]] = {
    ImportKind.QUESTIONS: ALL_QUESTION_FORMATS,
    ImportKind.ROADMAP: ALL_ROADMAP_FORMATS,
}


class WrongFileError(Exception):
    """The file is none that can be imported; the message says what it is and what to do."""


@dataclass(slots=True)
class FileType:
    """The format of a file, and the encoding of a text."""

    format: Format
    encoding: str | None


def type_of(
    file: BinaryIO, *, filename: str, kind: ImportKind, wanted: str | None, limits: ReadLimits
) -> FileType:
    """Tell the format by the content; raises WrongFileError, UnreadableTextError and HarmfulFileError."""
    file.seek(0)
    head = file.read(HEAD)
    formats = FORMATS[kind]
    names: tuple[str, ...] = ()
    encoding = None
    if archives.is_archive(head):
        names = archives.Archive(file, limits=limits).names
    else:
        _refuse_others(head, formats)
        encoding = text_encodings.encoding_of(file)
        head = _as_utf8(file, *encoding)
    is_text = not names and encoding is not None
    found = _recognised(head, names, formats, is_text=is_text)
    if wanted is not None:
        chosen = next(each for each in formats.values() if each.format.value == wanted)
        if found is not chosen and not chosen.recognises(head, names):
            raise WrongFileError(
                f"The file is not {chosen.label}{_but(found)}; choose its format, or leave the choice out."
            )
        found = chosen
    if found is None:
        known = ", ".join(each.label for each in formats.values())
        raise WrongFileError(f"The file has none of the formats that can be imported: {known}.")
    _refuse_lie(filename, found, formats)
    return FileType(format=found, encoding=encoding[0] if encoding and found.is_text else None)


def _recognised(
    head: bytes, names: tuple[str, ...], formats: Mapping[Any, Format], *, is_text: bool
) -> Format | None:
    for each in formats.values():
        if (is_text or not each.is_text) and each.recognises(head, names):
            return each
    return None


def _refuse_others(head: bytes, formats: Mapping[Any, Format]) -> None:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            known = ", ".join(each.label for each in formats.values())
            raise WrongFileError(f"The file is {what}, and not one of the formats {known}.")


def _as_utf8(file: BinaryIO, encoding: str, mark: int) -> bytes:
    file.seek(mark)
    return file.read(HEAD).decode(encoding, "replace").encode("utf-8", "replace")


def _refuse_lie(filename: str, found: Format, formats: Mapping[Any, Format]) -> None:
    """Refuse a file whose name is that of another format: it was exported or renamed by mistake."""
    extension = PurePath(filename).suffix.lower()
    if extension in found.extensions:
        return
    for other in formats.values():
        if extension in other.extensions:
            raise WrongFileError(
                f"The file is named like {other.label}, and is {found.label}; rename it, or upload the right one."
            )


def _but(found: Format | None) -> str:
    return "" if found is None else f", but {found.label}"


READ_ERRORS = (WrongFileError, UnreadableTextError, HarmfulFileError)
"""What `type_of` raises for what a file holds."""
