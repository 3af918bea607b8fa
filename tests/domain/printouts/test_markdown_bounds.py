"""Bounds of Markdown: what follows a text stays outside of it, and the text itself stays as it was."""

import pytest
from markdown_it import MarkdownIt

from domain.printouts import markdown_bounds

AFTER = "\n\n## After\n"
OPEN = [
    "```python\nprint(1)",
    "~~~\n```\ncode",
    "````\n```\nstill code",
    "- a list\n\n  ```python\n  code",
    "- ```python\n  code",
    "1. ~~~\n   code",
    "> ```\n> quoted",
    "> - ```\n>   quoted",
    "```a\n``` no end",
    "<!-- a comment",
    "<script>\nalert(1)",
    "<pre>\ntext",
    "<![CDATA[ x",
    "<?php x",
    "a `code` and <!-- b",
]
KEPT = [
    "```html\n<b>bold</b>\n<!-- x -->\n```",
    "~~~~\n~~~\n~~~~",
    "- a\n\n  ```\n  x\n  ```\n- b",
    "a `<b>` b ``<i> ` `` c",
    "    <indented>\n",
    "<https://example.org> and 1 < 2 <3",
    "# Heading\n\n> quote\n\n| a | b |",
    "```` `a` ```` text",
    "",
]


def elements(markdown: str) -> list[tuple[str, str]]:
    return [(token.type, token.content) for token in MarkdownIt("commonmark").parse(markdown)]


@pytest.mark.parametrize("text", OPEN)
def test_what_follows_is_outside(text: str) -> None:
    found = elements(markdown_bounds.bounded(text) + AFTER)

    assert found[-3:] == [("heading_open", ""), ("inline", "After"), ("heading_close", "")]
    assert not {"html_block", "html_inline"} & {name for name, _ in found}


@pytest.mark.parametrize("text", KEPT)
def test_what_reaches_nowhere_is_as_it_was(text: str) -> None:
    assert markdown_bounds.bounded(text) == text


def test_html_is_shown_as_it_was_written() -> None:
    bounded = markdown_bounds.bounded("Use <b>bold</b>.")

    (paragraph,) = [token for token in MarkdownIt("commonmark").parse(bounded) if token.type == "inline"]
    assert "".join(child.content for child in paragraph.children or []) == "Use <b>bold</b>."


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("# Heading", "### Heading"),
        ("> ## Quoted", "> #### Quoted"),
        ("##### Deep", "###### Deep"),
        ("Heading\n===\nText", "### Heading\nText"),
        ("Heading\n---", "#### Heading"),
        ("One\ntwo\n===", "One\ntwo\n\\==="),
        ("One\ntwo\n---", "One\ntwo\n\n---"),
        ("#hash", "#hash"),
        ("```\n# code\n```", "```\n# code\n```"),
    ],
)
def test_headings_are_below_those_of_the_document(text: str, printed: str) -> None:
    assert markdown_bounds.bounded(text, below=2) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("![pic](https://a.example/x.png)", "[pic](https://a.example/x.png)"),
        (
            "[![pic](https://a.example/x)](https://b.example)",
            "[[pic](https://a.example/x)](https://b.example)",
        ),
        ("![pic][1]", "[pic][1]"),
        ("[js](javascript:alert(1))", "[js\\](javascript:alert(1))"),
        ("[js]( <DATA:text/html,x>)", "[js\\]( \\<DATA:text/html,x>)"),
        ("[1]: javascript:alert(1)", "\\[1]: javascript:alert(1)"),
        ("[web](https://a.example) [mine](page.html)", "[web](https://a.example) [mine](page.html)"),
        ("`![pic](x)`", "`![pic](x)`"),
    ],
)
def test_pictures_become_links_and_links_lead_to_the_web(text: str, printed: str) -> None:
    assert markdown_bounds.bounded(text) == printed
