"""Rules that every text from outside has to keep."""

import unicodedata

from domain.errors import InvalidInputError

_INVISIBLE = {"Cc", "Cs"}
_LINE_BREAKS = {"\n", "\t"}


def line(value: str, *, field: str, longest: int, shortest: int = 1) -> str:
    """Return `value` trimmed and in NFC when it is one line of `shortest` to `longest` characters."""
    return _checked(value, field=field, longest=longest, shortest=shortest, allowed=frozenset())


def prose(value: str, *, field: str, longest: int, shortest: int = 0) -> str:
    """Return `value` trimmed and in NFC when it is text of `shortest` to `longest` characters, lines allowed."""
    return _checked(
        value.replace("\r\n", "\n"),
        field=field,
        longest=longest,
        shortest=shortest,
        allowed=frozenset(_LINE_BREAKS),
    )


def _checked(value: str, *, field: str, longest: int, shortest: int, allowed: frozenset[str]) -> str:
    if len(value) > 2 * longest + 16:  # normalising a megabyte before refusing it would be a gift
        raise InvalidInputError(f"{field} may hold at most {longest} characters.", field=field)
    text = unicodedata.normalize("NFC", value).strip()
    if not shortest <= len(text) <= longest:
        raise InvalidInputError(f"{field} must hold {shortest} to {longest} characters.", field=field)
    if text.isprintable():  # as nearly all texts are; what is not may still be allowed
        return text
    if any(unicodedata.category(c) in _INVISIBLE and c not in allowed for c in text):
        raise InvalidInputError(f"{field} must not hold control characters.", field=field)
    return text
