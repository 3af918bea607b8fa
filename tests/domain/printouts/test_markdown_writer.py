"""Markdown of printouts: plain text reads as it was, and Markdown stays Markdown."""

import pytest
from markdown_it import MarkdownIt

from domain.printouts import markdown_writer
from domain.printouts.documents import (
    LONGEST_DOCUMENT,
    CertificateSheet,
    Document,
    DocumentTooLongError,
    Facts,
    Heading,
    Links,
    Prose,
    check_length,
)

PLAIN = [
    "a *b* _c_ `d` [e](f) <g> ~~h~~ | i",
    "# no heading",
    "- no list",
    "+ no list",
    "1. no list",
    "2) no list",
    "> no quote",
    "===",
    "---",
    "&amp; & \\ $x$",
    "first\nsecond",
    "漢字 עברית 🎓",
]


def shown(markdown: str) -> str:
    """Return the words that Markdown shows, and the elements that are no paragraphs in brackets."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    odd = [
        token.type for token in tokens if token.type not in {"paragraph_open", "paragraph_close", "inline"}
    ]
    words = "".join(
        "\n" if child.type in {"softbreak", "hardbreak"} else child.content
        for token in tokens
        for child in token.children or []
    )
    return words + "".join(f"[{name}]" for name in odd)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    assert shown(markdown_writer.escaped(text)) == text


def test_a_document_has_its_parts_in_order() -> None:
    document = Document(
        title="Knots & *ropes*",
        file_name="knots",
        parts=[
            Facts(lines=[("Version", "2")]),
            Prose(text="Plain *text*."),
            Heading(text="1. Bowline"),
            Prose(text="**Bold**", is_markdown=True),
            Links(links=[("A [book]", "https://example.org/a b")]),
        ],
    )

    assert markdown_writer.written(document) == (
        "# Knots \\& \\*ropes\\*\n\n- **Version:** 2\n\nPlain \\*text\\*.\n\n## 1\\. Bowline\n\n**Bold**\n\n"
        "- [A \\[book\\]](<https://example.org/a%20b>)\n"
    )


def test_a_certificate_without_a_name_names_its_roadmap() -> None:
    award = CertificateSheet(
        name="", title="Knots", facts=[("Code", "abc")], page_url="https://example.org/", is_valid=False
    )

    written = markdown_writer.written(Document(title="Certificate", file_name="c", parts=[award]))

    assert written == "# Certificate\n\n## Knots\n\n- **Code:** abc\n\n<https://example.org/>\n"


def test_a_document_that_is_too_long_is_refused() -> None:
    long = "x" * (LONGEST_DOCUMENT // 2)
    parts = [Prose(text=long), Prose(text=long)]
    check_length(Document(title="", file_name="", parts=parts))

    with pytest.raises(DocumentTooLongError):
        check_length(Document(title="", file_name="", parts=[*parts, Heading(text="x")]))
