"""Strict JSON: orjson, with duplicate names and integers beyond 64 bits refused."""

import json
from typing import Any

import orjson

from domain.rate_limits.preparation import of_json

FREE_BYTES = 4 * 1024
"""Texts of up to so many bytes are read for nothing: reading them takes less than answering that they are refused."""
MOST_VALUES = 100_000
"""The largest number of values; a limit on variables that is lower counts as well."""
_ESCAPED_COLON = b"\\u003"
_MARKED_DIGITS = bytes(ord("0") if byte in b"0123456789" else 0 for byte in range(256))
_LONG = 19
_LONG_RUN = b"0" * _LONG
_BEFORE_NUMBERS = b":,[ \t\r\n-"
_LARGEST_INTEGER = 2**63 - 1
_MOST_DIGITS = 20


class NotStrictJsonError(ValueError):
    """The text is not strict JSON; the message is a sentence without its subject."""


def read_json(text: bytes) -> Any:
    """Read JSON in UTF-8 (RFC 8259) with unique names and integers of 64 bits; raises NotStrictJsonError.

    A colon follows every name, and no other colon occurs outside a string. So a text without escaped colons has as many
    colons as its value encoded again, unless a name was duplicated and one of the two lost. Only suspicious texts are
    read once more by `json`, which checks each name and integer.
    """
    if (
        len(text) > MOST_VALUES
        and _places(text) > MOST_VALUES
        and _places(_outside_strings(text)) > MOST_VALUES
    ):
        raise NotStrictJsonError(f"has more than {MOST_VALUES:,} values, lists and objects counted twice")
    try:
        value = orjson.loads(text)
        colons = orjson.dumps(value).count(b":")
    except orjson.JSONDecodeError:
        raise NotStrictJsonError("must be JSON in UTF-8") from None
    except orjson.JSONEncodeError:
        raise NotStrictJsonError("is nested too deeply") from None
    if text.count(b":") != colons or _may_escape_colons(text) or _may_be_rounded(text):
        json.loads(text, object_pairs_hook=_unique, parse_int=_integer)
    return value


def price_of(text: bytes) -> int:
    """Return the price of reading a text, in microseconds, from its bytes alone."""
    return of_json(len(text), min(_places(text), MOST_VALUES))


def _places(text: bytes) -> int:
    """Return how many values a text has at most: each follows a comma or a bracket; lists and objects count twice."""
    return 1 + text.count(b",") + text.count(b"[") + text.count(b"{")


def _outside_strings(text: bytes) -> bytes:
    """Return a JSON text without the content of its strings."""
    unescaped = text.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in text else text
    return b"".join(unescaped.split(b'"')[::2])


def _may_escape_colons(text: bytes) -> bool:
    return b"\\" in text and _ESCAPED_COLON in text


def _may_be_rounded(text: bytes) -> bool:
    """Return whether a number may begin with 19 digits; most texts have no run of so many."""
    marked = text.translate(_MARKED_DIGITS)
    start = marked.find(_LONG_RUN)
    while start > 0 and text[start - 1] not in _BEFORE_NUMBERS:
        start = marked.find(_LONG_RUN, start + _LONG)
    return start >= 0


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise NotStrictJsonError("has a name twice in one object")


def _integer(digits: str) -> None:
    if len(digits) > _MOST_DIGITS or not -_LARGEST_INTEGER - 1 <= int(digits) <= _LARGEST_INTEGER:
        raise NotStrictJsonError("has an integer of more than 64 bits; send it as a string")
