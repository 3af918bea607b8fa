"""GIFT files: blocks between blank lines, comments and text formats."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from domain.content.question_kinds.gift_syntax import GiftError, Part, hide_escaped, unescaped
from domain.imports import html_text
from domain.imports.readers import ReadLimits
from domain.imports.reports import MOST_FINDINGS, Findings

LONGEST_BLOCK = 50_000
_BYTES = 4
"""How many bytes a character takes at most."""
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TAGS = re.compile(r"\[(?:id|tag):[^\]]*\]")


class UnsupportedError(GiftError):
    """The question is of a kind that does not exist here; it is left out and reported."""


def lines(file: BinaryIO, limits: ReadLimits) -> Iterator[str]:
    """Yield the lines of a file; a line longer than any question is cut there, and its rest is dropped.

    An empty line at the end closes the last block.
    """
    longest = _BYTES * limits.longest_item + 1
    while line := file.readline(longest):
        errors = "surrogatepass"
        end = line
        while not end.endswith(b"\n") and (end := file.readline(longest)):
            errors = "replace"  # it was cut, perhaps within a character
        yield line.removesuffix(b"\n").decode("utf-8", errors)
    yield ""


def blocks(lines: Iterable[str], findings: Findings) -> Iterator[Part]:
    """Yield the parts between blank lines, without comments; categories and tags are reported as losses."""
    block = _Block()
    faulty = 0
    for number, line in enumerate(lines, start=1):
        bare = line.strip()
        if bare and any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\t" for c in bare):
            findings.refuse(number, "line", "It holds control characters.")
            faulty += 1
            if faulty > MOST_FINDINGS:
                return
        elif bare.startswith("//"):
            if _TAGS.search(bare):
                findings.lose(number, "comment", "Ids and tags in comments are not kept.")
            block.add("")
        elif bare.startswith("$CATEGORY:"):
            yield from block.closed(number)
            findings.lose(number, bare, "Categories are not kept; the questions go to one domain.")
        elif bare:
            block.add(hide_escaped(line))
        elif block:
            yield from block.closed(number)


class _Block:
    """The lines of one question; lines beyond the longest question are counted, and not kept."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0
        self._dropped = 0

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, line: str) -> None:
        if self._size > LONGEST_BLOCK:
            self._dropped += 1
            return
        self._size += len(line) + 1
        self._lines.append(line)

    def closed(self, end: int) -> Iterator[Part]:
        """Yield the question that ends before the line `end`, if there is one, and begin the next."""
        first = end - len(self._lines) - self._dropped
        whole = Part(text="\n".join(self._lines), line=first).cut(0)
        self._lines, self._size, self._dropped = [], 0, 0
        if whole.text:
            yield whole


class Formats:
    """Reads texts of one question in their formats, and counts what is lost."""

    def __init__(self) -> None:
        self._format = "moodle"
        self.pictures = 0
        self.has_tags = False
        self.has_lost_text = False

    def prompt(self, part: Part) -> Part:
        """Take the format at the beginning of a question, which its answers share; return the rest."""
        part, self._format = self._stripped(part)
        return part

    @property
    def is_markdown(self) -> bool:
        """Whether the question says that it is written in Markdown."""
        return self._format == "markdown"

    def read(self, part: Part) -> str:
        """Return a text as a learner will see it."""
        part, format_ = self._stripped(part)
        if format_ in {"markdown", "plain"}:
            return unescaped(part.text).strip()
        plain = html_text.plain(unescaped(part.text), keep_lines=format_ == "moodle")
        if plain.has_formulas:
            raise UnsupportedError(
                part.line, "Formulas in MathML are not supported; the question is left out."
            )
        self.pictures += plain.pictures
        self.has_lost_text = self.has_lost_text or (plain.pictures > 0 and not plain.text)
        self.has_tags = self.has_tags or plain.has_tags
        return plain.text

    def _stripped(self, part: Part) -> tuple[Part, str]:
        found = _FORMAT.match(part.text)
        return (part.cut(found.end()), found.group(1).lower()) if found else (part, self._format)
