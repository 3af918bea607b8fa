"""Markdown writer: a document as one Markdown text, in which plain text is escaped so that it reads as it is."""

import re
from collections.abc import Sequence

from domain.printouts import markdown_bounds
from domain.printouts.documents import CertificateSheet, Document, Facts, Heading, Links, Part

_SPECIAL = re.compile(r"[\\`*_\[\]<>~|$&]")
_AT_THE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+=](?=[\s=-]|$)|\d{1,9}[.)](?=\s|$)|>)", re.MULTILINE)
_BELOW = 2
"""Texts in Markdown stand in sections of the document, whose headings are of the second level."""
_IN_ADDRESS = {"<": "%3C", ">": "%3E", " ": "%20", "\n": "%0A", "\\": "%5C"}


def written(document: Document) -> str:
    """Return the document as Markdown."""
    parts = [f"# {escaped(document.title)}", *(_part(part) for part in document.parts)]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Return plain text so that Markdown shows it as it is, in its lines."""
    marked = _SPECIAL.sub(lambda found: f"\\{found.group()}", text)
    marked = _AT_THE_START.sub(lambda found: found.group(1) + _held(found.group(2)), marked)
    return re.sub(r"(?<=[^\n])\n(?=[^\n])", "\\\\\n", marked)


def _held(mark: str) -> str:
    """Escape what would begin a heading, a list or a rule."""
    return f"{mark[:-1]}\\{mark[-1]}" if mark[0].isdigit() else f"\\{mark}"


def _part(part: Part) -> str:
    if isinstance(part, Heading):
        return f"{'#' * min(part.level + 1, 6)} {escaped(part.text)}"
    if isinstance(part, Facts):
        return _facts(part.lines)
    if isinstance(part, Links):
        return "\n".join(f"- [{escaped(title)}](<{_address(url)}>)" for title, url in part.links)
    if isinstance(part, CertificateSheet):
        head = (
            f"**{escaped(part.name)}**\n\n## {escaped(part.title)}"
            if part.name
            else f"## {escaped(part.title)}"
        )
        return f"{head}\n\n{_facts(part.facts)}\n\n<{_address(part.page_url)}>"
    return markdown_bounds.bounded(part.text, below=_BELOW) if part.is_markdown else escaped(part.text)


def _facts(lines: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"- **{escaped(name)}:** {escaped(value)}" for name, value in lines)


def _address(url: str) -> str:
    return "".join(_IN_ADDRESS.get(character, character) for character in url)
