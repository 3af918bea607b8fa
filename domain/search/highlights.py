"""Highlights: the places of the words that were found in a text, as ranges of UTF-16 code units."""

import re

from domain.entities import entity

START, STOP = "\x02", "\x03"
"""What the database writes around a word; no text that is stored has control characters."""
_LAST_OF_ONE_UNIT = "\uffff"
_MARK = re.compile("[" + START + STOP + "]")


@entity
class TextRange:
    """A part of a text, in UTF-16 code units, as strings of JavaScript, Java, Kotlin and Swift's NSString count."""

    start: int
    length: int


@entity
class HighlightedText:
    """A text with the ranges of the words that were found, in order and apart from each other."""

    text: str
    ranges: list[TextRange]


def read(*marked: str) -> HighlightedText:
    """Read copies of one text, each with its words marked; a word counts that any of them marks."""
    text = _MARK.sub("", marked[0])
    hit = [False] * len(text)
    for copy in marked:
        place, inside = 0, False
        for character in copy:
            if character in (START, STOP):
                inside = character == START
            else:
                hit[place] = hit[place] or inside
                place += 1
    return HighlightedText(text=text, ranges=_ranges(text, hit))


def _ranges(text: str, hit: list[bool]) -> list[TextRange]:
    """Return the runs of characters that are hit; a character outside of the basic plane is two units long."""
    ranges: list[TextRange] = []
    unit, start = 0, None
    for character, is_hit in zip(text, hit, strict=True):
        if is_hit and start is None:
            start = unit
        elif not is_hit and start is not None:
            ranges.append(TextRange(start=start, length=unit - start))
            start = None
        unit += 2 if character > _LAST_OF_ONE_UNIT else 1
    if start is not None:
        ranges.append(TextRange(start=start, length=unit - start))
    return ranges
