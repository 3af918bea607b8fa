"""Credit: what an answer earns, as an exact fraction from 0 to 1."""

from collections.abc import Iterable
from fractions import Fraction

NOTHING, ALL = Fraction(0), Fraction(1)


def best(weights: Iterable[int]) -> Fraction:
    """Return the credit of the highest weight, in percent; nothing without any."""
    return Fraction(max(weights, default=0), 100)
