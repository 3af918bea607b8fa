"""Markdown in prompts: what the subset has, what it has not, and that a reader of Markdown agrees."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from domain.content.question_kinds.prompt_formats import markdown_faults

FENCE = "```python\nif a < b: print('<b>', x[0](1), [1]: 2)\n# no heading\n```"
_reader = MarkdownIt("commonmark", {"html": True})
_PIECES = [
    "`", "``", "```", "~~~", "\n", "\n\n", "<b>", "<https://a.b>", "<https://a`b>", "<!--", "<x", "[", "](", ")", "]", "]:", "![",
    "(https://a.b)", "javascript:x", "\\", "- ", "> ", "1. ", "# ", "---", "===", "    ", "\t", " ", "a", "*", "_", "$x_1$", "<",
    ">", "&lt;", "'", '"', "/url", "```\n", "\n```", "~~~\n", "\n~~~", "=", "|",
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
    ],
)
def test_what_the_subset_has_not_is_named(prompt: str, sentence: str) -> None:
    assert any(sentence in fault for fault in markdown_faults(prompt))


def test_each_fault_is_named_once() -> None:
    faults = list(markdown_faults("<b> <i>\n# a\n# b\n![x](y)"))

    assert len(faults) == len(set(faults)) == 4


@given(prompt=texts)
def test_a_reader_of_markdown_finds_nothing_that_was_not_refused(prompt: str) -> None:
    if list(markdown_faults(prompt)):
        return

    found = list(_all(_reader.parse(prompt)))

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
