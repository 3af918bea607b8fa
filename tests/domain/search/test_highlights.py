"""Highlights: ranges of marked words in UTF-16 code units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search import highlights
from domain.search.highlights import START, STOP, TextRange


def mark(text: str) -> str:
    return text.replace("[", START).replace("]", STOP)


@pytest.mark.parametrize(
    ("copies", "text", "ranges"),
    [
        (["none"], "none", []),
        (["[all]"], "all", [(0, 3)]),
        (["a [b] c [d]"], "a b c d", [(2, 1), (6, 1)]),
        (["[a] b", "a [b]"], "a b", [(0, 1), (2, 1)]),
        (["[ab]c", "a[bc]"], "abc", [(0, 3)]),
        (["\U0001f600 [\U0001d54f]y"], "\U0001f600 \U0001d54fy", [(3, 2)]),
        (["e\u0301[e\u0301]"], "e\u0301e\u0301", [(2, 2)]),
        ([""], "", []),
    ],
)
def test_ranges_are_those_of_any_copy(copies: list[str], text: str, ranges: list[tuple[int, int]]) -> None:
    found = highlights.read(*map(mark, copies))

    assert found.text == text
    assert found.ranges == [TextRange(start=start, length=length) for start, length in ranges]


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.booleans())))
def test_the_ranges_cut_out_what_was_marked(parts: list[tuple[str, bool]]) -> None:
    text = "".join(part for part, _ in parts)
    marked = "".join(f"{START}{part}{STOP}" if hit else part for part, hit in parts)

    found = highlights.read(marked)

    units = text.encode("utf-16-le")
    cut = "".join(units[2 * r.start : 2 * (r.start + r.length)].decode("utf-16-le") for r in found.ranges)
    assert found.text == text
    assert cut == "".join(part for part, hit in parts if hit)
