"""Strict JSON: what orjson reads, less what it is too kind to: a name that comes twice, and numbers that it rounds."""

import json
from typing import Any

import orjson

_ESCAPED_COLON = b"\\u003"
_MARKED_DIGITS = bytes(ord("0") if byte in b"0123456789" else 0 for byte in range(256))
_LONG = 19
_LONG_RUN = b"0" * _LONG
_BEFORE_NUMBERS = b":,[ \t\r\n-"
_LARGEST_INTEGER = 2**63 - 1
_MOST_DIGITS = 20


class NotStrictJsonError(ValueError):
    """The text is no strict JSON; the message is a sentence without a subject."""


def read_json(text: bytes) -> Any:
    """Read JSON in UTF-8 (RFC 8259) whose names are unique and whose integers have 64 bits; raises NotStrictJsonError.

    Every name is followed by a colon, and no other colon stands outside a string. So a text without escaped colons
    has exactly as many as what was read of it, written again, unless a name came twice and one of the two was lost.
    Only suspicious texts are read once more, slowly, with a look at each name and number.
    """
    try:
        value = orjson.loads(text)
        colons = orjson.dumps(value).count(b":")
    except orjson.JSONDecodeError:
        raise NotStrictJsonError("must be JSON in UTF-8") from None
    except orjson.JSONEncodeError:
        raise NotStrictJsonError("is nested too deeply") from None
    if text.count(b":") != colons or _may_hide_colons(text) or _may_be_rounded(text):
        json.loads(text, object_pairs_hook=_unique, parse_int=_integer)
    return value


def _may_hide_colons(text: bytes) -> bool:
    return b"\\" in text and _ESCAPED_COLON in text


def _may_be_rounded(text: bytes) -> bool:
    """Tell whether a number may begin with 19 digits; most texts have nowhere so many in a row."""
    marked = text.translate(_MARKED_DIGITS)
    place = marked.find(_LONG_RUN)
    while place > 0 and text[place - 1] not in _BEFORE_NUMBERS:
        place = marked.find(_LONG_RUN, place + _LONG)
    return place >= 0


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise NotStrictJsonError("names something twice in one object")


def _integer(digits: str) -> None:
    if len(digits) > _MOST_DIGITS or not -_LARGEST_INTEGER - 1 <= int(digits) <= _LARGEST_INTEGER:
        raise NotStrictJsonError("holds an integer of more than 64 bits; send it as a string")
