"""Ratings of answers."""

from datetime import timedelta
from fractions import Fraction

import pytest

from domain.spaced_review.answer_facts import rating_of
from domain.spaced_review.review_log import Rating

EIGHT = timedelta(seconds=8)
A_WHILE = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("credit", "took", "slow", "rating"),
    [
        (Fraction(0), A_WHILE, None, Rating.AGAIN),
        (Fraction(99, 100), A_WHILE, None, Rating.AGAIN),
        (Fraction(1), EIGHT, None, Rating.GOOD),
        (Fraction(1), None, EIGHT, Rating.GOOD),
        (Fraction(1), EIGHT, EIGHT, Rating.GOOD),
        (Fraction(1), EIGHT + A_WHILE, EIGHT, Rating.HARD),
    ],
)
def test_an_answer_has_a_rating(
    credit: Fraction, took: timedelta | None, slow: timedelta | None, rating: Rating
) -> None:
    assert rating_of(credit, took, slow=slow) is rating
