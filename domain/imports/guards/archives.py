"""Archives: zip packages whose size, number of files, names and packing are checked before anything is unpacked."""

import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from domain.imports.guards.harm import HarmfulFileError
from domain.imports.readers import ReadLimits

_MAGIC = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_RECORD = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT = 65_535
_SMALL = 1_000_000
"""Up to how many bytes a file may be packed to any ratio: a short list of equal rows is no bomb."""
_BYTES_OF_A_NAME = 400
"""What a file takes in the directory of a package, with a long name; bounds the work of reading the directory."""
_CHUNK = 65_536
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_NO_ZIP = "The package is not a whole zip file; pack it again."


def is_archive(head: bytes) -> bool:
    """Tell whether a file begins like a zip package."""
    return head.startswith(_MAGIC)


class Archive:
    """A zip package that passed the checks; `names` are those of its files, in the order of the package."""

    def __init__(self, file: BinaryIO, *, limits: ReadLimits) -> None:
        """Read the directory; raises HarmfulFileError."""
        self._limits = limits
        _check_directory(file, limits)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
            raise HarmfulFileError(_NO_ZIP) from None
        _check_files(self._zip.infolist(), limits)
        self._files = {each.filename: each for each in self._zip.infolist() if not each.is_dir()}
        self._unpacked = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, without folders."""
        return tuple(self._files)

    def read(self, name: str) -> bytes:
        """Return a file; raises KeyError for an unknown name, and HarmfulFileError.

        The bytes are counted while they are unpacked: what the directory says of a file may be wrong.
        """
        entry = self._files[name]
        chunks, size = [], 0
        try:
            with self._zip.open(entry) as packed:
                while chunk := packed.read(_CHUNK):
                    size += len(chunk)
                    self._unpacked += len(chunk)
                    if size > min(entry.file_size, self._limits.largest_entry):
                        raise HarmfulFileError(
                            f"{_shown(name)} is larger than the package says; pack it again."
                        )
                    if self._unpacked > self._limits.largest_content:
                        raise HarmfulFileError(_too_large(self._limits))
                    chunks.append(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
            ValueError,
        ):
            raise HarmfulFileError(f"{_shown(name)} cannot be unpacked; pack the file again.") from None
        return b"".join(chunks)


def _check_directory(file: BinaryIO, limits: ReadLimits) -> None:
    """Refuse a directory that is too long to be read, from the record at the end of the package alone."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_RECORD.size - _LONGEST_COMMENT))
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_RECORD.size:
        raise HarmfulFileError(_NO_ZIP)
    _, _, _, _, entries, directory, _, _ = _END_RECORD.unpack_from(tail, place)
    if entries > limits.most_entries or directory > limits.most_entries * _BYTES_OF_A_NAME:
        raise HarmfulFileError(f"A package may hold at most {limits.most_entries} files.")
    file.seek(0)


def _check_files(files: list[zipfile.ZipInfo], limits: ReadLimits) -> None:
    if len(files) > limits.most_entries:
        raise HarmfulFileError(f"A package may hold at most {limits.most_entries} files.")
    if len({each.filename for each in files}) != len(files):
        raise HarmfulFileError("Two files of the package have the same name; rename one of them.")
    for each in files:
        _check_file(each, limits)
    unpacked = sum(each.file_size for each in files)
    packed = sum(each.compress_size for each in files)
    if unpacked > limits.largest_content:
        raise HarmfulFileError(_too_large(limits))
    if unpacked > _SMALL and unpacked > packed * limits.largest_ratio:
        raise HarmfulFileError(_too_dense("The package", limits))


def _check_file(file: zipfile.ZipInfo, limits: ReadLimits) -> None:
    name = file.filename
    path = PurePosixPath(name)
    if not name:
        raise HarmfulFileError("A file of the package has no name; pack it again.")
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not name.isprintable():
        raise HarmfulFileError(
            f"{_shown(name)} is no name of a file inside a package; pack it again with plain names."
        )
    if file.flag_bits & 0x1:
        raise HarmfulFileError(f"{_shown(name)} is encrypted; pack the files without a password.")
    if file.compress_type not in _METHODS:  # others may ask for gigabytes of memory to unpack one byte
        raise HarmfulFileError(f"{_shown(name)} is packed by a method that is not read; pack it by deflate.")
    if file.file_size > limits.largest_entry:
        raise HarmfulFileError(f"{_shown(name)} is larger than {limits.largest_entry:,} bytes.")
    if file.file_size > _SMALL and file.file_size > file.compress_size * limits.largest_ratio:
        raise HarmfulFileError(_too_dense(_shown(name), limits))


def _too_large(limits: ReadLimits) -> str:
    return f"The package holds more than {limits.largest_content:,} bytes when it is unpacked."


def _too_dense(what: str, limits: ReadLimits) -> str:
    return (
        f"{what} is packed to less than a {limits.largest_ratio}th of its size; such a file is not unpacked."
    )


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in name[:80])
