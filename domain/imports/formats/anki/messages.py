"""Messages of protocol buffers: as much of the encoding as Anki's packages need."""

from collections.abc import Iterator

_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5


class MalformedMessageError(Exception):
    """The bytes are no message."""


def fields_of(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the number and the value of each field; raises MalformedMessageError."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        kind = tag & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            size, place = _varint(message, place)
        else:
            size = {_FIXED_64: 8, _FIXED_32: 4}.get(kind, len(message) + 1)
        if place + size > len(message):
            raise MalformedMessageError
        yield tag >> 3, message[place : place + size]
        place += size


def text_field(message: bytes, number: int) -> str:
    """Return the text of a field, the last if there are several; empty where it is missing."""
    found = [value for field, value in fields_of(message) if field == number and isinstance(value, bytes)]
    return found[-1].decode("utf-8", "replace") if found else ""


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(message) and shift < 64:  # noqa: PLR2004 - bits
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
            return value, place
        shift += 7
    raise MalformedMessageError
