"""Ratings of answers."""

from fractions import Fraction

import pytest

from domain.spaced_review.answer_facts import rating_of
from domain.spaced_review.review_log import Rating


@pytest.mark.parametrize(
    ("credit", "milliseconds", "p75_ms", "rating"),
    [
        (Fraction(0), 1, None, Rating.AGAIN),
        (Fraction(99, 100), 1, None, Rating.AGAIN),
        (Fraction(1), 9_000, None, Rating.GOOD),
        (Fraction(1), None, 8_000, Rating.GOOD),
        (Fraction(1), 8_000, 8_000, Rating.GOOD),
        (Fraction(1), 8_001, 8_000, Rating.HARD),
    ],
)
def test_an_answer_has_a_rating(
    credit: Fraction, milliseconds: int | None, p75_ms: int | None, rating: Rating
) -> None:
    assert rating_of(credit, milliseconds, p75_ms=p75_ms) is rating
