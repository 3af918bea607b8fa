"""Password strength: finds guessable passwords beyond those in a list of common ones."""

from collections.abc import Callable, Iterator
from itertools import pairwise

Known = Callable[[str], bool]
"""Tells whether a text in lower case is a common password, or a word of the account."""

_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "yxcvbnm",
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"),
)
_NEIGHBOURS = frozenset(pair for row in _ROWS for pair in (*pairwise(row), *pairwise(row[::-1])))
_DISGUISES = str.maketrans("@4301!5$78+2", "aaeoiisstbtz")
_SEPARATORS = str.maketrans("", "", " ._-")
_SHORTEST_UNIT = 6
_LONGEST_PADDING = 5
_RUN = 4


def is_guessable(password: str, known: Known) -> bool:
    """Tell whether a password in lower case is common, or a padded, repeated or disguised common one.

    Disguises are digits and signs in place of similar letters, and separators between words. Walks along the
    keyboard and the alphabet count as common.
    """
    joined = password.translate(_SEPARATORS)
    views = {password, joined, password.translate(_DISGUISES), joined.translate(_DISGUISES)}
    return any(_is_weak(view, known) for view in views)


def _is_weak(text: str, known: Known) -> bool:
    return _is_plain(text, known) or any(
        _is_plain(core, known) for core in _cores(text, known) if len(core) < len(text)
    )


def _is_plain(text: str, known: Known) -> bool:
    if known(text) or _is_walk(text):
        return True
    unit = _unit(text)
    return unit != text and (len(unit) < _SHORTEST_UNIT or _is_weak(unit, known))


def _cores(text: str, known: Known) -> Iterator[str]:
    """Yield the text without digits and signs that pad it before and behind."""
    letters = [place for place, c in enumerate(text) if c.isalpha()]
    if not letters:
        return
    before, behind = letters[0], len(text) - 1 - letters[-1]
    for start in _paddings(before):
        for end in _paddings(behind):
            pads = text[:start], text[len(text) - end :]
            if all(_is_padding(pad, known) for pad in pads):
                yield text[start : len(text) - end]


def _paddings(longest: int) -> set[int]:
    """Return how many characters of a padding to remove: each small number, and all."""
    return {*range(min(longest, _LONGEST_PADDING) + 1), longest}


def _unit(text: str) -> str:
    """Return the shortest part that gives the text when repeated at least twice; the last repetition may be cut."""
    lengths = range(1, len(text) // 2 + 1)
    return next((text[:n] for n in lengths if text[n:] == text[:-n]), text)


def _is_padding(pad: str, known: Known) -> bool:
    return len(pad) <= _LONGEST_PADDING or known(pad) or _is_walk(pad) or _unit(pad) != pad


def _is_walk(text: str) -> bool:
    """Tell whether the text consists of steps between neighbouring keys, in runs of four on average."""
    breaks = sum(a != b and (a, b) not in _NEIGHBOURS for a, b in pairwise(text))
    return len(text) >= _RUN and (breaks + 1) * _RUN <= len(text)
