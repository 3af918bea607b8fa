"""Documents of printouts: headings, texts, facts and links, which any format can write."""

from collections.abc import Sequence

from domain.entities import entity
from domain.errors import DomainError

LONGEST_DOCUMENT = 1_000_000
"""How many characters a document may have."""


@entity
class Heading:
    """A heading; level 1 is just below the title."""

    text: str
    level: int = 1


@entity
class Prose:
    """A text of one or more paragraphs: plain, every character as it is, or in Markdown."""

    text: str
    is_markdown: bool = False


@entity
class Facts:
    """Names with their values, a line each."""

    lines: Sequence[tuple[str, str]]


@entity
class Links:
    """Titles with their addresses, a line each."""

    links: Sequence[tuple[str, str]]


@entity
class CertificateSheet:
    """A certificate, which has a page of its own layout: who, for what, and the facts about it."""

    name: str
    title: str
    facts: Sequence[tuple[str, str]]
    page_url: str
    is_valid: bool


Part = Heading | Prose | Facts | Links | CertificateSheet


@entity
class Document:
    """A document with its title; `file_name` has no ending."""

    title: str
    file_name: str
    parts: Sequence[Part]


class DocumentTooLongError(DomainError):
    """The document has more characters or pages than are printed."""

    code = "DOCUMENT_TOO_LONG"


def check_length(document: Document) -> None:
    """Refuse a document that is too long; raises DocumentTooLongError."""
    if sum(map(_length, document.parts)) > LONGEST_DOCUMENT:
        raise DocumentTooLongError(
            f"The document has more than {LONGEST_DOCUMENT:,} characters; print a part of it."
        )


def _length(part: Part) -> int:
    if isinstance(part, Facts):
        return sum(len(name) + len(value) for name, value in part.lines)
    if isinstance(part, Links):
        return sum(len(title) + len(url) for title, url in part.links)
    if isinstance(part, CertificateSheet):
        return len(part.name) + len(part.title)
    return len(part.text)
