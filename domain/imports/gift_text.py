"""GIFT files: blocks between blank lines, comments and text formats."""

import re
import unicodedata
from collections.abc import Iterator

from domain.content.question_kinds.gift_syntax import GiftError, Part, hide_escaped, unescaped
from domain.imports import html_text
from domain.imports.reports import MOST_FINDINGS, Findings

LONGEST_BLOCK = 50_000
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TAGS = re.compile(r"\[(?:id|tag):[^\]]*\]")


class UnsupportedError(GiftError):
    """The question is of a kind that does not exist here; it is left out and reported."""


def blocks(file: str, findings: Findings) -> Iterator[Part]:
    """Yield the parts between blank lines, without comments; categories and tags are reported as losses."""
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
            block.append(hide_escaped(line))
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
