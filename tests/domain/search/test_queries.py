"""Search queries: which texts are refused, and what Postgres is given of the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError, InvalidInputError
from domain.search import queries


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("knots", "'knots':*"),
        ("  reef   knots ", "'reef' & 'knots':*"),
        ("knots a", "'knots' & 'a'"),
        ("domain 2.3", "'domain' & '2.3':*"),
        ("don't \\ stop", "'don' & 't' & 'stop':*"),
        ("a & b | !c:*", "'a' & 'b' & '!c:*':*"),
    ],
)
def test_the_last_word_may_be_a_beginning_and_signs_are_text(text: str, words: str) -> None:
    assert queries.parsed(text, field="query").words == words


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        ("knot", "('nkot':* | 'kont':* | 'knto':*)"),
        ("sail knot a", "('asil' | 'sial' | 'sali') & 'knot' & 'a'"),
        ("aab aaaa", ""),
        ("abc", ""),
        ("x" * 21, ""),
    ],
)
def test_neighbouring_letters_of_the_longest_word_are_exchanged(text: str, swapped: str) -> None:
    assert queries.parsed(text, field="query").swapped == swapped


@pytest.mark.parametrize(
    "text", ["", "a", " a ", "--", "x" * 101, " ".join("abcdefghijk"), "a\nb", "\u200b\u200b"]
)
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        queries.parsed(text, field="query")

    assert refused.value.field == "query"
    assert not text.strip() or len(text) < 3 or text not in refused.value.message


@given(st.text(max_size=120))
def test_quotes_are_balanced_whatever_is_asked_for(text: str) -> None:
    try:
        words = queries.parsed(text, field="query").words
    except DomainError:
        return

    parts = words.split(" & ")
    assert 1 <= len(parts) <= queries.MOST_WORDS
    for part in parts:
        body = part.removesuffix(":*")
        assert body[0] == body[-1] == "'"
        assert "'" not in body[1:-1]
        assert "\\" not in body
