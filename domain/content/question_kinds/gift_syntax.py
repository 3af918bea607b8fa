"""GIFT syntax: parts of a file, escaped characters, and the answers between a question's braces."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Protocol

from domain.content.question_kinds.key_drafts import FULL
from domain.entities import entity

_MARK = re.compile(r"[~=]")
_WEIGHT = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{1,10})?)%")
_MOST_ANSWERS = 100
"""A bound for the work of reading; the lower limit of a question is checked later."""
_ESCAPE = re.compile(r"\\([~=#{}:n\\])")
_HIDDEN = {
    "~": "\x01",
    "=": "\x02",
    "#": "\x03",
    "{": "\x04",
    "}": "\x05",
    ":": "\x06",
    "n": "\x07",
    "\\": "\x08",
}
_SHOWN = str.maketrans({hidden: "\n" if c == "n" else c for c, hidden in _HIDDEN.items()})


class GiftError(Exception):
    """The question is not GIFT, or cannot be graded here; it is refused."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@entity
class Part:
    """A piece of the file, trimmed, with the line where it begins; escaped characters are hidden in it."""

    text: str
    line: int

    def cut(self, start: int, end: int | None = None) -> "Part":
        """Return the trimmed piece between two places."""
        raw = self.text[start:end]
        leading = len(raw) - len(raw.lstrip())
        return Part(text=raw.strip(), line=self.line + self.text.count("\n", 0, start + leading))

    def split(self, mark: str) -> "tuple[Part, Part | None]":
        """Return the part before the first `mark` and the part after it, None where there is no mark."""
        place = self.text.find(mark)
        return (self, None) if place < 0 else (self.cut(0, place), self.cut(place + len(mark)))

    def on_one_line(self) -> str:
        """Return a title or a number on one line, with its escaped characters."""
        return " ".join(unescaped(self.text).split())


class TextReader(Protocol):
    """Reads texts of one question in their formats."""

    def read(self, part: Part) -> str:
        """Return a text as a learner will see it."""


@entity
class GiftAnswer:
    """One answer: its mark, its weight in percent where one is written, its text and its feedback."""

    mark: str
    weight: Fraction | None
    body: Part
    feedback: Part | None


def hide_escaped(line: str) -> str:
    """Replace escaped characters by control characters, which files must not contain."""
    return _ESCAPE.sub(lambda escape: _HIDDEN[escape.group(1)], line)


def unescaped(text: str) -> str:
    """Return a text with the characters that were escaped in it."""
    return text.translate(_SHOWN)


def answers_of(body: Part) -> Iterator[GiftAnswer]:
    """Split at the marks; raises GiftError for text before the first one, or for more than 100 answers."""
    marks = [found.start() for found in _MARK.finditer(body.text)]
    if not marks or body.text[: marks[0]].strip():
        raise GiftError(
            body.line, "An answer must begin with = or ~; write \\= or \\~ for the character itself."
        )
    if len(marks) > _MOST_ANSWERS:
        raise GiftError(body.line, f"A question may have at most {_MOST_ANSWERS} answers.")
    for start, end in zip(marks, [*marks[1:], len(body.text)], strict=True):
        part = body.cut(start + 1, end)
        weight = _WEIGHT.match(part.text)
        answer, feedback = (part.cut(weight.end()) if weight else part).split("#")
        yield GiftAnswer(
            mark=body.text[start],
            weight=Fraction(weight.group(1)) if weight else None,
            body=answer,
            feedback=feedback,
        )


def whole_weight(answer: GiftAnswer) -> int:
    """Return the weight of an accepted answer, 100 unless written; raises GiftError."""
    weight = Fraction(FULL) if answer.weight is None else answer.weight
    if weight.denominator != 1 or not 0 <= weight <= FULL or answer.mark != "=":
        raise GiftError(answer.body.line, "The weight of an answer must be a whole number from 0 to 100.")
    return int(weight)
