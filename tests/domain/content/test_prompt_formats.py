"""Markdown in prompts: what the subset has, what it has not, and that a reader of Markdown agrees."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from domain.content.question_kinds.prompt_formats import markdown_faults, without_math_tags

FENCE = "```python\nif a < b: print('<b>', x[0](1), [1]: 2)\n# no heading\n```"
_reader = MarkdownIt("commonmark", {"html": True})
_reader_without_html = MarkdownIt("commonmark", {"html": False})
_PIECES = [
    "`", "``", "```", "~~~", "\n", "\n\n", "<b>", "<https://a.b>", "<https://a`b>", "<!--", "<x", "[", "](", ")", "]", "]:", "![",
    "(https://a.b)", "javascript:x", "\\", "- ", "> ", "1. ", "# ", "---", "===", "    ", "\t", " ", "a", "*", "_", "$x_1$", "<",
    ">", "&lt;", "$", "$$", "\\(", "\\)", "\\[", "\\]", "<y>", "<x:y>", "'", '"', "/url", "```\n", "\n```", "~~~\n", "\n~~~", "=", "|",
]  # fmt: skip
texts = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)


@pytest.mark.parametrize(
    "prompt",
    [
        "Plain words.",
        "*Which* of these **two** is `a < b`?\n\n- one\n- two\n\n1. first\n2. second",
        FENCE,
        "~~~\n<b>\n~~~",
        "> A quote\n> of two lines",
        "See [the RFC](https://www.rfc-editor.org/rfc/rfc9110#section-9) or <https://example.org>.",
        r"Solve $\int_0^1 x^{2}\,dx$ and $$\frac{a}{b} \leq c_1 * c_2$$ where a < b.",
        "A cloze: [[1]] and [[2]]",
        "Use ``a ` b`` or \\`",
        "3 < 4 > 2 & 5",
        "Is $x<y>z$ or $$a<b>c$$ true?",
        r"Is \(x<y>z\) or \[a<b>c\] true?",
        "$$\na<b>c\n$$",
        "- an entry with $x<y>z$\n> and $a</b$",
        r"It costs \$5, and $x<y>z$ holds",
    ],
)
def test_the_subset_is_accepted(prompt: str) -> None:
    assert list(markdown_faults(prompt)) == []


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("A <b>bold</b> word", "HTML"),
        ("<script>alert(1)</script>", "HTML"),
        ("<!-- hidden -->", "HTML"),
        ("![cat](https://example.org/cat.png)", "image"),
        ("[x](javascript:alert(1))", "link"),
        ("[x](http://example.org)", "link"),
        ("[x](<javascript:alert(1)>)", "link"),
        ("[x]\n\n[x]: javascript:alert(1)", "link"),
        ("# Title", "Headings"),
        ("Title\n===", "Headings"),
        ("> ---", "Headings"),
        ("a ` b", "backtick"),
        ("a ` b\nc `<b>` d", "backtick"),
        ("```\n<b>", "backtick"),
        ("- ```\n  <b>\n  ```", "backtick"),
        (" ~~~\n<b>\n ~~~", "backtick"),
        ("> " * 7 + "deep", "nested"),
        ("It costs $5, or <b>less</b>", "HTML"),
        ("It costs $5, or <b>less</b> than $6", "HTML"),
        ("$x<y>z", "HTML"),
        ("$x\n<y>z$", "HTML"),
        ("$$x\n\n<y>z$$", "HTML"),
        ("$ x<y>z$", "HTML"),
        (r"\$x<y>z\$", "HTML"),
        (r"\(x<y>z", "HTML"),
        ("`$`<b>`$`", "HTML"),
        ("$x$<b>$y$", "HTML"),
        ("$[x](javascript:alert(1))$", "link"),
        ("$<javascript:alert(1)>$", "HTML"),
        ("$<a@example.org>$", "HTML"),
        ("$![x](https://example.org/cat.png)$", "image"),
    ],
)
def test_what_the_subset_has_not_is_named(prompt: str, sentence: str) -> None:
    assert any(sentence in fault for fault in markdown_faults(prompt))


def test_each_fault_is_named_once() -> None:
    faults = list(markdown_faults("<b> <i>\n# a\n# b\n![x](y)"))

    assert len(faults) == len(set(faults)) == 4


@given(prompt=texts)
def test_a_reader_of_markdown_finds_nothing_that_was_not_refused(prompt: str) -> None:
    """LaTeX may compare with `<`: clients take it out before, or keep HTML as text, and then nothing else is found."""
    if list(markdown_faults(prompt)):
        return

    found = [*_all(_reader.parse(without_math_tags(prompt))), *_all(_reader_without_html.parse(prompt))]

    assert {token.type for token in found} & {
        "html_block",
        "html_inline",
        "image",
        "heading_open",
        "hr",
    } == set()
    links = [str(token.attrs["href"]) for token in found if token.type == "link_open"]
    assert all(link.startswith("https://") for link in links)


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])
