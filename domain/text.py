"""Text rules: normalises and checks every text from a client."""

import re
import unicodedata

from domain.errors import InvalidInputError

_CONTROLS = {"Cc", "Cs"}
_LINE_BREAKS = {"\n", "\t"}
_SEPARATORS = re.compile("[\u2028\u2029]")
_TURNS_THE_LINE = re.compile("[\u202a-\u202e\u2066-\u2069]")
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u206a-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Characters without a mark of their own: zero width, fillers, marks of direction, selectors and tags."""
_JOINERS = {"\u200c", "\u200d"}
_SELECTORS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_TAG = re.compile("[\U000e0020-\U000e007f]")
_FLAG_SO_FAR = re.compile("\N{WAVING BLACK FLAG}[\U000e0020-\U000e007e]*$")
_LONGEST_FLAG = 8
_KEYCAP = "\u20e3"
_VIRAMA = 9


def line(value: str, *, field: str, longest: int, shortest: int = 1) -> str:
    """Return `value` trimmed and in NFC if it is one line of `shortest` to `longest` characters.

    Hidden characters are left out; `visible` says which stay.
    """
    return _checked(value, field=field, longest=longest, shortest=shortest, allowed=frozenset())


def prose(value: str, *, field: str, longest: int, shortest: int = 0) -> str:
    """Return `value` like `line`, but with line breaks; separators of lines and paragraphs become breaks."""
    return _checked(
        _SEPARATORS.sub("\n", value.replace("\r\n", "\n")),
        field=field,
        longest=longest,
        shortest=shortest,
        allowed=frozenset(_LINE_BREAKS),
    )


def exact_line(value: str, *, field: str, longest: int, shortest: int = 1) -> str:
    """Return `value` as it is, if it is one line of `shortest` to `longest` characters with no white space around it.

    Unlike `line` it changes nothing: scripts that are written from right to left use marks that others cannot see.
    """
    return _exact(value, field=field, longest=longest, shortest=shortest, allowed=frozenset())


def exact_prose(value: str, *, field: str, longest: int, shortest: int = 0) -> str:
    """Return `value` as it is, if it is a text like `exact_line`, but with line breaks."""
    return _exact(
        value, field=field, longest=longest, shortest=shortest, allowed=frozenset({*_LINE_BREAKS, "\r"})
    )


def visible(value: str) -> str:
    """Return the text without hidden characters; those that emoji and scripts need stay where they are needed."""
    if value.isascii() or not _HIDDEN.search(value):
        return value
    return "".join(
        c
        for place, c in enumerate(value)
        if not _HIDDEN.match(c)
        or _is_needed(c, value[max(0, place - _LONGEST_FLAG) : place], value[place + 1 : place + 2])
    )


def stripped(value: str) -> str:
    """Return the text without any hidden character, needed or not: for comparing."""
    return _TURNS_THE_LINE.sub("", _HIDDEN.sub("", value))


def hides_something(value: str) -> bool:
    """Tell whether a text that is no prose, like an address, has a hidden character or one that turns the line."""
    return not value.isascii() and bool(_HIDDEN.search(value) or _TURNS_THE_LINE.search(value))


def _is_needed(hidden: str, before: str, after: str) -> bool:
    """Tell whether a hidden character shapes its neighbours: a joiner, a selector, or a tag of a flag."""
    if hidden in _JOINERS:
        previous = _SELECTORS.sub("", before[-2:])[-1:]
        return _joins(previous) and (_joins(after) or unicodedata.combining(previous) == _VIRAMA)
    if _SELECTORS.match(hidden):
        return after == _KEYCAP or _joins(before[-1:], "LMPS")
    if _TAG.match(hidden):
        return bool(_FLAG_SO_FAR.search(before))
    return False


def _joins(neighbour: str, kinds: str = "LMS") -> bool:
    """Tell whether a character may be joined to another: a letter, mark or symbol beyond ASCII, and one that shows."""
    return (
        not neighbour.isascii()
        and not _HIDDEN.match(neighbour)
        and unicodedata.category(neighbour)[0] in kinds
    )


def _exact(value: str, *, field: str, longest: int, shortest: int, allowed: frozenset[str]) -> str:
    if not shortest <= len(value) <= longest:
        raise InvalidInputError(f"{field} must hold {shortest} to {longest} characters.", field=field)
    if value != value.strip():
        raise InvalidInputError(f"{field} must not begin or end with white space.", field=field)
    _check_characters(value, field=field, is_empty_fine=not shortest, allowed=allowed)
    if shortest and not any(unicodedata.category(c)[0] in "LNPS" for c in stripped(value)):
        raise InvalidInputError(f"{field} must hold a character that can be seen.", field=field)
    return value


def _checked(value: str, *, field: str, longest: int, shortest: int, allowed: frozenset[str]) -> str:
    if len(value) > 2 * longest + 16:  # refuse a megabyte before normalising it
        raise InvalidInputError(f"{field} may hold at most {longest} characters.", field=field)
    text = visible(unicodedata.normalize("NFC", value)).strip()
    if not shortest <= len(text) <= longest:
        raise InvalidInputError(f"{field} must hold {shortest} to {longest} characters.", field=field)
    _check_characters(text, field=field, is_empty_fine=not shortest, allowed=allowed)
    return text


def _check_characters(text: str, *, field: str, is_empty_fine: bool, allowed: frozenset[str]) -> None:
    can_be_seen = is_empty_fine or any(unicodedata.category(c)[0] in "LNPS" for c in text)
    if can_be_seen and text.isprintable():  # as nearly all texts are; others are checked by character
        return
    if any(unicodedata.category(c) in _CONTROLS and c not in allowed for c in text):
        raise InvalidInputError(f"{field} must not hold control characters.", field=field)
    if _SEPARATORS.search(text):
        raise InvalidInputError(f"{field} must be one line.", field=field)
    if _TURNS_THE_LINE.search(text):
        raise InvalidInputError(f"{field} must not hold characters that turn the line over.", field=field)
    if not can_be_seen:
        raise InvalidInputError(f"{field} must hold a character that can be seen.", field=field)
