"""The letters of GIFT: blocks between blank lines, comments, escapes and text formats."""

import re
import unicodedata
from collections.abc import Iterator

from domain.entities import entity
from domain.import_findings import MOST_FINDINGS, Findings
from domain.imports import html_text

LONGEST_BLOCK = 50_000
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
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TAGS = re.compile(r"\[(?:id|tag):[^\]]*\]")


class GiftError(Exception):
    """A question that is not GIFT, or that says what cannot be kept; it refuses the file."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class UnsupportedError(GiftError):
    """A question of a kind that does not exist here; it is left out and reported."""


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
        """Return what stands before the first `mark` and, where there is one, what stands after it."""
        place = self.text.find(mark)
        return (self, None) if place < 0 else (self.cut(0, place), self.cut(place + len(mark)))


def blocks(file: str, findings: Findings) -> Iterator[Part]:
    """Yield the pieces between blank lines, without comments; categories and tags are noted as losses."""
    block: list[str] = []
    for number, line in enumerate(_lines(file), start=1):
        bare = line.strip()
        if bare and any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\t" for c in bare):
            findings.refuse(number, "line", "It holds control characters.")
            if len(findings.refused) > MOST_FINDINGS:
                return
        elif bare.startswith("//"):
            if _TAGS.search(bare):
                findings.lose(number, "comment", "Ids and tags in comments are not kept.")
            block.append("")
        elif bare.startswith("$CATEGORY:"):
            yield from _block(block, number)
            block = []
            findings.lose(number, bare, "Categories are not kept; the questions go to one domain.")
        elif bare:
            block.append(_ESCAPE.sub(lambda escape: _HIDDEN[escape.group(1)], line))
        elif block:
            yield from _block(block, number)
            block = []


def _lines(file: str) -> list[str]:
    """Split at line ends of every system, and at nothing else; an empty line closes the last block."""
    return [*file.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]


def _block(lines: list[str], end: int) -> Iterator[Part]:
    whole = Part(text="\n".join(lines), line=end - len(lines)).cut(0)
    if whole.text:
        yield whole


class Formats:
    """Reads texts of one question in their formats, and counts what of them is lost."""

    def __init__(self) -> None:
        self._format = "moodle"
        self.pictures = 0
        self.marked = False

    def prompt(self, part: Part) -> Part:
        """Take the format that the question begins with, which is that of its answers too; return the rest."""
        part, self._format = self._stripped(part)
        return part

    def read(self, part: Part) -> str:
        """Return a text as a learner will see it."""
        part, format_ = self._stripped(part)
        if format_ in {"markdown", "plain"}:
            return part.text.translate(_SHOWN).strip()
        if format_ == "moodle":
            return " ".join(part.text.split()).translate(_SHOWN).strip()
        plain = html_text.plain(part.text.translate(_SHOWN))
        self.pictures += plain.pictures
        self.marked = self.marked or plain.marked
        return plain.text

    def _stripped(self, part: Part) -> tuple[Part, str]:
        found = _FORMAT.match(part.text)
        return (part.cut(found.end()), found.group(1).lower()) if found else (part, self._format)


def shown(part: Part) -> str:
    """Return a title or a number without hidden characters, on one line."""
    return " ".join(part.text.translate(_SHOWN).split())
